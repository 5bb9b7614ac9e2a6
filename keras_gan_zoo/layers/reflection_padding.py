"""Reflection padding: the border of an image goes on as its mirror image."""

from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ReflectionPadding2D(layers.Layer):
    """Pads images by their own mirror image, without repeating the border.

    A convolution then sees no frame of zeros around an image.

    Args:
        size: Pixels added on each of the four sides; less than a side has.
        **kwargs: As in every Keras layer.
    """

    def __init__(self, size=1, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def call(self, inputs) -> Tensor:
        """Maps (batch, height, width, channels) to sides longer by 2 * size."""
        both = (self.size, self.size)
        return ops.pad(inputs, ((0, 0), both, both, (0, 0)), mode="reflect")

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:
        """The shape of the padded images."""
        batch, *sides, channels = input_shape
        sides = [None if side is None else side + 2 * self.size for side in sides]
        return (batch, *sides, channels)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "size": self.size}
