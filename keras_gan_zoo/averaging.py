"""Moving averages of networks, which make the better samples."""

from typing import Any, Self

import keras
from keras import ops

from keras_gan_zoo import schedules
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class EMA:
    """An exponential moving average by its half-life, whatever the batch size.

    Args:
        images: The images after which a weight of the past counts half, a number or a
            `schedules.Schedule`, for example `schedules.Cosine(0, 500_000, 2_000_000)`.
        networks: Names of the networks to average, a list; by default those that make
            the model's samples.

    Raises:
        ValueError: If the half-life is a number below 0.
    """

    def __init__(self, images=10_000, networks=None):
        if not isinstance(images, schedules.Schedule) and not images >= 0:
            raise ValueError(
                "EMA takes its half-life in images, 0 or more. Received: "
                f"images={images}"
            )
        self.images = images
        self.networks = None if networks is None else list(networks)

    def momentum(self, seen, batch_size) -> Tensor:
        """The share of the average that stays in a step, a scalar in [0, 1).

        Args:
            seen: The images seen before.
            batch_size: The images of the step.
        """
        half_life = ops.cast(schedules.value(self.images, seen), "float32")
        steps = half_life / ops.cast(batch_size, "float32")
        return 0.5 ** (1 / ops.maximum(steps, 1e-3))  # 0 where it is 0

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        images = keras.saving.serialize_keras_object(self.images)
        return {"images": images, "networks": self.networks}

    @classmethod
    def from_config(cls, config) -> Self:
        """Rebuilds the object from `get_config()`."""
        return cls(**keras.saving.deserialize_keras_object(config))


def networks_of(ema, model) -> list[str]:
    """Names of the networks that `compile(ema=)` has averaged.

    Args:
        ema: A momentum, an `EMA`, or None.
        model: The `GAN`.

    Returns:
        A list of names.

    Raises:
        ValueError: If `ema` is something else, or names a network that is not there.
    """
    if ema is None:
        return []
    if not (isinstance(ema, EMA) or 0 < ema < 1):
        raise ValueError(
            "ema is the momentum of a moving average and must lie in (0, 1), for "
            "example 0.999, or an object such as keras_gan_zoo.EMA(images=10_000). "
            f"Received: ema={ema}"
        )
    names = getattr(ema, "networks", None) or list(model.samplers)
    unknown = [name for name in names if name not in model.networks]
    if unknown:
        raise ValueError(
            f"{type(model).__name__} has no networks {unknown} that could be averaged, "
            f"but {list(model.networks)}. Pass EMA(networks=[...]), or leave ema out."
        )
    return names


def momentum(ema, seen, batch_size) -> float | Tensor:
    """The momentum that `compile(ema=)` stands for: a number itself, or an `EMA`'s."""
    return ema.momentum(seen, batch_size) if isinstance(ema, EMA) else ema
