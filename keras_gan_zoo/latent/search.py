"""How far samples are from images in features, and which way is nearer."""

import math
from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.inference import run
from keras_gan_zoo.latent.spaces import LatentSpace
from keras_gan_zoo.typing import Tensor

CHUNK = 64  # random samples whose features are in memory at once


class Search:
    """Compares samples with images, for each of which there are several points.

    A distance is the sum over maps of the mean over places of the squared differences,
    summed over channels.

    Args:
        place: The `LatentSpace` of the points.
        features: A Keras model, float images in [-1, 1] to a map or a list of maps.
        images: float32 array (num, height, width, channels) in [-1, 1].
        batch_size: How many images are computed at a time.
    """

    def __init__(self, place: LatentSpace, features, images, batch_size):
        self.place = place
        self.features = features
        self.batch_size = batch_size
        self.images = images
        self.labels = place.labels_of(len(images))
        self.targets = self._rows_of_images(images)

    def nearest(self, samples, starts, seed) -> tuple[np.ndarray, float]:
        """Draws random samples of each image's label, and finds the nearest.

        Args:
            samples: How many are drawn.
            starts: How many of them are returned.
            seed: Integer.

        Returns:
            Points (num, starts, dim), the nearest first; and the root of the mean
            squared distance of those drawn to their mean.
        """
        num = len(self.targets)
        groups: list[tuple] = [(None, np.arange(num))]
        if self.labels is not None:
            classes, those = np.unique(self.labels, axis=0, return_inverse=True)
            numbers = range(len(classes))
            groups = [(classes[i], np.flatnonzero(those == i)) for i in numbers]
        found, squares = np.empty((num, starts, self.place.dim), "float32"), []
        for label, images in groups:
            label = label[None] if np.ndim(label) else label  # a sentence, or a class
            place = type(self.place)(self.place.model, label)
            drawn = place.draw(samples, seed)
            distances = self._pairs(place, drawn, self.targets[images])
            found[images] = drawn[distances.argsort(axis=1)[:, :starts]]
            squares.append(np.square(drawn - drawn.mean(axis=0)).sum(axis=1).mean())
        return found, math.sqrt(np.mean(squares))

    def distances(self, points) -> np.ndarray:
        """Of points (num, starts, dim) to the image of their row, (num, starts)."""
        num, starts, dim = points.shape
        rows = self._rows_of(self._with_labels(starts), points.reshape(-1, dim))
        differences = rows.reshape(num, starts, -1) - self.targets[:, None]
        return np.square(differences, dtype="float64").sum(axis=-1)

    def slopes(self, starts) -> Callable[[np.ndarray], np.ndarray]:
        """Makes the function from points (num, starts, dim) to their gradients."""
        program = _gradient_of_distance(self.place, self.features)
        images, targets = (
            np.repeat(x, starts, axis=0) for x in (self.images, self.targets)
        )
        conditions = self._with_labels(starts).conditions(len(images))
        firsts = range(0, len(images), self.batch_size)
        batches = [slice(first, first + self.batch_size) for first in firsts]
        fixed = [
            [ops.convert_to_tensor(x[rows]) for x in (images, targets, *conditions)]
            for rows in batches
        ]

        def gradients(points):
            flat = points.reshape(len(images), -1)
            parts = [
                program(flat[rows], *others)
                for rows, others in zip(batches, fixed, strict=True)
            ]
            flat = np.concatenate(list(map(ops.convert_to_numpy, parts)))
            return flat.reshape(points.shape)

        return gradients

    def _with_labels(self, starts):
        """The space, with a label for each of the points of all images."""
        labels = self.labels
        labels = None if labels is None else np.repeat(labels, starts, axis=0)
        return type(self.place)(self.place.model, labels)

    def _pairs(self, place, points, targets):
        """Distances (targets, points), of which not all features are in memory."""
        parts = []
        for first in range(0, len(points), CHUNK):
            rows = self._rows_of(place, points[first : first + CHUNK])
            parts.append([np.square(rows - target).sum(axis=1) for target in targets])
        return np.concatenate(parts, axis=1)

    def _rows_of(self, place, points):
        points = ops.convert_to_numpy(place.expanded(points))
        inputs = [points, *place.conditions(len(points))]
        images = run(place.network, inputs, self.batch_size, verbose=0)
        return self._rows_of_images(np.clip(images, -1, 1))  # as generate() shows them

    def _rows_of_images(self, images):
        return run(self.features, images, self.batch_size, after=_as_rows, verbose=0)


def _gradient_of_distance(place, features):
    def function(network, points, images, targets, *conditions):
        def distance(points):
            inputs = [place.expanded(points), *conditions]
            made = network(inputs if conditions else inputs[0], training=False)
            rows = _as_rows(features(_clipped(made, images), training=False))
            return ops.sum(ops.square(rows - targets), axis=1)

        return backend.gradient(distance, points)

    return backend.inference(function, place.network)


def _clipped(made, images):
    """Clips what is beyond black or white where the image is black or white.

    There it is right, since `generate` clips it. Elsewhere a slope must lead back.
    """
    made = ops.cast(made, "float32")
    made = ops.where(images <= -1, ops.maximum(made, -1.0), made)
    return ops.where(images >= 1, ops.minimum(made, 1.0), made)


def _as_rows(maps) -> Tensor:
    """Maps to rows (batch, dimensions) whose squared distance is that of the maps."""
    rows = []
    for x in keras.tree.flatten(maps):
        places = math.prod(x.shape[1:-1])
        flat = ops.reshape(ops.cast(x, "float32"), (-1, places * x.shape[-1]))
        rows.append(flat / math.sqrt(places))
    return ops.concatenate(rows, axis=1)
