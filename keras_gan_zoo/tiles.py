"""Large images in tiles of one shape, so that memory and compilation are bounded."""

import math
from typing import Any

import numpy as np

from keras_gan_zoo.inference import Progress


def map_tiles(function, images, tile=128, overlap=16, verbose="auto") -> np.ndarray:
    """Applies a function that enlarges small images to images of any size.

    Each tile sees `overlap` pixels more, on each side, than is kept of it. Where that
    is no less than how far the function looks, the result is that of the whole image.

    Args:
        function: Maps one tile, an array (1, height, width, channels), to an array
            (1, scale * height, scale * width, new_channels), of any integer scale.
        images: Array (num, height, width, channels). Where a side is shorter than a
            tile, the image is mirrored beyond its edge.
        tile: Side of a tile in pixels, or a pair (height, width).
        overlap: Pixels around the part of a tile that is kept.
        verbose: Whether to show a progress bar: 0, 1, or `"auto"` for long work.

    Returns:
        Array (num, scale * height, scale * width, new_channels) of what the function
        returns.

    Raises:
        ValueError: If tiles that have neighbours are not larger than their overlaps.
    """
    height, width = tile if isinstance(tile, tuple | list) else (tile, tile)
    num, *sides = images.shape[:3]
    both = list(zip(sides, (height, width), strict=True))
    parted = [length for side, length in both if side > length]
    if overlap < 0 or any(2 * overlap >= length for length in parted):
        raise ValueError(
            "A tile must be larger than its overlaps with both neighbours. Received: "
            f"tile={tile}, overlap={overlap}; expected 0 <= 2 * overlap < tile."
        )
    beyond = [(0, max(length - side, 0)) for side, length in both]
    images = np.pad(images, [(0, 0), *beyond, (0, 0)], mode="symmetric")
    rows, columns = (cuts(max(pair), pair[1], overlap) for pair in both)
    places = [(i, r, c) for i in range(num) for r in rows for c in columns]
    progress = Progress(len(places), verbose, unit="tile")
    large: Any = None
    for i, (top, *kept_rows), (left, *kept_columns) in places:
        part = function(images[i : i + 1, top : top + height, left : left + width])[0]
        scale = len(part) // height
        if large is None:
            shape = (num, *(scale * n for n in images.shape[1:3]), part.shape[-1])
            large = np.empty(shape, part.dtype)
        y, x = (slice(*(scale * n for n in kept)) for kept in (kept_rows, kept_columns))
        large[i, y, x] = part[_shifted(y, scale * top), _shifted(x, scale * left)]
        progress.add()
    return large[:, : scale * sides[0], : scale * sides[1]]


def cuts(size, tile, overlap) -> list[tuple[int, int, int]]:
    """Where tiles lie along a side, and what is kept of each.

    Args:
        size: Length of the side, no less than `tile`.
        tile: Length of a tile.
        overlap: The least that a tile sees beyond what is kept of it.

    Returns:
        A list of (start of the tile, first pixel kept, end of those kept). All tiles
        lie within the side; what is kept of them covers it without gaps.
    """
    if size == tile:
        return [(0, 0, size)]  # whatever the overlap
    num = 1 + math.ceil((size - tile) / (tile - 2 * overlap))
    starts = [int(start) for start in np.linspace(0, size - tile, num)]
    # Neighbours meet in the middle of what both see.
    middles = [(a + tile + b) // 2 for a, b in zip(starts, starts[1:], strict=False)]
    return list(zip(starts, [0, *middles], [*middles, size], strict=True))


def _shifted(kept, start):
    return slice(kept.start - start, kept.stop - start)
