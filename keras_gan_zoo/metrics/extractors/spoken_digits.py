"""A small classifier that hears which digit is said; it ships."""

import functools

import keras
from keras import layers

from keras_gan_zoo.domains import Audio
from keras_gan_zoo.inference import run
from keras_gan_zoo.layers import BatchNormalization, Conv1D, Conv2D, MelSpectrogram
from keras_gan_zoo.metrics.extractors import shipped
from keras_gan_zoo.metrics.extractors.base import Extractor
from keras_gan_zoo.settings import making_networks

NAME = "spoken_digits_cnn"
HIGHEST = 4_000  # Hz, up to which it listens
WINDOW, HOP = 0.032, 0.008  # seconds


@functools.cache
def spoken_digits_cnn(rate=16_000) -> Extractor:
    """Loads the classifier of spoken digits that ships with the package.

    The features are its last hidden layer, 128 values >= 0. It has heard the voices of
    the training split of `datasets.spoken_digits`, so compare with those of the test
    split. What it says of other sounds than such words means little.

    Args:
        rate: Samples a second of the waves, in Hz, 8,000 or more. The weights are the
            same, and so are the numbers but for what is above 4,000 Hz.

    Returns:
        An `Extractor` of waves (num, samples, 1), int16 or float in [-1, 1], of any
        length from 0.032 seconds on, with probabilities of the 10 digits; always the
        same object for a rate.

    Raises:
        ValueError: If the rate is too low, or the shipped weights are damaged.

    Example:
        ```python
        import keras_gan_zoo as kgz

        digits = kgz.datasets.spoken_digits(100, split="test")
        classifier = kgz.metrics.extractors.spoken_digits_cnn()
        heard = classifier.probabilities(digits.waves).argmax(axis=1)
        accuracy = (heard == digits.labels).mean()
        ```
    """
    domain = Audio(rate)
    # A seed of its own, so that none is taken from a training run.
    with making_networks(seed=0):
        network = spoken_digits_network(rate)
    sha256 = shipped.load_weights(network, NAME)
    hidden = keras.Model(network.inputs[0], network.get_layer("features").output)
    # A function that `run` knows again, so that the network is compiled once.
    facts = {"rate": rate, "encode": domain.encode}
    features, probabilities = (
        functools.partial(_hear, model, **facts) for model in (hidden, network)
    )
    return Extractor(NAME, features, probabilities, sha256, domain=domain)


@making_networks()
def spoken_digits_network(rate=16_000) -> keras.Model:
    """Builds the network of `spoken_digits_cnn` with fresh weights.

    Args:
        rate: Samples a second of the waves, in Hz. No weight depends on it.

    Returns:
        A Keras model, float waves (num, samples, 1) in [-1, 1] to probabilities (num,
        10).

    Raises:
        ValueError: If the rate is too low.
    """
    # The same numbers under every dtype policy.
    float32, relu = {"dtype": "float32"}, {"dtype": "float32", "activation": "relu"}
    waves = keras.Input((None, 1), dtype="float32")
    # As loud as at the lowest rate, whose windows have fewest samples.
    x = layers.Rescaling(2 * HIGHEST / rate, **float32)(waves)
    x = _mel(rate)(x)  # (num, frames, 40)
    x = layers.Reshape((-1, x.shape[-1], 1), **float32)(x)
    halving = {"strides": 2, "padding": "same", "use_bias": False, **float32}
    for channels, kernel in ((32, 5), (48, 3), (64, 3), (64, 3)):
        x = Conv2D(channels, kernel, **halving)(x)
        x = BatchNormalization(momentum=0.9, **float32)(x)
        x = layers.ReLU(**float32)(x)  # at last (num, frames / 16, 3, 64)
    x = layers.Reshape((-1, x.shape[-2] * x.shape[-1]), **float32)(x)
    x = Conv1D(128, 3, padding="same", **relu)(x)  # sees half a second
    x = layers.GlobalMaxPooling1D(**float32)(x)  # wherever in the clip the word is
    x = layers.Dense(128, name="features", **relu)(x)
    x = layers.Dropout(0.5, **float32)(x)
    x = layers.Dense(10, activation="softmax", **float32)(x)
    return keras.Model(waves, x, name=NAME)


def _hear(model, waves, rate, encode):
    _, samples, channels = waves.shape
    shortest = round(WINDOW * rate)
    if channels != 1 or samples < shortest:
        raise ValueError(
            f"The extractor {NAME!r} needs waves of one channel (num, samples, 1), of "
            f"{shortest} samples or more. Received: {tuple(waves.shape)}. Take the "
            "mean of several channels, or add silence."
        )
    return run(model, waves, batch_size=64, before=encode)


def _mel(rate):
    """40 bands; what is 60 decibels below a loud word is silence."""
    if rate < 2 * HIGHEST:
        raise ValueError(
            f"The classifier {NAME!r} listens up to {HIGHEST} Hz, so it needs waves of "
            f"{2 * HIGHEST} samples a second or more. Received: rate={rate}"
        )
    window, hop = round(WINDOW * rate), round(HOP * rate)
    return MelSpectrogram(
        rate, window, hop, window, 40, highest=HIGHEST, floor=1e-3, dtype="float32"
    )
