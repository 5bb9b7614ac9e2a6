"""The Frechet distance where it is known by hand, and the features it is taken on."""

import types
import warnings

import numpy as np
import pytest

from keras_gan_zoo.metrics import (
    GaussianStatistics,
    frechet_distance,
    frechet_distance_of_statistics,
    pooled_pixels,
)

# One test below is about this warning; the others also measure sets that small.
pytestmark = pytest.mark.filterwarnings("ignore:.*covariance is singular")


def sample(num=200, dimensions=5, seed=0):
    """Correlated normal features, far from the origin."""
    random = np.random.RandomState(seed)
    mixing = random.standard_normal((dimensions, dimensions))
    return random.standard_normal((num, dimensions)) @ mixing + 3


@pytest.mark.parametrize("num, dimensions", [(200, 5), (50, 1), (2, 3), (6, 20)])
def test_equal_sets_have_distance_zero(num, dimensions):
    features = sample(num, dimensions)
    assert frechet_distance(features, features) == pytest.approx(0, abs=1e-8)
    assert frechet_distance(features, features[::-1]) == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize("num, dimensions", [(200, 5), (50, 1), (6, 20)])
def test_a_shifted_copy_is_as_far_as_the_square_of_the_shift(num, dimensions):
    features, shift = sample(num, dimensions), np.linspace(1, 2, dimensions)
    distance = frechet_distance(features, features + shift)
    assert distance == pytest.approx((shift**2).sum(), rel=1e-6)


@pytest.mark.parametrize("scale", [0.0, 0.5, 3.0])
@pytest.mark.parametrize("num, dimensions", [(200, 5), (50, 1), (6, 20)])
def test_a_scaled_copy_differs_in_mean_and_in_spread(num, dimensions, scale):
    features = sample(num, dimensions)
    trace = features.var(axis=0, ddof=1).sum()
    expected = (1 - scale) ** 2 * (trace + (features.mean(axis=0) ** 2).sum())
    distance = frechet_distance(features, features * scale)
    assert isinstance(distance, float)
    assert distance == pytest.approx(expected, rel=1e-6)


def test_covariances_that_do_not_commute():
    # For 2x2 matrices Tr (AB)^1/2 = (Tr AB + 2 (det AB)^1/2)^1/2.
    one, two = sample(300, 2, seed=1), sample(100, 2, seed=2)
    a, b = np.cov(one.T), np.cov(two.T)
    assert np.abs(a @ b - b @ a).max() > 0.1
    root = np.sqrt(np.trace(a @ b) + 2 * np.sqrt(np.linalg.det(a @ b)))
    means = ((one.mean(axis=0) - two.mean(axis=0)) ** 2).sum()
    expected = means + np.trace(a + b) - 2 * root
    assert frechet_distance(one, two) == pytest.approx(expected, rel=1e-9)


def test_the_distance_is_symmetric():
    one, two = sample(seed=1), sample(80, seed=2)
    assert frechet_distance(one, two) > 0.1
    assert frechet_distance(one, two) == pytest.approx(frechet_distance(two, one))


@pytest.mark.parametrize(
    "other, message",
    [
        (np.ones((1, 3)), r"at least 2 rows.*\(1, 3\)"),
        (np.ones((4, 2)), r"equal dimensions.*\(4, 3\).*\(4, 2\)"),
        (np.ones((4, 3, 1)), r"\(num, dimensions\).*\(4, 3, 1\)"),
        (np.full((4, 3), np.nan), "not finite"),
        (np.full((4, 3), np.inf), "not finite"),
    ],
)
def test_features_that_are_no_sample_are_refused(other, message):
    features = np.ones((4, 3))
    with pytest.raises(ValueError, match=message):
        frechet_distance(features, other)
    if other.shape == features.shape:
        with pytest.raises(ValueError, match=message):
            frechet_distance(other, features)


def test_fewer_rows_than_dimensions_are_warned_of():
    many, few = sample(6, 6), sample(5, 6)
    statistics = GaussianStatistics(many), GaussianStatistics(few)
    with pytest.warns(UserWarning, match=r"frechet_distance\(\) of 5 samples in 6 dim"):
        frechet_distance(many, few)
    with pytest.warns(UserWarning, match="_of_statistics.* of 5 samples in 6 dim"):
        frechet_distance_of_statistics(*statistics)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frechet_distance(many, many)
        frechet_distance_of_statistics(statistics[0], statistics[0])


def distance_of_statistics(one, two):
    return frechet_distance_of_statistics(
        GaussianStatistics(one), GaussianStatistics(two)
    )


@pytest.mark.parametrize("dimensions", [1, 5, 40])
def test_statistics_give_the_distance_of_the_features(dimensions):
    one, two = sample(300, dimensions, seed=1), sample(100, dimensions, seed=2)
    expected = frechet_distance(one, two)
    assert expected > 0.1
    assert distance_of_statistics(one, two) == pytest.approx(expected, rel=1e-9)
    assert distance_of_statistics(two, one) == pytest.approx(expected, rel=1e-9)


def test_statistics_of_few_rows_keep_half_of_the_digits():
    one, two = sample(6, 20, seed=1), sample(9, 20, seed=2)
    expected = frechet_distance(one, two)
    assert distance_of_statistics(one, two) == pytest.approx(expected, rel=1e-6)
    assert distance_of_statistics(one, one) == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("sizes", [[200], [1] * 200, [1, 150, 0, 49], [0, 100, 100]])
def test_batches_of_any_size_have_the_statistics_of_the_whole(sizes):
    # Far from the origin, where sums of squares would have lost all digits.
    features = sample() + 1e8
    batches = np.split(features, np.cumsum(sizes)[:-1])
    statistics, merged = GaussianStatistics(), GaussianStatistics()
    for batch in filter(len, batches):
        statistics.update(batch)
    for batch in batches:
        part = GaussianStatistics(batch) if len(batch) else GaussianStatistics()
        assert merged.merge(part) is merged
    for result in (statistics, merged):
        assert result.num == 200
        np.testing.assert_allclose(result.mean, features.mean(axis=0), rtol=1e-15)
        np.testing.assert_allclose(result.covariance, np.cov(features.T), rtol=1e-6)


def test_merging_leaves_the_other_statistics_as_they_are():
    one, other = GaussianStatistics(sample(seed=1)), GaussianStatistics(sample(seed=2))
    mean, covariance = other.mean.copy(), other.covariance
    one.merge(other).update(sample(seed=3))
    empty = GaussianStatistics().merge(other)
    empty.update(sample(seed=3))
    assert (one.num, other.num, empty.num) == (600, 200, 400)
    np.testing.assert_array_equal(other.mean, mean)
    np.testing.assert_array_equal(other.covariance, covariance)


def test_statistics_read_from_a_file_will_do():
    statistics = GaussianStatistics(sample(seed=1)), GaussianStatistics(sample(seed=2))
    saved = types.SimpleNamespace(
        num=200, mean=statistics[1].mean, covariance=statistics[1].covariance
    )
    distance = frechet_distance_of_statistics(statistics[0], saved)
    assert distance == frechet_distance_of_statistics(*statistics)


def test_statistics_that_do_not_fit_are_refused():
    statistics = GaussianStatistics(sample(dimensions=3))
    other = GaussianStatistics(sample(dimensions=2))
    with pytest.raises(ValueError, match="2 after 3"):
        statistics.update(sample(dimensions=2))
    with pytest.raises(ValueError, match="2 after 3"):
        statistics.merge(other)
    with pytest.raises(ValueError, match="equal dimensions.*3 and 2"):
        frechet_distance_of_statistics(statistics, other)
    with pytest.raises(ValueError, match="not finite.* first in sample 1"):
        statistics.update([[0, 0, 0], [0, 0, np.nan]])
    with pytest.raises(ValueError, match=r"at least 1 rows.*\(0, 3\)"):
        statistics.update(np.zeros((0, 3)))
    assert statistics.num == 200
    for few in (GaussianStatistics(), GaussianStatistics(np.ones((1, 3)))):
        with pytest.raises(ValueError, match=f"at least 2 rows. Received: {few.num}"):
            frechet_distance_of_statistics(statistics, few)


def test_pooled_pixels_are_the_means_of_cells_by_row_column_and_channel():
    # Two images of 2x4 pixels and two channels: two cells of 2x2 each.
    pixels = np.arange(32).reshape(2, 2, 4, 2)
    features = pooled_pixels(pixels.astype("uint8"), cell=2)
    expected = [[5, 6, 9, 10], [21, 22, 25, 26]]
    assert features.dtype == np.float64
    np.testing.assert_allclose(features * 255, expected, rtol=1e-12)


def test_pooled_pixels_lie_between_zero_and_one():
    image = np.zeros((1, 8, 8, 1), "uint8")
    image[:, :4, 4:] = 255
    np.testing.assert_array_equal(pooled_pixels(image), [[0, 1, 0, 0]])


@pytest.mark.parametrize(
    "shape, dtype",
    [((1, 8, 8, 1), "float32"), ((1, 6, 8, 1), "uint8"), ((1, 8, 6, 1), "uint8")],
)
def test_pooled_pixels_refuse_floats_and_cells_that_do_not_fit(shape, dtype):
    with pytest.raises(ValueError, match=f"{dtype}, {shape[1]}x{shape[2]}, cell=4"):
        pooled_pixels(np.zeros(shape, dtype))
