"""Files that are either complete or not there."""

import contextlib
import os
import pathlib


@contextlib.contextmanager
def replacing(path):
    """Lets a new file take the place of an old one, but only when it is complete.

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
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
