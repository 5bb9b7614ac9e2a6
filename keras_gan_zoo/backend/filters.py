"""Filters that change the size of images, as products with matrices."""

import numpy as np
from keras import ops

from keras_gan_zoo.typing import Tensor


def matrix(side, taps, stride, padding) -> np.ndarray:
    """The matrix (new, side) that filters a row of pixels and keeps each stride-th.

    Args:
        side: Length of the row.
        taps: The filter, a tuple of numbers.
        stride: Which pixels are kept.
        padding: Zeros beyond each end.

    Returns:
        A float array. Its transpose enlarges.
    """
    new = new_side(side, taps, stride, padding, False)
    spread = np.zeros((new, side + 2 * padding))
    for row in range(new):
        spread[row, row * stride : row * stride + len(taps)] = taps
    return spread[:, padding : padding + side]


def new_side(side, taps, stride, padding, enlarges) -> int:
    """How long a row of pixels becomes; see `by_matrices`."""
    if enlarges:
        return (side - 1) * stride - 2 * padding + len(taps)
    return (side + 2 * padding - len(taps)) // stride + 1


def by_matrices(inputs, taps, stride, padding, enlarges) -> Tensor:
    """Multiplies rows and columns by a matrix.

    Args:
        inputs: Images (batch, height, width, channels).
        taps: As in `matrix`, as what follows.
        stride: How many times smaller or larger.
        padding: Zeros beyond the edges, or what is cut off there.
        enlarges: Whether to multiply by the transpose.

    Returns:
        Images of another height and width.
    """

    def of(side):
        settings = taps, stride, padding
        if enlarges:
            return matrix(new_side(side, *settings, True), *settings).T
        return matrix(side, *settings)

    _, height, width, channels = inputs.shape
    rows, columns = (
        ops.convert_to_tensor(of(side), inputs.dtype) for side in (height, width)
    )
    x = ops.matmul(rows, ops.reshape(inputs, (-1, height, width * channels)))
    x = ops.matmul(columns, ops.reshape(x, (-1, width, channels)))
    return ops.reshape(x, (-1, rows.shape[0], columns.shape[0], channels))
