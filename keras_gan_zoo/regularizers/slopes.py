"""How steep a discriminator is."""

from keras import ops

from keras_gan_zoo.backend import gradient, value_and_gradient
from keras_gan_zoo.losses import one_head
from keras_gan_zoo.typing import Tensor


def squared_slope(discriminate, inputs) -> Tensor:
    """|grad D(x)|^2 of each sample, shape (batch,)."""
    return _squared(gradient(discriminate, inputs))


def logits_and_squared_slope(
    discriminate, inputs
) -> tuple[Tensor | list[Tensor], Tensor]:
    """Logits, or a list of them, and |grad D(x)|^2 of each sample, by one pass."""

    def both(inputs):
        logits = discriminate(inputs)
        return one_head(logits), logits

    (_, logits), slopes = value_and_gradient(both, inputs)
    return logits, _squared(slopes)


def _squared(slopes):
    return ops.sum(ops.square(slopes), axis=tuple(range(1, len(slopes.shape))))
