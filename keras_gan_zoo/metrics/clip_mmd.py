"""CMMD: the squared MMD with a Gaussian kernel, of embeddings on the unit sphere."""

import numpy as np

from keras_gan_zoo.metrics.checks import feature_arrays
from keras_gan_zoo.metrics.manifold import blocks


def cmmd(features_a, features_b, sigma=10.0, scale=1000.0) -> float:
    """Squared maximum mean discrepancy, k(x, y) = exp(-|x - y|^2 / (2 sigma^2)).

    scale * (mean k(a, a') + mean k(b, b') - 2 mean k(a, b)), where each row is divided
    by its length first. The means are over all pairs, a row with itself included, as in
    the code of the paper (the biased V-statistic), which adds less than 20 / num for
    each set.

    It is called CMMD only on the image embeddings of CLIP (ViT-L/14 with 336 pixels in
    the paper). It does not take the embeddings for Gaussian, and changes less with the
    number of samples than the Frechet distance.

    Args:
        features_a: Array (num_a, dimensions).
        features_b: Array (num_b, dimensions).
        sigma: Width of the kernel.
        scale: Factor that makes the number readable.

    Returns:
        The distance, a float >= 0 up to rounding, 0 for equal sets.

    Raises:
        ValueError: If a set has fewer than 2 rows, the dimensions differ, a value is
            not finite, or a row is 0.

    Reference:
        Jayasumana et al. 2024, https://arxiv.org/abs/2401.09603, and its code in
        https://github.com/google-research/google-research/tree/master/cmmd; the
        estimator is Gretton et al. 2012, equation 5,
        https://jmlr.org/papers/v13/gretton12a.html
    """
    if sigma <= 0:
        raise ValueError(f"cmmd() needs sigma > 0. Received: sigma={sigma}")
    a, b = map(_on_the_sphere, feature_arrays("cmmd", features_a, features_b))
    within = _mean_kernel(a, a, sigma) + _mean_kernel(b, b, sigma)
    return float(scale * (within - 2 * _mean_kernel(a, b, sigma)))


def _on_the_sphere(features):
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    if not lengths.all():
        raise ValueError(
            "cmmd() divides each row by its length. Received: a row of zeros, first "
            f"row {np.argmin(lengths)}. Take features that are never all 0."
        )
    return features / lengths


def _mean_kernel(a, b, sigma):
    sums = (np.exp(-d / (2 * sigma**2)).sum() for _, d in blocks(a, b))
    return sum(sums) / (len(a) * len(b))
