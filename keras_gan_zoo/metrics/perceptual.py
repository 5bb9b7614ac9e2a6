"""Perceptual distance: how alike two images are to a network trained on others."""

from typing import Any

import numpy as np


def perceptual_distance(features_a, features_b, weights=None) -> np.ndarray:
    """The formula of LPIPS: weighted squared differences of unit feature vectors.

    sum over layers of mean over pixels of sum over channels w_c (a_c/|a| - b_c/|b|)^2

    It is called LPIPS only with the networks and the trained weights of LPIPS; any
    other features must be named.

    Args:
        features_a: List of feature maps, one array (num, height, width, channels) a
            layer.
        features_b: List of arrays of the same shapes.
        weights: List of arrays (channels,), one a layer; or `None`, all 1.

    Returns:
        float64 array (num,) of values >= 0, 0 where the features are equal.

    Raises:
        ValueError: If shapes do not fit, or a value is not finite.

    Reference:
        Zhang et al. 2018, equation 1, https://arxiv.org/abs/1801.03924
    """
    a, b = [[np.asarray(m) for m in maps] for maps in (features_a, features_b)]
    if weights is None:
        weights = [np.ones(maps.shape[-1:]) for maps in a]
    weights = [np.asarray(w, "float64") for w in weights]
    _check_maps(a, b, weights)
    distances = sum(map(_layer_distances, a, b, weights))
    if not np.isfinite(distances).all():
        raise ValueError(
            "perceptual_distance() received features that are not finite (NaN or Inf) "
            f"in {np.sum(~np.isfinite(distances))} of {len(distances)} pairs. Look for "
            "what the generator or the extractor did wrong."
        )
    return distances


def _layer_distances(maps_a, maps_b, weights):
    # One pair at a time: in float64 the maps of a batch would take gigabytes.
    pairs = zip(maps_a, maps_b, strict=True)
    return np.array([((_unit(a) - _unit(b)) ** 2 @ weights).mean() for a, b in pairs])


def _unit(maps):
    maps = maps.astype("float64")
    return maps / (np.linalg.norm(maps, axis=-1, keepdims=True) + 1e-10)


def _check_maps(a, b, weights):
    shapes = [[part.shape for part in parts] for parts in (a, b, weights)]
    are_maps = shapes[0] and all(len(s) == 4 and 0 not in s for s in shapes[0])
    channels = [shape[-1:] for shape in shapes[0]]
    if not are_maps or shapes[0] != shapes[1] or shapes[2] != channels:
        raise ValueError(
            "perceptual_distance() needs two lists of feature maps (num, height, "
            "width, channels) of equal shapes, and weights (channels,) for each of "
            f"them. Received: {shapes[0]}, {shapes[1]} and weights {shapes[2]}"
        )


class PerceptualExtractor:
    """Maps images to feature maps, under a name that goes with every number.

    Args:
        name: What the numbers will be quoted with.
        feature_maps: Function from float images (num, height, width, channels) in
            [-1, 1] to a list of arrays (num, height, width, channels), one a layer.
        weights: Of the channels, a list of arrays (channels,); or `None`, all 1.
        sha256: Of what was trained, 64 hexadecimal digits.

    Attributes:
        name: As given.
        sha256: As given.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images_a = kgz.datasets.emoji("noto", split="test").images
        images_b = kgz.datasets.emoji("twemoji", split="test").images
        kgz.metrics.vgg16_hed().distance(images_a, images_b)  # (num,)
        ```
    """

    def __init__(self, name, feature_maps, weights=None, sha256=None):
        self.name = name
        self.sha256 = sha256
        self._feature_maps = feature_maps
        self._weights = weights

    def feature_maps(self, images) -> list[np.ndarray]:
        """Computes the feature maps of images.

        Args:
            images: Array (num, height, width, channels), uint8 in [0, 255] or float in
                [-1, 1].

        Returns:
            A list of arrays (num, height, width, channels), one a layer.

        Raises:
            ValueError: If the images are not such an array.
        """
        return self._feature_maps(self._unit_range(np.asarray(images)))

    def distance(self, images_a, images_b, batch_size=16) -> np.ndarray:
        """Computes the `perceptual_distance` of pairs of images.

        Args:
            images_a: Array (num, height, width, channels), uint8 in [0, 255] or float
                in [-1, 1].
            images_b: Such an array of as many images of that size.
            batch_size: How many pairs are computed at a time.

        Returns:
            float64 array (num,).

        Raises:
            ValueError: If the images are not such arrays.
        """
        if np.shape(images_a) != np.shape(images_b):
            raise ValueError(
                f"The perceptual distance by {self.name!r} needs two batches of images "
                f"of one shape. Received: {np.shape(images_a)} and {np.shape(images_b)}"
            )
        num = max(len(images_a), 1)  # an empty batch is refused below
        parts = [slice(i, i + batch_size) for i in range(0, num, batch_size)]
        return np.concatenate([self._distance(images_a[p], images_b[p]) for p in parts])

    def _distance(self, images_a, images_b):
        maps = self.feature_maps(images_a), self.feature_maps(images_b)
        return perceptual_distance(*maps, self._weights)

    def _unit_range(self, images):
        is_uint8 = images.dtype == np.uint8
        low: Any = None
        high: Any = None
        if images.dtype.kind == "f" and images.size:
            low, high = images.min(), images.max()
        is_float = low is not None and low >= -1.001 and high <= 1.001
        if images.ndim != 4 or not images.size or not (is_uint8 or is_float):
            raise ValueError(
                f"The extractor {self.name!r} needs images (num, height, width, "
                "channels), uint8 in [0, 255] or float in [-1, 1]. Received: shape "
                f"{images.shape}, dtype {images.dtype}, from {low} to {high}"
            )
        images = images.astype("float32")
        return images / 127.5 - 1 if is_uint8 else images
