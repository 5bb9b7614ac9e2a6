"""What a training step consists of, as data."""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import keras


@dataclasses.dataclass(frozen=True)
class Phase:
    """One kind of gradient step within a training step.

    Attributes:
        name: What is trained, for example `"discriminator"`.
        loss: Maps a `Batch`, and what the model's `sample_like` made for it, to a dict
            of named scalars, or to a pair of such a dict and tensors for `after`. The
            sum of the scalars is minimized, and each is shown under its name. One phase
            a step may differentiate what was made.
        networks: The networks this phase updates. All others stand still.
        optimizer: The Keras optimizer of these networks.
        repeats: How often the phase runs within one training step.
        when: Returns whether the networks move now, a boolean scalar of the model's
            state; the losses are computed all the same. None if they always do.
        after: Called after each of the phase's steps with what the loss returned for
            it, an empty tuple if nothing; zeros if the step was not finite.
    """

    name: str
    loss: Callable
    networks: list
    optimizer: keras.optimizers.Optimizer
    repeats: int = 1
    when: Callable | None = None
    after: Callable = lambda seen: None

    @property
    def variables(self) -> list[keras.Variable]:
        """The trainable variables of the phase's networks."""
        return [v for network in self.networks for v in network.trainable_variables]


class Batch(NamedTuple):
    """What a loss sees of the data.

    Attributes:
        real: Samples of the data as the model's domain encodes them, for example
            images (batch, height, width, channels) in [-1, 1].
        condition: What samples are to be generated from, beside noise: labels, images
            of another kind, a dict of several things, or None.
    """

    real: object
    condition: object = None
