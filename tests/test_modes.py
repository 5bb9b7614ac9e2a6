"""Mode coverage: by hand, and of a perfect sampler."""

import numpy as np
import pytest

from keras_gan_zoo.metrics import mode_coverage

GRID = np.array([(x, y) for x in range(-4, 5, 2) for y in range(-4, 5, 2)], float)


def test_a_perfect_sampler_captures_all_modes():
    random = np.random.RandomState(0)
    centers = GRID[random.randint(25, size=100_000)]
    points = centers + 0.05 * random.standard_normal(centers.shape)
    captured, quality, divergence = mode_coverage(points, GRID, 0.05)
    # In two dimensions 1 - exp(-9 / 2) of the points lie within 3 std.
    assert quality == pytest.approx(1 - np.exp(-4.5), abs=0.001)
    assert captured == 25 and 0 < divergence < 0.001


def test_one_mode_only():
    captured, quality, divergence = mode_coverage(np.full((9, 2), 4.1), GRID, 0.05)
    assert (captured, quality) == (1, 1)
    assert divergence == pytest.approx(np.log(25))
    types = [type(value) for value in (captured, quality, divergence)]
    assert types == [int, float, float]


def test_a_point_out_of_reach_captures_nothing_but_is_counted_in_the_balance():
    # Two points at the first mode, one of them too far away; one at the second.
    points, centers = [[0.0], [0.31], [1.0], [5.0]], [[0.0], [1.0], [9.0], [-9.0]]
    captured, quality, divergence = mode_coverage(points, centers, std=0.1)
    assert (captured, quality) == (2, 0.5)
    # 0.31 is nearest to 0, and 5 as near to 1 as to 9: the first of them counts.
    assert divergence == pytest.approx(np.log(4 / 2))
    assert mode_coverage(points, centers, std=0.11)[:2] == (2, 0.75)
    assert mode_coverage([[4.0]], centers, std=0.1)[:2] == (0, 0)


@pytest.mark.parametrize(
    "points, std, message",
    [
        (np.zeros((3, 2)), 0, "std > 0. Received: std=0"),
        (np.zeros((3, 2)), np.nan, "std=nan"),
        (np.zeros((3, 3)), 1, r"equal dimensions.*\(3, 3\), \(25, 2\)"),
        (np.zeros((0, 2)), 1, "at least 1 rows"),
        (np.full((3, 2), np.nan), 1, "not finite"),
    ],
)
def test_misuse_is_refused(points, std, message):
    with pytest.raises(ValueError, match=message):
        mode_coverage(points, GRID, std)
