"""Frechet distance between two sets of features, each taken as a Gaussian."""

from typing import Any, Self

import numpy as np

from keras_gan_zoo.metrics.checks import feature_arrays, warn_if_singular


def frechet_distance(features_a, features_b) -> float:
    """Squared Frechet (Wasserstein-2) distance of two fitted Gaussians.

    |mean_a - mean_b|^2 + Tr(cov_a + cov_b - 2 (cov_a cov_b)^1/2)

    It is called FID only on the features of the FID Inception; a number always names
    its features and the sizes of both sets. With fewer rows than dimensions it warns.

    In thousands of dimensions `frechet_distance_of_statistics` is several times faster
    and as exact where rows are plenty; this one keeps its digits also where they are
    few.

    Args:
        features_a: Array (num_a, dimensions).
        features_b: Array (num_b, dimensions).

    Returns:
        The distance, a float, 0 for equal means and covariances.

    Raises:
        ValueError: If a set has fewer than 2 rows, the dimensions differ, or a value
            is not finite.

    Reference:
        Heusel et al. 2017, equation 6, https://arxiv.org/abs/1706.08500
    """
    a, b = feature_arrays("frechet_distance", features_a, features_b)
    warn_if_singular("frechet_distance", min(len(a), len(b)), a.shape[1])
    root_a, root_b = _root_of_covariance(a), _root_of_covariance(b)
    # The singular values of this product are the eigenvalues of (cov_a cov_b)^1/2.
    trace_of_root = np.linalg.svd(root_a @ root_b.T, compute_uv=False).sum()
    gap = a.mean(axis=0) - b.mean(axis=0)
    traces = (root_a**2).sum() + (root_b**2).sum()
    return float((gap**2).sum() + traces - 2 * trace_of_root)


def _root_of_covariance(features):
    """R with R^T R = the unbiased covariance, exact also with few rows."""
    centred = features - features.mean(axis=0)
    return np.linalg.qr(centred, mode="r") / np.sqrt(len(features) - 1)


class GaussianStatistics:
    """Mean and covariance of features that come in batches and are not kept.

    Sums are float64 and centred at each step, so that features far from the origin
    lose no digits. With 2,048 dimensions it takes 34 MB, however many rows it saw.

    Args:
        features: Array (num, dimensions), the first batch, or `None`.

    Attributes:
        num: Rows seen so far.
        mean: float64 array (dimensions,).

    Example:
        ```python
        import keras_gan_zoo as kgz
        from keras_gan_zoo.metrics import GaussianStatistics, pooled_pixels

        images = kgz.datasets.load("fashion_mnist_mini").images
        statistics = GaussianStatistics()
        for batch in images.reshape(10, 1_000, 28, 28, 1):
            statistics.update(pooled_pixels(batch))
        ```

    Reference:
        Chan et al. 1983, https://doi.org/10.1080/00031305.1983.10483115
    """

    def __init__(self, features=None):
        self.num = 0
        self.mean: Any = 0.0  # arrays from the first batch on
        self._scatter: Any = 0.0
        if features is not None:
            self.update(features)

    def update(self, features) -> Self:
        """Adds the rows of a batch (num, dimensions); returns the statistics.

        Raises:
            ValueError: If the batch is empty, has other dimensions than those before,
                or holds a value that is not finite.
        """
        (features,) = feature_arrays("GaussianStatistics.update", features, least=1)
        mean = features.mean(axis=0)
        centred = features - mean
        return self._add(len(features), mean, centred.T @ centred)

    def merge(self, other) -> Self:
        """Adds all rows that other statistics have seen; returns the statistics.

        Raises:
            ValueError: If the dimensions differ.
        """
        return self._add(other.num, other.mean, other._scatter) if other.num else self

    def _add(self, num, mean, scatter):
        if self.num and mean.shape != self.mean.shape:
            raise ValueError(
                "All batches of GaussianStatistics need equal dimensions. Received: "
                f"{len(mean)} after {len(self.mean)}"
            )
        gap, total = mean - self.mean, self.num + num
        between = np.outer(gap, gap * (self.num * num / total))
        self._scatter = self._scatter + scatter + between
        self.mean = self.mean + gap * (num / total)
        self.num = total
        return self

    @property
    def covariance(self) -> np.ndarray:
        """Unbiased covariance, a float64 array (dimensions, dimensions).

        Raises:
            ValueError: If fewer than 2 rows were seen.
        """
        if self.num < 2:
            raise ValueError(
                f"A covariance needs at least 2 rows. Received: {self.num}. Call "
                "update(features) first."
            )
        return self._scatter / (self.num - 1)


def frechet_distance_of_statistics(statistics_a, statistics_b) -> float:
    """`frechet_distance` where the features are too many to be kept.

    With fewer rows than dimensions it warns, and half of the digits are lost: then
    the distance of equal sets may be a little below 0.

    Args:
        statistics_a: `GaussianStatistics`, or any object with such a `num`, `mean` and
            `covariance`, read from a file for instance.
        statistics_b: The same of the other set.

    Returns:
        The distance, a float, 0 for equal means and covariances.

    Raises:
        ValueError: If either has seen fewer than 2 rows, or the dimensions differ.

    Reference:
        Heusel et al. 2017, equation 6, https://arxiv.org/abs/1706.08500
    """
    a, b = statistics_a, statistics_b
    covariances = a.covariance, b.covariance
    if a.mean.shape != b.mean.shape:
        raise ValueError(
            "The Frechet distance needs statistics of equal dimensions. Received: "
            f"{len(a.mean)} and {len(b.mean)}. Both sets need the same extractor."
        )
    smaller = min(a.num, b.num)
    warn_if_singular("frechet_distance_of_statistics", smaller, len(a.mean))
    root = _root(covariances[0])
    # Similar to cov_a cov_b, but symmetric: its eigenvalues are real.
    eigenvalues = np.linalg.eigvalsh(root @ covariances[1] @ root.T)
    trace_of_root = np.sqrt(np.maximum(eigenvalues, 0)).sum()
    traces = np.trace(covariances[0]) + np.trace(covariances[1])
    return float(((a.mean - b.mean) ** 2).sum() + traces - 2 * trace_of_root)


def _root(matrix):
    """R with R^T R = a covariance."""
    try:
        return np.linalg.cholesky(matrix).T
    except np.linalg.LinAlgError:  # singular
        values, vectors = np.linalg.eigh(matrix)
        return (vectors * np.sqrt(np.maximum(values, 0))).T
