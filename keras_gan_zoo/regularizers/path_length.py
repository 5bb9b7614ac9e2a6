"""The penalty on path lengths, which keeps a generator smooth."""

import math

import keras
from keras import ops

from keras_gan_zoo.backend import gradient
from keras_gan_zoo.regularizers.base import Regularizer, checked, registered
from keras_gan_zoo.typing import Tensor


@registered
class PathLength(Regularizer):
    """Has each step in the latents move the image equally far (StyleGAN2).

    weight E (|J^T y| - a)^2 for random images y, where J is the generator's Jacobian
    and a the running mean of |J^T y|. Where a latent has several rows, (batch, number,
    dim), such as a style for each layer, the square of its length is their mean.

    Args:
        weight: Weight of the penalty, a number or a `schedules.Schedule`.
        every: In which of the generator's steps it is computed.
        decay: How far the mean moves in a step of the penalty, in (0, 1]. In the first
            1 / decay of them it is the mean of all so far.

    Reference:
        Karras et al. 2020, section 3.2 and appendix B,
        https://arxiv.org/abs/1912.04958
    """

    name = "path_length"
    side = "generator"

    def __init__(self, weight=2.0, every=4, decay=0.01):
        self.weight = weight
        self.every = checked(every)
        self.decay = decay

    def build(self, model) -> None:
        """Makes the mean, and the count of its steps."""
        self._mean = model.add_state("path_length_mean")
        self._count = model.add_state("path_length_count")

    def __call__(self, generate, latents, like, seed) -> Tensor:
        """The penalty, which moves the mean; there may be fewer latents than images."""
        num, pixels = ops.shape(latents)[0], math.prod(like.shape[1:-1])
        y = keras.random.normal((num, *like.shape[1:]), seed=seed) / math.sqrt(pixels)
        slopes = gradient(lambda x: generate(x) * y, latents)  # J^T y
        squares = ops.reshape(ops.sum(ops.square(slopes), axis=-1), (num, -1))
        lengths = ops.sqrt(ops.mean(squares, axis=1) + 1e-12)
        now = ops.mean(ops.stop_gradient(lengths))
        # A mean that began at 0 would at first pull all lengths to 0.
        self._count.assign(self._count + 1)
        share = ops.maximum(self.decay, 1 / self._count)
        mean = self._mean + share * (now - self._mean)
        self._mean.assign(mean)
        return self.weight * ops.mean(ops.square(lengths - mean))
