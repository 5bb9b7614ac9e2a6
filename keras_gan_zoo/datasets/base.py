"""What the data sets share: the pair they return, splits, and optional packages."""

import importlib
import zlib
from typing import NamedTuple

import numpy as np


class Dataset(NamedTuple):
    """Images and their labels, ready for `model.fit(*dataset)`.

    Attributes:
        images: uint8 array of shape `(n, height, width, channels)`; for clips,
            `(n, frames, height, width, channels)`; for the toy sets, float32 points
            of shape `(n, 2)`; for solid shapes, bool cells of shape
            `(n, height, depth, width, 1)`; for sounds, int16 waves of shape
            `(n, samples, 1)`.
        labels: int32 array of shape `(n,)`.
    """

    images: np.ndarray
    labels: np.ndarray


def require(package, command) -> None:
    """Fail with the command that installs an optional package."""
    try:
        importlib.import_module(package)
    except ImportError as error:
        raise ImportError(
            f"This data needs the package {package}, which could not be imported "
            f"({error}). Install it with: {command}"
        ) from error


def check_positive(name, value) -> None:
    """Refuses what is not a positive integer."""
    if not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name}: expected a positive integer, received {value!r}.")


def check_split(split) -> None:
    """Refuses what is not a split."""
    if split not in ("train", "test", "all"):
        raise ValueError(f"split: expected train, test or all, received {split!r}.")


def in_split(key, split, one_in) -> bool:
    """Tells whether the thing called `key` belongs to a split.

    One key in `one_in` is held out for testing. The name alone decides, so that a
    set can grow without anything changing sides.
    """
    held_out = zlib.crc32(key.encode()) % one_in == 0
    return split == "all" or held_out == (split == "test")
