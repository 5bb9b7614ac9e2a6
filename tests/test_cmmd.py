"""CMMD against its definition, its bounds, and another estimator."""

import numpy as np
import pytest

from keras_gan_zoo.metrics import cmmd


def features(seed, num=40, dimensions=6, shift=0.0):
    return np.random.RandomState(seed).standard_normal((num, dimensions)) + shift


def by_definition(a, b, sigma=10, scale=1000):
    a, b = (x / np.sqrt((x**2).sum(axis=1, keepdims=True)) for x in (a, b))

    def mean(x, y):
        return np.mean(
            [np.exp(-((p - q) ** 2).sum() / (2 * sigma**2)) for p in x for q in y]
        )

    return scale * (mean(a, a) + mean(b, b) - 2 * mean(a, b))


def test_it_equals_its_definition():
    a, b = features(0), features(1, num=30, shift=0.5)
    assert by_definition(a, b) > 1
    assert cmmd(a, b) == pytest.approx(by_definition(a, b), rel=1e-9)
    expected = by_definition(a, b, sigma=0.5, scale=3)
    assert cmmd(a, b, sigma=0.5, scale=3) == pytest.approx(expected, rel=1e-9)


def test_only_directions_count():
    a, b = features(0), features(1, shift=1.0)
    lengths = np.random.RandomState(2).uniform(0.1, 10, (40, 1))
    assert cmmd(a * lengths, b) == pytest.approx(cmmd(a, b), rel=1e-9)


def test_equal_sets_are_at_distance_0_and_opposite_ones_far():
    a = features(0)
    assert cmmd(a, a[::-1]) == pytest.approx(0, abs=1e-9)
    one = np.eye(3)[[0, 0, 0]]
    # All pairs within are at distance 0, all between at 2: 2 - 2 exp(-4 / 200).
    assert cmmd(one, -one) == pytest.approx(2000 * (1 - np.exp(-0.02)), rel=1e-9)


def test_what_rows_with_themselves_add_is_as_small_as_documented():
    a, b = features(0, num=200), features(1, num=200)
    unit = [x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a, b)]
    kernels = [np.exp((x @ y.T - 1) / 100) for x in unit for y in unit]
    pairs = 200 * 199
    within = sum((kernels[i].sum() - 200) / pairs for i in (0, 3))
    unbiased = 1000 * (within - 2 * kernels[1].mean())
    assert 0 < cmmd(a, b) - unbiased < 2 * 20 / 200


def test_errors():
    a = features(0)
    with pytest.raises(ValueError, match="a row of zeros, first row 3"):
        cmmd(a, np.where(np.arange(40)[:, None] == 3, 0, a))
    with pytest.raises(ValueError, match="sigma > 0. Received: sigma=0"):
        cmmd(a, a, sigma=0)
    with pytest.raises(ValueError, match="of equal dimensions"):
        cmmd(a, a[:, :3])
