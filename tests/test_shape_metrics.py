"""Distances of solid shapes, and what is made of them, worked out by hand."""

import time

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import metrics


def boxes(*lengths, side=4):
    """Bars of so many cells, which begin at the same corner."""
    shapes = np.zeros((len(lengths), side, side, side, 1), bool)
    for shape, length in zip(shapes, lengths, strict=True):
        shape.reshape(-1)[:length] = True
    return shapes


def test_distances_are_the_shares_that_are_not_common():
    distances = metrics.iou_distances(boxes(8, 2), boxes(8, 4, 1, 64))
    expected = [
        [0, 1 - 4 / 8, 1 - 1 / 8, 1 - 8 / 64],
        [1 - 2 / 8, 0.5, 0.5, 1 - 2 / 64],
    ]
    np.testing.assert_allclose(distances, expected, atol=1e-12)


def test_shapes_that_touch_nowhere_are_at_distance_1_and_empty_ones_are_equal():
    empty, one = boxes(0), boxes(1)
    other = one[:, ::-1]
    assert metrics.iou_distances(one, other) == [[1.0]]
    assert metrics.iou_distances(empty, empty) == [[0.0]]
    assert metrics.iou_distances(empty, one) == [[1.0]]


def test_cells_are_solid_from_a_half_on():
    soft = np.where(boxes(5), 0.5, 0.49).astype("float32")
    assert metrics.iou_distances(boxes(5), soft) == [[0.0]]
    # Colours, where there are any, do not count.
    coloured = np.concatenate([soft, np.ones((1, 4, 4, 4, 3), "float32")], axis=-1)
    assert metrics.iou_distances(coloured, boxes(5)) == [[0.0]]


@pytest.mark.parametrize("side", [2, 3, 5])  # 8, 27 and 125 cells
def test_distances_of_many_are_those_of_pairs(side, monkeypatch):
    random = np.random.RandomState(side)
    one, two = (random.rand(n, side, side, side, 1) > 0.6 for n in (7, 10))
    expected = [
        [1 - np.sum(a & b) / max(1, np.sum(a | b)) if (a | b).any() else 0 for b in two]
        for a in one
    ]
    np.testing.assert_allclose(metrics.iou_distances(one, two), expected, atol=1e-12)
    monkeypatch.setattr("keras_gan_zoo.metrics.shapes.BLOCK", 3)
    np.testing.assert_allclose(metrics.iou_distances(one, two), expected, atol=1e-12)


def test_minimum_matching_distance_is_the_mean_over_the_real_shapes():
    real = boxes(8, 2)
    assert metrics.minimum_matching_distance(real, real[::-1]) == 0
    # 8 cells are nearest to 4 of them, and 2 to 1.
    distance = metrics.minimum_matching_distance(real, boxes(4, 1, 64))
    assert distance == pytest.approx((0.5 + 0.5) / 2, abs=1e-12)
    distance = metrics.minimum_matching_distance(real, boxes(6))
    assert distance == pytest.approx((1 - 6 / 8 + 1 - 2 / 6) / 2, abs=1e-12)
    # Bad samples beside good ones do not change it.
    assert metrics.minimum_matching_distance(real, boxes(8, 2, 64)) == 0


def test_shape_coverage_is_the_share_of_the_real_shapes_that_are_nearest():
    real = boxes(1, 4, 16, 64)
    assert metrics.shape_coverage(real, real) == 1
    assert metrics.shape_coverage(real, boxes(4, 5, 3, 4)) == 1 / 4
    assert metrics.shape_coverage(real, boxes(4, 5, 60, 64)) == 2 / 4
    assert metrics.shape_coverage(real, boxes(4)) == 1 / 4
    # Who is near none covers none.
    assert metrics.shape_coverage(real, boxes(0, 0)) == 0
    assert metrics.shape_coverage(real, boxes(0, 16)) == 1 / 4


def test_furniture_of_one_kind_is_nearer_than_that_of_another():
    shapes = kgz.datasets.shapes("all")
    names = np.array([name.lower() for name in shapes.names])
    chairs, beds = (
        shapes.voxels[[kind in name for name in names]] for kind in ("chair", "bed")
    )
    some, others = chairs[::2], chairs[1::2]
    distance = metrics.minimum_matching_distance
    assert distance(some, others) < 0.8 * distance(some, beds)
    few = others[:1].repeat(20, axis=0)  # one chair for all latents
    assert metrics.shape_coverage(some, few) == pytest.approx(1 / len(some))
    assert metrics.shape_coverage(some, others) > 10 / len(some)


def test_thousands_of_shapes_take_seconds():
    random = np.random.RandomState(0)
    one, two = (random.rand(n, 32, 32, 32, 1) > 0.8 for n in (200, 400))
    begun = time.process_time()
    distances = metrics.iou_distances(one, two)
    assert time.process_time() - begun < 5
    # Of independent cells, a fifth of which are solid: 1 - 0.04 / 0.36.
    assert distances.mean() == pytest.approx(1 - 0.2**2 / (1 - 0.8**2), abs=1e-3)


@pytest.mark.parametrize(
    "other, words",
    [
        (np.zeros((2, 4, 4, 5, 1), bool), r"one height.*\(1, 4, 4, 4, 1\) and \(2,"),
        (np.zeros((0, 4, 4, 4, 1), bool), "at least one in each set"),
        (np.zeros((2, 4, 4, 4), bool), "voxels of shape"),
        (np.full((2, 4, 4, 4, 1), 2.0), r"must lie in \[0, 1\]"),
        (np.full((2, 4, 4, 4, 1), np.nan), "not finite"),
    ],
)
def test_what_cannot_be_compared_is_refused(other, words):
    for metric in (metrics.minimum_matching_distance, metrics.shape_coverage):
        with pytest.raises(ValueError, match=words):
            metric(boxes(1), other)
