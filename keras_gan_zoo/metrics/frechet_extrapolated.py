"""The Frechet distance of as many generated samples as one likes, extrapolated."""

import numpy as np

from keras_gan_zoo.metrics.checks import feature_arrays
from keras_gan_zoo.metrics.frechet import (
    GaussianStatistics,
    frechet_distance_of_statistics,
)


def frechet_infinity(real, fake, points=15, smallest=None, seed=0) -> float:
    """Frechet distance, extrapolated to infinitely many generated samples.

    The distance of N samples is too large by about c / N, and c differs between models,
    so that a small sample may rank them wrongly. Here it is measured for `points` sizes
    of random subsets of `fake`, each against all of `real`, and a straight line in
    1 / N says what it is where 1 / N is 0.

    What too few *real* samples add stays in it: it is the same for all models.

    Args:
        real: Array (num_real, dimensions).
        fake: Array (num_fake, dimensions).
        points: How many sizes, evenly from `smallest` to all of `fake`.
        smallest: Rows of the smallest subset. By default 5,000 as in the paper, where
            there are 50,000; otherwise a tenth of the rows, but 2,000 or half of them
            at least. Fewer rows than dimensions leave the line: it warns.
        seed: Of the subsets.

    Returns:
        The distance, a float. Close to 0 it can be negative.

    Raises:
        ValueError: If a set has fewer than 4 rows, the dimensions differ, a value is
            not finite, or the sizes do not fit.

    Reference:
        Chong and Forsyth 2020, https://arxiv.org/abs/1911.07023
    """
    real, fake = feature_arrays("frechet_infinity", real, fake, least=4)
    num = len(fake)
    if smallest is None:
        smallest = min(5_000, max(num // 10, min(2_000, num // 2)))
    if not 2 <= smallest < num or points < 2:
        raise ValueError(
            "frechet_infinity() needs points >= 2 and a smallest subset of at least 2 "
            f"rows and fewer than there are. Received: points={points}, "
            f"smallest={smallest}, {num} rows."
        )
    random, statistics = np.random.RandomState(seed), GaussianStatistics(real)
    sizes = np.linspace(smallest, num, points).astype(int)
    distances = [
        frechet_distance_of_statistics(
            statistics,
            GaussianStatistics(fake[random.choice(num, size, replace=False)]),
        )
        for size in sizes
    ]
    _, at_zero = np.polyfit(1 / sizes, distances, deg=1)
    return float(at_zero)
