"""Gradient penalties that want a slope of 1, or none that is steeper."""

import keras
from keras import ops

from keras_gan_zoo.regularizers.base import Regularizer, checked, registered
from keras_gan_zoo.regularizers.slopes import squared_slope
from keras_gan_zoo.typing import Tensor


@registered
class GradientPenalty(Regularizer):
    """Penalty on slopes other than 1, between real and generated images (WGAN-GP).

    Args:
        weight: Weight of the penalty (lambda in the paper).
        every: In which steps it is computed.
        target: The slope without a penalty, 1 in the paper.
        one_sided: Whether smaller slopes are as good (WGAN-LP).

    Reference:
        Gulrajani et al. 2017, equation 3, https://arxiv.org/abs/1704.00028;
        one-sided: Petzka et al. 2018, equation 8, https://arxiv.org/abs/1709.08894
    """

    name = "gradient_penalty"

    def __init__(self, weight=10.0, every=1, target=1.0, one_sided=False):
        self.weight = weight
        self.every = checked(every)
        self.target = target
        self.one_sided = one_sided

    def __call__(self, discriminate, real, fake, seed) -> Tensor:
        """The penalty weight E (|grad D(x)| - target)^2, x = t real + (1 - t) fake."""
        t = _uniform_per_sample(real, seed)
        return self._penalty(discriminate, t * real + (1 - t) * fake)

    def _penalty(self, discriminate, inputs):
        # The square root has no slope at zero; a tiny offset makes its gradient 0.
        slope = ops.sqrt(squared_slope(discriminate, inputs) + 1e-12)
        beyond = slope - self.target
        beyond = ops.relu(beyond) if self.one_sided else beyond
        return self.weight * ops.mean(ops.square(beyond))


@registered
class DRAGAN(GradientPenalty):
    """Penalty on slopes other than 1, around the real images.

    Args:
        weight: Weight of the penalty (lambda in the paper).
        scale: Size of the perturbation, in standard deviations of the real batch.
        every: In which steps it is computed.
        target: As in `GradientPenalty`, as what follows.
        one_sided: Whether smaller slopes are as good.

    Reference:
        Kodali et al. 2017, https://arxiv.org/abs/1705.07215
    """

    name = "dragan"

    def __init__(self, weight=10.0, scale=0.5, every=1, target=1.0, one_sided=False):
        super().__init__(weight, every, target, one_sided)
        self.scale = scale

    def __call__(self, discriminate, real, fake, seed) -> Tensor:
        """The penalty weight E (|grad D(x)| - target)^2 with x = real + noise."""
        # Paper: noise ~ N(0, cI); here, as in its authors' code, uniform noise in
        # units of the batch's standard deviation, a random share t of it a sample.
        noise = keras.random.uniform(ops.shape(real), dtype=real.dtype, seed=seed)
        t = _uniform_per_sample(real, seed)
        return self._penalty(
            discriminate, real + t * self.scale * ops.std(real) * noise
        )


def _uniform_per_sample(inputs, seed):
    """U[0, 1] of shape (batch, 1, ..., 1)."""
    shape = (ops.shape(inputs)[0], *[1] * (len(inputs.shape) - 1))
    return keras.random.uniform(shape, dtype=inputs.dtype, seed=seed)
