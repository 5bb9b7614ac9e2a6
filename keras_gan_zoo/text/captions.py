"""Captions as they come: strings, arrays of strings, several an image."""

from typing import Any

import numpy as np


def is_text(values) -> bool:
    """Whether these are strings, or lists or arrays of strings."""
    while isinstance(values, list | tuple | np.ndarray) and len(values):
        values = values[0]
    return isinstance(values, str | bytes)


def listed(captions) -> list[list[str]]:
    """The captions of each image.

    Args:
        captions: A list or array of strings, one an image; or of lists or arrays of
            strings, several an image, of some more than of others if need be.

    Returns:
        A list of lists of strings.

    Raises:
        ValueError: If they are something else, or an image has none.
    """
    if isinstance(captions, str):
        captions = [captions]
    found = [_of_one(each) for each in captions]
    wrong = next((i for i, each in enumerate(found) if not each), None)
    if wrong is not None or not found:
        received = "nothing" if wrong is None else f"{captions[wrong]!r} at {wrong}"
        raise ValueError(
            "Captions must be strings, one an image, or lists of strings, one or more "
            f"an image. Received: {received}. Leave out the images without a caption."
        )
    return found


def _of_one(captions: Any) -> list[str]:
    """A list of strings; an empty one if they are something else."""
    captions = [captions] if isinstance(captions, str) else captions
    if not isinstance(captions, list | tuple | np.ndarray):
        return []
    texts = list(captions)
    return [str(x) for x in texts] if all(isinstance(x, str) for x in texts) else []
