"""The classifier of moving garments: what it tells, on every backend the same."""

import numpy as np
import pytest

from keras_gan_zoo import datasets, evaluate, metrics
from keras_gan_zoo.metrics import extractors
from keras_gan_zoo.metrics.extractors.moving import loaded

NAME = "moving_garments_cnn"


def garments(num=100, seed=0, **options):
    options = {"frames": 16, "size": 32, "garments": 1, "shrink": 2, **options}
    return datasets.moving_garments(num, split="test", seed=seed, **options)


def test_it_tells_how_fast_garments_are_and_what_they_are():
    recorded = extractors.shipped.record(NAME)["test_accuracy"]
    network, _ = loaded()
    right = {"speed": [], "garment": []}
    for speed in range(7):
        clips, classes = garments(seed=speed, speed=(speed, speed + 1))
        told = network.predict(clips, batch_size=50, verbose=0)
        right["speed"] += list(told["speed"].argmax(axis=1) == speed)
        right["garment"] += list(told["garment"].argmax(axis=1) == classes[:, 0])
    for name, rights in right.items():
        assert np.mean(rights) == pytest.approx(recorded[name], abs=0.01), name


def convolve(x, kernel, stride):
    """In three dimensions, with padding as TensorFlow's, NumPy in float64."""
    strides = (1, 2, 2) if stride == 1 else (2, 2, 2)
    # 3 of an even number: with a stride of 2 the one that is added comes last.
    sides = [(1, 1) if stride == 1 else (0, 1) for stride in strides]
    padded = np.pad(x, [(0, 0), *sides, (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3, 3), (1, 2, 3))
    windows = windows[:, :: strides[0], ::2, ::2]
    return np.einsum("nthwcijk,ijkco->nthwo", windows, kernel, optimize=True)


def test_the_numbers_are_the_same_on_every_backend():
    # All three are compared with NumPy in float64, so with each other as well.
    network, _ = loaded()
    clips = garments(4).images
    x = clips / 127.5 - 1
    *layers, dense = [layer for layer in network.layers if layer.weights][:-2]
    for i in range(0, len(layers), 2):
        (kernel,) = (w.astype("float64") for w in layers[i].get_weights())
        norm = layers[i + 1]
        gamma, beta, mean, variance = (w.astype("float64") for w in norm.get_weights())
        x = convolve(x, kernel, 1 if i == 0 else 2)
        x = (x - mean) / np.sqrt(variance + norm.epsilon) * gamma + beta
        x = np.maximum(x, 0)
    kernel, bias = (w.astype("float64") for w in dense.get_weights())
    expected = np.maximum(x.reshape(4, -1) @ kernel + bias, 0)
    received = extractors.moving_garments_cnn().features(clips)
    assert received.shape == (4, 64) and received.max() > 0.1
    np.testing.assert_allclose(received, expected, rtol=1e-3, atol=1e-4)


def test_a_distance_of_its_features_is_one_of_motion_and_of_content():
    cnn = extractors.moving_garments_cnn()
    real, others = garments(300).images, garments(300, seed=1).images
    order = np.random.RandomState(0).permutation(16)
    changed = {
        "others": others,
        "still": np.repeat(others[:, :1], 16, axis=1),
        "shuffled": others[:, order],
        "faster": garments(300, seed=1, speed=(5.0, 8.0)).images,
        "paler": others // 2,
    }
    features = cnn.features(real)
    found = {
        name: metrics.frechet_distance(features, cnn.features(clips))
        for name, clips in changed.items()
    }
    nearest = found.pop("others")
    assert 0 < nearest < min(found.values()) / 3, (nearest, found)


def test_it_is_loaded_once_and_refuses_other_clips():
    cnn = extractors.moving_garments_cnn()
    assert cnn is extractors.moving_garments_cnn() and cnn.name == NAME
    assert cnn.sha256 == extractors.shipped.record(NAME)["sha256"]
    with pytest.raises(ValueError, match=r"clips of shape \(num, 16, 32, 32, 1\)"):
        cnn.features(np.zeros((2, 8, 32, 32, 1), "uint8"))
    with pytest.raises(ValueError, match=r"\(2, 32, 32, 1\)"):
        cnn.features(np.zeros((2, 32, 32, 1), "uint8"))
    with pytest.raises(ValueError, match="dtype int64"):
        cnn.features(np.zeros((2, 16, 32, 32, 1), "int64"))


def test_evaluate_compares_clips():
    real, others = garments(40).images, garments(40, seed=1).images
    cnn = extractors.moving_garments_cnn()
    options = {"metrics": ["kernel_distance"], "extractor": cnn, "num_samples": 40}
    bytes_ = evaluate(real, others, **options)
    floats = evaluate(real / np.float32(127.5) - 1, others, **options)
    assert bytes_["kernel_distance"] == pytest.approx(floats["kernel_distance"])
    with pytest.raises(ValueError, match="The real clips must be"):
        evaluate(real, others[:, 0], **options)
