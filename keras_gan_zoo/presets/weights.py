"""Weights of one network in a file: HDF5 as Keras has it, or safetensors."""

import collections
import functools
import pathlib
import re
import tempfile

import h5py
import keras
import numpy as np
from keras import ops

from keras_gan_zoo import tensor_files, weight_files
from keras_gan_zoo.checks import check_finite_weights

HDF5 = ".weights.h5"
SAFETENSORS = ".safetensors"


def largest(network) -> int:
    """Bytes that a file of a network may have: eight a parameter, and for the names."""
    return 8 * network.count_params() + 2**24


def load_weights(network, path) -> None:
    """Reads the weights of a network from a file of either kind.

    Args:
        network: A Keras model.
        path: Path of a `.weights.h5` or `.safetensors` file.

    Raises:
        ValueError: If the file does not fit the network, or a weight is not finite.
    """
    if path.name.endswith(SAFETENSORS):
        _load_safetensors(network, path)
    else:
        weight_files.check(path, network)
        network.load_weights(path)
    check_finite_weights(network, f"The file {path}")


def save_weights(network, path, dtype) -> None:
    """Writes a network's weights, stored as `dtype` and compressed."""
    with tempfile.TemporaryDirectory() as folder:
        full = pathlib.Path(folder) / path.name
        network.save_weights(full)
        with h5py.File(full) as source, h5py.File(path, "w") as target:
            source.visititems(functools.partial(_copy_item, target, dtype))


def _copy_item(target, dtype, name, item):
    if isinstance(item, h5py.Dataset):
        stored = dtype if item.dtype.kind == "f" else item.dtype
        # Scalars cannot be compressed.
        options = {"compression": "gzip"} if item.shape else {}
        target.create_dataset(name, data=item[()].astype(stored), **options)
    else:
        target.require_group(name).attrs.update(item.attrs)


def save_safetensors(network, path, dtype) -> None:
    """Writes a network's weights as named arrays, floats stored as `dtype`."""
    arrays = {}
    for name, weight in named_weights(network).items():
        array = np.array(ops.convert_to_numpy(weight))
        arrays[name] = array.astype(dtype if array.dtype.kind == "f" else array.dtype)
    tensor_files.write_safetensors(arrays, path)


def _load_safetensors(network, path):
    arrays, weights = tensor_files.read(path), named_weights(network)
    unlike = [
        f"{name} {getattr(arrays.get(name), 'shape', 'missing')}"
        for name in sorted(arrays.keys() | weights.keys())
        if name not in arrays
        or name not in weights
        or arrays[name].shape != tuple(weights[name].shape)
        or arrays[name].dtype.kind != _kind(weights[name])
    ]
    if unlike:
        raise ValueError(
            f"The file {path} does not fit the network {network.name!r}. Names, shapes "
            f"or dtypes differ: {unlike[:5]}. Take the file that belongs to it."
        )
    for name, weight in weights.items():
        weight.assign(arrays[name])


def _kind(weight):
    dtype = keras.backend.standardize_dtype(weight.dtype)
    return "f" if "float" in dtype else np.dtype(dtype).kind


def named_weights(network) -> dict[str, keras.Variable]:
    """The weights of a network by their paths, such as `conv2d_1/kernel`.

    Keras numbers layers on and on while a process lives. Here they are numbered anew
    in each network, in the order of its weights, so that names last.
    """
    paths = [weight.path.split("/")[1:] for weight in network.weights]
    # By the name without its number a dict of the name to its new number.
    numbered: dict[str, dict[str, int]] = collections.defaultdict(dict)
    for part in (part for path in paths for part in path[:-1]):
        known = numbered[_without_number(part)]
        known.setdefault(part, len(known))
    found: dict[str, keras.Variable] = {}
    for path, weight in zip(paths, network.weights, strict=True):
        *layers, own = path
        layers = [_numbered(numbered, part) for part in layers]
        name = "/".join([*layers, own])
        twins = sum(other.partition(":")[0] == name for other in found)
        found[f"{name}:{twins}" if twins else name] = weight
    return found


def _numbered(numbered, part):
    base = _without_number(part)
    number = numbered[base][part]
    return f"{base}_{number}" if number else base


def _without_number(name):
    return re.sub(r"_\d+$", "", name)
