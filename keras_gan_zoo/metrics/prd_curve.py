"""Precision and recall for distributions (PRD): a curve in place of two numbers."""

from typing import NamedTuple

import numpy as np

from keras_gan_zoo.metrics.checks import feature_arrays

EDGE = 1e-10  # radians that the first and the last angle keep from 0 and pi / 2
BETA = 8.0


class PRDCurve(NamedTuple):
    """Precision and recall that can be had together.

    Attributes:
        precision: float64 array (num_angles,) in [0, 1], rising from about 0.
        recall: float64 array (num_angles,) in [0, 1], falling to about 0.
    """

    precision: np.ndarray
    recall: np.ndarray

    @property
    def f_8(self) -> float:
        """The largest F_8 of the curve, in [0, 1], which weights recall higher."""
        return self.f_beta(BETA)

    @property
    def f_1_8(self) -> float:
        """The largest F_1/8 of the curve, in [0, 1], which weights precision higher."""
        return self.f_beta(1 / BETA)

    def f_beta(self, beta) -> float:
        """The largest (1 + beta^2) p r / (beta^2 p + r) of the curve.

        Args:
            beta: How many times as much recall counts as precision, > 0.

        Returns:
            A float in [0, 1].

        Raises:
            ValueError: If `beta` is not above 0.
        """
        if beta <= 0:
            raise ValueError(f"f_beta() needs beta > 0. Received: beta={beta}")
        product = self.precision * self.recall
        weighted = beta**2 * self.precision + self.recall
        return float(((1 + beta**2) * product / (weighted + 1e-10)).max())


def prd(real, fake, num_clusters=20, num_angles=1001, num_runs=10, seed=0) -> PRDCurve:
    """Precision and recall of how two sets are spread over clusters.

    Both sets together are clustered by k-means, each becomes a histogram over the
    clusters, and the curve of `prd_of_histograms` is averaged over some runs.

    Args:
        real: Features of real images, array (num, dimensions).
        fake: Features of generated images, an array of the same shape.
        num_clusters: Of k-means.
        num_angles: Points on the curve.
        num_runs: How often the features are clustered.
        seed: Of the clusterings.

    Returns:
        A `PRDCurve`: `precision, recall = prd(...)`, and `f_8` (recall) and `f_1_8`
        (precision), the pair of numbers that the paper compares models by.

    Raises:
        ImportError: If scikit-learn is not installed.
        ValueError: If the sets differ in size or dimensions, have fewer rows than
            clusters, or a value is not finite.

    Example:
        ```python
        import numpy as np

        from keras_gan_zoo import metrics

        features = np.random.RandomState(0).standard_normal((2, 500, 8))
        curve = metrics.prd(*features, num_runs=2)
        curve.f_8, curve.f_1_8
        ```

    Reference:
        Sajjadi et al. 2018, algorithm 1, https://arxiv.org/abs/1806.00035
    """
    try:
        from sklearn.cluster import MiniBatchKMeans
    except ImportError as error:
        raise ImportError(
            "prd() clusters features by scikit-learn: pip install scikit-learn"
        ) from error
    real, fake = feature_arrays("prd", real, fake)
    if len(real) != len(fake) or not 2 <= num_clusters <= 2 * len(real) or num_runs < 1:
        raise ValueError(
            "prd() needs equally many rows of both sets, since clusters lean to the "
            "larger one, 2 or more clusters but no more than rows, and num_runs >= 1. "
            f"Received: {len(real)} and {len(fake)} rows, num_clusters={num_clusters}, "
            f"num_runs={num_runs}"
        )
    both, curves = np.concatenate([real, fake]), []
    for run in range(num_runs):
        kmeans = MiniBatchKMeans(num_clusters, n_init=10, random_state=seed + run)
        labels = kmeans.fit_predict(both)
        of_real, of_fake = (
            np.bincount(own, minlength=num_clusters)
            for own in (labels[: len(real)], labels[len(real) :])
        )
        curves.append(prd_of_histograms(of_real, of_fake, num_angles))
    return PRDCurve(*np.mean(curves, axis=0))


def prd_of_histograms(real, fake, num_angles=1001) -> PRDCurve:
    """The curve of two histograms over the same states.

    For slopes s = tan(angle), precision = sum min(s real, fake) and recall =
    precision / s.

    Args:
        real: Array (states,) of counts or probabilities >= 0.
        fake: Array (states,) of such.
        num_angles: Points on the curve, at equal angles between 0 and pi / 2.

    Returns:
        A `PRDCurve`.

    Raises:
        ValueError: If the histograms differ in length, are empty or have values below
            0, or there are fewer than 3 angles.
    """
    real, fake = (np.asarray(x, "float64") for x in (real, fake))
    are_histograms = real.ndim == 1 and real.shape == fake.shape
    if not are_histograms or not all((x >= 0).all() and x.sum() for x in (real, fake)):
        raise ValueError(
            "prd_of_histograms() needs two arrays (states,) of values >= 0, not all "
            f"of them 0. Received: shapes {real.shape} and {fake.shape}"
        )
    if num_angles < 3:
        raise ValueError(f"A curve needs num_angles >= 3. Received: {num_angles}")
    real, fake = real / real.sum(), fake / fake.sum()
    slopes = np.tan(np.linspace(EDGE, np.pi / 2 - EDGE, num_angles))
    precision = np.minimum(slopes[:, None] * real, fake).sum(axis=1)
    # Sums of probabilities may round to a little more than 1.
    return PRDCurve(np.clip(precision, 0, 1), np.clip(precision / slopes, 0, 1))
