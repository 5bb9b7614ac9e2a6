"""Precision, recall, density, coverage: against their definitions in loops."""

import tracemalloc

import numpy as np
import pytest

from keras_gan_zoo.metrics import density_coverage, manifold, precision_recall


def sample(num=60, dimensions=3, seed=0, shift=0.0):
    random = np.random.RandomState(seed)
    return random.standard_normal((num, dimensions)) + shift


def radius(features, i, k):
    others = np.delete(features, i, axis=0)
    return sorted(np.linalg.norm(others - features[i], axis=1))[k - 1]


def balls(points, features, k, strict):
    """For each point and each feature: is the one in the ball of the other?"""
    inside = np.zeros((len(points), len(features)), bool)
    for i, centre in enumerate(features):
        distances = np.linalg.norm(points - centre, axis=1)
        reach = radius(features, i, k)
        inside[:, i] = distances < reach if strict else distances <= reach
    return inside


@pytest.mark.parametrize("k", [1, 3, 5])
@pytest.mark.parametrize("block", [1, 7, 256])
def test_the_definitions(k, block, monkeypatch):
    monkeypatch.setattr(manifold, "BLOCK", block)
    real, fake = sample(seed=1), sample(45, seed=2, shift=0.5)
    precision = balls(fake, real, k, strict=False).any(axis=1).mean()
    recall = balls(real, fake, k, strict=False).any(axis=1).mean()
    assert 0 < recall < 1 and recall != precision
    received = precision_recall(real, fake, k)
    assert all(isinstance(value, float) for value in received)
    assert received == pytest.approx((precision, recall), rel=1e-12)
    inside = balls(fake, real, k, strict=True)
    expected = inside.sum() / k / 45, inside.any(axis=0).mean()
    assert density_coverage(real, fake, k) == pytest.approx(expected, rel=1e-12)


def test_the_defaults_are_those_of_the_papers():
    real, fake = sample(seed=1), sample(45, seed=2, shift=0.5)
    assert precision_recall(real, fake) == precision_recall(real, fake, 3)
    assert density_coverage(real, fake) == density_coverage(real, fake, 5)
    assert precision_recall(real, fake) != precision_recall(real, fake, 5)


def test_equal_sets_are_precise_and_covered():
    # In each ball lie its centre and the k - 1 neighbours inside: density 1.
    features = sample(100, 16)
    assert precision_recall(features, features[::-1]) == (1, 1)
    assert density_coverage(features, features[::-1]) == (1, 1)


def test_far_sets_have_nothing_in_common():
    assert precision_recall(sample(), sample(shift=100)) == (0, 0)
    assert density_coverage(sample(), sample(shift=100)) == (0, 0)


def test_a_collapsed_generator_is_precise_but_recalls_nothing():
    real = sample(200, 2)
    collapsed = np.zeros((50, 2)) + real.mean(axis=0)
    assert precision_recall(real, collapsed) == (1, 0)
    density, coverage = density_coverage(real, collapsed)
    assert density > 0 and coverage < 0.2


def test_the_distance_from_the_origin_does_not_matter():
    real, fake = sample(seed=1), sample(45, seed=2, shift=0.5)
    expected = precision_recall(real, fake), density_coverage(real, fake)
    real, fake = real + 1e6, fake + 1e6
    assert (precision_recall(real, fake), density_coverage(real, fake)) == expected


@pytest.mark.parametrize("metric", [precision_recall, density_coverage])
def test_sets_that_have_no_kth_neighbour_are_refused(metric):
    for real, fake in [(sample(4), sample(5)), (sample(5), sample(4))]:
        with pytest.raises(ValueError, match="at least 5 rows each.*Received"):
            metric(real, fake, k=4)
        assert metric(real, fake, k=3) == metric(real, fake, k=3)
    with pytest.raises(ValueError, match="k >= 1. Received: k=0"):
        metric(sample(), sample(), k=0)
    with pytest.raises(ValueError, match=r"equal dimensions.*\(60, 3\), \(60, 2\)"):
        metric(sample(), sample(dimensions=2))
    with pytest.raises(ValueError, match="not finite"):
        metric(sample(), sample() * np.inf)


def test_memory_does_not_grow_with_the_square_of_the_samples():
    features = sample(4000, 2)
    tracemalloc.start()
    precision_recall(features, features)
    density_coverage(features, features)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4000 * 4000 * 8 / 2
