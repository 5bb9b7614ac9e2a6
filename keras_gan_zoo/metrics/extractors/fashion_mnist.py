"""A small classifier of Fashion-MNIST that ships with the package."""

import functools

import keras
from keras import layers

from keras_gan_zoo.inference import run
from keras_gan_zoo.metrics.extractors import shipped
from keras_gan_zoo.metrics.extractors.base import Extractor
from keras_gan_zoo.settings import making_networks


@functools.cache
def fashion_mnist_cnn() -> Extractor:
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
    network, sha256 = loaded()
    hidden = keras.Model(network.inputs[0], network.get_layer("features").output)
    features, probabilities = (
        functools.partial(_predict_28x28x1, model) for model in (hidden, network)
    )
    return Extractor("fashion_mnist_cnn", features, probabilities, sha256)


@making_networks()
def fashion_mnist_network() -> keras.Model:
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


@functools.cache
def loaded() -> tuple[keras.Model, str]:
    """The trained network, and the sha256 of its weights; always the same."""
    # A seed of its own, so that none is taken from a training run.
    with making_networks(seed=0):
        network = fashion_mnist_network()
    return network, shipped.load_weights(network, "fashion_mnist_cnn")


def _predict_28x28x1(model, images):
    if images.shape[1:] != (28, 28, 1):
        raise ValueError(
            "The extractor 'fashion_mnist_cnn' needs images of shape (num, 28, 28, 1)."
            f" Received: {images.shape}. Its features mean something on Fashion-MNIST "
            "only; wrap a model of your images with extractors.from_keras, or take "
            "extractors.pixels()."
        )
    return run(model, images, batch_size=250)
