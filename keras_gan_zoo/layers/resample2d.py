"""Resampling by two with a binomial filter, which does not alias."""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.typing import Tensor

FILTER = np.array([1, 3, 3, 1]) / 4  # [1, 2, 1] and a box of two


class _Resample2D(layers.Layer):
    """Multiplies rows and columns by a matrix, which is fast in both directions."""

    def call(self, inputs) -> Tensor:
        """Maps (batch, height, width, channels) to another height and width."""
        _, height, width, channels = inputs.shape
        rows = ops.convert_to_tensor(self.matrix(height), inputs.dtype)
        columns = ops.convert_to_tensor(self.matrix(width), inputs.dtype)
        x = ops.matmul(rows, ops.reshape(inputs, (-1, height, width * channels)))
        x = ops.matmul(columns, ops.reshape(x, (-1, width, channels)))
        return ops.reshape(x, (-1, rows.shape[0], columns.shape[0], channels))

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:
        """The shape of the resampled images."""
        batch, height, width, channels = input_shape
        sides = len(self.matrix(height)), len(self.matrix(width))
        return (batch, *sides, channels)


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Upsample2D(_Resample2D):
    """Doubles height and width with the filter [1, 3, 3, 1] / 4; zeros beyond edges."""

    def matrix(self, side) -> np.ndarray:
        """The matrix (2 * side, side) from old pixels to new ones."""
        spread = np.zeros((2 * side + 2, side))
        for old in range(side):
            spread[2 * old : 2 * old + 4, old] = FILTER
        return spread[1:-1]


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Downsample2D(_Resample2D):
    """Halves an even height and width with the filter [1, 3, 3, 1] / 8."""

    def matrix(self, side) -> np.ndarray:
        """The matrix (side / 2, side) from old pixels to new ones."""
        return Upsample2D.matrix(self, side // 2).T / 2


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

    def __init__(self, change, gain=1.0, **kwargs):
        super().__init__(**kwargs)
        self.change = change
        self.gain = gain

    def matrix(self, side) -> np.ndarray:
        """The matrix (side + change, side) from old pixels to new ones."""
        zeros = (self.change + 3) // 2  # beyond each edge
        spread = np.zeros((side + self.change, side + 2 * zeros))
        for new in range(len(spread)):
            spread[new, new : new + 4] = self.gain * FILTER / 2
        return spread[:, zeros : zeros + side]

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "change": self.change, "gain": self.gain}
