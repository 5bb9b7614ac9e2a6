"""Fidelity and diversity apart: how the neighbourhoods of two sets overlap.

Each sample has a ball around it that reaches to its k-th nearest neighbour of its own
set, itself left out. All balls together stand for the manifold of the set.
"""

from collections.abc import Iterator

import numpy as np

from keras_gan_zoo.metrics.checks import feature_arrays

# Rows whose distances to a whole set are held at once: 100 MB for a set of 50,000.
BLOCK = 256


def precision_recall(real, fake, k=3) -> tuple[float, float]:
    """Improved precision and recall.

    Precision is the share of fakes inside the ball of some real sample, recall the
    share of real samples inside the ball of some fake. Both fall or rise with the
    number of samples: compare equal sizes only.

    Args:
        real: Features of real images, array (num_real, dimensions).
        fake: Features of generated images, array (num_fake, dimensions).
        k: The neighbour to which a ball reaches.

    Returns:
        Precision and recall, two floats in [0, 1].

    Raises:
        ValueError: If a set has k rows or fewer, the dimensions differ, or a value is
            not finite.

    Reference:
        Kynkäänniemi et al. 2019, https://arxiv.org/abs/1904.06991
    """
    real, fake = _prepared("precision_recall", real, fake, k)
    precision = _share_inside(fake, real, _squared_radii(real, k))
    recall = _share_inside(real, fake, _squared_radii(fake, k))
    return precision, recall


def density_coverage(real, fake, k=5) -> tuple[float, float]:
    """Density and coverage, which a single outlier cannot spoil.

    Density is the mean number of real balls in which a fake lies, divided by k;
    coverage is the share of real samples whose ball holds a fake.

    Args:
        real: Features of real images, array (num_real, dimensions).
        fake: Features of generated images, array (num_fake, dimensions).
        k: The neighbour to which a ball reaches; its surface is outside.

    Returns:
        Density, a float >= 0 (about 1 for equal distributions), and coverage, a float
        in [0, 1].

    Raises:
        ValueError: If a set has k rows or fewer, the dimensions differ, or a value is
            not finite.

    Reference:
        Naeem et al. 2020, https://arxiv.org/abs/2002.09797
    """
    real, fake = _prepared("density_coverage", real, fake, k)
    radii, inside, covered = _squared_radii(real, k), 0, 0
    for rows, distances in blocks(real, fake):
        held = distances < radii[rows, None]
        inside += held.sum()
        covered += held.any(axis=1).sum()
    return float(inside / (k * len(fake))), float(covered / len(real))


def _prepared(metric, real, fake, k):
    if k < 1:
        raise ValueError(f"{metric}() needs k >= 1. Received: k={k}")
    real, fake = feature_arrays(metric, real, fake, least=k + 1)
    # Near the origin the distances below lose the fewest digits.
    centre = real.mean(axis=0)
    return real - centre, fake - centre


def _squared_radii(features, k):
    # The nearest of all, at distance 0, is the sample itself. The copy frees the block.
    found = blocks(features, features)
    return np.concatenate([np.partition(d, k)[:, k].copy() for _, d in found])


def _share_inside(points, centres, squared_radii):
    inside = [(d <= squared_radii).any(axis=1) for _, d in blocks(points, centres)]
    return float(np.concatenate(inside).mean())


def blocks(a, b) -> Iterator[tuple[slice, np.ndarray]]:
    """Squared distances of all rows of two sets, so many at a time as memory allows.

    Args:
        a: float64 array (num_a, dimensions).
        b: float64 array (num_b, dimensions).

    Yields:
        A slice of rows of `a`, and an array (rows of the slice, num_b).
    """
    for start in range(0, len(a), BLOCK):
        rows = slice(start, start + BLOCK)
        yield rows, squared_distances(a[rows], b)


def squared_distances(a, b) -> np.ndarray:
    """Squared distances of the rows of two float64 arrays.

    Args:
        a: Array (num_a, dimensions).
        b: Array (num_b, dimensions).

    Returns:
        Array (num_a, num_b), 0 where two rows are equal.
    """
    scale = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)
    squared = scale - 2 * a @ b.T
    # What rounding leaves of equal rows counts as 0.
    return np.where(squared > 1e-13 * scale, squared, 0)
