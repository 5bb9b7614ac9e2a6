"""Orthogonal filters, a penalty on the weights of what makes samples."""

from keras import ops

from keras_gan_zoo.regularizers.base import Regularizer, registered
from keras_gan_zoo.typing import Tensor


@registered
class Orthogonal(Regularizer):
    """Keeps the filters of the networks that make samples orthogonal (BigGAN).

    weight * the sum over all kernels of |W^T W * (1 - I)|^2, where W is a kernel as a
    matrix (all other axes, last axis): the squared products of any two filters. They
    may have any length. Embeddings, biases and normalization are left alone.

    Args:
        weight: Weight of the penalty (beta in the paper), a number or a
            `schedules.Schedule`.

    Reference:
        Brock et al. 2019, equation 3, https://arxiv.org/abs/1809.11096
    """

    name = "orthogonal"
    side = "weights"

    def __init__(self, weight=1e-4):
        self.weight = weight

    def __call__(self, variables) -> Tensor:
        """The penalty of those variables that are kernels."""
        kernels = [v for v in variables if v.name == "kernel"]
        return self.weight * sum(map(_products_of_filters, kernels), ops.zeros(()))


def _products_of_filters(kernel):
    """The sum of the squared products of any two different columns."""
    matrix = ops.reshape(ops.cast(kernel, "float32"), (-1, kernel.shape[-1]))
    if matrix.shape[0] < matrix.shape[1]:
        # |W W^T| = |W^T W|; a dense layer has many more columns than rows.
        products = ops.matmul(matrix, ops.transpose(matrix))
    else:
        products = ops.matmul(ops.transpose(matrix), matrix)
    lengths = ops.sum(ops.square(matrix), axis=0)
    return ops.sum(ops.square(products)) - ops.sum(ops.square(lengths))
