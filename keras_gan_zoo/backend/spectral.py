"""The spectral norm of a kernel, in operations of Keras."""

from keras import ops

from keras_gan_zoo.typing import Tensor


def by_operations(kernel, u) -> tuple[Tensor, Tensor, Tensor]:
    """The norm and the vectors of one power iteration; see `keras_gan_zoo.backend`."""
    matrix = ops.reshape(ops.cast(kernel, "float32"), (-1, kernel.shape[-1]))
    fixed = ops.stop_gradient(matrix)
    v = _of_length_1(ops.matmul(fixed, ops.cast(u, "float32")))
    u = _of_length_1(ops.matmul(v, fixed))
    v, u = ops.stop_gradient(v), ops.stop_gradient(u)
    return ops.sum(v * ops.matmul(matrix, u)), v, u


def _of_length_1(x):
    return x / ops.maximum(ops.norm(x), 1e-12)
