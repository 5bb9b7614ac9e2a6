"""Cartoon faces whose attributes are known, and the same faces with one changed.

images.npy.xz   uint8 (num, height, width, 3); of pairs (num, versions, ...)
codes.npy       uint8 (num, attributes); of pairs (num, versions, attributes)
faces.json      names of attributes and values, which ones hide others, the licence
"""

import hashlib
import json
import lzma
from pathlib import Path
from typing import NamedTuple

import numpy as np

from keras_gan_zoo.datasets.avatar_captions import captions_of, check_words
from keras_gan_zoo.datasets.base import (
    Dataset,
    check_positive,
    check_split,
    in_split,
)
from keras_gan_zoo.datasets.captioned import Captioned

ASSETS = Path(__file__).parents[1] / "assets" / "datasets"
SCRIPT = "examples/render_avatars.mjs"


class Avatars(NamedTuple):
    """Cartoon faces; entry i of each array belongs to the same one.

    Attributes:
        images: uint8 array of shape `(n, height, width, 3)`, on white.
        attributes: Name of each attribute, such as `"eyes"`, to an int32 array of shape
            `(n,)` of indices into its values.
        values: Name of each attribute to the names of its values, a tuple such as
            `("open", "sleep", "wink", "glasses", "happy", "sunglasses")`.
        visible: Name of each attribute to a bool array of shape `(n,)`, False where
            others hide it: a cap the color of the hair, a full beard the mouth.
        captions: Array of strings of shape `(n, captions)`, or None if there are none.
    """

    images: np.ndarray
    attributes: dict[str, np.ndarray]
    values: dict[str, tuple[str, ...]]
    visible: dict[str, np.ndarray]
    captions: np.ndarray | None = None


def avatars(split="train", data_dir=None, captions=0) -> Avatars:
    """Load cartoon faces with nine attributes: 12,000 of 64x64 pixels ship.

    They are drawn in the style Personas by Draftbit (CC BY 4.0, name the designer):
    from the front, aligned, in flat colors on white. Attributes are drawn uniformly
    and independently of each other; half of the faces have no facial hair.

    One face in six is for testing. The attributes that no pair changes decide (body,
    clothing, hair, nose and skin), so that equal faces are on one side, and so are all
    versions of a face in `avatar_pairs`.

    Args:
        split: `"train"`, `"test"` or `"all"`.
        data_dir: A folder that `examples/render_avatars.mjs` wrote, for other styles,
            sizes and numbers of faces; without it the faces that ship.
        captions: How many captions each face gets, such as "a smiling person with long
            red hair and sunglasses". Each tells three or more visible attributes in
            one of several phrasings. A face always has the same captions.

    Returns:
        An `Avatars`: images, attributes, the names of their values, which are visible,
        and captions if asked for.

    Raises:
        FileNotFoundError: If a file is missing from the folder.
        ValueError: If an argument is invalid, a file is damaged or files do not fit
            each other.

    Examples:
        >>> faces = avatars(split="test")
        >>> faces.images.shape[1:], len(faces.attributes)
        ((64, 64, 3), 9)
        >>> eyes = faces.attributes["eyes"]
        >>> with_glasses = faces.images[eyes == faces.values["eyes"].index("glasses")]

    Reference:
        - [Personas](https://personas.draftbit.com/), the drawings.
        - [DiceBear](https://www.dicebear.com/), the program.
    """
    folder = ASSETS / "avatars" if data_dir is None else data_dir
    if captions != 0:
        check_positive("captions", captions)
    (faces,) = _load(folder, split, 1, captions)
    return faces


def avatar_pairs(split="train", data_dir=None) -> tuple[Avatars, ...]:
    """Load the same cartoon faces in several versions: without and with glasses.

    2,000 faces ship, each with open eyes and with glasses. Other changes are rendered
    by `examples/render_avatars.mjs --change`. The split is that of `avatars`: no face
    has a version on the other side, nor among the faces that ship there.

    Args:
        split: `"train"`, `"test"` or `"all"`.
        data_dir: A folder that the script wrote; without it the faces that ship.

    Returns:
        One `Avatars` for each version. Entry i of all is the same face, in which one
        attribute differs.

    Raises:
        FileNotFoundError: If a file is missing from the folder.
        ValueError: If an argument is invalid, a file is damaged or files do not fit
            each other.

    Examples:
        >>> plain, glasses = avatar_pairs(split="test")
        >>> plain.images.shape == glasses.images.shape
        True
    """
    folder = ASSETS / "avatars_glasses" if data_dir is None else data_dir
    return _load(folder, split, None)


def load(split, data_dir, label="eyes", captions=0) -> Dataset | Captioned:
    """Load the images of `avatars`, with one attribute as the label, or captions."""
    faces = avatars(split, data_dir, captions)
    if faces.captions is not None:
        return Captioned(faces.images, faces.captions.tolist())
    if label not in faces.attributes:
        raise ValueError(
            f"label: expected one of {', '.join(faces.attributes)}, received {label!r}."
        )
    return Dataset(faces.images, faces.attributes[label])


def _load(folder, split, num_versions, num_captions=0):
    """Load the versions of a folder; `num_versions` None means two or more."""
    check_split(split)
    folder = Path(folder)
    record = _read_record(_find(folder, "faces.json"))
    images = _read_array(_find(folder, "images.npy.xz"), lzma.open)
    codes = _read_array(_find(folder, "codes.npy"), open)
    if record["changed"] is None:  # one version only
        images, codes = images[:, None], codes[:, None]
    if (num_versions == 1) != (record["changed"] is None):
        raise ValueError(
            f"{folder}: received faces with changed={record['changed']!r}. Faces in "
            "one version are loaded by avatars(), those that were rendered with "
            "--change by avatar_pairs()."
        )
    _check_fit(folder, images, codes, record)
    rows = np.array([in_split(who, split, one_in=6) for who in _people(codes, record)])
    found = tuple(
        _named(images[rows, version], codes[rows, version], record)
        for version in range(images.shape[1])
    )
    if not num_captions:
        return found
    places = np.flatnonzero(rows)  # the seed of a face's captions, whatever the split
    return tuple(_captioned(faces, num_captions, places) for faces in found)


def _captioned(faces, num, places):
    check_words(faces.values)
    named = {
        name: np.array(faces.values[name])[codes]
        for name, codes in faces.attributes.items()
    }
    return faces._replace(captions=captions_of(named, faces.visible, num, places))


def _named(images, codes, record):
    names = record["attributes"]
    columns = np.moveaxis(codes, -1, 0).astype("int32")
    attributes = dict(zip(names, columns, strict=True))
    values = {name: tuple(names[name]) for name in names}
    visible = {name: _visible(name, attributes, record) for name in names}
    return Avatars(images, attributes, values, visible)


def _visible(name, attributes, record):
    """Tell where an attribute shows: where not all that hides it comes together."""
    hidden = np.full(len(attributes[name]), name in record["hidden"])
    for other, values in record["hidden"].get(name, {}).items():
        codes = [record["attributes"][other].index(value) for value in values]
        hidden &= np.isin(attributes[other], codes)
    return ~hidden


def _people(codes, record):
    """Name what all versions of each face share, as one string a face."""
    names = list(record["attributes"])
    columns = [names.index(name) for name in record["person"]]
    values = [record["attributes"][name] for name in record["person"]]
    for row in codes[:, 0, columns]:
        person = " ".join(those[code] for those, code in zip(values, row, strict=True))
        # The checksum that decides a split is linear and would prefer some values of
        # an attribute. A digest does not.
        yield hashlib.sha256(person.encode()).hexdigest()


def _check_fit(folder, images, codes, record):
    nums = [len(values) for values in record["attributes"].values()]
    are_images = images.ndim == 5 and images.shape[-1] == 3
    are_codes = codes.shape == (*images.shape[:2], len(nums)) and np.all(codes < nums)
    if not are_images or not are_codes or images.dtype != "uint8":
        raise ValueError(
            f"{folder}: expected images (num, height, width, 3) of bytes, and for each "
            f"the codes of {len(nums)} attributes, as faces.json names them. Received "
            f"{images.dtype} {images.shape} and {codes.shape}, with versions as the "
            f"second axis. Render the folder again, by {SCRIPT}."
        )


def _find(folder, name):
    if not (folder / name).is_file():
        raise FileNotFoundError(
            f"{folder}: expected the file {name} in this folder, found none. Pass a "
            f"folder that {SCRIPT} wrote."
        )
    return folder / name


def _read_record(path):
    try:
        record = json.loads(path.read_text())
        missing = {"attributes", "hidden", "person", "changed"} - record.keys()
    except (AttributeError, ValueError) as error:  # not a dict, or not JSON
        raise ValueError(
            f"{path}: expected a JSON object, received something else ({error}). "
            f"Render the folder again, by {SCRIPT}."
        ) from error
    if missing:
        raise ValueError(
            f"{path}: expected the keys attributes, hidden, person and changed, of "
            f"which {', '.join(sorted(missing))} are missing. Render the folder again, "
            f"by {SCRIPT}."
        )
    return record


def _read_array(path, opener):
    try:
        with opener(path, "rb") as file:
            return np.lib.format.read_array(file, allow_pickle=False)
    except (EOFError, ValueError, lzma.LZMAError) as error:
        raise ValueError(
            f"{path}: expected a complete array of NumPy's format, received "
            f"{path.stat().st_size} bytes that are none ({error}). Render the folder "
            f"again, by {SCRIPT}."
        ) from error
