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
        function: Maps one tile, an array (1, tile, tile, channels), to an array
            (1, scale * tile, scale * tile, new_channels), of any integer scale.
        images: Array (num, height, width, channels). Where a side is shorter than a
            tile, the image is mirrored beyond its edge.
        tile: Side of a tile in pixels.
        overlap: Pixels around the part of a tile that is kept.
        verbose: Whether to show a progress bar: 0, 1, or `"auto"` for long work.

    Returns:
        Array (num, scale * height, scale * width, new_channels) of what the function
        returns.

    Raises:
        ValueError: If the tiles are not larger than their overlaps.
    """
    if not 0 <= 2 * overlap < tile:
        raise ValueError(
            "A tile must be larger than its overlaps with both neighbours. Received: "
            f"tile={tile}, overlap={overlap}; expected 0 <= 2 * overlap < tile."
        )
    num, *sides = images.shape[:3]
    beyond = [(0, max(tile - side, 0)) for side in sides]
    images = np.pad(images, [(0, 0), *beyond, (0, 0)], mode="symmetric")
    rows, columns = (cuts(max(side, tile), tile, overlap) for side in sides)
    places = [(i, r, c) for i in range(num) for r in rows for c in columns]
    progress = Progress(len(places), verbose, unit="tile")
    large: Any = None
    for i, (top, *kept_rows), (left, *kept_columns) in places:
        part = function(images[i : i + 1, top : top + tile, left : left + tile])[0]
        scale = len(part) // tile
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
    num = 1 + math.ceil((size - tile) / (tile - 2 * overlap))
    starts = [int(start) for start in np.linspace(0, size - tile, num)]
    # Neighbours meet in the middle of what both see.
    middles = [(a + tile + b) // 2 for a, b in zip(starts, starts[1:], strict=False)]
    return list(zip(starts, [0, *middles], [*middles, size], strict=True))


def _shifted(kept, start):
    return slice(kept.start - start, kept.stop - start)
