"""Resampling that is the same on every backend, as a product of matrices."""

import numpy as np
from keras import ops

from keras_gan_zoo.typing import Tensor


def resize_bicubic(images, height, width) -> Tensor:
    """Resizes images; shrinking averages, so that nothing aliases.

    Args:
        images: Float tensor (batch, old height, old width, channels), sides known.
        height: New height.
        width: New width.

    Returns:
        A tensor (batch, height, width, channels). Beside edges it may lie a little
        beyond the range of `images`.
    """
    rows = bicubic_matrix(images.shape[1], height)
    columns = bicubic_matrix(images.shape[2], width)
    images = ops.einsum("ih,bhwc->biwc", rows, images)
    return ops.einsum("jw,biwc->bijc", columns, images)


def bicubic_matrix(old, new, antialias=True) -> np.ndarray:
    """The weights that make new pixels of old ones, along one side.

    Args:
        old: Length of the side.
        new: Its new length.
        antialias: Whether shrinking averages over all that a new pixel covers, rather
            than the four pixels next to its centre.

    Returns:
        float32 array (new, old) whose rows sum to 1.

    Reference:
        Keys 1981, https://doi.org/10.1109/TASSP.1981.1163711
    """
    return _weights(_keys, old, new, antialias)


def bilinear_matrix(old, new, antialias=True) -> np.ndarray:
    """As `bicubic_matrix`, with weights that fall off along a straight line."""
    return _weights(lambda x: np.maximum(1 - x, 0), old, new, antialias)


def area_matrix(old, new) -> np.ndarray:
    """As `bicubic_matrix`, with the shares of the old pixels that a new one covers."""
    borders = np.arange(new + 1) * (old / new)
    pixels = np.arange(old)
    covered = np.minimum(borders[1:, None], pixels + 1) - np.maximum(
        borders[:-1, None], pixels
    )
    return _normalized(np.maximum(covered, 0))


def _weights(kernel, old, new, antialias):
    step = old / new
    centers = (np.arange(new) + 0.5) * step - 0.5
    distances = np.abs(centers[:, None] - np.arange(old))
    return _normalized(kernel(distances / max(step, 1.0) if antialias else distances))


def _normalized(weights):
    return (weights / weights.sum(axis=1, keepdims=True)).astype("float32")


def torch_bicubic_matrix(old, new, offset=0.0) -> np.ndarray:
    """The weights of PyTorch's bicubic interpolation, which does not average.

    Args:
        old: Length of the side.
        new: Its new length.
        offset: What is added to the new length where positions are computed, as if
            `scale_factor=(new + offset) / old` were passed to PyTorch.

    Returns:
        float32 array (new, old) whose rows sum to 1.
    """
    positions = (np.arange(new) + 0.5) * (old / (new + offset)) - 0.5
    lower = np.floor(positions).astype("int64")
    weights = np.zeros((new, old))
    for pixel in (lower - 1, lower, lower + 1, lower + 2):
        inside = np.clip(pixel, 0, old - 1)
        weights[np.arange(new), inside] += _keys(np.abs(positions - pixel), a=-0.75)
    return weights.astype("float32")


def _keys(x, a=-0.5):
    """Keys' cubic of distances >= 0."""
    near = ((a + 2) * x - (a + 3)) * x**2 + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))
