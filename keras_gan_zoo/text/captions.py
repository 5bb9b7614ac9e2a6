"""Captions as they come: strings, arrays of strings, several an image."""

import inspect
import numbers
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np


def is_text(values) -> bool:
    """Whether these are to be read as captions: all but numbers and arrays of them."""
    if isinstance(values, list | tuple):
        return not values or any(map(is_text, values))
    dtype = getattr(values, "dtype", None)
    if dtype is None:
        return not isinstance(values, numbers.Number)
    return not any(kind in str(dtype).lower() for kind in ("int", "float", "bool"))


def listed(captions) -> list[list[str]]:
    """The captions of each image.

    Args:
        captions: A list, array, tensor or column of a table of strings, one an image;
            or of lists or arrays of strings, several an image, of some more than of
            others if need be. A string alone is one image's. Bytes are UTF-8.

    Returns:
        A list of lists of strings.

    Raises:
        ValueError: If they are something else, or an image has none.
    """
    entries = _as_list(captions)
    found = [_of_one(each) for each in entries or ()]
    wrong = next((i for i, each in enumerate(found) if not each), None)
    if entries is None:
        received = f"a {type(captions).__name__}"
    elif wrong is None:
        received = "nothing"
    else:
        received = f"{entries[wrong]!r} at {wrong}"
    if wrong is not None or not found:
        raise ValueError(
            "Captions must be strings, one an image, or lists of strings, one or more "
            f"an image. Received: {received}. Pass a list, and leave out the images "
            "without a caption."
        )
    return found


def flat(captions) -> list[str]:
    """The captions of all images in one list; see `listed`."""
    return [text for those in listed(captions) for text in those]


def peeked(data) -> tuple[Any, Any]:
    """The first batch of a data set, and the data set with it.

    Args:
        data: What `fit` takes.

    Returns:
        A batch, or what tf.data knows of all batches, or None where neither can be had
        before the training; and what yields the same batches as `data`.
    """
    if isinstance(data, keras.utils.PyDataset):
        return data[0], data
    if not inspect.isgenerator(data):
        return getattr(data, "element_spec", None), data
    first = next(data, None)
    return first, data if first is None else _joined(first, data)


def _joined(first, others):
    yield first
    yield from others


def _of_one(captions):
    """A list of strings; an empty one if they are something else."""
    texts = [_text(each) for each in _as_list(captions) or ()]
    return [] if None in texts else texts


def _text(value):
    value = value.decode() if isinstance(value, bytes) else value
    return str(value) if isinstance(value, str) else None


def _as_list(captions):
    """Captions in a list; None if they have no order, or are none."""
    if isinstance(captions, str | bytes):
        return [captions]
    if hasattr(captions, "__array__"):
        captions = np.asarray(captions).tolist()
        return captions if isinstance(captions, list) else [captions]
    if hasattr(captions, "to_list"):  # ragged tensors
        captions = captions.to_list()
    return list(captions) if isinstance(captions, Sequence) else None
