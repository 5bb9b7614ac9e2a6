"""Arrays whose rows are read when they are asked for."""

import collections
import concurrent.futures
import os
from typing import Any

import numpy as np

from keras_gan_zoo.datasets.base import check_positive


class LazyArray:
    """Rows that stay where they are until they are asked for.

    It is indexed along its first axis as a NumPy array is, by an integer, a slice, or
    an array of integers or booleans, and returns NumPy arrays. Nothing that was read is
    kept. `numpy.asarray(array)` reads all rows.

    Args:
        read: Function from the number of a row to that row. Several threads call it.
        shape: Tuple, the number of rows first.
        dtype: Of the rows.
        threads: How many rows are read at the same time; by default one for each core,
            8 at most.

    Attributes:
        shape: As given.
        dtype: A NumPy dtype.
        ndim: Number of axes.

    Raises:
        ValueError: If `threads` is not positive.
    """

    def __init__(self, read, shape, dtype="uint8", threads=None):
        threads = min(8, os.cpu_count() or 1) if threads is None else threads
        check_positive("threads", threads)
        self.shape = tuple(shape)
        self.dtype = np.dtype(dtype)
        self.ndim = len(self.shape)
        self._read = read
        self._threads = threads
        self._rows = np.arange(self.shape[0])

    def __len__(self) -> int:
        """How many rows there are."""
        return self.shape[0]

    def __getitem__(self, rows) -> Any:
        """Reads a row, or an array of rows."""
        chosen = self._rows[rows]
        if chosen.ndim == 0:
            return self._read(int(chosen))
        values = np.empty((len(chosen), *self.shape[1:]), self.dtype)

        def put(place):
            values[place] = self._read(int(chosen[place]))

        with concurrent.futures.ThreadPoolExecutor(self._threads) as pool:
            collections.deque(pool.map(put, range(len(chosen))), maxlen=0)
        return values

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        return self[:].astype(dtype or self.dtype, copy=False)


def is_lazy(array) -> bool:
    """Whether an array is a `LazyArray`."""
    return isinstance(array, LazyArray)
