"""Arrays that are mapped from disk: what was read of them need not stay in memory."""

import mmap
from typing import Any

import numpy as np

PIECE = 16  # rows; to touch one may map 2 MB of a file


def take(array, rows) -> Any:
    """Copies rows of an array; of one that is mapped from disk nothing else stays.

    The pages of a map that a process has touched count as its memory until something
    else needs it, which may be the whole file after an epoch.

    Args:
        array: NumPy array, or what is indexed like one.
        rows: Array of integers.

    Returns:
        The rows, a NumPy array.
    """
    mapping = _mapping(array)
    if mapping is None:
        return array[rows]
    taken = np.empty((len(rows), *array.shape[1:]), array.dtype)
    for start in range(0, len(rows), PIECE):
        piece = slice(start, start + PIECE)
        taken[piece] = array[rows[piece]]
        mapping.madvise(mmap.MADV_DONTNEED)
    return taken


def _mapping(array):
    """The map behind an array, if nothing can have been written to it."""
    while isinstance(array, np.ndarray):
        if isinstance(array, np.memmap) and array.mode != "r":
            return None
        array = array.base
    can_advise = hasattr(mmap, "MADV_DONTNEED")  # not on Windows
    return array if isinstance(array, mmap.mmap) and can_advise else None
