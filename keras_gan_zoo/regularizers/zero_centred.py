"""Gradient penalties that want no slope, on images of one kind."""

from keras import ops

from keras_gan_zoo.regularizers.base import Regularizer, checked, registered
from keras_gan_zoo.regularizers.slopes import squared_slope
from keras_gan_zoo.typing import Tensor


@registered
class R1(Regularizer):
    """Zero-centred gradient penalty on real images, gamma/2 E |grad D(real)|^2.

    Args:
        gamma: Weight of the penalty, a number or a `schedules.Schedule`.
        every: In which steps it is computed.

    Reference:
        Mescheder et al. 2018, equation 9, https://arxiv.org/abs/1801.04406
    """

    name = "r1"

    def __init__(self, gamma=10.0, every=1):
        self.gamma = gamma
        self.every = checked(every)

    def __call__(self, discriminate, real, fake, seed) -> Tensor:
        """The penalty gamma/2 E |grad D(real)|^2."""
        return self.gamma / 2 * ops.mean(squared_slope(discriminate, real))


@registered
class R2(R1):
    """Zero-centred gradient penalty on generated images, gamma/2 E |grad D(fake)|^2.

    Args:
        gamma: Weight of the penalty, a number or a `schedules.Schedule`.
        every: In which steps it is computed.

    Reference:
        Mescheder et al. 2018, equation 10, https://arxiv.org/abs/1801.04406
    """

    name = "r2"

    def __call__(self, discriminate, real, fake, seed) -> Tensor:
        """The penalty gamma/2 E |grad D(fake)|^2."""
        return super().__call__(discriminate, fake, real, seed)
