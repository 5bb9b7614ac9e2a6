"""What the networks share whose weights come from PyTorch files.

A layer is called as its original is, with "-" for ".", which names may not hold on the
torch backend. Batch normalization is folded into the convolution before it: at
inference it is a factor and a shift for each channel.
"""

import functools
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np
from keras import layers

from keras_gan_zoo import presets
from keras_gan_zoo.backend import torch_files
from keras_gan_zoo.inference import run

EPSILON = 1e-3  # of every batch normalization in these networks
# The same numbers under every dtype policy; no random numbers drawn for nothing.
COMMON = {"dtype": "float32", "kernel_initializer": "zeros"}
# Where the axes of an original kernel go.
AXES = {
    layers.Conv2D: (2, 3, 1, 0),
    layers.DepthwiseConv2D: (2, 3, 0, 1),
    layers.Dense: (1, 0),
}


def read(path, prefix, source) -> tuple[dict[str, np.ndarray], str]:
    """Reads a file of weights after a check that it is the right one.

    Args:
        path: Path of the file.
        prefix: What the sha256 of the file begins with.
        source: Where to get the file, in words, for the error.

    Returns:
        A dict of name to NumPy array, and the sha256.

    Raises:
        ValueError: If the file is missing or another.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise ValueError(f"There is no file {path}. {source}")
    sha256 = presets.sha256_of(path)
    if not sha256.startswith(prefix):
        raise ValueError(
            f"The file {path} holds other weights, or is damaged: expected a sha256 "
            f"that begins with {prefix}, received {sha256}. {source}"
        )
    return torch_files.read_state_dict(path), sha256


def set_weights(network, state, normalizations) -> None:
    """Sets the weights of a network to those of its original.

    Args:
        network: Keras model of convolutions, depthwise convolutions and dense layers.
        state: Dict of name to array. Each is used once.
        normalizations: Dict of a convolution's name to that of the batch normalization
            that follows it, the last part of both names.

    Raises:
        ValueError: If names or shapes are not those that the network needs.
    """
    state = {k: v for k, v in state.items() if not k.endswith("num_batches_tracked")}
    parts = parts_of(network, normalizations)
    shapes = {k: v for own in parts.values() for k, v in own.items()}
    check_names(network.name, state, shapes)
    for layer, own in parts.items():
        layer.set_weights(_converted(layer, [state[name] for name in own]))


def parts_of(network, normalizations) -> dict[layers.Layer, dict[str, tuple[int, ...]]]:
    """Says what of the original makes up each layer, as for `set_weights`.

    Returns:
        A dict of layer to a dict of name to shape.
    """
    return {x: _parts(x, normalizations) for x in network.layers if x.weights}


def check_names(network, state, shapes) -> None:
    """Raises a `ValueError` if arrays are not those that a network needs.

    Args:
        network: Its name, for the error.
        state: Dict of name to array.
        shapes: Dict of name to shape.
    """
    missing = sorted(shapes.keys() - state.keys())
    unexpected = sorted(state.keys() - shapes.keys())
    mismatching = [
        f"{key} {state[key].shape} in place of {shapes[key]}"
        for key in sorted(shapes.keys() & state.keys())
        if state[key].shape != shapes[key]
    ]
    if missing or unexpected or mismatching:
        raise ValueError(
            f"These are not the weights of {network}. Missing: {_list(missing)}. "
            f"Unexpected: {_list(unexpected)}. Of another shape: {_list(mismatching)}."
        )


def predictor(network, prepare, batch_size) -> Callable[[np.ndarray], Any]:
    """Makes a function of images of any size.

    Args:
        network: Keras model of prepared images.
        prepare: Function from uint8 images (num, height, width, channels), where all
            but the first is known, to what the network takes.
        batch_size: How many images are computed at a time.

    Returns:
        A function from uint8 images to a NumPy array.
    """
    return functools.partial(run, network, batch_size=batch_size, before=prepare)


def _parts(layer, normalizations):
    name = layer.name.replace("-", ".")
    shape = tuple(layer.kernel.shape[axis] for axis in np.argsort(AXES[type(layer)]))
    if isinstance(layer, layers.Dense):
        return {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    parent, dot, last = name.rpartition(".")
    normalization = parent + dot + normalizations[last]
    parts = ("weight", "bias", "running_mean", "running_var")
    folded = {f"{normalization}.{part}": shape[:1] for part in parts}
    return {f"{name}.weight": shape} | folded


def _converted(layer, arrays):
    """Returns kernel and bias of a layer from what makes it up in the original."""
    kernel, *others = (array.astype("float64") for array in arrays)
    if isinstance(layer, layers.Dense):
        (bias,) = others
    else:
        gamma, beta, mean, variance = others
        factor = gamma / np.sqrt(variance + EPSILON)
        kernel, bias = kernel * factor[:, None, None, None], beta - mean * factor
    return [kernel.transpose(AXES[type(layer)]), bias]


def _list(names):
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more if names else "none"
