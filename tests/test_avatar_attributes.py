"""The classifier of cartoon faces: what it reads, on every backend the same."""

import shutil

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import datasets
from keras_gan_zoo.metrics import extractors

NAME = "avatar_cnn"


@pytest.fixture(scope="module")
def faces():
    return datasets.avatars(split="test")


def test_each_attribute_is_read_where_it_is_visible(faces):
    read = kgz.metrics.avatar_attributes(faces.images)
    assert read.values == faces.values
    for name, labels in faces.attributes.items():
        probabilities = read.probabilities[name]
        assert probabilities.shape == (len(labels), len(faces.values[name]))
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
        is_right = read.attributes[name] == labels
        accuracy = is_right[faces.visible[name]].mean()
        assert accuracy >= 0.98, f"{name}: {accuracy}"
        recorded = extractors.shipped.record(NAME)["test_accuracy"][name]
        assert accuracy == pytest.approx(recorded, abs=0.002)


def test_glasses_are_all_that_changes_between_the_versions_of_a_face():
    plain, glasses = map(
        kgz.metrics.avatar_attributes,
        (faces.images for faces in datasets.avatar_pairs(split="test")),
    )
    for name in plain.values:
        same = plain.attributes[name] == glasses.attributes[name]
        assert same.mean() < 0.02 if name == "eyes" else same.mean() > 0.98
    code = glasses.values["eyes"].index("glasses")
    assert (glasses.attributes["eyes"] == code).mean() > 0.98


def halve(x, kernel, bias):
    """A convolution with strides of 2 and padding as TensorFlow's, and ReLU."""
    odd = [side % 2 for side in x.shape[1:3]]  # these get one row more
    extra = [len(kernel) - 2 + more for more in odd]
    sides = [(most // 2, most - most // 2) for most in extra]
    padded = np.pad(x, ((0, 0), *sides, (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(
        padded, kernel.shape[:2], axis=(1, 2)
    )[:, ::2, ::2]
    return np.maximum(np.einsum("nhwcij,ijco->nhwo", windows, kernel) + bias, 0)


def test_the_numbers_are_the_same_on_every_backend(faces):
    # All three are compared with NumPy in float64, so with each other as well.
    network = extractors.avatar_network(faces.values)
    extractors.shipped.load_weights(network, NAME)
    weights = [weight.astype("float64") for weight in network.get_weights()]
    x = faces.images[:8] / 127.5 - 1
    for i in range(0, 20, 5):  # four convolutions, each with a batch normalization
        kernel, gamma, beta, mean, variance = weights[i : i + 5]
        scale = gamma / np.sqrt(variance + 1e-3)
        x = halve(x, kernel * scale, beta - mean * scale)
    features = np.maximum(x.reshape(8, -1) @ weights[20] + weights[21], 0)
    received = extractors.avatar_cnn().features(faces.images[:8])
    np.testing.assert_allclose(received, features, rtol=0, atol=1e-4 * features.max())
    read = kgz.metrics.avatar_attributes(faces.images[:8])
    for name, received in read.probabilities.items():
        kernel, bias = network.get_layer(name).get_weights()
        expected = np.exp(features @ kernel.astype("float64") + bias)
        expected /= expected.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(received, expected, rtol=0, atol=1e-4)


def test_held_out_faces_are_closer_to_the_training_faces_than_noisy_ones(faces):
    train = datasets.avatars().images[:1000]
    cnn = extractors.avatar_cnn()
    assert cnn is extractors.avatar_cnn()
    test = faces.images[:1000]
    noise = np.random.RandomState(0).randint(0, 40, test.shape)
    noisy = (test - np.minimum(noise, test)).astype("uint8")
    real, held_out, changed = map(cnn.features, (train, test, noisy))
    distance = kgz.metrics.frechet_distance
    assert 5 * distance(real, held_out) < distance(real, changed)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((2, 32, 32, 3), "uint8"),
        np.zeros((2, 64, 64, 3), "float32"),
        np.zeros((0, 64, 64, 3), "uint8"),
        None,
    ],
)
def test_other_images_are_refused(images):
    with pytest.raises(ValueError, match="needs a uint8 array"):
        kgz.metrics.avatar_attributes(images)
    with pytest.raises(ValueError, match="needs a uint8 array"):
        extractors.avatar_cnn().features(images)


def test_images_of_another_size_are_refused_by_the_extractor():
    with pytest.raises(ValueError, match=r"\(num, 64, 64, 3\)"):
        extractors.avatar_cnn().features(np.zeros((2, 32, 32, 3), "uint8"))


def test_damaged_weights_are_not_loaded(tmp_path, monkeypatch):
    shutil.copytree(extractors.SHIPPED / NAME, tmp_path / NAME)
    path = tmp_path / NAME / "network.weights.h5"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    monkeypatch.setattr(extractors.shipped, "SHIPPED", tmp_path)
    network = extractors.avatar_network(extractors.shipped.record(NAME)["attributes"])
    with pytest.raises(ValueError, match="is damaged or was changed: expected"):
        extractors.shipped.load_weights(network, NAME)
