"""A bias by itself, for where something stands between it and its kernel."""

from typing import Any

import keras
from keras import layers

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Bias(layers.Layer):
    """Adds a learned number to each channel, 0 at the beginning.

    Args:
        gain: What the numbers are multiplied by.
        **kwargs: As in every Keras layer.
    """

    def __init__(self, gain=1.0, **kwargs):
        super().__init__(**kwargs)
        self.gain = gain

    def build(self, input_shape) -> None:
        """Makes the bias (channels,)."""
        self.bias = self.add_weight((input_shape[-1],), "zeros", name="bias")

    def call(self, inputs) -> Tensor:
        """Maps (..., channels) to the same shape."""
        return inputs + self.gain * self.bias

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "gain": self.gain}
