"""The kernel distance: against its definition in loops, and where it is known."""

import numpy as np
import pytest

from keras_gan_zoo.metrics import kernel_distance


def sample(num=60, dimensions=4, seed=0):
    return np.random.RandomState(seed).standard_normal((num, dimensions)) + 1


def kernel(x, y):
    return (np.dot(x, y) / len(x) + 1) ** 3


def squared_mmd(xs, ys):
    num = len(xs)
    pairs = [(i, j) for i in range(num) for j in range(num)]
    xx = [kernel(xs[i], xs[j]) for i, j in pairs if i != j]
    yy = [kernel(ys[i], ys[j]) for i, j in pairs if i != j]
    xy = [kernel(xs[i], ys[j]) for i, j in pairs]
    return np.mean(xx) + np.mean(yy) - 2 * np.mean(xy)


def test_one_subset_of_all_rows_is_the_definition():
    one, two = sample(seed=1), 1.3 * sample(seed=2)
    mean, std = kernel_distance(one, two, subsets=1, subset_size=60)
    assert isinstance(mean, float) and isinstance(std, float)
    assert mean == pytest.approx(squared_mmd(one, two), rel=1e-12)
    assert mean > 0.1 and std == 0


def test_subsets_are_drawn_in_the_published_order():
    one, two = sample(40, seed=1), sample(50, seed=2)
    random, values = np.random.RandomState(7), []
    for _ in range(3):
        rows = random.choice(40, 9, replace=False)
        others = random.choice(50, 9, replace=False)
        values.append(squared_mmd(one[rows], two[others]))
    expected = np.mean(values), np.std(values)
    received = kernel_distance(one, two, subsets=3, subset_size=9, seed=7)
    assert received == pytest.approx(expected, rel=1e-12)


def test_two_constant_sets_are_known_by_hand():
    # k is 1, (a.b / d + 1)^3 and (b.b / d + 1)^3 for a = 0, b = 1: 1 + 8 - 2.
    zeros, ones = np.zeros((5, 3)), np.ones((5, 3))
    assert kernel_distance(zeros, ones, 4, 5) == pytest.approx((7, 0), abs=1e-12)
    assert kernel_distance(ones, ones, 4, 5) == pytest.approx((0, 0), abs=1e-12)


def test_equal_distributions_are_unbiased_around_zero():
    one, two = sample(4000, seed=1), sample(4000, seed=2)
    mean, std = kernel_distance(one, two, subsets=40, subset_size=100)
    assert abs(mean) < std / 2
    assert kernel_distance(one, two + 0.5, subsets=40, subset_size=100)[0] > 5 * std


@pytest.mark.parametrize("subsets, size", [(10, 61), (10, 1), (0, 10)])
def test_subsets_that_cannot_be_drawn_are_refused(subsets, size):
    message = f"subsets={subsets}, subset_size={size}, 60 and 80 rows"
    with pytest.raises(ValueError, match=message):
        kernel_distance(sample(60), sample(80), subsets, size)


def test_other_dimensions_and_values_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match=r"equal dimensions.*\(60, 4\), \(60, 3\)"):
        kernel_distance(sample(), sample(dimensions=3))
    with pytest.raises(ValueError, match="not finite.* in 60 of 60 samples"):
        kernel_distance(sample(), sample() * np.nan)
