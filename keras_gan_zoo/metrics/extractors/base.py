"""The extractor, and the one that needs no weights."""

import functools

import numpy as np

from keras_gan_zoo.domains import Domain, Images
from keras_gan_zoo.metrics.features import pooled_pixels

# Of the file that the FID is computed with, and no other.
FID_INCEPTION_SHA256_PREFIX = "6726825d"


class Extractor:
    """Maps samples to features, under a name that goes with every number.

    Args:
        name: What the numbers will be quoted with.
        features: Function from uint8 images (num, height, width, channels) to an array
            (num, dimensions).
        probabilities: Function from such images to an array (num, classes) whose rows
            sum to 1, where the extractor is a classifier.
        sha256: Of the weights, 64 hexadecimal digits, where there are any.
        preparation: How images are resized and scaled, in words for the protocol.
        domain: A `Domain`, whose samples stand in place of images, such as
            `domains.Audio(16_000)`.

    Attributes:
        name: As given.
        sha256: As given.
        preparation: As given.
        domain: As given, or `domains.Images()`.

    Example:
        ```python
        from keras_gan_zoo.metrics.extractors import Extractor

        extractor = Extractor("mean_color", lambda images: images.mean(axis=(1, 2)))
        ```
    """

    def __init__(
        self,
        name,
        features,
        probabilities=None,
        sha256=None,
        preparation=None,
        domain=None,
    ):
        self.name = name
        self.sha256 = sha256
        self.preparation = preparation
        self.domain: Domain = Images() if domain is None else domain
        self._features = features
        self._probabilities = probabilities

    @property
    def is_fid_inception(self) -> bool:
        """Whether a Frechet distance of these features may be called FID."""
        sha256 = self.sha256 or ""
        right_weights = sha256.startswith(FID_INCEPTION_SHA256_PREFIX)
        return self.name == "fid_inception" and right_weights

    def features(self, images) -> np.ndarray:
        """Computes the features of images.

        Args:
            images: uint8 array (num, height, width, channels), or samples of another
                domain that is the extractor's.

        Returns:
            float64 array (num, dimensions).

        Raises:
            ValueError: If the images are not such an array, or the features are not
                one row an image.
        """
        self._check_samples(images)
        return self._as_rows(self._features(images), len(images))

    def probabilities(self, images) -> np.ndarray:
        """Computes the probabilities of the classes that a classifier knows.

        Args:
            images: As in `features`.

        Returns:
            float64 array (num, classes) whose rows sum to 1.

        Raises:
            ValueError: If the extractor is no classifier, or the images do not fit.
        """
        if self._probabilities is None:
            raise ValueError(
                f"The extractor {self.name!r} is no classifier, so it has features but "
                "no probabilities. Take one that has, such as fashion_mnist_cnn()."
            )
        self._check_samples(images)
        return self._as_rows(self._probabilities(images), len(images))

    def _check_samples(self, images):
        if type(self.domain) is not Images:
            return self.domain.check(images)
        shape, dtype = getattr(images, "shape", None), getattr(images, "dtype", None)
        if not shape or len(shape) != 4 or not shape[0] or dtype != np.uint8:
            raise ValueError(
                f"The extractor {self.name!r} needs a uint8 array of images (num, "
                f"height, width, channels). Received: {type(images).__name__}, shape "
                f"{shape}, dtype {dtype}. What a GAN generates is uint8 already; "
                "keras_gan_zoo.images.to_uint8 converts floats in [-1, 1]."
            )

    def _as_rows(self, values, num):
        values = np.asarray(values, "float64")
        if values.ndim != 2 or len(values) != num:
            raise ValueError(
                f"The extractor {self.name!r} must give one row an image, an array "
                f"({num}, dimensions). Received: {values.shape}. Pass pool='mean' or "
                "'token' where it is made, or name an output of such a shape."
            )
        return values


def pixels(cell=4) -> Extractor:
    """Makes an extractor of pooled pixels: coarse, without weights, for any images.

    Args:
        cell: Side of the square cells whose means are the features, in pixels.

    Returns:
        An `Extractor`, of uint8 images whose sides are multiples of the cell.
    """
    name = f"pooled_pixels(cell={cell})"
    return Extractor(name, functools.partial(pooled_pixels, cell=cell))
