"""How images are scaled, and how they are shown."""

import numpy as np
import pytest
from keras import ops

from keras_gan_zoo import images

ALL_BYTES = np.arange(256, dtype="uint8")


def test_bytes_become_floats_from_minus_one_to_one():
    scaled = ops.convert_to_numpy(images.to_unit_range(ALL_BYTES))
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled, np.linspace(-1, 1, 256), atol=1e-6)
    assert (scaled[0], scaled[-1]) == (-1.0, 1.0)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_floats_pass_through(dtype):
    floats = np.array([[-1.0, -0.25, 0.0, 0.5, 1.0, 200.0]], dtype)
    tensor = images.to_unit_range(floats)
    np.testing.assert_array_equal(ops.convert_to_numpy(tensor), floats)


def test_every_byte_survives_the_way_there_and_back():
    there = ops.convert_to_numpy(images.to_unit_range(ALL_BYTES))
    back = images.to_uint8(there)
    assert back.dtype == np.uint8
    np.testing.assert_array_equal(back, ALL_BYTES)


def test_floats_are_rounded_and_clipped_to_bytes():
    floats = np.array([-np.inf, -1.5, -1.0, -0.001, 0.001, 1.0, 1.01, 1e9], "float32")
    expected = [0, 0, 0, 127, 128, 255, 255, 255]
    np.testing.assert_array_equal(images.to_uint8(floats), expected)


def test_grid_puts_images_side_by_side_and_fills_the_last_row_with_white():
    # Five images of 1x2 pixels and two channels, three in a row.
    pictures = np.arange(20, dtype="uint8").reshape(5, 1, 2, 2)
    first = [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9], [10, 11]]
    second = [[12, 13], [14, 15], [16, 17], [18, 19], [255, 255], [255, 255]]
    grid = images.make_grid(pictures, columns=3)
    assert grid.dtype == np.uint8
    np.testing.assert_array_equal(grid, [first, second])


def test_grid_keeps_the_rows_of_tall_images_together():
    top, bottom = [[1, 2], [3, 4]], [[5, 6], [7, 8]]
    pictures = np.array([top, bottom], "uint8")[..., None]
    beside = images.make_grid(pictures, columns=2)[..., 0]
    np.testing.assert_array_equal(beside, [[1, 2, 5, 6], [3, 4, 7, 8]])
    below = images.make_grid(pictures, columns=1)[..., 0]
    np.testing.assert_array_equal(below, [[1, 2], [3, 4], [5, 6], [7, 8]])


@pytest.mark.parametrize(
    "num, shape", [(1, (4, 24, 3)), (8, (4, 24, 3)), (9, (8, 24, 3))]
)
def test_grid_has_eight_columns_however_few_the_images(num, shape):
    assert images.make_grid(np.zeros((num, 4, 3, 3), "uint8")).shape == shape


@pytest.mark.parametrize("channels, mode", [(1, "L"), (3, "RGB"), (4, "RGBA")])
def test_pillow_shows_the_same_pixels(channels, mode):
    pytest.importorskip("PIL")
    image = np.arange(6 * channels, dtype="uint8").reshape(2, 3, channels)
    picture = images.to_pillow(image)
    assert (picture.mode, picture.size) == (mode, (3, 2))  # width first
    np.testing.assert_array_equal(np.asarray(picture).reshape(image.shape), image)


def test_side_by_side_takes_one_of_each_set_in_turn_and_makes_grey_colour():
    grey = np.arange(2, dtype="uint8").reshape(2, 1, 1, 1)
    colour = np.arange(10, 16, dtype="uint8").reshape(2, 1, 1, 3)
    joined = images.side_by_side(grey, colour)
    expected = [[0, 0, 0], [10, 11, 12], [1, 1, 1], [13, 14, 15]]
    np.testing.assert_array_equal(joined.reshape(4, 3), expected)
    assert images.side_by_side(grey, grey).shape == (4, 1, 1, 1)
