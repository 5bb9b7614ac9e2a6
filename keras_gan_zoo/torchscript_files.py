"""Named arrays in archives of TorchScript, read without running what is in them.

Such an archive holds programs beside the arrays. Here the programs are left alone: of
its pickle only objects, which become plain ones, and tensors are made.

    NAME/data.pkl      the objects, whose tensors name a file each
    NAME/data/KEY      the numbers of a tensor
"""

import collections
import io
import math
import pickle
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np

DTYPES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "<i1",
    "ByteStorage": "<u1",
    "BoolStorage": "?",
}


def is_torchscript(path) -> bool:
    """Whether a file is an archive of TorchScript."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith("/constants.pkl") for name in archive.namelist())


def read(path) -> dict[str, np.ndarray]:
    """Reads the parameters and buffers of the module in an archive.

    Args:
        path: Path of a file that `torch.jit.save` has written.

    Returns:
        A dict of name to NumPy array; parts of parts are joined by dots.

    Raises:
        pickle.UnpicklingError: If it holds objects of other kinds.
        ValueError: If an array does not fit the numbers that are stored.
    """
    with zipfile.ZipFile(path) as archive:
        (pickled,) = (n for n in archive.namelist() if n.endswith("/data.pkl"))
        content = io.BytesIO(archive.read(pickled))
        module = _Unpickler(content, archive, pickled.removesuffix(".pkl")).load()
    return dict(_tensors(module, "", set()))


class _Part:
    """A module without its code."""

    def __setstate__(self, state):
        self.__dict__.update(state if isinstance(state, dict) else {})


class _Unpickler(pickle.Unpickler):
    def __init__(self, file, archive, folder):
        super().__init__(file)
        self._archive, self._folder = archive, folder
        self._storages: dict[str, np.ndarray] = {}

    def find_class(self, module, name):
        if module.split(".")[0] == "__torch__":
            return _Part
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if module == "torch" and name in DTYPES:
            return name
        if module == "torch.jit._pickle":
            return lambda values, *_: values  # lists of one type
        raise pickle.UnpicklingError(f"it holds {module}.{name}, which is no array")

    def persistent_load(self, identifier):
        kind, storage, key, *_ = identifier
        if kind != "storage" or storage not in DTYPES:
            raise pickle.UnpicklingError(f"it holds {kind} of {storage}")
        if key not in self._storages:  # several tensors may share one
            content = self._archive.read(f"{self._folder}/{key}")
            self._storages[key] = np.frombuffer(content, DTYPES[storage])
        return self._storages[key]


def _tensor(storage, offset, shape, strides, *_):
    last = offset + sum((n - 1) * s for n, s in zip(shape, strides, strict=True))
    number = math.prod(shape)
    is_inside = min([offset, *shape, *strides]) >= 0 and last < len(storage)
    if number and (not is_inside or number > len(storage)):
        raise ValueError(f"an array {shape} is no part of {len(storage)} numbers")
    steps = [stride * storage.itemsize for stride in strides]
    return np.lib.stride_tricks.as_strided(storage[offset:], shape, steps)


def _tensors(part, prefix, seen) -> Iterator[tuple[str, Any]]:
    """Names and arrays of a part, and of parts within it, each part once."""
    if isinstance(part, np.ndarray):
        yield prefix, part
    elif isinstance(part, _Part) and id(part) not in seen:
        seen.add(id(part))
        for name, value in vars(part).items():
            yield from _tensors(value, f"{prefix}.{name}".lstrip("."), seen)
