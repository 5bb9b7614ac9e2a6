"""Tiles: the whole image from pieces of one shape."""

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.models.real_esrgan import RRDBNet
from keras_gan_zoo.tiles import cuts, map_tiles

RADIUS = 3  # of the function below
IMAGES = np.random.RandomState(0).rand(2, 70, 45, 3).astype("float32")


def blur_and_double(images):
    """Means of 7x7 pixels, zeros beyond the edge, each pixel twice in both axes."""
    padded = np.pad(images, ((0, 0), (RADIUS, RADIUS), (RADIUS, RADIUS), (0, 0)))
    size = (2 * RADIUS + 1,) * 2
    windows = np.lib.stride_tricks.sliding_window_view(padded, size, axis=(1, 2))
    return windows.mean(axis=(-2, -1)).repeat(2, axis=1).repeat(2, axis=2)


@pytest.mark.parametrize("tile", [8, 16, 21, 45])
def test_tiles_that_see_enough_give_the_whole_image(tile):
    whole = blur_and_double(IMAGES)
    tiled = map_tiles(blur_and_double, IMAGES, tile, overlap=RADIUS)
    assert tiled.dtype == whole.dtype
    np.testing.assert_allclose(tiled, whole, atol=1e-6)
    seams = map_tiles(blur_and_double, IMAGES, tile, overlap=RADIUS - 1)
    assert (tile == 45) == np.allclose(seams[:, :, :80], whole[:, :, :80], atol=1e-3)


@pytest.mark.parametrize("shape", [(1, 5), (64, 32), (33, 200)])
def test_the_function_sees_one_shape_and_gives_any(shape):
    seen = set()

    def triple(tile):
        seen.add(tile.shape)
        return tile.repeat(3, axis=1).repeat(3, axis=2)

    image = np.random.RandomState(1).randint(0, 256, (1, *shape, 4)).astype("uint8")
    large = map_tiles(triple, image, tile=32, overlap=4)
    np.testing.assert_array_equal(large, image.repeat(3, axis=1).repeat(3, axis=2))
    assert seen == {(1, 32, 32, 4)}


def test_short_sides_are_mirrored():
    def first(tile):
        np.testing.assert_array_equal(tile[0, :, 0, 0], [0, 1, 2, 2, 1, 0, 0, 1])
        return tile

    map_tiles(first, np.arange(3.0).reshape(1, 3, 1, 1), tile=8, overlap=2)


def test_cuts_cover_the_side_and_keep_the_overlap():
    for size in range(20, 90):
        places = cuts(size, tile=20, overlap=6)
        for start, first, end in places:
            assert 0 <= start and start + 20 <= size and first < end
            assert first - start >= 6 or first == start == 0
            assert start + 20 - end >= 6 or end == start + 20 == size
        kept = [pixel for _, first, end in places for pixel in range(first, end)]
        assert kept == list(range(size))


@pytest.mark.parametrize("overlap", [0, 22, 23, 35, 36, 96])
def test_one_tile_has_no_neighbours_and_no_overlap(overlap):
    whole = blur_and_double(IMAGES)
    for tile in ((70, 45), (80, 46)):
        tiled = map_tiles(blur_and_double, IMAGES, tile, overlap)
        np.testing.assert_allclose(tiled[:, :120, :80], whole[:, :120, :80], atol=1e-6)


def test_tiles_may_be_wider_than_high():
    tiled = map_tiles(blur_and_double, IMAGES, (16, 45), overlap=RADIUS)
    np.testing.assert_allclose(tiled, blur_and_double(IMAGES), atol=1e-6)


@pytest.mark.parametrize(("tile", "overlap"), [(16, 8), (16, -1), (0, 0)])
def test_tiles_that_keep_nothing_are_refused(tile, overlap):
    with pytest.raises(ValueError, match="larger than its overlaps"):
        map_tiles(blur_and_double, IMAGES, tile, overlap)


def test_a_bar_shows_the_progress(capsys):
    map_tiles(blur_and_double, IMAGES[:1], tile=45, overlap=RADIUS, verbose=1)
    assert "2/2" in capsys.readouterr().out
    map_tiles(blur_and_double, IMAGES[:1], tile=45, overlap=RADIUS)
    assert not capsys.readouterr().out


def test_tiles_are_whole_steps_whatever_is_asked_for():
    network = RRDBNet(2, base_channels=2, blocks=1, growth=2, fold=2)
    model = kgz.ESRGAN(scale=2, generator=network)
    image = np.random.RandomState(0).randint(0, 256, (70, 90, 3)).astype("uint8")
    for tile in (49, 50):
        assert model.upscale(image, tile=tile, verbose=0).shape == (140, 180, 3)


def test_a_tile_may_be_a_list():
    images = np.arange(60.0).reshape(1, 6, 10, 1)
    for tile in ([4, 5], (4, 5)):
        np.testing.assert_array_equal(map_tiles(lambda x: x, images, tile, 1), images)
