"""Adversarial losses: pure functions of logits, in their numerically stable form.

A loss is a pair of functions of the same two tensors: `discriminator(real, fake)`
and `generator(real, fake)`, where `real` and `fake` are the discriminator's logits
(unbounded, any shape, the batch first) and the result is a scalar to minimize.
All are finite for logits of +-1e4.

In the comments D = sigmoid(logits), and -log D(x) = softplus(-x).
"""

from typing import Any, Self

import keras
from keras.ops import mean, relu, softplus, square

from keras_gan_zoo.typing import Tensor

_registered = keras.saving.register_keras_serializable("keras_gan_zoo")


class AdversarialLoss:
    """Base of all adversarial losses.

    Attributes:
        relativistic: Whether `generator` reads the real logits. Where it does not, it
            is called with `None` in their place and they are never computed.
        middle: The logit between real and generated, where that is a fixed number.
    """

    relativistic = False
    middle = 0.0

    def discriminator(self, real, fake) -> Tensor:
        """Loss of the discriminator, a scalar."""
        raise TypeError(f"{type(self).__name__} must define discriminator(real, fake)")

    def generator(self, real, fake) -> Tensor:
        """Loss of the generator, a scalar."""
        raise TypeError(f"{type(self).__name__} must define generator(real, fake)")

    def boundary(self, fake) -> float | Tensor:
        """The logit above which a sample is taken for real, a scalar: `middle`.

        Where only differences of logits count it is the mean of the generated ones.
        """
        return mean(fake) if self.relativistic else self.middle

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {}

    @classmethod
    def from_config(cls, config) -> Self:
        """Rebuilds the loss from `get_config()`."""
        return cls(**config)


def over_heads(loss, real, fake) -> Tensor:
    """The sum of a loss over a discriminator's outputs, where it has several.

    Args:
        loss: A method of an `AdversarialLoss`.
        real: Logits, or a list of them; or None.
        fake: Logits, or a list of them.

    Returns:
        A scalar.
    """
    if not isinstance(fake, list | tuple):
        return loss(real, fake)
    real = [None] * len(fake) if real is None else real
    return sum(loss(*pair) for pair in zip(real, fake, strict=True))


def one_head(logits) -> Tensor:
    """All logits of a sample as one row, (batch, ...); a single output stays."""
    if not isinstance(logits, list | tuple):
        return logits
    rows = [keras.ops.reshape(x, (keras.ops.shape(x)[0], -1)) for x in logits]
    return keras.ops.concatenate(rows, axis=1)


def in_float32(logits) -> Tensor | list[Tensor]:
    """Logits, or a list of them, in the precision of all losses."""
    return keras.tree.map_structure(lambda x: keras.ops.cast(x, "float32"), logits)


@_registered
class Minimax(AdversarialLoss):
    """The two-player game as it is first written down, min over G, max over D.

    Its generator gradient vanishes while the discriminator is confident, which is why
    `NonSaturating` is what people train with.

    Reference:
        Goodfellow et al. 2014, equation 1, https://arxiv.org/abs/1406.2661
    """

    def discriminator(self, real, fake) -> Tensor:
        """- E log D(real) - E log(1 - D(fake))."""
        return mean(softplus(-real)) + mean(softplus(fake))

    def generator(self, real, fake) -> Tensor:
        """E log(1 - D(fake))."""
        return -mean(softplus(fake))


@_registered
class NonSaturating(Minimax):
    """The same discriminator; the generator maximizes log D(fake) instead.

    Args:
        label_smoothing: The target of real images is `1 - label_smoothing`, that of
            generated ones stays 0 (one-sided smoothing).

    Reference:
        Goodfellow et al. 2014, section 3, https://arxiv.org/abs/1406.2661;
        Salimans et al. 2016, section 3.4, https://arxiv.org/abs/1606.03498
    """

    def __init__(self, label_smoothing=0.0):
        if not 0.0 <= label_smoothing < 1.0:
            raise ValueError(
                "label_smoothing is the share taken off the real label and must be in "
                f"[0, 1). Received: label_smoothing={label_smoothing}"
            )
        self.label_smoothing = label_smoothing

    def discriminator(self, real, fake) -> Tensor:
        """- (1 - s) E log D(real) - s E log(1 - D(real)) - E log(1 - D(fake))."""
        # softplus(x) = x + softplus(-x) merges the two terms of the real images.
        smoothing = self.label_smoothing * mean(real)
        return super().discriminator(real, fake) + smoothing

    def generator(self, real, fake) -> Tensor:
        """- E log D(fake)."""
        return mean(softplus(-fake))

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {"label_smoothing": self.label_smoothing}


@_registered
class LeastSquares(AdversarialLoss):
    """Squared distance to the labels 1 (real) and 0 (generated).

    Reference:
        Mao et al. 2017, equation 9 with a=0, b=c=1, https://arxiv.org/abs/1611.04076
    """

    middle = 0.5  # between the two labels

    def discriminator(self, real, fake) -> Tensor:
        """1/2 E (real - 1)^2 + 1/2 E fake^2."""
        return 0.5 * mean(square(real - 1)) + 0.5 * mean(square(fake))

    def generator(self, real, fake) -> Tensor:
        """1/2 E (fake - 1)^2."""
        return 0.5 * mean(square(fake - 1))


@_registered
class Wasserstein(AdversarialLoss):
    """Difference of means; the critic must be kept Lipschitz by a regularizer.

    Args:
        drift: Weight of a term that keeps real scores near 0. A difference says nothing
            of where both means are, and they drift away.

    Reference:
        Arjovsky et al. 2017, https://arxiv.org/abs/1701.07875; the drift: Karras et al.
        2018, appendix A.1, https://arxiv.org/abs/1710.10196
    """

    def __init__(self, drift=0.0):
        self.drift = drift

    def discriminator(self, real, fake) -> Tensor:
        """E fake - E real + drift E real^2."""
        return mean(fake) - mean(real) + self.drift * mean(square(real))

    def generator(self, real, fake) -> Tensor:
        """- E fake."""
        return -mean(fake)

    def boundary(self, fake) -> float | Tensor:
        """E fake: the critic is known up to a constant."""
        return mean(fake)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {"drift": self.drift}


@_registered
class Hinge(AdversarialLoss):
    """The discriminator stops learning from samples beyond the margin.

    Reference:
        Lim and Ye 2017, https://arxiv.org/abs/1705.02894
    """

    def discriminator(self, real, fake) -> Tensor:
        """E max(0, 1 - real) + E max(0, 1 + fake)."""
        return mean(relu(1 - real)) + mean(relu(1 + fake))

    def generator(self, real, fake) -> Tensor:
        """- E fake."""
        return -mean(fake)


@_registered
class RelativisticPairing(AdversarialLoss):
    """Each generated sample is judged against the real sample at its side.

    Reference:
        Jolicoeur-Martineau 2018 (RSGAN), https://arxiv.org/abs/1807.00734
    """

    relativistic = True

    def discriminator(self, real, fake) -> Tensor:
        """- E log D(real - fake)."""
        return mean(softplus(fake - real))

    def generator(self, real, fake) -> Tensor:
        """- E log D(fake - real)."""
        return mean(softplus(real - fake))


@_registered
class RelativisticAverage(AdversarialLoss):
    """Each sample is judged against the mean of the other kind.

    Reference:
        Jolicoeur-Martineau 2018 (RaSGAN), https://arxiv.org/abs/1807.00734
    """

    relativistic = True

    def discriminator(self, real, fake) -> Tensor:
        """- E log D(real - E fake) - E log(1 - D(fake - E real))."""
        return mean(softplus(mean(fake) - real)) + mean(softplus(fake - mean(real)))

    def generator(self, real, fake) -> Tensor:
        """- E log D(fake - E real) - E log(1 - D(real - E fake))."""
        return self.discriminator(fake, real)


BY_NAME = {
    "minimax": Minimax,
    "non_saturating": NonSaturating,
    "least_squares": LeastSquares,
    "wasserstein": Wasserstein,
    "hinge": Hinge,
    "relativistic_pairing": RelativisticPairing,
    "relativistic_average": RelativisticAverage,
}


def get(loss) -> AdversarialLoss:
    """Finds a loss by name.

    Args:
        loss: A name from `BY_NAME`, or an object with `discriminator(real, fake)` and
            `generator(real, fake)`, which is returned as it is.

    Returns:
        An adversarial loss.

    Raises:
        ValueError: If the name is not known or the object is not a loss.
    """
    if isinstance(loss, str) and loss in BY_NAME:
        return BY_NAME[loss]()
    methods = [getattr(loss, name, None) for name in ("discriminator", "generator")]
    if all(map(callable, methods)) and not isinstance(loss, type):
        return loss
    raise ValueError(
        f"Unknown adversarial loss. Expected one of {sorted(BY_NAME)} or an object "
        "with discriminator(real, fake) and generator(real, fake), such as "
        f"keras_gan_zoo.losses.Hinge(). Received: loss={loss!r}"
    )
