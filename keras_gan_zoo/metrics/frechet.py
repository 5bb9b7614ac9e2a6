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
    features_a = np.asarray(features_a, "float64")
    features_b = np.asarray(features_b, "float64")
    _check(features_a, features_b)
    root_a, root_b = _root_of_covariance(features_a), _root_of_covariance(features_b)
    # The singular values of this product are the eigenvalues of (cov_a cov_b)^1/2.
    trace_of_root = np.linalg.svd(root_a @ root_b.T, compute_uv=False).sum()
    gap = features_a.mean(axis=0) - features_b.mean(axis=0)
    traces = (root_a**2).sum() + (root_b**2).sum()
    return float((gap**2).sum() + traces - 2 * trace_of_root)


def _root_of_covariance(features):
    """R with R^T R = the unbiased covariance, exact also with few rows."""
    centred = features - features.mean(axis=0)
    return np.linalg.qr(centred, mode="r") / np.sqrt(len(features) - 1)


def _check(features_a, features_b):
    shapes = features_a.shape, features_b.shape
    if any(len(s) != 2 or s[0] < 2 for s in shapes) or shapes[0][1] != shapes[1][1]:
        raise ValueError(
            "The Frechet distance needs two arrays (num, dimensions) of equal "
            f"dimensions with at least 2 rows each. Received: {shapes}"
        )
    if not (np.isfinite(features_a).all() and np.isfinite(features_b).all()):
        raise ValueError("The features hold values that are not finite (NaN or Inf).")
