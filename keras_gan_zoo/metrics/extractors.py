"""Extractors: from images to the features that a metric compares.

An extractor has a name, and what was trained has a sha256 of its weights: a number
means nothing without both. One small classifier ships with the package:

    extractor.json            sha256 of the weights, and the record of their training
    network.weights.h5        float16, the same file on every backend
"""

import functools
import json
import pathlib
import random

import keras
import numpy as np
from keras import layers

from keras_gan_zoo import presets
from keras_gan_zoo.metrics.features import pooled_pixels

SHIPPED = pathlib.Path(__file__).parents[1] / "assets" / "extractors"


class Extractor:
    """Maps images to features, under a name that goes with every number.

    Args:
        name: What the numbers will be quoted with.
        features: Function from uint8 images (num, height, width, channels) to an array
            (num, dimensions).
        probabilities: Function from such images to an array (num, classes) whose rows
            sum to 1, where the extractor is a classifier.
        sha256: Of the weights, 64 hexadecimal digits, where there are any.

    Attributes:
        name: As given.
        sha256: As given.

    Example:
        ```python
        extractor = Extractor("mean_color", lambda images: images.mean(axis=(1, 2)))
        ```
    """

    def __init__(self, name, features, probabilities=None, sha256=None):
        self.name = name
        self.sha256 = sha256
        self._features = features
        self._probabilities = probabilities

    def features(self, images):
        """Computes the features of images.

        Args:
            images: uint8 array (num, height, width, channels).

        Returns:
            float64 array (num, dimensions).

        Raises:
            ValueError: If the images are not such an array, or the features are not
                one row an image.
        """
        self._check_images(images)
        return self._as_rows(self._features(images), len(images))

    def probabilities(self, images):
        """Computes the probabilities of the classes that a classifier knows.

        Args:
            images: uint8 array (num, height, width, channels).

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
        self._check_images(images)
        return self._as_rows(self._probabilities(images), len(images))

    @classmethod
    def from_model(cls, model, name, sha256=None, batch_size=256):
        """Wraps any Keras model that maps images to features.

        Args:
            model: Keras model from uint8 images (num, height, width, channels), which
                it rescales itself, to (num, dimensions).
            name: What the numbers will be quoted with.
            sha256: Of its weights, to be quoted as well.
            batch_size: How many images are computed at a time.

        Returns:
            An `Extractor`.
        """
        predict = functools.partial(model.predict, batch_size=batch_size, verbose=0)
        return cls(name, predict, sha256=sha256)

    def _check_images(self, images):
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
                f"({num}, dimensions). Received: {values.shape}. Let the model end in "
                "a Flatten or GlobalAveragePooling2D layer."
            )
        return values


def pixels(cell=4):
    """Makes an extractor of pooled pixels: coarse, without weights, for any images.

    Args:
        cell: Side of the square cells whose means are the features, in pixels.

    Returns:
        An `Extractor`, of uint8 images whose sides are multiples of the cell.
    """
    name = f"pooled_pixels(cell={cell})"
    return Extractor(name, functools.partial(pooled_pixels, cell=cell))


@functools.cache
def fashion_mnist_cnn():
    """Loads the classifier of Fashion-MNIST that ships with the package.

    The features are its last hidden layer, 128 values >= 0. It has seen the 60,000
    training images, so compare with the test images. What it says of other images
    than those of Fashion-MNIST means little.

    Returns:
        An `Extractor` of uint8 images (num, 28, 28, 1), with probabilities of the 10
        classes; always the same object.

    Raises:
        ValueError: If the shipped weights are damaged.
    """
    folder = SHIPPED / "fashion_mnist_cnn"
    sha256 = json.loads((folder / "extractor.json").read_text())["sha256"]
    state = random.getstate()
    network = fashion_mnist_network()
    # Keras has drawn its initial weights from there, in the midst of a training run.
    random.setstate(state)
    presets.check_sha256(folder / "network.weights.h5", sha256)
    network.load_weights(folder / "network.weights.h5")
    hidden = keras.Model(network.inputs[0], network.get_layer("features").output)
    features, probabilities = (
        functools.partial(_predict_28x28x1, model) for model in (hidden, network)
    )
    return Extractor("fashion_mnist_cnn", features, probabilities, sha256)


def fashion_mnist_network():
    """Builds the network of `fashion_mnist_cnn` with fresh weights.

    Returns:
        A Keras model, uint8 images (num, 28, 28, 1) to probabilities (num, 10).
    """
    # The same numbers under every dtype policy.
    float32, relu = {"dtype": "float32"}, {"dtype": "float32", "activation": "relu"}
    return keras.Sequential(
        [
            keras.Input((28, 28, 1), dtype="uint8"),
            layers.Rescaling(1 / 255, **float32),
            layers.Conv2D(32, 3, padding="same", **relu),
            layers.MaxPooling2D(**float32),  # (num, 14, 14, 32)
            layers.Conv2D(64, 3, padding="same", **relu),
            layers.MaxPooling2D(**float32),  # (num, 7, 7, 64)
            layers.Flatten(**float32),
            layers.Dense(128, name="features", **relu),
            layers.Dropout(0.5, **float32),
            layers.Dense(10, activation="softmax", **float32),
        ],
        name="fashion_mnist_cnn",
    )


def save(network, folder):
    """Writes the weights of an extractor's network, float16 and compressed.

    Args:
        network: A Keras model.
        folder: Path, made if it is missing.

    Returns:
        The sha256 of `network.weights.h5`, to be kept in `extractor.json` beside it.
    """
    path = pathlib.Path(folder) / "network.weights.h5"
    path.parent.mkdir(parents=True, exist_ok=True)
    # A copy without the optimizer, which Keras would write as well.
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    presets.save_weights(copy, path, "float16")
    return presets.sha256_of(path)


def _predict_28x28x1(model, images):
    if images.shape[1:] != (28, 28, 1):
        raise ValueError(
            "The extractor 'fashion_mnist_cnn' needs images of shape (num, 28, 28, 1)."
            f" Received: {images.shape}. Its features mean something on Fashion-MNIST "
            "only; wrap a model of your images with Extractor.from_model, or take "
            "extractors.pixels()."
        )
    return model.predict(images, batch_size=250, verbose=0)
