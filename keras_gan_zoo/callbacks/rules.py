"""What may go wrong when a GAN trains, and by which numbers one can tell."""

import dataclasses
import math
from collections.abc import Callable
from typing import Self

import numpy as np

from keras_gan_zoo.callbacks.finding import Finding

# A loss of this size is on its way to infinity; those of a game in balance are near 1.
DIVERGED = 1e4


@dataclasses.dataclass(frozen=True)
class Observation:
    """What one look at the run has found. Shares are of what real images reach.

    Attributes:
        epoch: When, counted from 1.
        step: The same in training steps.
        losses: Dict of the loss terms.
        win: How far the discriminator is ahead: 0 if it can only guess, 1 if it is
            always right. NaN with a loss that has no such scale.
        diversity: Mean distance between two samples, as a share.
        support: How many different samples there seem to be, by how often two are
            alike, as a share.
        density: How closely real images surround the samples, as a share.
        coverage: Share of the real images that have a sample nearby, as a share.
        movement: How far the samples of the same latents have moved since the last
            look, as a share of the distance between two real images.
        copying: Share of the samples that are nearer to training images than to as
            many test images; 0.5 is healthy. NaN without test images.
    """

    epoch: int
    step: int
    losses: dict
    win: float
    diversity: float
    support: float
    density: float
    coverage: float
    movement: float
    copying: float

    @classmethod
    def blind(cls, epoch, step, losses) -> Self:
        """Where a loss or a sample is not finite there is nothing to compare."""
        return cls(epoch, step, losses, *[math.nan] * 7)

    @property
    def scalars(self) -> dict[str, float]:
        """Dict of name to float, of all that is finite."""
        values = dataclasses.asdict(self)
        names = [field.name for field in dataclasses.fields(self)][3:]
        return {n: values[n] for n in names if math.isfinite(values[n])}


@dataclasses.dataclass(frozen=True)
class Rule:
    """A kind of failure.

    Attributes:
        name: Of the finding.
        holds: Maps the last observations, oldest first, to whether this is it.
        evidence: The numbers, a format string of an `Observation`.
        cause: What is likely behind it.
        remedy: The first thing to try.
        span: How many observations it takes, in units of the patience; 0 means one.
    """

    name: str
    holds: Callable
    evidence: str
    cause: str
    remedy: str
    span: int = 1

    def finding(self, last) -> Finding:
        """Puts the last observation into words."""
        evidence = self.evidence.format(o=last, loss=_largest(last.losses))
        words = evidence, self.cause, self.remedy
        return Finding(self.name, last.epoch, last.step, *words)


def _largest(losses):
    """The name and value of the loss term furthest from zero, as words."""
    size = {n: abs(v) if math.isfinite(v) else math.inf for n, v in losses.items()}
    name = max(size, key=size.__getitem__)
    return f"{name} is {losses[name]:.4g}"


def _always(condition):
    return lambda window: all(map(condition, window))


def _swings(window):
    """Whether coverage goes up and down by much and leads nowhere."""
    changes = np.diff([observation.coverage for observation in window])
    turns = (changes[1:] * changes[:-1] < 0).mean()
    return bool(turns >= 0.5 and np.abs(changes).mean() > 0.2)


# In this order: what comes first explains what follows, so only the first is reported.
RULES = [
    Rule(
        "non-finite values",
        _always(lambda o: math.isnan(o.diversity)),
        "A loss or a sample is not finite: {loss}.",
        "A step was so large that the next one overflowed.",
        "Start again with a learning rate ten times smaller, or with clipped gradients "
        "(clipnorm=1.0 in the optimizer).",
        span=0,
    ),
    Rule(
        "divergence",
        _always(lambda o: max(map(abs, o.losses.values())) > DIVERGED),
        "{loss}.",
        "Nothing bounds the logits: the learning rate is too high, or a critic is not "
        "kept Lipschitz.",
        "Start again with a learning rate ten times smaller; with a Wasserstein loss "
        'add regularizers="gradient_penalty".',
    ),
    Rule(
        "discriminator saturated",
        _always(lambda o: o.win > 0.9 and o.density < 0.5),
        "The discriminator is right all the time: its loss is {o.win:.1%} of the way "
        "from guessing to zero, while the samples are poor (density {o.density:.2f}).",
        "It has won, so the generator learns little from it.",
        'Add a penalty on its slope (regularizers="r1") and take a discriminator '
        "without batch normalization, such as that of R3DCGAN, or lower its learning "
        'rate; with the loss "minimax" take "non_saturating".',
    ),
    Rule(
        "generator stalled",
        _always(lambda o: o.movement < 1e-3 and o.coverage < 0.5),
        "The samples of the same latents move by {o.movement:.1e} of the distance "
        "between two real images, at a coverage of {o.coverage:.2f}.",
        "Almost no gradient reaches the generator, or its learning rate has decayed.",
        "Raise the generator's learning rate, and look whether its last layer or a "
        "custom loss is flat.",
    ),
    Rule(
        "mode collapse",
        _always(
            lambda o: (
                min(o.diversity, 2 * o.support) < 0.25
                or (o.coverage < 0.4 and o.density > 0.5)
            )
        ),
        "Of what as many real images reach, the samples have {o.coverage:.0%} of the "
        "coverage, {o.diversity:.0%} of the diversity and {o.support:.0%} of the "
        "support, at a density of {o.density:.2f}.",
        "The generator has found a few images that pass, and makes little else.",
        'Add regularizers="r1" or loss="relativistic_pairing", or lower the '
        "generator's learning rate; a discriminator that begins with layers.Pack(2) "
        "helps too.",
    ),
    Rule(
        "oscillation",
        _swings,
        "Coverage goes up and down from one look to the next and is now "
        "{o.coverage:.2f}.",
        "Each network answers the other's last move, and neither settles.",
        "Average the generator (ema=0.999), lower both learning rates, or set "
        "beta_1=0.",
        span=2,
    ),
    Rule(
        "memorization",
        _always(lambda o: o.copying > 0.9),
        "{o.copying:.0%} of the samples are nearer to a training image than to any of "
        "as many test images; half of them would be by chance.",
        "The model knows the training images by heart.",
        "Take more training images or augmentation, a smaller discriminator, or stop "
        "earlier.",
    ),
]
