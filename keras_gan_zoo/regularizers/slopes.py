"""How steep a discriminator is."""

from keras import ops

from keras_gan_zoo.backend import gradient
from keras_gan_zoo.typing import Tensor


def squared_slope(discriminate, inputs) -> Tensor:
    """|grad D(x)|^2 of each sample, shape (batch,)."""
    slopes = gradient(discriminate, inputs)
    return ops.sum(ops.square(slopes), axis=tuple(range(1, len(slopes.shape))))
