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
OVERLAP = 20  # slim sees 10 pixels far, medium 18


def read(name):
    return np.asarray(Image.open(FOLDER / f"{name}.png").convert("RGB"))


def upscale(name, image, tile):
    model = kgz.GAN.from_preset(f"esrgan_upscalerjs_{name}")
    return model.upscale(image, tile=tile, overlap=OVERLAP).astype(int)


def test_all_published_pictures_are_there():
    scales = ("x2", "x3", "x4")
    assert PUBLISHED == [f"{s}_{x}" for s in ("medium", "slim") for x in scales]


@pytest.mark.parametrize("name", PUBLISHED)
def test_they_are_repeated_to_one_grey_level(name):
    expected = read(name)
    large = upscale(name, read("fixture"), tile=128)
    quarter = large[: len(large) // 2, : len(large) // 2]
    assert quarter.shape == expected.shape
    assert np.abs(quarter - expected).max() <= 1


@pytest.mark.parametrize("name", ["slim_x2", "slim_x3", "slim_x4"])
def test_tiles_repeat_them_too(name):
    expected = read(name)
    large = upscale(name, read("fixture"), tile=80)
    assert np.abs(large[: len(expected), : len(expected)] - expected).max() <= 1


@pytest.mark.parametrize("size", ["slim", "medium"])
def test_eight_times_is_the_same_picture(size):
    # No picture of this scale was published: averaged back, it is what went in.
    image = read("fixture")[:48, :48]
    large = upscale(f"{size}_x8", image, tile=48)
    back = large.reshape(48, 8, 48, 8, 3).mean(axis=(1, 3))
    assert np.abs(back - image).mean() < 4
