"""Emoji in two styles of drawing, with their names and categories."""

import json
from typing import NamedTuple

import numpy as np

from keras_gan_zoo.datasets.base import (
    Dataset,
    check_split,
    in_split,
    require,
)
from keras_gan_zoo.datasets.captioned import Captioned
from keras_gan_zoo.datasets.npm import find_package, read_package
from keras_gan_zoo.datasets.pictures import check_image_size, read_image

EMOJI_CATEGORIES = (
    "Smileys & Emotion",
    "People & Body",
    "Animals & Nature",
    "Food & Drink",
    "Travel & Places",
    "Activities",
    "Objects",
    "Symbols",
    "Flags",
    "Component",  # the five bare skin tones, last because they are usually left out
)
# What each style is called by the npm packages.
STYLES = {"noto": "google", "twemoji": "twitter"}
# Code points that change who is drawn, or which way it looks, but not what.
SKIN_TONES = {"1F3FB", "1F3FC", "1F3FD", "1F3FE", "1F3FF"}
VARIATIONS = {*SKIN_TONES, "2640", "2642", "27A1", "200D", "FE0F"}
PERSONS = {"1F468": "1F9D1", "1F469": "1F9D1"}  # man and woman: person


class Emoji(NamedTuple):
    """Emoji of one style; entry i of each array belongs to the same one.

    Attributes:
        images: uint8 array of shape `(n, height, width, 3)`, on white.
        labels: int32 array of shape `(n,)`, an index into `EMOJI_CATEGORIES`.
        names: Array of `n` strings such as `"grinning face"`.
        code_points: Array of `n` strings such as `"1F468-200D-1F33E"`.
    """

    images: np.ndarray
    labels: np.ndarray
    names: np.ndarray
    code_points: np.ndarray


def emoji(
    style="noto",
    split="train",
    image_size=(64, 64),
    skin_tones=False,
    data_dir=None,
) -> Emoji:
    """Load the emoji of one style: 1,906 in 9 categories, 64x64 pixels.

    Both styles give the same emoji in the same order, so that equal calls make
    aligned pairs. Left out unless `skin_tones=True` are the 1,875 variants with a
    skin tone and the 5 bare tones: the variants are near copies, of hands and people
    alone, and would be half of the set.

    One emoji in ten is for testing. Its code points decide, without skin tone, gender
    and direction, so that the variants of one drawing are on one side.

    The pictures come from the npm packages `emoji-datasource-google` (Noto,
    Apache-2.0) and `emoji-datasource-twitter` (Twemoji, CC-BY 4.0). The archive that
    `npm pack` writes, or the unpacked package, is looked for in `data_dir`, then in
    the folder that the environment variable `KERAS_GAN_ZOO_DATA` names.

    Args:
        style: `"noto"` or `"twemoji"`.
        split: `"train"`, `"test"` or `"all"`.
        image_size: `(height, width)`; sizes other than 64x64 are resized with
            antialiased bicubic interpolation.
        skin_tones: Whether to keep the skin tones, 3,786 emoji in 10 categories.
        data_dir: The archive, or the folder with it or with the unpacked package.

    Returns:
        An `Emoji`: images, labels, names and code points, sorted by code points.

    Raises:
        FileNotFoundError: If the package is nowhere to be found.
        ValueError: If an argument is invalid or a file is damaged.
        ImportError: If Pillow is not installed.

    Examples:
        >>> noto = emoji("noto", split="test")  # doctest: +SKIP
        >>> twemoji = emoji("twemoji", split="test")  # doctest: +SKIP

    Reference:
        - [emoji-data](https://github.com/iamcal/emoji-data)
    """
    if style not in STYLES:
        expected = ", ".join(STYLES)
        raise ValueError(f"style: expected one of {expected}, received {style!r}.")
    check_split(split)
    check_image_size(image_size)
    require("PIL", "pip install pillow")
    folder = f"img/{STYLES[style]}"
    place = find_package(f"emoji-datasource-{STYLES[style]}", folder, data_dir)
    files = read_package(
        place, lambda name: name == "emoji.json" or name.startswith(f"{folder}/64/")
    )
    chosen = [
        entry
        for entry in _list_emoji(_content(place, files, "emoji.json"), skin_tones)
        if in_split(drawing_of(entry["unified"]), split, one_in=10)
    ]
    images = [
        read_image(place / name, image_size, 3, _content(place, files, name))
        for name in (f"{folder}/64/{entry['image']}" for entry in chosen)
    ]
    labels = [EMOJI_CATEGORIES.index(entry["category"]) for entry in chosen]
    return Emoji(
        np.stack(images),
        np.array(labels, "int32"),
        np.array([entry["name"].lower() for entry in chosen]),
        np.array([entry["unified"] for entry in chosen]),
    )


def load_noto(split, data_dir, captions=0, **kwargs) -> Dataset | Captioned:
    """Load the images of Noto, and their labels or names."""
    return _pair(emoji("noto", split, data_dir=data_dir, **kwargs), captions)


def load_twemoji(split, data_dir, captions=0, **kwargs) -> Dataset | Captioned:
    """Load the images of Twemoji, and their labels or names."""
    return _pair(emoji("twemoji", split, data_dir=data_dir, **kwargs), captions)


def _pair(found, captions):
    if captions:
        return Captioned(found.images, [[name] for name in found.names.tolist()])
    return Dataset(found.images, found.labels)


def _list_emoji(content, skin_tones):
    """List the emoji that both styles have, as dicts, sorted by code points."""
    entries = []
    for entry in json.loads(content):
        entries.append(entry)
        entries += [entry | one for one in entry.get("skin_variations", {}).values()]
    return sorted(
        (entry for entry in entries if _is_wanted(entry, skin_tones)),
        key=lambda entry: [int(point, 16) for point in entry["unified"].split("-")],
    )


def _is_wanted(entry, skin_tones):
    in_both = all(entry[f"has_img_{company}"] for company in STYLES.values())
    return in_both and (skin_tones or not SKIN_TONES & {*entry["unified"].split("-")})


def drawing_of(code_points) -> str:
    """Reduce an emoji to what is drawn, whoever it is and wherever they look."""
    parts = [part for part in code_points.split("-") if part not in VARIATIONS]
    return "-".join(PERSONS.get(part, part) for part in parts) or code_points


def _content(place, files, name):
    """Take one file out of the package, or say that it is not complete."""
    if name not in files:
        raise ValueError(
            f"{place / name}: expected this file in the package, found none. Fetch the "
            "package again."
        )
    return files[name]
