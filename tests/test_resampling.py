"""Bicubic resampling: that of Pillow, and equal on all backends."""

import numpy as np
import pytest
from keras import ops

from keras_gan_zoo.resampling import (
    area_matrix,
    bicubic_matrix,
    bilinear_matrix,
    resize_bicubic,
)

RANDOM = np.random.RandomState(0)


@pytest.mark.parametrize("new", [(6, 8), (8, 10), (36, 64), (31, 17)], ids=str)
def test_it_is_that_of_pillow(new):
    Image = pytest.importorskip("PIL.Image")
    images = RANDOM.rand(2, 24, 32, 3).astype("float32")
    received = ops.convert_to_numpy(resize_bicubic(ops.convert_to_tensor(images), *new))
    assert received.shape == (2, *new, 3) and received.dtype == "float32"
    for image, result in zip(images, received, strict=True):
        for channel in range(3):
            expected = Image.fromarray(image[..., channel]).resize(
                new[::-1], Image.Resampling.BICUBIC
            )
            np.testing.assert_allclose(result[..., channel], expected, atol=2e-6)


def test_it_keeps_what_it_should():
    np.testing.assert_array_equal(bicubic_matrix(7, 7), np.eye(7))
    for old, new in [(12, 3), (3, 12), (10, 7)]:
        np.testing.assert_allclose(bicubic_matrix(old, new).sum(axis=1), 1, atol=1e-6)
    # A straight line stays one, away from the edges.
    line = bicubic_matrix(40, 10) @ np.arange(40.0)
    np.testing.assert_allclose(np.diff(line)[2:-2], 4, atol=1e-5)


def test_shrinking_removes_what_would_alias():
    # The finest checkerboard becomes grey, where every 4th pixel alone would be white.
    board = np.indices((32, 32)).sum(axis=0) % 2 * 2.0 - 1
    images = ops.convert_to_tensor(board[None, ..., None], "float32")
    small = ops.convert_to_numpy(resize_bicubic(images, 8, 8))
    assert np.abs(small[0, 2:-2, 2:-2]).max() < 0.01


@pytest.mark.parametrize("new", [5, 12, 31, 48])
def test_bilinear_is_that_of_pillow(new):
    Image = pytest.importorskip("PIL.Image")
    image = RANDOM.rand(24, 4).astype("float32")
    expected = Image.fromarray(image).resize((4, new), Image.Resampling.BILINEAR)
    np.testing.assert_allclose(bilinear_matrix(24, new) @ image, expected, atol=2e-6)


def test_areas_are_shared_out_exactly():
    expected = np.array([[2, 1, 0], [0, 1, 2]]) / 3
    np.testing.assert_allclose(area_matrix(3, 2), expected, atol=1e-6)
    np.testing.assert_allclose(area_matrix(2, 4), np.eye(2).repeat(2, 0), atol=1e-6)


def test_without_antialiasing_a_new_pixel_sees_its_neighbours_alone():
    assert (np.count_nonzero(bilinear_matrix(31, 7, antialias=False), axis=1) < 3).all()
    assert (np.count_nonzero(bicubic_matrix(31, 7, antialias=False), axis=1) < 5).all()
    for matrix in (bilinear_matrix, bicubic_matrix):  # enlarging, nothing aliases
        np.testing.assert_array_equal(matrix(7, 31, False), matrix(7, 31))
