"""Named arrays in files of PyTorch, which are read, and of safetensors."""

import json
import math
import pathlib
import re
import zipfile

import numpy as np

from keras_gan_zoo import torchscript_files
from keras_gan_zoo.backend import torch_files

LARGEST = 2**30  # bytes of a file, unless more is allowed
LARGEST_HEADER = 2**24
DTYPES = {
    "BOOL": "?",
    "F16": "<f2",
    "F32": "<f4",
    "F64": "<f8",
    "I8": "<i1",
    "I16": "<i2",
    "I32": "<i4",
    "I64": "<i8",
    "U8": "<u1",
}
HALVES = "BF16"  # the upper halves of float32


def read(path, largest=LARGEST) -> dict[str, np.ndarray]:
    """Reads the named arrays of a file. No code in it is run.

    Args:
        path: Path of a `.safetensors` file, or of one that PyTorch's `torch.save` or
            `torch.jit.save` has written. Of dicts within dicts the names are joined by
            dots.
        largest: How many bytes the file may have, unpacked if it is an archive.

    Returns:
        A dict of name to NumPy array, without what is no array.

    Raises:
        ImportError: If PyTorch is needed and not installed.
        ValueError: If there is no such file, or it is damaged or too large.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise ValueError(f"There is no file {path}.")
    if _size_of(path) > largest:
        raise ValueError(
            f"The file {path} has {_size_of(path):,} bytes, more than the {largest:,} "
            "that a network may have here."
        )
    try:
        if path.suffix == ".safetensors":
            return _safetensors(path)
        if torchscript_files.is_torchscript(path):
            return torchscript_files.read(path)
        return torch_files.read_state_dict(path, most_numbers=largest // 4)
    except ImportError:
        raise
    except Exception as error:  # of the unpickler, many kinds
        raise ValueError(
            f"The file {path} is damaged, or holds more than arrays: "
            f"{type(error).__name__}: {error}"
        ) from error


def without_prefixes(state, prefixes) -> dict[str, np.ndarray]:
    """Takes away what files of training runs put before the names.

    Args:
        state: Dict of name to array.
        prefixes: Strings that end in a dot, the preferred ones first.

    Returns:
        The arrays of the first prefix that there is, without it, and so on until there
        is none.
    """
    for prefix in prefixes:
        own = [name for name in state if name.startswith(prefix)]
        if own:
            own = {name.removeprefix(prefix): state[name] for name in own}
            return without_prefixes(own, prefixes)
    return state


def renamed(state, names) -> dict[str, np.ndarray]:
    """Gives the arrays other names.

    Args:
        state: Dict of name to array.
        names: Dict of regular expression to replacement. Of those that match the
            beginning of a name the first one is taken.

    Returns:
        A dict of name to array; names that nothing matches stay.
    """
    rename = {}
    for name in state:
        found = [old for old in names if re.match(old, name)]
        rename[name] = re.sub(f"^{found[0]}", names[found[0]], name) if found else name
    return {rename[name]: array for name, array in state.items()}


def count(state, pattern) -> int:
    """One more than the largest number that stands in names of this form.

    Args:
        state: Names.
        pattern: Regular expression of a whole name, with a group that is the number.

    Returns:
        An integer, 0 if no name has this form.
    """
    found = [re.fullmatch(pattern, name) for name in state]
    return max((int(match[1]) + 1 for match in found if match), default=0)


def write_safetensors(arrays, path) -> None:
    """Writes named arrays to a `.safetensors` file.

    Args:
        arrays: Dict of name to NumPy array.
        path: Path of the file.

    Raises:
        ImportError: If safetensors is not installed.
    """
    try:
        from safetensors.numpy import save_file
    except ImportError as error:
        raise ImportError(
            "Files of safetensors are written by its library: pip install safetensors"
        ) from error
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    save_file(contiguous, path)


def _size_of(path):
    """Bytes of a file, unpacked if it is a zip archive."""
    size = path.stat().st_size
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            size = max(size, sum(member.file_size for member in archive.infolist()))
    return size


def _safetensors(path):
    """The length of a header, the header as JSON, and the arrays one after another."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        start = 8 + length
        if length > LARGEST_HEADER or start > path.stat().st_size:
            raise ValueError(f"its header is said to have {length:,} bytes")
        header = json.loads(file.read(length))
        content = file.read()
    header.pop("__metadata__", None)
    spans = [entry["data_offsets"] for entry in header.values()]
    if sum(end - begin for begin, end in spans) > len(content):
        raise ValueError("its arrays overlap, or end beyond it")
    return {name: _array(content, **entry) for name, entry in header.items()}


def _array(content, dtype, shape, data_offsets):
    begin, end = data_offsets
    kind = np.dtype("<u2" if dtype == HALVES else DTYPES[dtype])
    whole = [*shape, begin, end]
    if not all(isinstance(n, int) and n >= 0 for n in whole) or (
        end > len(content) or end - begin != kind.itemsize * math.prod(shape)
    ):
        raise ValueError(
            f"an array of shape {shape} and dtype {dtype} is said to lie in bytes "
            f"{begin} to {end} of {len(content)}"
        )
    # A view: of large files only what is taken should be copied.
    array = np.frombuffer(memoryview(content)[begin:end], kind).reshape(shape)
    if dtype == HALVES:
        array = (array.astype("<u4") << 16).view("<f4")
    return array
