"""What networks and arguments must fulfil, and the errors that say so."""

import inspect
import math
import numbers
import re

import keras
import numpy as np
from keras import ops


def as_array(values) -> np.ndarray:
    """Makes a NumPy array of a list or tensor; an array stays, if mapped from disk too.

    Args:
        values: Array, tensor of any framework, or nested lists.

    Returns:
        A NumPy array, without a copy where that is possible.
    """
    if isinstance(values, np.ndarray | list | tuple | int | float):
        return np.asarray(values)
    return ops.convert_to_numpy(values)


def is_float(values) -> bool:
    """Whether an array, tensor or variable holds floats, of whatever precision."""
    return "float" in keras.backend.standardize_dtype(values.dtype)


def check_finite_weights(network, what) -> None:
    """Raises a `ValueError` if a weight of a network or model is NaN or infinite.

    Args:
        network: A Keras layer or model.
        what: It, in words for the error.
    """
    for weight in network.weights:
        if not np.isfinite(ops.convert_to_numpy(weight)).all():
            raise ValueError(
                f"{what} holds weights that are not finite, in {weight.path}. Go back "
                "to a checkpoint before the losses became NaN, or fetch the file again."
            )


def shape_of(network, side) -> tuple | list:
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


def bounded_ending(network, name) -> str | None:
    """Says so in words if a network ends in a sigmoid or a softmax.

    A discriminator is to end in logits, a generator in images in [-1, 1].

    Args:
        network: A Functional or Sequential Keras model.
        name: What it is to the model, such as `"generator"`.

    Returns:
        The words, or None.
    """
    ends = {_last_activation(tensor) for tensor in network.outputs} & BOUNDED
    if not ends:
        return None
    end = min(ends)
    if "generator" in name:
        return (
            f"The {name} ends in a {end}, so its images lie in [0, 1]. Expected "
            '[-1, 1], where black is -1. End it in activation="tanh".'
        )
    return (
        f"The {name} ends in a {end}. Expected logits, without bounds: the losses "
        "apply the sigmoid themselves. End it in a layer without activation."
    )


BOUNDED = {"sigmoid", "hard_sigmoid", "softmax"}
# What moves values, but does not change them.
_MOVERS = (
    "Cropping2D",
    "Dropout",
    "Flatten",
    "Permute",
    "Reshape",
    "Resizing",
    "Squeeze",
    "UpSampling2D",
)


def _last_activation(tensor):
    """Name of the function that a tensor was computed by at last, as Keras says it."""
    layer = tensor._keras_history.operation
    while type(layer).__name__ in _MOVERS:
        tensor = keras.tree.flatten(layer.input)[0]
        layer = tensor._keras_history.operation
    if getattr(layer, "outputs", None) and hasattr(layer, "layers"):  # a network in it
        return _last_activation(layer.outputs[0])
    function = getattr(layer, "activation", None)
    name = getattr(function, "__name__", None) or type(layer).__name__
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def check_shape(what, received, expected) -> None:
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


def check_classes(labels, num, lowest, num_classes) -> None:
    """Raises a `ValueError` unless labels are integers in [lowest, num_classes).

    Args:
        labels: Array, tensor or list.
        num: How many there must be.
        lowest: The first label.
        num_classes: How many classes there are, from 0 on.
    """
    labels = as_array(labels)
    if labels.shape != (num,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"Labels must be one integer an image, an array of shape ({num},). "
            f"Received: shape {labels.shape}, dtype {labels.dtype}. "
            f"{_how_to_make_integers(labels)}"
        )
    if num and not lowest <= labels.min() <= labels.max() < num_classes:
        raise ValueError(
            f"Labels must lie in [{lowest}, {num_classes}). Received labels from "
            f"{labels.min()} to {labels.max()}. Count classes from 0, and pass "
            "num_classes to the model if there are more."
        )


def _how_to_make_integers(labels):
    if labels.ndim == 2 and labels.shape[1] == 1:
        return "A column becomes a row by labels[:, 0]."
    if labels.ndim == 2:
        return "One-hot labels become integers by labels.argmax(axis=-1)."
    if labels.dtype.kind in "USO":
        return (
            "Names become integers by numpy.unique(labels, return_inverse=True)[1], in "
            "alphabetical order."
        )
    if labels.dtype.kind in "fb":
        return "Whole numbers become integers by labels.astype('int32')."
    return "Pass as many labels as there are images."


def _fits(received, expected):
    if type(received) is not type(expected) or len(received) != len(expected):
        return False
    if isinstance(expected, list):
        return all(map(_fits, received, expected))
    pairs = zip(received[1:], expected[1:], strict=True)
    return all(None in pair or pair[0] == pair[1] for pair in pairs)


def check_finite(name, value) -> None:
    """Refuses what is no finite number."""
    if not isinstance(value, numbers.Real) or not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number. Received: {name}={value!r}")


def check_number(num) -> None:
    """Refuses to generate anything but a positive number of images."""
    if not isinstance(num, int | np.integer) or num < 1:
        raise ValueError(
            f"generate() needs a positive number of images. Received: num={num!r}"
        )


def shape_from(model, shape) -> tuple | None:
    """A model's `image_shape` as a tuple of integers, or None if there is none.

    Raises:
        ValueError: If it is no sequence of sizes from 1 on, or None where one is open.
    """
    if shape is None:
        return None
    try:
        sizes = tuple(shape)
    except TypeError:
        sizes = (shape, 0)
    known = [size for size in sizes if size is not None]
    if not all(isinstance(size, int | np.integer) and size >= 1 for size in known):
        raise ValueError(
            f"{type(model).__name__}(image_shape=...) is a tuple of integers from 1 "
            f"on, such as (28, 28, 1). Received: {shape!r}"
        )
    return sizes


def check_sizes(model) -> None:
    """Refuses sizes and counts that are none, among a model's arguments.

    They are the arguments whose default is an integer, of its class or one of its
    bases, and which the model has as attributes. What its class has by default may be
    None.

    Args:
        model: A Keras model, before it makes its networks.

    Raises:
        ValueError: If one is no integer from 0 on.
    """
    kind = type(model)
    own = inspect.signature(kind).parameters
    for base in kind.__mro__[: kind.__mro__.index(keras.Model)]:
        for name, argument in inspect.signature(base).parameters.items():
            value = getattr(model, name, 0) if type(argument.default) is int else 0
            if value is None and name in own and own[name].default is None:
                continue
            if not isinstance(value, int | np.integer) or value < 0:
                raise ValueError(
                    f"{kind.__name__}({name}=...) is an integer from 0 on. Received: "
                    f"{value!r}"
                )
