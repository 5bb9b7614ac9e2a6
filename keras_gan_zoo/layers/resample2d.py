"""Resampling by two with a binomial filter, which does not alias."""

from typing import Any

import keras
import numpy as np
from keras import layers

from keras_gan_zoo.backend import filters, resample
from keras_gan_zoo.typing import Tensor

FILTER = np.array([1, 3, 3, 1]) / 4  # [1, 2, 1] and a box of two


class _Resample2D(layers.Layer):
    """Filters each channel by itself."""

    enlarges, stride, padding, factor = False, 2, 1, 1.0

    def call(self, inputs) -> Tensor:
        """Maps (batch, height, width, channels) to another height and width."""
        return resample(inputs, *self._settings())

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:
        """The shape of the resampled images."""
        batch, height, width, channels = input_shape
        settings = self._settings()
        sides = (filters.new_side(side, *settings) for side in (height, width))
        return (batch, *sides, channels)

    def _settings(self):
        taps = tuple((self.factor * FILTER).tolist())
        return taps, self.stride, self.padding, self.enlarges


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Upsample2D(_Resample2D):
    """Doubles height and width with the filter [1, 3, 3, 1] / 4; zeros beyond edges."""

    enlarges = True


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Downsample2D(_Resample2D):
    """Halves an even height and width with the filter [1, 3, 3, 1] / 8."""

    factor = 0.5

    def build(self, input_shape) -> None:
        """Raises a `ValueError` if a side is odd."""
        if any(side % 2 for side in input_shape[1:3]):
            raise ValueError(
                "Downsample2D halves even heights and widths. Received maps of shape "
                f"{tuple(input_shape)}. Pad or crop them to even sides."
            )


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Blur2D(_Resample2D):
    """The filter [1, 3, 3, 1] / 8 without resampling, zeros beyond the edges.

    Its length is even, so a side becomes one longer, for a convolution of stride 2
    after it, or one shorter, behind a transposed one.

    Args:
        change: Pixels that each side gains, 1 or -1.
        gain: What rows and what columns are multiplied by: 2 makes up for the zeros
            between the pixels of a transposed convolution.
        **kwargs: As in every Keras layer.
    """

    stride = 1

    def __init__(self, change, gain=1.0, **kwargs):
        super().__init__(**kwargs)
        self.change = change
        self.padding = (change + 3) // 2
        self.gain = gain
        self.factor = gain / 2

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "change": self.change, "gain": self.gain}
