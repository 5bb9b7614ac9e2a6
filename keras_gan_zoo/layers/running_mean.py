"""The running mean of what passes a place in a network."""

from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class RunningMean(layers.Layer):
    """Passes on what it gets, and in training keeps its running mean.

    Args:
        momentum: The share of the mean that stays at each call, in [0, 1).
        **kwargs: As in every Keras layer.

    Attributes:
        mean: A variable (features,), 0 at the beginning.
    """

    def __init__(self, momentum=0.995, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum

    def build(self, input_shape) -> None:
        """Makes the mean."""
        self.mean = self.add_weight(
            input_shape[1:], "zeros", trainable=False, name="mean", autocast=False
        )

    def call(self, inputs, training=False) -> Tensor:
        """Returns the inputs (batch, features)."""
        if training:
            now = ops.mean(ops.cast(ops.stop_gradient(inputs), "float32"), axis=0)
            mean = now + self.momentum * (self.mean - now)
            self.mean.assign(ops.cast(mean, self.mean.dtype))
        return inputs

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "momentum": self.momentum}
