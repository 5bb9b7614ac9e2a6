"""Affine changes of images: a matrix an image, then one resampling.

Coordinates are (x, y, 1) in pixels from the middle of the image, x to the right and y
downwards. A matrix maps a place in the result to the place in the image that is seen
there. Of two changes in a row the second one's matrix stands on the right.

All amounts are vectors (batch,), and 0 changes nothing.
"""

import math

from keras import ops

from keras_gan_zoo.backend import take
from keras_gan_zoo.typing import Tensor


def flip(amount) -> Tensor:
    """Matrices (batch, 3, 3) that exchange left and right where the amount is 1."""
    return _matrices(1 - 2 * amount, 0, 0, 0, 1, 0)


def rotate90(quarters) -> Tensor:
    """Matrices that rotate by quarters to the left, as `numpy.rot90` does."""
    angle = quarters * (math.pi / 2)
    sine, cosine = ops.round(ops.sin(angle)), ops.round(ops.cos(angle))
    return _matrices(cosine, -sine, 0, sine, cosine, 0)


def shift(right, down) -> Tensor:
    """Matrices that move by so many pixels, whole or not."""
    return _matrices(1, 0, -right, 0, 1, -down)


def scale(across, upright) -> Tensor:
    """Matrices that enlarge 2^amount times, by one amount for each axis."""
    return _matrices(2.0**-across, 0, 0, 0, 2.0**-upright, 0)


def rotate(angle) -> Tensor:
    """Matrices that rotate to the left, by radians."""
    sine, cosine = ops.sin(angle), ops.cos(angle)
    return _matrices(cosine, -sine, 0, sine, cosine, 0)


def _matrices(*rows):
    """The matrices of two rows of numbers or vectors, and (0, 0, 1) below them."""
    like = next(row for row in rows if not isinstance(row, int))
    rows = [ops.ones_like(like) * row for row in (*rows, 0, 0, 1)]
    return ops.reshape(ops.stack(rows, axis=-1), (-1, 3, 3))


def product(matrices) -> Tensor:
    """The matrix of several changes in a row, in full precision on every device."""
    first, *others = matrices
    for other in others:
        first = ops.sum(first[:, :, :, None] * other[:, None], axis=2)
    return first


def resample(planes, matrices) -> Tensor:
    """Changes images, by bilinear interpolation; beyond its borders one is mirrored.

    Args:
        planes: Floats (batch, channels, height, width), two pixels a side or more.
        matrices: (batch, 3, 3), see above.

    Returns:
        A tensor of the same shape, which is linear in the images: its gradient can be
        differentiated again.
    """
    num, (channels, height, width) = ops.shape(planes)[0], planes.shape[1:]
    x = ops.reshape(_from_middle(width), (1, 1, 1, -1))
    y = ops.reshape(_from_middle(height), (1, 1, -1, 1))
    a, b, c, d, e, f, *_ = ops.unstack(ops.reshape(matrices, (-1, 9, 1, 1, 1)), 9, 1)
    column, right = _mirrored(a * x + b * y + c, width)
    row, down = _mirrored(d * x + e * y + f, height)
    plane = ops.reshape(ops.arange(num * channels), (-1, channels, 1, 1))
    index = ops.reshape((plane * height + row) * width + column, (-1,))
    pixels = ops.reshape(planes, (-1,))

    def pair(offset):
        """Between the pixels so many places on, and those to their right."""
        left, other = (
            ops.reshape(take(pixels, index + i, 0), (-1, channels, height, width))
            for i in (offset, offset + 1)
        )
        return (1 - right) * left + right * other

    return (1 - down) * pair(0) + down * pair(width)


def _from_middle(size):
    return ops.arange(size, dtype="float32") - (size - 1) / 2


def _mirrored(place, size):
    """The pixel before a place from the middle, and how far beyond it the place is."""
    place, period = place + (size - 1) / 2, 2 * (size - 1)
    place = ops.abs(place - period * ops.round(place / period))
    before = ops.minimum(ops.floor(place), size - 2)
    return ops.cast(before, "int32"), place - before
