"""Kernel distance: the unbiased squared MMD with a cubic kernel."""

import numpy as np

from keras_gan_zoo.metrics.checks import feature_arrays


def kernel_distance(
    features_a, features_b, subsets=100, subset_size=1000, seed=2020
) -> tuple[float, float]:
    """Squared maximum mean discrepancy, with k(x, y) = (x.y / dimensions + 1)^3.

    It is called KID only on the features of the FID Inception. Its expectation does
    not depend on the number of samples, that of the Frechet distance does.

    Args:
        features_a: Array (num_a, dimensions).
        features_b: Array (num_b, dimensions).
        subsets: How many random pairs of subsets are compared.
        subset_size: Rows of each, drawn without replacement.
        seed: Of the draws, from `features_a` and `features_b` in turn.

    Returns:
        Mean and standard deviation over the subsets, two floats. The mean is 0 in
        expectation for equal distributions, so it can be negative.

    Raises:
        ValueError: If a set has fewer than `subset_size` rows, the dimensions differ,
            or a value is not finite.

    Reference:
        Binkowski et al. 2018, https://arxiv.org/abs/1801.01401
    """
    a, b = feature_arrays("kernel_distance", features_a, features_b)
    if not 2 <= subset_size <= min(len(a), len(b)) or subsets < 1:
        raise ValueError(
            "kernel_distance() needs subsets >= 1 of at least 2 and at most as many "
            f"rows as a set has. Received: subsets={subsets}, "
            f"subset_size={subset_size}, {len(a)} and {len(b)} rows. Take more samples "
            "or smaller subsets."
        )
    random, values = np.random.RandomState(seed), []
    for _ in range(subsets):
        x = a[random.choice(len(a), subset_size, replace=False)]
        y = b[random.choice(len(b), subset_size, replace=False)]
        values.append(_squared_mmd(x, y))
    return float(np.mean(values)), float(np.std(values))


def _squared_mmd(x, y):
    """Unbiased: no row is compared with itself."""
    within = [_kernel(z, z) for z in (x, y)]
    pairs = len(x) * (len(x) - 1)
    within = sum((kernel.sum() - np.trace(kernel)) / pairs for kernel in within)
    return within - 2 * _kernel(x, y).mean()


def _kernel(x, y):
    return (x @ y.T / x.shape[1] + 1) ** 3
