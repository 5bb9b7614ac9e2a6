"""The extrapolated Frechet distance: what few samples add is taken off again."""

import numpy as np
import pytest

from keras_gan_zoo.metrics import frechet_distance, frechet_infinity

DIMENSIONS = 16
SCALES = np.linspace(0.5, 2, DIMENSIONS)
# Of Gaussians with variances 1 and SCALES^2, at 0 and at 0.1 in each dimension.
TRUE = DIMENSIONS * 0.1**2 + ((SCALES - 1) ** 2).sum()


def real(num=20_000):
    return np.random.RandomState(0).standard_normal((num, DIMENSIONS))


def fake(seed, num):
    random = np.random.RandomState(seed)
    return 0.1 + SCALES * random.standard_normal((num, DIMENSIONS))


def test_few_samples_are_closer_to_the_true_distance():
    plain, extrapolated = [], []
    for seed in range(1, 9):
        samples = fake(seed, num=300)
        plain.append(frechet_distance(real(), samples) - TRUE)
        extrapolated.append(frechet_infinity(real(), samples, smallest=100) - TRUE)
    # The plain distance is too large on average, by more than it varies.
    assert np.mean(plain) > 0.3 > 2 * np.std(plain) / np.sqrt(8)
    assert abs(np.mean(extrapolated)) < 0.4 * np.mean(plain)


def test_equal_distributions_are_at_about_0():
    samples = np.random.RandomState(9).standard_normal((300, DIMENSIONS))
    assert frechet_distance(real(), samples) > 0.2
    assert abs(frechet_infinity(real(), samples, smallest=100)) < 0.1


def test_the_line_is_that_of_the_subsets():
    samples, sizes = fake(1, num=60), [20, 40, 60]
    random = np.random.RandomState(3)
    distances = [
        frechet_distance(real(500), samples[random.choice(60, size, replace=False)])
        for size in sizes
    ]
    matrix = np.stack([np.ones(3), 1 / np.array(sizes)], axis=1)
    intercept = np.linalg.lstsq(matrix, np.array(distances), rcond=None)[0][0]
    received = frechet_infinity(real(500), samples, points=3, smallest=20, seed=3)
    assert received == pytest.approx(intercept, rel=1e-6)
    again = frechet_infinity(real(500), samples, points=3, smallest=20, seed=3)
    assert received == again


def test_errors():
    samples = fake(1, num=50)
    for options in ({"points": 1}, {"smallest": 50}, {"smallest": 1}):
        with pytest.raises(ValueError, match="needs points >= 2 and a smallest"):
            frechet_infinity(real(50), samples, **options)
    with pytest.warns(UserWarning, match="covariance is singular"):
        frechet_infinity(real(50), samples, points=2, smallest=10)
