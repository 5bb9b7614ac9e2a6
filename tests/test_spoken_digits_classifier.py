"""The classifier of spoken digits: what it hears, on every backend the same."""

import ctypes.util

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import datasets
from keras_gan_zoo.datasets import espeak
from keras_gan_zoo.datasets.waves import resampled
from keras_gan_zoo.layers.mel_spectrogram import mel_filters
from keras_gan_zoo.metrics import extractors
from tests.test_avatar_attributes import halve

NAME = "spoken_digits_cnn"
LENGTHS = {"16384 at 16 kHz": (16_384, 16_000), "4096 at 8 kHz": (4_096, 8_000)}

needs_espeak = pytest.mark.skipif(
    ctypes.util.find_library("espeak-ng") is None, reason=espeak.INSTALL
)


def sounds(num=4, samples=16_384, rate=16_000):
    """Tones that rise or fall, each in another part of the clip, float32."""
    random = np.random.default_rng(0)
    time = np.arange(samples) / rate
    begin, first, slope = random.uniform(
        [[0.3], [200], [-500]], [[0.5], [900], [2e3]], (3, num)
    )
    inside = np.clip(time - begin[:, None], 0, 0.4)
    tones = np.sin(2 * np.pi * (first[:, None] + slope[:, None] * inside) * inside)
    return (0.8 * tones * np.sin(np.pi * inside / 0.4))[..., None].astype("float32")


@needs_espeak
@pytest.mark.parametrize("length", LENGTHS)
def test_digits_are_heard_in_voices_that_training_never_heard(length):
    samples, rate = LENGTHS[length]
    digits = datasets.spoken_digits(400, "test", samples, rate, seed=1)
    classifier = extractors.spoken_digits_cnn(rate)
    probabilities = classifier.probabilities(digits.waves)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    accuracy = (probabilities.argmax(axis=1) == digits.labels).mean()
    recorded = extractors.shipped.record(NAME)["test_accuracy"][length]
    assert recorded >= 0.94 and accuracy == pytest.approx(recorded, abs=0.03)


def logarithms(waves, rate):
    """What `layers.MelSpectrogram` computes, in float64."""
    window, hop = round(0.032 * rate), round(0.008 * rate)
    around = window - hop
    padded = np.pad(waves, ((0, 0), (around // 2, around - around // 2)), "reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, window, axis=1)[:, ::hop]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    magnitude = np.sqrt(np.abs(np.fft.rfft(frames * hann)) ** 2 + 1e-9)
    bands = magnitude @ mel_filters(rate, window, 40, 0.0, 4_000).astype("float64")
    return np.log(np.maximum(bands, 1e-3))


@pytest.mark.parametrize("rate", [8_000, 16_000])
def test_the_numbers_are_the_same_on_every_backend(rate):
    # All three are compared with NumPy in float64, so with each other as well.
    waves = sounds(rate=rate, samples=rate)
    network = extractors.spoken_digits_network(rate)
    extractors.shipped.load_weights(network, NAME)
    weights = [weight.astype("float64") for weight in network.get_weights()]
    x = logarithms(waves[..., 0] * (8_000 / rate), rate)[..., None]
    for i in range(0, 20, 5):  # four convolutions, each with a batch normalization
        kernel, gamma, beta, mean, variance = weights[i : i + 5]
        scale = gamma / np.sqrt(variance + 1e-3)
        x = halve(x, kernel * scale, beta - mean * scale)
    x = np.pad(x.reshape(*x.shape[:2], -1), ((0, 0), (1, 1), (0, 0)))
    kernel, bias, *dense = weights[20:]
    windows = np.lib.stride_tricks.sliding_window_view(x, 3, axis=1)
    x = np.maximum(np.einsum("ntcw,wco->nto", windows, kernel) + bias, 0).max(axis=1)
    features = np.maximum(x @ dense[0] + dense[1], 0)
    classifier = extractors.spoken_digits_cnn(rate)
    received = classifier.features(waves)
    np.testing.assert_allclose(received, features, rtol=0, atol=2e-3 * features.max())
    expected = np.exp(features @ dense[2] + dense[3])
    expected /= expected.sum(axis=1, keepdims=True)
    received = classifier.probabilities(waves)
    np.testing.assert_allclose(received, expected, rtol=0, atol=2e-3)


def test_neither_rate_nor_place_nor_dtype_change_what_is_heard():
    # So much silence that no place of the last layer sees both the sound and an end.
    waves = np.pad(sounds(), ((0, 0), (16_384, 16_384), (0, 0)))
    classifier = extractors.spoken_digits_cnn()
    assert classifier is extractors.spoken_digits_cnn()
    heard = classifier.features(waves)
    whole = np.rint(waves * 32_767).astype("int16")
    np.testing.assert_allclose(classifier.features(whole), heard, atol=0.02)
    moved = np.roll(waves, 16 * 128 * 2, axis=1)  # two steps of the last convolution
    np.testing.assert_allclose(classifier.features(moved), heard, atol=1e-3)
    lower = np.stack([resampled(x[:, 0], 16_000, 8_000) for x in waves])[..., None]
    at_8_kHz = extractors.spoken_digits_cnn(8_000).features(lower.astype("float32"))
    assert np.abs(at_8_kHz - heard).max() < 0.1 * heard.max()
    assert np.abs(heard[0] - heard[1]).max() > 0.2 * heard.max()  # different sounds


@needs_espeak
def test_evaluate_compares_sounds():
    words, labels, _ = datasets.spoken_digits(300, "test", 4_096, 8_000)
    real, held_out = np.split(words, 2)
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, real.shape).astype("float32")
    classifier = extractors.spoken_digits_cnn(8_000)
    found = {}
    for name, waves in {"held out": held_out, "noise": noise}.items():
        found[name] = kgz.evaluate(
            waves,
            (real, labels[:150]),
            ["frechet_distance", "inception_score"],
            extractor=classifier,
            num_samples=150,
        )
    assert found["held out"].protocol["extractor"] == NAME
    assert found["held out"].protocol["extractor_sha256"] == classifier.sha256
    distances = [found[name]["frechet_distance"] for name in ("held out", "noise")]
    assert 5 * distances[0] < distances[1]
    # Fifteen samples a part miss a digit or two.
    assert 4 < found["held out"]["inception_score"] <= 10
    assert 1 <= found["noise"]["inception_score"] < 2
    with pytest.raises(ValueError, match="generated waves must be a int16.*samples"):
        kgz.evaluate(noise[..., 0], real, extractor=classifier, num_samples=150)
    with pytest.raises(ValueError, match="Received: 150 real waves"):
        kgz.evaluate(noise, real, extractor=classifier, num_samples=151)


def test_what_it_cannot_hear_is_refused():
    for waves, message in [
        (np.zeros((2, 16, 16, 3), "uint8"), "waves of shape"),
        (np.zeros((2, 4_096, 1), "uint8"), "waves of dtype uint8"),
        (np.full((2, 4_096, 1), 3.0), r"waves must lie in \[-1, 1\]"),
        (np.zeros((2, 100, 1), "int16"), "of 512 samples or more"),
        (np.zeros((2, 4_096, 2), "int16"), "waves of one channel"),
        (np.zeros((0, 4_096, 1), "int16"), "at least one row"),
    ]:
        with pytest.raises(ValueError, match=message):
            extractors.spoken_digits_cnn().features(waves)
    with pytest.raises(ValueError, match="8000 samples a second or more.*rate=4000"):
        extractors.spoken_digits_cnn(4_000)
