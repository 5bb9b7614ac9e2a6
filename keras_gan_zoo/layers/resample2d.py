"""Resampling by two with a binomial filter, which does not alias."""

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
