"""What is taken away from images, for a model to put back: edges, pixels, pieces."""

import math

import numpy as np

from keras_gan_zoo.datasets.base import check_positive
from keras_gan_zoo.datasets.pictures import check_image_size
from keras_gan_zoo.resampling import bicubic_matrix

BINOMIAL = np.array([1, 4, 6, 4, 1], "float32") / 16  # smooths by one pixel
KINDS_OF_HOLES = ("rectangles", "strokes")


def edges(images, low=12.0, high=48.0) -> np.ndarray:
    """Draw the outlines of images as dark lines on white, for pairs.

    A pixel's slope is that of its steepest channel, after smoothing. Only those that
    are steeper than both neighbours across the line keep it, as in Canny's filter, so
    that lines are one pixel thin. Between the slopes `low` and `high` a line goes from
    white to black: a faint one is grey rather than torn.

    Args:
        images: uint8 array `(n, height, width, channels)`.
        low: Slope up to which there is no line, in grey levels a pixel.
        high: Slope from which on a line is black.

    Returns:
        A uint8 array `(n, height, width, 1)`.

    Raises:
        ValueError: If `images` is not such an array of at least 2x2 pixels, or not
            `0 <= low < high`.

    Examples:
        >>> images = np.zeros((1, 5, 8, 3), "uint8")
        >>> images[:, :, 4:] = 255
        >>> edges(images)[0, 0, :, 0]
        array([255, 255, 255,   0, 255, 255, 255, 255], dtype=uint8)

    Reference:
        - [Canny, 1986](https://doi.org/10.1109/TPAMI.1986.4767851)
    """
    check_images(images)
    if min(images.shape[1:3]) < 2:
        raise ValueError(
            f"images: expected at least 2x2 pixels, received shape {images.shape}."
        )
    if not 0 <= low < high:
        raise ValueError(
            f"low and high: expected 0 <= low < high, received {low!r} and {high!r}."
        )
    lines = np.empty(images.shape[:3], "uint8")
    for line, image in zip(lines, images, strict=True):
        line[:] = _draw_lines(image.astype("float32"), low, high)
    return lines[..., None]


def _draw_lines(image, low, high):
    """Map a float image (height, width, channels) to uint8 lines (height, width)."""
    down, right = np.gradient(_smooth(image), axis=(0, 1))
    steepest = np.hypot(down, right).argmax(axis=-1)[..., None]
    down = np.take_along_axis(down, steepest, axis=-1)[..., 0]
    right = np.take_along_axis(right, steepest, axis=-1)[..., 0]
    slope = np.hypot(down, right)
    unit = np.stack([down, right]) / np.maximum(slope, 1e-6)
    place = np.indices(slope.shape)
    ahead, behind = _read(slope, place + unit), _read(slope, place - unit)
    # Where two pixels are equally steep, one of them makes the line; 0.01 is rounding.
    is_ridge = (slope > ahead - 0.01) & (slope > behind + 0.01)
    darkness = is_ridge * np.clip((slope - low) / (high - low), 0, 1)
    return np.rint(255 * (1 - darkness)).astype("uint8")


def _smooth(image):
    """Smooth an image (height, width, channels) along both axes."""
    padded = np.pad(image, ((2, 2), (2, 2), (0, 0)), mode="edge")
    for axis in (0, 1):
        windows = np.lib.stride_tricks.sliding_window_view(padded, 5, axis=axis)
        padded = windows @ BINOMIAL
    return padded


def _read(image, place):
    """Read an image (height, width) between its pixels, at `place` (2, ...)."""
    limit = np.array(image.shape)[:, None, None] - 1
    place = np.clip(place, 0, limit)
    row, column = np.minimum(place.astype(int), limit - 1)
    y, x = place - (row, column)
    top = (1 - x) * image[row, column] + x * image[row, column + 1]
    bottom = (1 - x) * image[row + 1, column] + x * image[row + 1, column + 1]
    return (1 - y) * top + y * bottom


def downsample(images, factor) -> np.ndarray:
    """Shrink images with antialiased bicubic interpolation, for super-resolution.

    The cubic kernel is stretched by the factor, so that each new pixel is a weighted
    mean of all it covers; at the borders the weights that are left sum to 1. The width
    is shrunk first, and rounded, as Pillow's `resize` with `BICUBIC` does.

    Args:
        images: uint8 array `(n, height, width, channels)`.
        factor: Positive integer that divides height and width.

    Returns:
        A uint8 array `(n, height / factor, width / factor, channels)`.

    Raises:
        ValueError: If `images` is not such an array or the factor does not divide it.

    Examples:
        >>> downsample(np.full((1, 8, 4, 3), 7, "uint8"), 4).shape
        (1, 2, 1, 3)

    Reference:
        - [Keys, 1981](https://doi.org/10.1109/TASSP.1981.1163711), with a = -1/2.
    """
    check_images(images)
    num, height, width, channels = images.shape
    if not isinstance(factor, int) or factor < 1 or height % factor or width % factor:
        raise ValueError(
            "factor: expected a positive integer that divides the height and width "
            f"{height}x{width}, received {factor!r}. Crop the images first."
        )
    rows = bicubic_matrix(height, height // factor)
    columns = bicubic_matrix(width, width // factor)
    small = np.empty((num, len(rows), len(columns), channels), "uint8")
    for index, image in enumerate(images):
        lines = _to_bytes(columns @ image.astype("float32"))  # (height, new width, ...)
        pixels = rows @ lines.reshape(height, -1)
        small[index] = _to_bytes(pixels).reshape(small.shape[1:])
    return small


def _to_bytes(values):
    return np.clip(np.rint(values), 0, 255)


def masks(num, image_size=(64, 64), seed=0, kind=None) -> np.ndarray:
    """Draw masks of what is to be filled in, for inpainting.

    Half of them, by chance, are rectangles whose sides are 1/4 to 1/2 of the image's;
    the others are two to four brush strokes, crooked lines of a round brush.

    Args:
        num: How many.
        image_size: `(height, width)`, each at least 8.
        seed: Seed of the random generator; equal seeds give equal masks.
        kind: `"rectangles"` or `"strokes"`, for masks of one kind alone.

    Returns:
        A uint8 array `(num, height, width, 1)`: 1 where pixels are missing, else 0.

    Raises:
        ValueError: If `num` is not a positive integer, the size is not such a pair, or
            there is no such kind.

    Examples:
        >>> holes = masks(3, (32, 32))
        >>> holes.shape
        (3, 32, 32, 1)
    """
    check_positive("num", num)
    check_image_size(image_size)
    if min(image_size) < 8:
        raise ValueError(f"image_size: expected at least 8x8, received {image_size!r}.")
    if kind not in (None, *KINDS_OF_HOLES):
        raise ValueError(
            f"kind: expected one of {KINDS_OF_HOLES} or None, received {kind!r}."
        )
    rng = np.random.default_rng(seed)
    drawn = np.empty((num, *image_size, 1), "uint8")
    for mask in drawn[..., 0]:
        chosen = kind or KINDS_OF_HOLES[int(rng.random() >= 0.5)]
        draw = _rectangle if chosen == "rectangles" else _strokes
        mask[:] = draw(image_size, rng)
    return drawn


def _rectangle(image_size, rng):
    """Cover one rectangle that lies within the image."""
    mask = np.zeros(image_size, bool)
    sides = [rng.integers(size // 4, size // 2 + 1) for size in image_size]
    top, left = (
        rng.integers(size - side + 1)
        for size, side in zip(image_size, sides, strict=True)
    )
    mask[top : top + sides[0], left : left + sides[1]] = True
    return mask


def _strokes(image_size, rng):
    """Cover two to four brush strokes that begin within the image."""
    mask = np.zeros(image_size, bool)
    length = min(image_size) / 4
    for _ in range(rng.integers(2, 5)):
        point = rng.random(2) * image_size
        radius = max(rng.uniform(1 / 6, 1 / 3) * length, 0.75)  # a pixel at least
        angle = rng.uniform(0, 2 * math.pi)
        for _ in range(rng.integers(2, 7)):
            angle += rng.normal(0, math.pi / 4)
            direction = np.array([math.sin(angle), math.cos(angle)])
            end = point + rng.uniform(0.5, 1) * length * direction
            mask |= _distance(image_size, point, end) <= radius
            point = end
    return mask


def _distance(image_size, start, end):
    """Distance (height, width) of each pixel's centre from a line segment."""
    centers = np.moveaxis(np.indices(image_size), 0, -1) + 0.5
    along = (centers - start) @ (end - start) / np.sum((end - start) ** 2)
    nearest = start + np.clip(along, 0, 1)[..., None] * (end - start)
    return np.linalg.norm(centers - nearest, axis=-1)


def check_images(images) -> None:
    """Refuses what is no batch of uint8 images."""
    shape, dtype = np.shape(images), getattr(images, "dtype", type(images).__name__)
    if len(shape) != 4 or dtype != "uint8":
        raise ValueError(
            "images: expected a uint8 array (n, height, width, channels), received "
            f"{dtype} of shape {shape}."
        )
