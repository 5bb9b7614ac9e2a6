"""A small classifier of clips of a garment that moves; it ships with the package."""

import functools

import keras
from keras import layers

from keras_gan_zoo.domains import Video
from keras_gan_zoo.domains.images import as_bytes
from keras_gan_zoo.inference import run
from keras_gan_zoo.layers import BatchNormalization, Conv3D
from keras_gan_zoo.metrics.extractors import shipped
from keras_gan_zoo.metrics.extractors.base import Extractor
from keras_gan_zoo.settings import making_networks

SHAPE = (16, 32, 32, 1)
FASTEST = 7  # pixels a frame; each pixel a frame is a class of its own
GARMENTS = 10


@functools.cache
def moving_garments_cnn() -> Extractor:
    """Loads the classifier of moving garments that ships with the package.

    It tells how fast the garment of a clip moves, and what it is, so its features see
    both: its last hidden layer, 64 values >= 0. A Frechet distance of these is one of
    clips, but not the Frechet video distance of papers, whose network has learned the
    actions of people. It has seen garments of the training split of
    `datasets.moving_garments`, half as large as they are in Fashion-MNIST, so compare
    with the test split, `shrink=2`.

    Returns:
        An `Extractor` of clips (num, 16, 32, 32, 1), uint8 or float in [-1, 1], without
        probabilities. Always the same object.

    Raises:
        ValueError: If the shipped weights are damaged.

    Reference:
        Unterthiner et al. 2018, https://arxiv.org/abs/1812.01717, the distance of
        papers.
    """
    network, sha256 = loaded()
    hidden = keras.Model(network.inputs[0], network.get_layer("features").output)

    def features(clips):
        _check(clips)
        return run(hidden, as_bytes(clips), batch_size=50)

    return Extractor("moving_garments_cnn", features, sha256=sha256, domain=Video())


@making_networks()
def moving_garments_network() -> keras.Model:
    """Builds the network of `moving_garments_cnn` with fresh weights.

    Returns:
        A Keras model, uint8 clips (num, 16, 32, 32, 1) to a dict of probabilities:
        `speed` (num, 7), from 0 to 1 pixels a frame up to 6 to 7, and `garment`
        (num, 10).
    """
    # The same numbers under every dtype policy.
    float32 = {"dtype": "float32"}
    clips = keras.Input(SHAPE, dtype="uint8")
    x = layers.Rescaling(1 / 127.5, offset=-1, **float32)(clips)
    for channels, strides in ((16, (1, 2, 2)), (32, 2), (48, 2), (48, 2)):
        convolve = Conv3D(
            channels, 3, strides, padding="same", use_bias=False, **float32
        )
        x = BatchNormalization(momentum=0.9, **float32)(convolve(x))
        x = layers.ReLU(**float32)(x)
    x = layers.Flatten(**float32)(x)  # of (num, 2, 2, 2, 48)
    x = layers.Dense(64, activation="relu", name="features", **float32)(x)
    outputs = {
        name: layers.Dense(classes, activation="softmax", name=name, **float32)(x)
        for name, classes in (("speed", FASTEST), ("garment", GARMENTS))
    }
    return keras.Model(clips, outputs, name="moving_garments_cnn")


@functools.cache
def loaded() -> tuple[keras.Model, str]:
    """The trained network, and the sha256 of its weights; always the same."""
    # A seed of its own, so that none is taken from a training run.
    with making_networks(seed=0):
        network = moving_garments_network()
    return network, shipped.load_weights(network, "moving_garments_cnn")


def _check(clips):
    if clips.shape[1:] != SHAPE:
        raise ValueError(
            "The extractor 'moving_garments_cnn' needs clips of shape (num, 16, 32, 32,"
            f" 1). Received: {clips.shape}. It knows the garments of "
            "datasets.moving_garments(size=32, shrink=2) only."
        )
