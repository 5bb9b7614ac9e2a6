"""Moving averages of the generator's weights, which make the better samples."""

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

    Raises:
        ValueError: If it is a number below 0.
    """

    def __init__(self, images=10_000):
        if not isinstance(images, schedules.Schedule) and not images >= 0:
            raise ValueError(
                "EMA takes its half-life in images, 0 or more. Received: "
                f"images={images}"
            )
        self.images = images

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
        return {"images": keras.saving.serialize_keras_object(self.images)}

    @classmethod
    def from_config(cls, config) -> Self:
        """Rebuilds the object from `get_config()`."""
        return cls(**keras.saving.deserialize_keras_object(config))


def momentum(ema, seen, batch_size) -> float | Tensor:
    """The momentum that `compile(ema=)` stands for: a number itself, or an `EMA`'s."""
    return ema.momentum(seen, batch_size) if isinstance(ema, EMA) else ema
