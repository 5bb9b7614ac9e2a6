"""Features: what a metric sees of an image."""

import numpy as np


def pooled_pixels(images, cell=4) -> np.ndarray:
    """Means of square cells of pixels: coarse, but the same everywhere.

    Args:
        images: uint8 array (num, height, width, channels).
        cell: Side of a cell in pixels; height and width must be multiples of it.

    Returns:
        float64 array (num, height / cell * width / cell * channels) in [0, 1].

    Raises:
        ValueError: If the images are not uint8 or the cells do not fit.
    """
    num, height, width, channels = images.shape
    if images.dtype != np.uint8 or height % cell or width % cell:
        raise ValueError(
            "pooled_pixels() needs uint8 images whose sides are multiples of the cell. "
            f"Received: dtype {images.dtype}, {height}x{width}, cell={cell}"
        )
    cells = images.reshape(num, height // cell, cell, width // cell, cell, channels)
    return cells.mean(axis=(2, 4)).reshape(num, -1) / 255.0
