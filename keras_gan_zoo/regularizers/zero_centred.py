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
    kind = "real"  # of the images at which the discriminator is to be flat

    def __init__(self, gamma=10.0, every=1):
        self.gamma = gamma
        self.every = checked(every)

    def __call__(self, discriminate, real, fake, seed) -> Tensor:
        """The penalty gamma/2 E |grad D(x)|^2, where x are the images of its kind."""
        images = {"real": real, "fake": fake}[self.kind]
        return self.of(squared_slope(discriminate, images))

    def of(self, squared_slopes) -> Tensor:
        """The penalty, where these are known already, shape (batch,)."""
        return self.gamma / 2 * ops.mean(squared_slopes)


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
    kind = "fake"
