"""Networks that others have published, converted once on the machine that uses them."""

import dataclasses
import json
import pathlib
import shutil
import tempfile
from collections.abc import Callable
from typing import Any

from keras_gan_zoo.fetching import cache_folder, sha256_of
from keras_gan_zoo.packages import NpmFiles, PythonFile

PUBLISHED: dict[str, "Published"] = {}  # by the name of the preset


@dataclasses.dataclass(frozen=True)
class Published:
    """Weights within a package of others, and what makes a preset of them.

    Args:
        place: Which package, and which of its files.
        record: Dict of facts: class, parameters, licence, source, command.
        convert: Function (what `place.find` returns, new folder) that writes the
            preset.
    """

    place: PythonFile | NpmFiles
    record: dict[str, Any]
    convert: Callable[[Any, pathlib.Path], None]


def folder_of(name, path=None) -> pathlib.Path:
    """The folder of a published network as a preset, converted if it is not yet.

    Args:
        name: A name in `PUBLISHED`.
        path: Path of its file or package, as in `find` of its place; without it that
            of the package that `pip` or `npm` brought.

    Returns:
        A folder in the cache.

    Raises:
        ValueError: If the weights are not there, or are others.
    """
    network = PUBLISHED[name]
    folder = cache_folder() / "converted" / f"{name}-{network.place.sha256[:16]}"
    if _is_intact(folder):
        return folder
    source = network.place.find(name, path)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        network.convert(source, pathlib.Path(temporary) / "preset")
        shutil.rmtree(folder, ignore_errors=True)
        (pathlib.Path(temporary) / "preset").replace(folder)
    return folder


def _is_intact(folder):
    """Whether it holds all files of a preset as they were written."""
    try:
        files = json.loads((folder / "preset.json").read_text())["files"]
        return all(sha256_of(folder / name) == value for name, value in files.items())
    except (OSError, ValueError):
        return False
