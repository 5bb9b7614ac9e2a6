"""Where the files of a preset are: shipped, in a folder, on the web, on a hub."""

import difflib
import functools
import pathlib
from collections.abc import Callable

from keras_gan_zoo import published
from keras_gan_zoo.fetching import cache_folder, fetch, is_sha256
from keras_gan_zoo.presets import manifests
from keras_gan_zoo.presets.hubs import HUBS

SHIPPED = pathlib.Path(__file__).parents[1] / "assets" / "presets"


def find(preset) -> Callable[[str, int], pathlib.Path]:
    """Finds a preset.

    Args:
        preset: Name, folder, handle or address.

    Returns:
        A function of a file's name and its largest size in bytes to its local path,
        which fetches it if needed.

    Raises:
        ValueError: If no preset is called so.
    """
    preset = str(preset)
    for prefix, hub in HUBS.items():
        if preset.startswith(prefix):
            return functools.partial(hub.fetch, preset)
    if "://" in preset:
        return functools.partial(_from_web, *_split_address(preset))
    folder = SHIPPED / preset if preset in shipped() else pathlib.Path(preset)
    if folder.is_dir():
        return functools.partial(_from_folder, folder)
    if preset in published.PUBLISHED:
        return functools.partial(_from_folder, published.folder_of(preset))
    close = difflib.get_close_matches(preset, names(), n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise ValueError(
        f"No preset or folder is called {preset!r}.{hint} Presets that keras_gan_zoo "
        f"knows: {names()}."
    )


def names() -> list[str]:
    """Names of all presets that load by name."""
    return sorted(shipped() | published.PUBLISHED.keys())


def shipped() -> set[str]:
    """Names of those that are part of the package."""
    return {path.parent.name for path in SHIPPED.glob(f"*/{manifests.NAME}")}


def _from_folder(folder, filename, largest):
    path = folder / filename
    if filename == manifests.NAME or path.exists():
        return path
    # Some that ship with the package have the weights of another one.
    other = manifests.read(folder).get("weights_of")
    if isinstance(other, str) and other in shipped():
        return SHIPPED / other / filename
    return path


def _split_address(preset):
    address, _, sha256 = preset.partition("#sha256=")
    if not address.startswith("https://") or not is_sha256(sha256.lower()):
        raise ValueError(
            "A preset on the web is given as https://host/folder#sha256=<64 "
            "hexadecimal digits>, with the sha256 of its preset.json. Received: "
            f"{preset!r}"
        )
    return address.rstrip("/"), sha256.lower()


def _from_web(address, sha256, filename, largest):
    folder = cache_folder() / sha256
    pinned = sha256
    if filename != manifests.NAME:
        pinned = manifests.read(folder)["files"][filename]
    return fetch(f"{address}/{filename}", pinned, largest, folder / filename)
