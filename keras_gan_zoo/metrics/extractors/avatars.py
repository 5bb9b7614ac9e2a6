"""A small classifier that reads the attributes of the cartoon faces; it ships."""

import functools
from typing import NamedTuple

import keras
import numpy as np
from keras import layers

from keras_gan_zoo.inference import run
from keras_gan_zoo.layers import BatchNormalization, Conv2D
from keras_gan_zoo.metrics.extractors import shipped
from keras_gan_zoo.metrics.extractors.base import Extractor
from keras_gan_zoo.settings import making_networks


class AvatarAttributes(NamedTuple):
    """What a classifier reads from cartoon faces, by the names of `datasets.Avatars`.

    Attributes:
        attributes: Name of each attribute to the most probable value, an int32 array
            (num,) of indices.
        probabilities: Name of each attribute to a float array (num, values) whose rows
            sum to 1.
        values: Name of each attribute to the names of its values, a tuple.
    """

    attributes: dict[str, np.ndarray]
    probabilities: dict[str, np.ndarray]
    values: dict[str, tuple[str, ...]]


def avatar_attributes(images) -> AvatarAttributes:
    """Reads the attributes of cartoon faces, real or generated.

    The classifier is that of `avatar_cnn`. Of a hidden attribute, such as the mouth
    behind a full beard, it says something, too, which means nothing:
    `datasets.avatars` tells which are visible.

    Args:
        images: uint8 array (num, 64, 64, 3), in the style of the faces that ship.

    Returns:
        An `AvatarAttributes`.

    Raises:
        ValueError: If the images are not such an array.

    Example:
        ```python
        import keras_gan_zoo as kgz

        plain, glasses = kgz.datasets.avatar_pairs(split="test")
        read = kgz.metrics.avatar_attributes(glasses.images)
        wears_glasses = read.attributes["eyes"] == read.values["eyes"].index("glasses")
        share = wears_glasses.mean()
        ```
    """
    _check(images)
    network, values = loaded()[0], _values()
    computed = run(network, images, batch_size=250)
    probabilities = {name: computed[name] for name in values}  # in the order of values
    attributes = {
        name: rows.argmax(axis=1).astype("int32")
        for name, rows in probabilities.items()
    }
    return AvatarAttributes(attributes, probabilities, values)


@functools.cache
def avatar_cnn() -> Extractor:
    """Loads the classifier of cartoon faces that ships with the package.

    The features are its last hidden layer, 128 values >= 0, which all attributes are
    read from. It has seen the training split of `datasets.avatars`, so compare with
    the test split. What it says of images of another style means little.

    Returns:
        An `Extractor` of uint8 images (num, 64, 64, 3), without probabilities: there
        are some for each attribute, from `avatar_attributes`. Always the same object.

    Raises:
        ValueError: If the shipped weights are damaged.
    """
    network, sha256 = loaded()
    hidden = keras.Model(network.inputs[0], network.get_layer("features").output)

    def features(images):
        _check(images)
        return run(hidden, images, batch_size=250)

    return Extractor("avatar_cnn", features, sha256=sha256)


@making_networks()
def avatar_network(values) -> keras.Model:
    """Builds the network of `avatar_cnn` with fresh weights.

    Args:
        values: Name of each attribute to the names of its values.

    Returns:
        A Keras model, uint8 images (num, 64, 64, 3) to a dict of each attribute to
        probabilities (num, values).
    """
    # The same numbers under every dtype policy.
    float32, relu = {"dtype": "float32"}, {"dtype": "float32", "activation": "relu"}
    images = keras.Input((64, 64, 3), dtype="uint8")
    x = layers.Rescaling(1 / 127.5, offset=-1, **float32)(images)
    halving = {"strides": 2, "padding": "same", "use_bias": False, **float32}
    for channels, kernel in ((32, 5), (64, 3), (96, 3), (96, 3)):  # to (num, 4, 4, 96)
        x = Conv2D(channels, kernel, **halving)(x)
        x = BatchNormalization(momentum=0.9, **float32)(x)
        x = layers.ReLU(**float32)(x)
    x = layers.Flatten(**float32)(x)
    x = layers.Dense(128, name="features", **relu)(x)
    outputs = {
        name: layers.Dense(len(names), activation="softmax", name=name, **float32)(x)
        for name, names in values.items()
    }
    return keras.Model(images, outputs, name="avatar_cnn")


@functools.cache
def loaded() -> tuple[keras.Model, str]:
    """The trained network, and the sha256 of its weights; always the same."""
    # A seed of its own, so that none is taken from a training run.
    with making_networks(seed=0):
        network = avatar_network(_values())
    return network, shipped.load_weights(network, "avatar_cnn")


def _values():
    attributes = shipped.record("avatar_cnn")["attributes"]
    return {name: tuple(values) for name, values in attributes.items()}


def _check(images):
    shape, dtype = getattr(images, "shape", None), getattr(images, "dtype", None)
    if not shape or shape[1:] != (64, 64, 3) or not shape[0] or dtype != np.uint8:
        raise ValueError(
            "The classifier 'avatar_cnn' needs a uint8 array of images (num, 64, 64, "
            f"3). Received: {type(images).__name__}, shape {shape}, dtype {dtype}. It "
            "knows the faces of datasets.avatars() only; wrap a model of your images "
            "with extractors.from_keras, or take extractors.pixels()."
        )
