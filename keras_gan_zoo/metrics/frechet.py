"""Frechet distance between two sets of features, each taken as a Gaussian."""

import numpy as np


def frechet_distance(features_a, features_b):
    """Squared Frechet (Wasserstein-2) distance of two fitted Gaussians.

    |mean_a - mean_b|^2 + Tr(cov_a + cov_b - 2 (cov_a cov_b)^1/2)

    It is called FID only on the features of the FID Inception; a number always names
    its features and the sizes of both sets.

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
    _check(features_a, features_b)
    mean_a, covariance_a = features_a.mean(axis=0), np.cov(features_a, rowvar=False)
    mean_b, covariance_b = features_b.mean(axis=0), np.cov(features_b, rowvar=False)
    values, vectors = np.linalg.eigh(np.atleast_2d(covariance_a))
    root = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    # The product of the two has the eigenvalues of this symmetric matrix.
    eigenvalues = np.linalg.eigvalsh(root @ np.atleast_2d(covariance_b) @ root)
    trace_of_root = np.sqrt(np.clip(eigenvalues, 0, None)).sum()
    traces = np.trace(np.atleast_2d(covariance_a)) + np.trace(
        np.atleast_2d(covariance_b)
    )
    return float(((mean_a - mean_b) ** 2).sum() + traces - 2 * trace_of_root)


def _check(features_a, features_b):
    shapes = features_a.shape, features_b.shape
    if any(len(s) != 2 or s[0] < 2 for s in shapes) or shapes[0][1] != shapes[1][1]:
        raise ValueError(
            "The Frechet distance needs two arrays (num, dimensions) of equal "
            f"dimensions with at least 2 rows each. Received: {shapes}"
        )
    if not (np.isfinite(features_a).all() and np.isfinite(features_b).all()):
        raise ValueError("The features hold values that are not finite (NaN or Inf).")
