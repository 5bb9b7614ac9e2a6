"""Files that are either complete or not there, and written by one process."""

import contextlib
import os
import pathlib
import tempfile
from collections.abc import Iterator

from keras_gan_zoo import backend


def is_first_process() -> bool:
    """Whether this process is the one of the run that writes files."""
    return backend.process()[0] == 0


def check_writable(folder) -> None:
    """Makes a folder if it is missing, and raises an error if nothing can be written.

    Args:
        folder: Path of the folder.

    Raises:
        ValueError: If it cannot be made or written to.
    """
    folder = pathlib.Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ValueError(
            f"Nothing can be written to the folder {folder}: {error}. Choose another "
            "one, or make it writable."
        ) from error


@contextlib.contextmanager
def replacing(path) -> Iterator[pathlib.Path]:
    """Lets a new file take the place of an old one, but only when it is complete.

    Of several processes that train together only the first one's is kept. The others
    write one, too, because to read a model's weights can take all of them.

    Args:
        path: Of the file. Its folder is made if needed.

    Yields:
        The path to write to, with the same suffix.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        yield part
        if is_first_process():
            _flush(part)
            os.replace(part, path)
            _flush(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _flush(path):
    """Waits until a file or folder is on the disk, in case the machine stops."""
    if os.name != "posix":
        return  # where folders cannot be opened
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
