"""PRD curves: closed forms, the definition word for word, and clusters."""

import sys

import numpy as np
import pytest

from keras_gan_zoo.metrics import prd, prd_of_histograms


def by_definition(real, fake, angles):
    precision, recall = [], []
    for angle in np.linspace(1e-10, np.pi / 2 - 1e-10, angles):
        slope = np.tan(angle)
        pairs = list(zip(real, fake, strict=True))
        precision.append(sum(min(slope * p, q) for p, q in pairs))
        recall.append(sum(min(p, q / slope) for p, q in pairs))
    return precision, recall


def test_the_curve_equals_its_definition():
    real, fake = [0.1, 0.4, 0.5, 0.0], [0.3, 0.3, 0.2, 0.2]
    curve = prd_of_histograms(real, fake, num_angles=31)
    expected = by_definition(real, fake, 31)
    np.testing.assert_allclose(curve, expected, rtol=1e-9, atol=1e-12)
    counts = prd_of_histograms([1, 4, 5, 0], [30, 30, 20, 20], num_angles=31)
    np.testing.assert_allclose(counts, curve, rtol=1e-12)


def test_equal_histograms_reach_1_and_disjoint_ones_0():
    curve = prd_of_histograms([1, 2, 3], [1, 2, 3])
    assert curve.precision.max() == curve.recall.max() == 1
    assert curve.f_8 == pytest.approx(1) and curve.f_1_8 == pytest.approx(1)
    curve = prd_of_histograms([1, 0], [0, 1])
    assert curve.precision.max() == curve.recall.max() == curve.f_8 == 0


def test_a_missing_mode_costs_recall_and_a_wrong_one_precision():
    # Half of the real states are missing: precision 1 goes with recall 1/2.
    missing = prd_of_histograms([1, 1], [1, 0])
    assert missing.precision.max() == 1
    assert missing.recall.max() == pytest.approx(0.5)
    wrong = prd_of_histograms([1, 0], [1, 1])
    np.testing.assert_allclose(wrong.precision, missing.recall[::-1], atol=1e-9)
    assert missing.f_1_8 == pytest.approx(wrong.f_8) and wrong.f_8 > 0.9
    assert missing.f_8 == pytest.approx(wrong.f_1_8) and wrong.f_1_8 < 0.6


def test_f_beta_by_hand():
    curve = prd_of_histograms([1, 1], [1, 0], num_angles=3)
    # At 45 degrees both are 1/2.
    assert (curve.precision[1], curve.recall[1]) == pytest.approx((0.5, 0.5))
    assert curve.f_beta(1) == pytest.approx(0.5, abs=1e-6)
    with pytest.raises(ValueError, match="beta > 0. Received: beta=0"):
        curve.f_beta(0)


def modes(seed, centers, num=150):
    random = np.random.RandomState(seed)
    return np.concatenate(
        [center + 0.05 * random.standard_normal((num, 2)) for center in centers]
    )


def test_clusters_find_the_modes():
    pytest.importorskip("sklearn")
    centers = np.array([(0, 0), (0, 9), (9, 0), (9, 9)])
    real, alike = modes(0, centers), modes(1, centers)
    half = modes(2, centers[[0, 1, 0, 1]])
    options = {"num_clusters": 4, "num_runs": 3, "num_angles": 101}
    curve = prd(real, alike, **options)
    assert curve.f_8 > 0.999 and curve.f_1_8 > 0.999
    curve = prd(real, half, **options)
    expected = prd_of_histograms([1, 1, 1, 1], [2, 2, 0, 0], num_angles=101)
    np.testing.assert_allclose(curve, expected, atol=1e-6)
    assert curve.f_1_8 > 0.9 > 0.6 > curve.f_8


def test_a_seed_decides_the_clusters():
    pytest.importorskip("sklearn")
    real, fake = np.random.RandomState(0).standard_normal((2, 200, 4))
    options = {"num_clusters": 9, "num_runs": 2, "num_angles": 11}
    first = prd(real, fake, **options)
    np.testing.assert_array_equal(first, prd(real, fake, **options))
    assert (np.array(first) != prd(real, fake, seed=5, **options)).any()


def test_errors(monkeypatch):
    features = np.random.RandomState(0).standard_normal((30, 3))
    for wrong in ([[1, -1], [1, 1]], [[0, 0], [1, 1]], [[1, 1], [1, 1, 1]]):
        with pytest.raises(ValueError, match="two arrays .* values >= 0"):
            prd_of_histograms(*wrong)
    with pytest.raises(ValueError, match="num_angles >= 3. Received: 2"):
        prd_of_histograms([1, 1], [1, 1], num_angles=2)
    pytest.importorskip("sklearn")
    with pytest.raises(ValueError, match="Received: 30 and 29 rows"):
        prd(features, features[1:])
    with pytest.raises(ValueError, match="num_clusters=61"):
        prd(features, features, num_clusters=61)
    monkeypatch.setitem(sys.modules, "sklearn.cluster", None)
    with pytest.raises(ImportError, match="pip install scikit-learn"):
        prd(features, features)
