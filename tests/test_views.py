"""Silhouettes of solid shapes: what each view shows, and its gradient."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo import datasets
from keras_gan_zoo.backend import gradient
from keras_gan_zoo.views import ABOVE, VIEWS, opacity, ray_matrices, ray_sums

SIDE = 16


def seen(function, voxels, *args):
    """What a function of voxels returns, as a NumPy array without channels."""
    voxels = ops.convert_to_tensor(np.asarray(voxels, "float32"))
    return ops.convert_to_numpy(function(voxels, *args))[..., 0]


def corner():
    """One cell on the ground, at the front, on the left."""
    voxels = np.zeros((1, SIDE, SIDE, SIDE, 1))
    voxels[0, 0, 0, 0] = 1
    return voxels


def ball(radius=6.0):
    """A ball of 1s in the middle, and the disc that is its silhouette."""
    line = (np.arange(SIDE) - (SIDE - 1) / 2) ** 2
    disc = line[:, None] + line < radius**2
    cells = line[:, None, None] + line[:, None] + line < radius**2
    return cells[None, ..., None], disc


@pytest.mark.parametrize("view", range(VIEWS))
def test_a_ball_is_a_disc_from_every_side(view):
    cells, disc = ball()
    image = seen(opacity, cells, view)[0]
    assert disc.sum() == 112
    # But for pixels that its rim cuts, where views between the axes are grey.
    assert 0 <= image.min() and image.max() <= 1
    assert np.abs(image - disc).sum() < (1e-4 if view % 2 == 0 else 12)
    # A ray through its middle passes 12 cells, and no cell is lost.
    sums = seen(ray_sums, cells, view)[0]
    assert sums.sum() == pytest.approx(cells.sum(), rel=4e-3)
    assert sums.max() == pytest.approx(12, rel=1e-4 if view % 2 == 0 else 0.06)


def test_views_go_around_from_the_front_by_the_right_side():
    # (row, column) of the pixel: the ground is the last row, the left the first column.
    last = SIDE - 1
    places = {
        0: (last, 0),
        2: (last, 0),
        4: (last, last),
        6: (last, last),
        8: (last, 0),
    }
    for view, place in places.items():
        image = seen(opacity, corner(), view)[0]
        assert image[place] == pytest.approx(1) and image.sum() == pytest.approx(1)
    # Seen from the right side, what is at the back is on the right.
    behind = corner()[:, :, ::-1]
    assert seen(opacity, behind, 2)[0, last, last] == pytest.approx(1)
    assert seen(opacity, behind, ABOVE)[0, 0, 0] == pytest.approx(1)


def test_a_turned_shape_is_seen_by_the_next_view_as_it_was_before():
    shapes = datasets.shapes(categories=["Lights"]).voxels[:3]
    turned = np.rot90(shapes, -1, (2, 3))
    for view in range(8):
        before = seen(opacity, shapes, view)
        after = seen(opacity, turned, (view + 2) % 8)
        np.testing.assert_allclose(after, before, atol=1e-5)
    # From above the picture turns.
    above, then = (seen(opacity, x, ABOVE) for x in (shapes, turned))
    np.testing.assert_allclose(then, np.rot90(above, 1, (1, 2)), atol=1e-6)
    assert np.abs(above - then).max() == 1


def test_light_falls_off_exponentially():
    for num in (1, 2, 5):
        voxels = np.zeros((1, 8, 8, 8, 1))
        voxels[0, 3, :num, 4] = 1
        image = seen(opacity, voxels, 0, 0.5)[0]
        assert image[4, 4] == pytest.approx(1 - np.exp(-0.5 * num), abs=1e-6)
        assert image.sum() == pytest.approx(image[4, 4], abs=1e-6)
        assert seen(opacity, voxels, 0)[0, 4, 4] == 1


def test_each_shape_has_a_view_of_its_own():
    cells = np.random.RandomState(0).rand(VIEWS, 8, 8, 8, 1)
    together = seen(opacity, cells, np.arange(VIEWS), 0.5)
    for view in range(VIEWS):
        alone = seen(opacity, cells[view : view + 1], view, 0.5)[0]
        np.testing.assert_allclose(together[view], alone, atol=1e-6)
    assert np.abs(together - seen(opacity, cells, 0, 0.5))[1:].max() > 0.1


@pytest.mark.parametrize("view", range(VIEWS))
def test_gradients_reach_all_cells_of_a_ray_and_no_others(view):
    # Of the pixel (5, 3), or from above of what stands behind it.
    cells = ops.convert_to_tensor(np.full((1, 8, 8, 8, 1), 0.1, "float32"))
    slopes = gradient(lambda x: opacity(x, view, 0.5)[:, 5, 3], cells)
    slopes = ops.convert_to_numpy(slopes)[0, ..., 0]
    if view == ABOVE:
        assert (slopes[:, 2, 3] > 0.1).all()
        slopes[:, 2, 3] = 0
    elif view % 2 == 0:
        rays = {0: np.s_[2, :, 3], 2: np.s_[2, 3, :], 4: np.s_[2, :, 4]}
        ray = rays.get(view, np.s_[2, 4, :])
        assert (slopes[ray] > 0.1).all()
        slopes[ray] = 0
    else:  # a diagonal of the level passes beside cells
        assert 8 <= (slopes[2] > 0.01).sum() <= 24
        slopes[2] = 0
    np.testing.assert_allclose(slopes, 0, atol=1e-7)


def test_a_cell_counts_once_in_each_view():
    for side in (8, 32):
        counts = ray_matrices(side).sum(axis=2).reshape(8, side, side)
        np.testing.assert_allclose(counts[::2], 1, atol=1e-6)
        # Turned by 45 degrees corners leave the picture, and samples between cells
        # count some more and some less.
        inner = counts[1::2, side // 4 : -side // 4, side // 4 : -side // 4]
        assert inner.mean() == pytest.approx(1, abs=0.05)
        assert 0.7 < inner.min() and inner.max() < 1.35


class TestDataSet:
    def test_all_views_of_a_shape_follow_each_other(self):
        voxels = datasets.shapes(categories=["Lights"]).voxels[:4]
        images, views = datasets.silhouettes(voxels)
        assert images.shape == (36, 32, 32, 1) and images.dtype == np.uint8
        np.testing.assert_array_equal(views, np.tile(np.arange(9), 4))
        for i, view in enumerate(views):
            alone = seen(opacity, voxels[i // 9][None], view)[0]
            assert np.abs(images[i, ..., 0] / 255 - alone).max() <= 0.5 / 255 + 1e-6
        few = datasets.silhouettes(voxels, views=[8, 2])
        np.testing.assert_array_equal(few.labels, [8, 2] * 4)
        np.testing.assert_array_equal(few.images[1::2], images[2::9])

    def test_outlines_are_those_of_the_cells(self):
        voxels = datasets.shapes(categories=["Office"]).voxels
        images = datasets.silhouettes(voxels, views=[0, 8]).images
        front = voxels.any(axis=2)[:, ::-1]
        above = voxels.any(axis=1)[:, ::-1]
        np.testing.assert_array_equal(images[::2], 255 * front)
        np.testing.assert_array_equal(images[1::2], 255 * above)
        thin = datasets.silhouettes(voxels, views=[0], tau=0.5).images
        assert (thin[front] < 255).any() and (thin[front] >= 100).all()

    def test_many_shapes_are_drawn_in_pieces(self, monkeypatch):
        voxels = np.random.RandomState(0).rand(7, 8, 8, 8, 1) > 0.9
        expected = datasets.silhouettes(voxels)
        monkeypatch.setattr("keras_gan_zoo.datasets.shape_views.PIECE", 3)
        for one, two in zip(expected, datasets.silhouettes(voxels), strict=True):
            np.testing.assert_array_equal(one, two)

    @pytest.mark.parametrize(
        "arguments, words",
        [
            ({"voxels": np.zeros((2, 8, 8, 8))}, r"expected.*\(n, side.*received.*8\)"),
            ({"voxels": np.zeros((2, 8, 8, 4, 1))}, "Pad shapes of other sides"),
            ({"voxels": np.zeros((0, 8, 8, 8, 1))}, "received shape"),
            ({"voxels": np.full((1, 8, 8, 8, 1), 2.0)}, r"float array in \[0, 1\]"),
            ({"voxels": np.full((1, 8, 8, 8, 1), np.nan)}, r"float array in \[0, 1\]"),
            ({"views": [0, 9]}, r"views: expected integers in 0..8.*\[0, 9\]"),
            ({"views": []}, "views: expected"),
            ({"tau": 0}, "tau: expected None or a number above 0, received 0"),
        ],
    )
    def test_what_has_no_silhouette_is_refused(self, arguments, words):
        arguments = {"voxels": np.zeros((2, 8, 8, 8, 1)), **arguments}
        with pytest.raises(ValueError, match=words):
            datasets.silhouettes(**arguments)


def test_half_precision_of_shapes_is_not_that_of_silhouettes():
    cells, _ = ball()
    half = ops.cast(ops.convert_to_tensor(cells.astype("float32")), "float16")
    assert keras.backend.standardize_dtype(opacity(half, 0).dtype) == "float32"
