"""`preset.json`: what a preset says of itself, read with care."""

import json
import pathlib
from typing import Any

from keras_gan_zoo.fetching import is_sha256, sha256_of

NAME = "preset.json"
SCHEMA = 1
LARGEST = 4 * 2**20  # bytes
KEYS = {
    "class_name": str,
    "config": dict,
    "parameters": dict,
    "files": dict,
    "record": dict,
}
# Of classes that other packages have registered.
OPTIONAL_KEYS = {"registered_name": str, "module": str}


def describe(folder) -> dict[str, Any]:
    """Returns the record of a preset folder as a dict, without its file hashes."""
    return record_of(read(pathlib.Path(folder)))


def record_of(manifest) -> dict[str, Any]:
    """The record of a manifest, with the class and the parameter counts."""
    facts = {"class": manifest["class_name"], "parameters": manifest["parameters"]}
    return {**facts, **manifest["record"]}


def read(folder) -> dict[str, Any]:
    """Reads the manifest of a folder.

    Args:
        folder: Path of a preset.

    Returns:
        A dict that has all `KEYS`.

    Raises:
        ValueError: If there is none, or it is damaged or too large.
    """
    path = folder / NAME
    if not path.exists():
        raise ValueError(
            f"The folder {folder} is not a preset: it holds no preset.json. Presets "
            "are written by model.save_to_preset(folder)."
        )
    manifest = _parsed(path)
    if not isinstance(manifest, dict):
        raise ValueError(f"The file {path} is damaged: it holds no dict.")
    if manifest.get("schema") != SCHEMA:
        raise ValueError(
            f"The file {path} has schema {manifest.get('schema')!r}; this version of "
            f"keras_gan_zoo reads schema {SCHEMA}. Upgrade keras_gan_zoo."
        )
    wrong = _wrong_keys(manifest)
    if wrong:
        raise ValueError(
            f"The file {path} is damaged: it lacks {wrong}, or holds something else "
            "under these names."
        )
    return manifest


def _parsed(path):
    try:
        if not path.is_file():
            raise ValueError("it is no regular file.")
        size = path.stat().st_size
        if size > LARGEST:
            raise ValueError(
                f"it has {size:,} bytes, and the configuration of a model fits in "
                f"{LARGEST:,}."
            )
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, RecursionError, ValueError) as error:
        raise ValueError(f"The file {path} is damaged: {error}") from error


def _wrong_keys(manifest):
    expected = KEYS | {k: t for k, t in OPTIONAL_KEYS.items() if k in manifest}
    wrong = [k for k, kind in expected.items() if not isinstance(manifest.get(k), kind)]
    if "files" not in wrong and not all(map(is_sha256, manifest["files"].values())):
        wrong.append("files")
    return wrong


def check_sha256(path, expected) -> None:
    """Raises a `ValueError` that names the file if it is missing or was changed."""
    if not path.is_file():
        raise ValueError(
            f"The folder {path.parent} lacks the file {path.name}. Copy or fetch it "
            "again."
        )
    received = sha256_of(path)
    if received != expected:
        raise ValueError(
            f"The file {path} is damaged or was changed: expected the sha256 "
            f"{expected}, received {received}. Copy, fetch or install it again."
        )
