"""The converted networks make the pictures that were published beside their weights.

`tests/golden/upscalerjs` holds the picture of 128 pixels from the npm package
@upscalerjs/esrgan-slim, and the upper left quarters of what slim and medium make of it
(MIT, Copyright (c) 2022 Kevin Scott).
"""

import pathlib

import numpy as np
import pytest

import keras_gan_zoo as kgz

Image = pytest.importorskip("PIL.Image")

FOLDER = pathlib.Path(__file__).parent / "golden" / "upscalerjs"
PUBLISHED = sorted(path.stem for path in FOLDER.glob("*_x*.png"))
REACH = {"slim": 10, "medium": 18}  # pixels that the networks look far


def read(name):
    return np.asarray(Image.open(FOLDER / f"{name}.png").convert("RGB"))


def difference(name, tile):
    """Grey levels between the published quarter and ours, but for the outer border.

    The published networks saw zeros beyond it, ours see the mirrored picture.
    """
    model = kgz.GAN.from_preset(f"esrgan_upscalerjs_{name}")
    reach = REACH[name.split("_")[0]]
    assert kgz.receptive_field.radius(model.generator) == reach
    published = read(name).astype(int)
    large = model.upscale(read("fixture"), tile=tile)
    border, side = reach * model.scale, len(large) // 2
    assert published.shape == (side, side, 3)
    inside = slice(border, side)
    return np.abs(large[inside, inside] - published[border:, border:]).max()


def test_all_published_pictures_are_there():
    scales = ("x2", "x3", "x4")
    assert PUBLISHED == [f"{s}_{x}" for s in ("medium", "slim") for x in scales]


@pytest.mark.parametrize("name", PUBLISHED)
def test_they_are_repeated_to_one_grey_level(name):
    assert difference(name, tile=164) <= 1


@pytest.mark.parametrize("name", ["slim_x2", "slim_x3", "slim_x4"])
def test_tiles_repeat_them_too(name):
    assert difference(name, tile=80) <= 1


@pytest.mark.parametrize("size", ["slim", "medium"])
def test_eight_times_is_the_same_picture(size):
    # No picture of this scale was published: averaged back, it is what went in.
    image = read("fixture")[:48, :48]
    model = kgz.GAN.from_preset(f"esrgan_upscalerjs_{size}_x8")
    large = model.upscale(image, tile=84).astype(int)
    back = large.reshape(48, 8, 48, 8, 3).mean(axis=(1, 3))
    assert np.abs(back - image).mean() < 4
