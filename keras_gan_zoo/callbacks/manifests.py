"""The manifest of a checkpoint: plain data that carries its own hash."""

import hashlib
import json
import math
from typing import Any

from keras_gan_zoo import presets
from keras_gan_zoo.files import replacing

SCHEMA = 3
LARGEST = 64 * 2**20  # bytes


def write(path, manifest) -> None:
    """Writes a manifest, complete or not at all.

    Args:
        path: Path of the `.json` file.
        manifest: Dict of all `FIELDS`.
    """
    content = {"schema": SCHEMA, **manifest}
    with replacing(path) as part:
        part.write_text(json.dumps({**content, "digest": _digest(content)}))


def read(path) -> dict[str, Any]:
    """Reads a manifest, and checks it and the file of weights that belongs to it.

    Args:
        path: Path of the `.json` file.

    Returns:
        A dict of all `FIELDS`.

    Raises:
        Exception: Of some kind, if anything is wrong with it.
    """
    if not path.is_file() or path.stat().st_size > LARGEST:
        raise ValueError(f"it is no file of at most {LARGEST:,} bytes")
    manifest = json.loads(path.read_text())
    if manifest.get("schema") != SCHEMA:
        raise ValueError(f"its schema is {manifest.get('schema')}, expected {SCHEMA}")
    if manifest.pop("digest", None) != _digest(manifest):
        raise ValueError("its content is not what was written")
    wrong = [n for n, is_right in FIELDS.items() if not is_right(manifest.get(n, ...))]
    if wrong or manifest["name"] != path.stem:
        raise ValueError(f"it holds something else under {wrong or 'its name'}")
    presets.check_sha256(path.with_suffix(".keras"), manifest["sha256"])
    return manifest


def _digest(content):
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _is_count(value):
    return type(value) is int and value >= 0


def _is_list(is_right):
    return lambda values: isinstance(values, list) and all(map(is_right, values))


def _is_dict(is_right):
    return lambda found: isinstance(found, dict) and all(map(is_right, found.values()))


def _is_term(value):
    """The name of a phase, a sum and a count."""
    return (
        isinstance(value, list)
        and len(value) == 3
        and isinstance(value[0], str)
        and all(map(_is_number, value[1:]))
    )


def _is_number(value):
    return type(value) in (int, float) and math.isfinite(value)


# What a manifest holds, and whether it is of the right kind.
FIELDS = {
    "name": lambda value: isinstance(value, str),
    "step": _is_count,
    "epoch": _is_count,
    "images": _is_count,
    "images_of_data": _is_count,
    "rows": lambda value: value is None or _is_count(value),
    "order": lambda value: value is None or _is_list(_is_count)(value),
    "terms": _is_dict(_is_term),
    "seconds": lambda value: _is_number(value) and value >= 0,
    "shapes": _is_list(_is_list(_is_count)),
    "callbacks": lambda value: isinstance(value, dict),
    "sha256": lambda value: isinstance(value, str),
}
