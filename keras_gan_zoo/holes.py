"""Holes in images: masks that are given or drawn, and what a network sees of both."""

import math

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


def draw_free_form(num, sides, seed) -> Tensor:
    """Draws the wide masks of LaMa, inside a training step.

    Half of them are one to four rectangles, of 12 to 59 % of the image's sides; the
    others one to five crooked brush strokes. Lengths are those of the paper's crops of
    256 pixels, as shares of the shorter side.

    Args:
        num: How many.
        sides: (height, width) of the images.
        seed: A `SeedGenerator`.

    Returns:
        A tensor (num, height, width, 1), 1 where pixels are missing and 0 elsewhere.

    Reference:
        Suvorov et al. 2022, https://arxiv.org/abs/2109.07161, and the masks of its
        published configuration.
    """
    shares = (30 / 256, 150 / 256)
    boxes = [draw_rectangles(num, sides, shares, seed) for _ in range(4)]
    boxes = ops.stack(boxes, axis=1) * _some(num, 4, seed)[:, :, None, None, None]
    strokes = draw_strokes(num, sides, seed)
    is_stroke = keras.random.uniform((num, 1, 1, 1), seed=seed) < 0.5
    return ops.where(is_stroke, strokes, ops.max(boxes, axis=1))


def draw_strokes(num, sides, seed, strokes=5, segments=5) -> Tensor:
    """Draws masks of brush strokes, inside a training step.

    Each turns by up to four radians at its corners, to alternate sides, and is as wide
    as 2 to 41 % of the shorter side.

    Args:
        num: How many masks.
        sides: (height, width) of the images.
        seed: A `SeedGenerator`.
        strokes: The most strokes in a mask, of which there is at least one.
        segments: The most straight parts of a stroke.

    Returns:
        A tensor (num, height, width, 1), 1 under a brush and 0 elsewhere.
    """

    def uniform(low, high):
        return keras.random.uniform((num, strokes), low, high, seed=seed)

    height, width = sides
    side = min(sides) / 256
    y, x = uniform(0.0, height), uniform(0.0, width)
    is_there = _some(num, strokes, seed)
    parts = keras.random.randint((num, strokes), 1, segments + 1, seed=seed)
    mask = ops.zeros((num, height, width), keras.config.floatx())
    for part in range(segments):
        angle = uniform(0.0, 4.0)
        angle = angle if part % 2 else 2 * math.pi - angle
        length = side * uniform(10.0, 210.0)
        radius = side * uniform(5.0, 105.0) / 2
        end_y = ops.clip(y + length * ops.cos(angle), 0, height)
        end_x = ops.clip(x + length * ops.sin(angle), 0, width)
        distance = _distances(sides, (y, x), (end_y, end_x))
        drawn = is_there * ops.cast(part < parts, mask.dtype)
        reach = ops.where(drawn > 0, radius, -1.0)[:, :, None, None]
        under = ops.any(distance <= reach, axis=1)
        mask = ops.maximum(mask, ops.cast(under, mask.dtype))
        y, x = end_y, end_x
    return mask[..., None]


def _some(num, most, seed):
    """The first ones of `most` things, at least one: (num, most) of 1 and 0."""
    number = keras.random.randint((num, 1), 1, most + 1, seed=seed)
    return ops.cast(ops.arange(most) < number, keras.config.floatx())


def _distances(sides, start, end):
    """Of each pixel from line segments, (num, segments, height, width) in pixels.

    Args:
        sides: (height, width).
        start: y and x, each (num, segments).
        end: The same.
    """
    y, x, end_y, end_x = (place[..., None, None] for place in (*start, *end))
    down, right = end_y - y, end_x - x
    rows = (ops.arange(sides[0], dtype="float32") + 0.5)[:, None] - y
    columns = (ops.arange(sides[1], dtype="float32") + 0.5)[None] - x
    length = ops.maximum(down**2 + right**2, 1e-6)
    along = ops.clip((rows * down + columns * right) / length, 0.0, 1.0)
    return ops.sqrt((rows - along * down) ** 2 + (columns - along * right) ** 2)


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
