"""Files of weights, compared with the network before anything of them is read."""

import contextlib
import pathlib
import tempfile
import zipfile

import h5py
import keras
import numpy as np

MOST_NAMED = 5  # of each kind of difference, in an error


def check(path, network) -> None:
    """Compares what a file holds with what a network needs.

    Only names, shapes and dtypes are looked at, so a file that claims to be huge costs
    nothing. Floats may be stored in any precision.

    Args:
        path: Path of a `.weights.h5` or `.keras` file.
        network: The Keras layer or model that is to load it.

    Raises:
        ValueError: If the file is no HDF5 file; if names are missing, unexpected, or of
            another shape or kind of number; or if its data lie outside of it.
    """
    found = differences(path, network)
    if found:
        raise ValueError(
            f"The file {path} does not fit the network {network.name!r}. {found} Take "
            "the file that belongs to it, or make the network as the one that was "
            "saved."
        )


def differences(path, network) -> str:
    """Says in words what a file holds that a network does not, and the other way.

    Args:
        path: Path of a `.weights.h5` or `.keras` file.
        network: A Keras layer or model.

    Returns:
        Sentences, or the empty string if there are no differences.

    Raises:
        ValueError: If the file is damaged, or its data lie outside of it.
    """
    received, expected = contents(path), contents_of(network)
    found = {
        "Missing": sorted(expected.keys() - received.keys()),
        "Unexpected": sorted(received.keys() - expected.keys()),
        "Of another shape or dtype": [
            f"{name} {_words(received[name])} in place of {_words(expected[name])}"
            for name in sorted(expected.keys() & received.keys())
            if not _fits(received[name], expected[name])
        ],
    }
    if not any(found.values()):
        return ""
    return " ".join(f"{kind}: {_list(names)}." for kind, names in found.items())


def contents(path) -> dict[str, tuple[tuple[int, ...], np.dtype]]:
    """What a file holds: a dict of name to (shape, dtype), of each data set.

    Raises:
        ValueError: If the file is damaged, or its data lie outside of it.
    """
    found = {}

    def note(name, item):
        if isinstance(item, h5py.Dataset):
            if item.external or item.is_virtual:
                raise ValueError(
                    f"The file {path} keeps the data of {name} in another file, which "
                    "is not read. Take a file that is complete in itself."
                )
            found[name] = (item.shape, item.dtype)

    try:
        with _opened(path) as file:
            file.visititems(note)
    except (OSError, KeyError, RuntimeError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"The file {path} is damaged, or holds no weights: {error}. Copy or fetch "
            "it again."
        ) from error
    return found


@contextlib.contextmanager
def _opened(path):
    """The HDF5 file at a path, or the one within a `.keras` file."""
    if not zipfile.is_zipfile(path):
        with h5py.File(path, "r") as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive, archive.open("model.weights.h5") as part:
        with h5py.File(part) as file:
            yield file


def holds(path, name) -> bool:
    """Whether a `.weights.h5` or `.keras` file has a group of this name.

    Args:
        path: Path of the file. One that cannot be read is taken to have it.
        name: Of the group.
    """
    try:
        with _opened(path) as file:
            return name in file
    except (OSError, KeyError, zipfile.BadZipFile):
        return True


def contents_of(network) -> dict[str, tuple[tuple[int, ...], np.dtype]]:
    """What a network would write: a dict as `contents` returns."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "expected.weights.h5"
        keras.Model.save_weights(network, path)
        return contents(path)


def _fits(received, expected):
    (shape, dtype), (expected_shape, expected_dtype) = received, expected
    return shape == expected_shape and dtype.kind == expected_dtype.kind


def _words(kind):
    shape, dtype = kind
    return f"{shape} {dtype}"


def _list(names):
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more if names else "none"
