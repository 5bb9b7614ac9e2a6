"""Holes in images: masks that are given or drawn, and what a network sees of both."""

import keras
import numpy as np
from keras import ops

from keras_gan_zoo.checks import as_array
from keras_gan_zoo.typing import Tensor


def with_holes(images, masks) -> Tensor:
    """Joins images, whose holes get the mean colour, 0, with their masks.

    Args:
        images: Float (batch, height, width, channels) in [-1, 1].
        masks: (batch, height, width, 1), 1 where pixels are missing, and else 0.

    Returns:
        (batch, height, width, channels + 1); the mask is the last channel.
    """
    return ops.concatenate([images * (1 - masks), masks], axis=-1)


def draw_rectangles(num, sides, shares, seed) -> Tensor:
    """Draws masks of one rectangle each, inside a training step.

    Args:
        num: How many.
        sides: (height, width) of the images.
        shares: Shortest and longest side of the rectangles, as shares of the image's.
        seed: A `SeedGenerator`.

    Returns:
        A tensor (num, height, width, 1), 1 within the rectangle and 0 around it.
    """
    rows, columns = (_spans(num, side, shares, seed) for side in sides)
    return rows[:, :, None, None] * columns[:, None, :, None]


def _spans(num, side, shares, seed):
    """Draws spans of random length and place, (num, side) of 0 and 1."""
    shortest, longest = (max(1, round(share * side)) for share in shares)
    length = keras.random.randint((num, 1), shortest, longest + 1, seed=seed)
    places = ops.cast(side - length + 1, "float32")
    start = ops.cast(places * keras.random.uniform((num, 1), seed=seed), "int32")
    index = ops.arange(side, dtype="int32")
    inside = ops.logical_and(index >= start, index < start + length)
    return ops.cast(inside, keras.config.floatx())


def check_masks(masks, images) -> None:
    """Raises a `ValueError` unless there is a mask of 0 and 1 for each image.

    Args:
        masks: Array or tensor, to be (num, height, width, 1).
        images: Array or tensor (num, height, width, channels).
    """
    expected = (*images.shape[:3], 1)
    if tuple(getattr(masks, "shape", ())) != expected:
        raise ValueError(
            "Masks say for each image which pixels are missing. Expected an array of "
            f"shape {expected}. Received: {getattr(masks, 'shape', type(masks))}"
        )
    values = np.unique(as_array(masks).astype("float32"))
    if not np.isin(values, (0, 1)).all():
        raise ValueError(
            "Masks hold 1 where a pixel is missing and 0 where it is known. Received "
            f"values from {values.min():g} to {values.max():g}. Compare with a "
            "threshold first: masks > 127."
        )
