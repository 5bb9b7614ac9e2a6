"""Points in the plane: toy sets whose modes are known."""

import numpy as np

from keras_gan_zoo.datasets.base import Dataset, check_positive

RING_ANGLES = 2 * np.pi * np.arange(8) / 8
RING_CENTERS = np.stack([np.cos(RING_ANGLES), np.sin(RING_ANGLES)], axis=1)
RING_STD = 0.01

GRID_SPACING = 2.0
GRID_STD = 0.05

TWO_MOONS_STD = 0.05


def ring(num_samples=100_000, seed=0) -> Dataset:
    """Sample a mixture of 8 Gaussians evenly spaced on the unit circle.

    The centres are `RING_CENTERS`, of shape `(8, 2)`; each coordinate has the
    standard deviation `RING_STD`.

    Args:
        num_samples: Number of points.
        seed: Seed of the random generator; equal seeds give equal points.

    Returns:
        A `Dataset` of float32 points `(n, 2)` and the int32 index of each
        point's centre.

    Raises:
        ValueError: If `num_samples` is not a positive integer.

    Examples:
        >>> points, modes = ring(num_samples=500)
        >>> points.shape
        (500, 2)

    Reference:
        - [Lin et al., 2018](https://arxiv.org/abs/1712.04086), section 4.
    """
    return _sample_gaussians(RING_CENTERS, RING_STD, num_samples, seed)


def grid_centers(side=5) -> np.ndarray:
    """Centres of `side` times `side` modes, two units apart, around the origin.

    Args:
        side: Number of modes in a row.

    Returns:
        Array of shape `(side ** 2, 2)`, row by row.

    Raises:
        ValueError: If `side` is not a positive integer.

    Examples:
        >>> grid_centers(2).tolist()
        [[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]]
    """
    check_positive("side", side)
    steps = GRID_SPACING * (np.arange(side) - (side - 1) / 2)
    return np.array([(x, y) for x in steps for y in steps])


def grid(num_samples=100_000, seed=0, side=5) -> Dataset:
    """Sample a mixture of Gaussians on a grid, by default {-4, -2, 0, 2, 4}^2.

    The centres are those of `grid_centers`; each coordinate has the standard deviation
    `GRID_STD`.

    Args:
        num_samples: Number of points.
        seed: Seed of the random generator; equal seeds give equal points.
        side: Number of modes in a row.

    Returns:
        A `Dataset` of float32 points `(n, 2)` and the int32 index of each
        point's centre.

    Raises:
        ValueError: If `num_samples` or `side` is not a positive integer.

    Examples:
        >>> points, modes = grid(num_samples=500)
        >>> points.shape
        (500, 2)

    Reference:
        - [Lin et al., 2018](https://arxiv.org/abs/1712.04086), section 4.
    """
    return _sample_gaussians(grid_centers(side), GRID_STD, num_samples, seed)


def two_moons(num_samples=100_000, seed=0) -> Dataset:
    """Sample two interleaved half circles of radius 1.

    The upper moon (label 0) is centred on (0, 0), the lower one (label 1) on
    (1, 0.5). Gaussian noise of standard deviation `TWO_MOONS_STD` is added to
    each coordinate.

    Args:
        num_samples: Number of points.
        seed: Seed of the random generator; equal seeds give equal points.

    Returns:
        A `Dataset` of float32 points `(n, 2)` and the int32 index of each
        point's moon.

    Raises:
        ValueError: If `num_samples` is not a positive integer.

    Examples:
        >>> points, moons = two_moons(num_samples=500)
        >>> points.shape
        (500, 2)

    Reference:
        - [make_moons](https://scikit-learn.org/stable/modules/generated/sklearn.datasets.make_moons.html)
    """
    check_positive("num_samples", num_samples)
    rng = np.random.default_rng(seed)
    labels = rng.integers(2, size=num_samples, dtype="int32")
    angles = np.pi * rng.random(num_samples)
    upper = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    lower = np.array([1.0, 0.5]) - upper
    points = np.where(labels[:, None] == 0, upper, lower)
    points += rng.normal(0.0, TWO_MOONS_STD, points.shape)
    return Dataset(points.astype("float32"), labels)


def _sample_gaussians(centers, std, num_samples, seed):
    """Draw a centre uniformly for each point, then add Gaussian noise."""
    check_positive("num_samples", num_samples)
    rng = np.random.default_rng(seed)
    labels = rng.integers(len(centers), size=num_samples, dtype="int32")
    points = centers[labels] + rng.normal(0.0, std, (num_samples, 2))
    return Dataset(points.astype("float32"), labels)
