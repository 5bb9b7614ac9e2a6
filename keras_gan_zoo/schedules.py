"""Numbers of a training that change with the images seen.

They may stand wherever a regularizer, an `EMA` or a `ScheduledAdam` takes a number. How
many images a model has seen is part of its state, so a run that is resumed goes on with
the numbers that it had.
"""

import copy
import math
from typing import Any, Self

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor

_registered = keras.saving.register_keras_serializable("keras_gan_zoo")


class Schedule:
    """Base of all schedules: from one number to another, which then stays.

    Args:
        start: The number at the first image.
        end: The number after so many images.
        images: How many images, above 0.

    Raises:
        ValueError: If `images` is not above 0.
    """

    def __init__(self, start, end, images):
        if not images > 0:
            raise ValueError(
                "A schedule takes the number of images after which it is at its end, "
                f"above 0. Received: images={images}"
            )
        self.start, self.end, self.images = start, end, images

    def __call__(self, seen) -> Tensor:
        """The number after `seen` images, a float32 scalar."""
        progress = ops.cast(seen, "float32") / self.images
        share = self.share(ops.clip(progress, 0.0, 1.0))
        return self.start + (self.end - self.start) * share

    def share(self, progress) -> Tensor:
        """How far from start to end it is, in [0, 1], after a share of the images."""
        raise TypeError(f"{type(self).__name__} must define share(progress)")

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {"start": self.start, "end": self.end, "images": self.images}

    @classmethod
    def from_config(cls, config) -> Self:
        """Rebuilds the schedule from `get_config()`."""
        return cls(**config)


@_registered
class Linear(Schedule):
    """A straight line from `start` to `end`."""

    def share(self, progress) -> Tensor:
        """The progress itself."""
        return progress


@_registered
class Cosine(Schedule):
    """Half a period of a cosine from `start` to `end`: flat, steep, flat."""

    def share(self, progress) -> Tensor:
        """(1 - cos(pi progress)) / 2."""
        return (1 - ops.cos(math.pi * progress)) / 2


def value(number, seen) -> float | Tensor:
    """The number itself, or what a schedule says after `seen` images."""
    return number(seen) if isinstance(number, Schedule) else number


def at(thing, seen) -> Any:
    """A copy of an object whose schedules are what they say after `seen` images."""
    moment = copy.copy(thing)
    vars(moment).update({name: value(x, seen) for name, x in vars(thing).items()})
    return moment


@_registered
class ScheduledAdam(keras.optimizers.Adam):
    """`keras.optimizers.Adam` whose learning rate and beta_2 may be schedules.

    Args:
        learning_rate: Number, or `Schedule`, which no callback can change.
        beta_1: Number.
        beta_2: Number or `Schedule`. The bias correction uses that of the step.
        **kwargs: As in `keras.optimizers.Adam`.
    """

    beta_2: Any

    def __init__(self, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, **kwargs):
        scheduled = {"learning_rate": learning_rate, "beta_2": beta_2}
        first = {name: float(value(x, 0)) for name, x in scheduled.items()}
        super().__init__(beta_1=beta_1, **first, **kwargs)
        self.scheduled = scheduled
        self.seen = lambda: 0  # a model that is compiled with it puts its own count

    def apply(self, grads, trainable_variables=None) -> None:
        """Takes a step with the numbers of the moment."""
        before, rate = self.beta_2, self.scheduled["learning_rate"]
        if isinstance(rate, Schedule):  # a constant may be changed by a callback
            self.learning_rate = rate(self.seen())
        self.beta_2 = value(self.scheduled["beta_2"], self.seen())
        try:
            super().apply(grads, trainable_variables)
        finally:
            self.beta_2 = before  # no tensor of a traced step stays

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        config = {**super().get_config(), **self.scheduled}
        return keras.saving.serialize_keras_object(config)

    @classmethod
    def from_config(cls, config) -> Self:
        """Rebuilds the optimizer from `get_config()`."""
        return cls(**keras.saving.deserialize_keras_object(config))
