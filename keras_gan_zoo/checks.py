"""What networks and arguments must fulfil, and the errors that say so."""

import numpy as np
from keras import ops


def shape_of(network, side):
    """Shape of a network's input or output.

    Args:
        network: A Functional or Sequential Keras model.
        side: `"input"` or `"output"`.

    Returns:
        A tuple with the batch axis; for several inputs a list of tuples.

    Raises:
        ValueError: If the shape is not known.
    """
    shape = getattr(network, f"{side}_shape", None)
    if not isinstance(shape, tuple | list):
        raise ValueError(
            f"The {side} shape of the network {getattr(network, 'name', network)!r} is "
            "not known. Expected a Functional or Sequential Keras model whose inputs "
            "and output have fixed shapes (start it with keras.Input)."
        )
    return shape


def check_shape(what, received, expected):
    """Compares shapes without their batch axis; None fits everything.

    Args:
        what: Words for the error.
        received: Shape, a tuple, or a list of them.
        expected: Shape, a tuple, or a list of them.

    Raises:
        ValueError: If they differ.
    """
    if not _fits(received, expected):
        raise ValueError(
            f"Shapes do not fit: the {what} is {received}, expected {expected}. Change "
            "the network, image_shape or latent_dim, or resize the data, so that they "
            "agree."
        )


def check_classes(labels, num, lowest, num_classes):
    """Raises a `ValueError` unless labels are integers in [lowest, num_classes).

    Args:
        labels: Array, tensor or list.
        num: How many there must be.
        lowest: The first label.
        num_classes: How many classes there are, from 0 on.
    """
    labels = np.asarray(ops.convert_to_numpy(labels))
    if labels.shape != (num,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"Labels must be one integer an image, an array of shape ({num},). "
            f"Received: shape {labels.shape}, dtype {labels.dtype}. One-hot labels "
            "become integers by labels.argmax(axis=-1), a column by labels[:, 0]."
        )
    if num and not lowest <= labels.min() <= labels.max() < num_classes:
        raise ValueError(
            f"Labels must lie in [{lowest}, {num_classes}). Received labels from "
            f"{labels.min()} to {labels.max()}. Count classes from 0, and pass "
            "num_classes to the model if there are more."
        )


def _fits(received, expected):
    if type(received) is not type(expected) or len(received) != len(expected):
        return False
    if isinstance(expected, list):
        return all(map(_fits, received, expected))
    pairs = zip(received[1:], expected[1:], strict=True)
    return all(None in pair or pair[0] == pair[1] for pair in pairs)


def check_number(num):
    """Refuses to generate anything but a positive number of images."""
    if not isinstance(num, int | np.integer) or num < 1:
        raise ValueError(
            f"generate() needs a positive number of images. Received: num={num!r}"
        )
