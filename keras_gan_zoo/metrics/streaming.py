"""The metrics of this package for images that come in batches and are not kept.

They hold features, or sums of them, never images, and agree with the function of the
same name up to rounding, however the images are cut into batches. What several
processes or devices have seen adds up:

    metric.merge_state(other)

`other` may come from another process. It is pickled without its extractor: plain
Python and NumPy, which can be merged and has a result, but takes no more images.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_gan_zoo.metrics.checks import feature_arrays
from keras_gan_zoo.metrics.frechet import (
    GaussianStatistics,
    frechet_distance_of_statistics,
)
from keras_gan_zoo.metrics.inception import inception_score
from keras_gan_zoo.metrics.kid import kernel_distance
from keras_gan_zoo.metrics.manifold import density_coverage, precision_recall
from keras_gan_zoo.metrics.modes import coverage_of_counts, mode_counts
from keras_gan_zoo.metrics.similarity import ms_ssim, psnr, ssim

# What was seen so far. All three have `num`, `update` and `merge`.


class _Rows:
    """Rows that are all needed in the end."""

    def __init__(self):
        self._batches = []

    @property
    def num(self):
        return sum(map(len, self._batches))

    def update(self, rows):
        first = self._batches[:1]  # a batch of other dimensions is refused
        self._batches.append(feature_arrays("update_state", *first, rows, least=1)[-1])

    def merge(self, other):
        for rows in list(other._batches):
            self.update(rows)

    @property
    def rows(self):
        return np.concatenate(self._batches)


class _Sum:
    """The sum of rows, and how many there were."""

    def __init__(self):
        self.num, self.total = 0, 0

    def update(self, rows):
        self._add(len(rows), np.sum(rows, axis=0))

    def merge(self, other):
        self._add(other.num, other.total)

    def _add(self, num, total):
        self.num, self.total = self.num + num, self.total + total


class StreamingMetric:
    """What these metrics have in common.

    Args:
        name: What is measured, and of which features. Equal names add up.
        observe: Function from a batch to an array with one row an image.
        **state: What is kept of the rows of each input.

    Attributes:
        name: As given.
    """

    _result: Callable[..., Any]  # of what was kept, by input

    def __init__(self, name, observe, **state):
        self.name = name
        self._observe = observe
        self._kinds = state
        self.reset_state()

    def reset_state(self) -> None:
        """Forgets what was seen."""
        self._seen = {side: kind() for side, kind in self._kinds.items()}

    def merge_state(self, other) -> None:
        """Adds what another metric of the same kind has seen, after what this one has.

        Args:
            other: A metric of equal name, which stays as it is.

        Raises:
            ValueError: If it measures something else, or on other features.
        """
        if getattr(other, "name", None) != self.name:
            raise ValueError(
                "merge_state() adds up metrics of equal name. Received: "
                f"{getattr(other, 'name', other)!r} for {self.name!r}"
            )
        for side, seen in self._seen.items():
            seen.merge(other._seen[side])

    def result(self) -> Any:
        """Computes the metric of all that was seen.

        Returns:
            What the function of the same name returns; of pairs, the mean, a float.

        Raises:
            ValueError: If too little was seen.
        """
        unseen = [side for side, seen in self._seen.items() if not seen.num]
        if unseen:
            raise ValueError(
                f"{self.name} has seen no {' and no '.join(unseen)} yet. Call "
                "update_state() first."
            )
        return self._result(**self._seen)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_observe": _refuse}


def _refuse(*_):
    raise ValueError(
        "This metric was unpickled, and its extractor has stayed behind: it can be "
        "merged and has a result, but takes no more images. Update the one it came "
        "from."
    )


class FeatureMetric(StreamingMetric):
    """A metric of two sets of features.

    Args:
        metric: Name of the function.
        extractor: An `Extractor`; or `None`, if the batches are features already.
        kind: What is kept of the features.
    """

    def __init__(self, metric, extractor, kind):
        name = f"{metric}({_name_of(extractor)})"
        observe = np.asarray if extractor is None else extractor.features
        super().__init__(name, observe, real=kind, fake=kind)

    def update_state(self, real=None, fake=None) -> None:
        """Takes a batch of either set, or one of each.

        Args:
            real: uint8 array of real images (num, height, width, channels); without an
                extractor, features (num, dimensions).
            fake: The same of generated ones. The sizes may differ.

        Raises:
            ValueError: If a batch does not fit the extractor or those before.
        """
        for side, batch in [("real", real), ("fake", fake)]:
            if batch is not None:
                self._seen[side].update(self._observe(batch))


def _name_of(extractor):
    return "given features" if extractor is None else extractor.name


class FrechetDistance(FeatureMetric):
    """`frechet_distance` of images in batches; it keeps means and covariances only.

    With fewer images than dimensions half of the digits are lost.

    Args:
        extractor: An `Extractor`; or `None`, if the batches are features already.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("fashion_mnist_mini").images
        model = kgz.GAN.from_preset("dcgan_fashion_mnist")
        extractor = kgz.metrics.extractors.fashion_mnist_cnn()
        metric = kgz.metrics.FrechetDistance(extractor)
        for batch in images.reshape(10, 1_000, 28, 28, 1):
            metric.update_state(real=batch)
        metric.update_state(fake=model.generate(1_000, seed=0))
        metric.result()
        ```
    """

    def __init__(self, extractor=None):
        super().__init__("frechet_distance", extractor, GaussianStatistics)

    def _result(self, real, fake):
        return frechet_distance_of_statistics(real, fake)


class KernelDistance(FeatureMetric):
    """`kernel_distance` of images in batches; it keeps all features.

    Args:
        extractor: An `Extractor`; or `None`, if the batches are features already.
        subsets: How many random pairs of subsets are compared.
        subset_size: Rows of each, drawn without replacement.
        seed: Of the draws.
    """

    def __init__(self, extractor=None, subsets=100, subset_size=1000, seed=2020):
        super().__init__("kernel_distance", extractor, _Rows)
        self._draws = subsets, subset_size, seed

    def _result(self, real, fake):
        return kernel_distance(real.rows, fake.rows, *self._draws)


class PrecisionRecall(FeatureMetric):
    """`precision_recall` of images in batches; it keeps all features.

    Args:
        extractor: An `Extractor`; or `None`, if the batches are features already.
        k: The neighbour to which a ball reaches.
    """

    def __init__(self, extractor=None, k=3):
        super().__init__("precision_recall", extractor, _Rows)
        self._k = k

    def _result(self, real, fake):
        return precision_recall(real.rows, fake.rows, self._k)


class DensityCoverage(FeatureMetric):
    """`density_coverage` of images in batches; it keeps all features.

    Args:
        extractor: An `Extractor`; or `None`, if the batches are features already.
        k: The neighbour to which a ball reaches.
    """

    def __init__(self, extractor=None, k=5):
        super().__init__("density_coverage", extractor, _Rows)
        self._k = k

    def _result(self, real, fake):
        return density_coverage(real.rows, fake.rows, self._k)


class InceptionScore(StreamingMetric):
    """`inception_score` of images in batches; it keeps all probabilities.

    Args:
        extractor: An `Extractor` that is a classifier; or `None`, if the batches are
            probabilities already.
        splits: Contiguous parts of which each gets a score of its own.
    """

    def __init__(self, extractor=None, splits=10):
        name = f"inception_score({_name_of(extractor)})"
        observe = np.asarray if extractor is None else extractor.probabilities
        super().__init__(name, observe, fake=_Rows)
        self._splits = splits

    def update_state(self, fake) -> None:
        """Takes a batch.

        Args:
            fake: uint8 array of generated images (num, height, width, channels);
                without an extractor, probabilities (num, classes).

        Raises:
            ValueError: If the batch does not fit the extractor or those before.
        """
        self._seen["fake"].update(self._observe(fake))

    def _result(self, fake):
        return inception_score(fake.rows, self._splits)


class PairMetric(StreamingMetric):
    """The mean of a metric of pairs of images.

    Args:
        name: What is measured.
        observe: Function from two batches of images to an array (num,).
    """

    def __init__(self, name, observe):
        super().__init__(name, observe, pairs=_Sum)

    def update_state(self, images_a, images_b) -> None:
        """Takes a batch of pairs.

        Args:
            images_a: Array (num, height, width, channels).
            images_b: Array of the same shape and range.

        Raises:
            ValueError: If the function of the same name refuses them.
        """
        self._seen["pairs"].update(self._observe(images_a, images_b))

    def _result(self, pairs):
        return float(pairs.total / pairs.num)


class PSNR(PairMetric):
    """Mean `psnr` of pairs in batches.

    Args:
        value_range: (low, high) of float images, such as (-1, 1); uint8 has its own.
    """

    def __init__(self, value_range=None):
        super().__init__("psnr", functools.partial(psnr, value_range=value_range))


class SSIM(PairMetric):
    """Mean `ssim` of pairs in batches.

    Args:
        value_range: (low, high) of float images, such as (-1, 1); uint8 has its own.
    """

    def __init__(self, value_range=None):
        super().__init__("ssim", functools.partial(ssim, value_range=value_range))


class MSSSIM(PairMetric):
    """Mean `ms_ssim` of pairs in batches.

    Args:
        value_range: (low, high) of float images, such as (-1, 1); uint8 has its own.
    """

    def __init__(self, value_range=None):
        super().__init__("ms_ssim", functools.partial(ms_ssim, value_range=value_range))


class PerceptualDistance(PairMetric):
    """Mean `perceptual_distance` of pairs in batches.

    Args:
        extractor: A `PerceptualExtractor`.
    """

    def __init__(self, extractor):
        name = f"perceptual_distance({extractor.name})"
        super().__init__(name, extractor.distance)


class ModeCoverage(StreamingMetric):
    """`mode_coverage` of points in batches; it keeps how many each mode has.

    Args:
        centers: Array (modes, dimensions), of modes that are equally likely.
        std: Standard deviation of every mode, in each dimension.
    """

    def __init__(self, centers, std):
        observe = functools.partial(mode_counts, centers=centers, std=std)
        name = f"mode_coverage({len(centers)} modes, std={std})"
        super().__init__(name, observe, points=_Sum)

    def update_state(self, points) -> None:
        """Takes a batch.

        Args:
            points: Array (num, dimensions).

        Raises:
            ValueError: If they do not fit the centers, or a value is not finite.
        """
        # The counts of a batch are one row.
        self._seen["points"].update(self._observe(points)[None])

    def _result(self, points):
        return coverage_of_counts(points.total)
