"""Extractors from PyTorch files: the originals' numbers, from the right files only."""

import importlib.util
import pathlib
import random
import sys

import numpy as np
import pytest
from keras import ops

from keras_gan_zoo import presets
from keras_gan_zoo.backend import torch_files
from keras_gan_zoo.metrics import extractors
from keras_gan_zoo.metrics.extractors import (
    Extractor,
    converted,
    efficientnet,
    inception,
    preparing,
)
from tests import golden_inception

NOISE = golden_inception.IMAGES


def check(received, expected, relative=1e-4):
    """Equal, measured by how much the expected values vary."""
    assert expected.std() > 0.1
    atol = relative * expected.std()
    np.testing.assert_allclose(received, expected, rtol=0, atol=atol)


def softmax(logits):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


# Reading.


def write(state, path):
    golden_inception.save_pth(state, path)
    return path


def test_files_of_pytorch_are_read_but_not_run(tmp_path):
    torch = pytest.importorskip("torch")
    state = {"a.weight": np.eye(2, dtype="float32"), "b": np.array(3)}
    received = torch_files.read_state_dict(write(state, tmp_path / "old.pth"))
    assert received.keys() == state.keys()
    for name, array in state.items():
        np.testing.assert_array_equal(received[name], array, strict=True)
    torch.save({"a": pathlib.PurePosixPath("/")}, tmp_path / "code.pth")
    with pytest.raises(Exception, match="[Ww]eights.only"):
        torch_files.read_state_dict(tmp_path / "code.pth")


def test_without_pytorch_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match="a.pth was written by .* pip install torch"):
        torch_files.read_state_dict("a.pth")


def test_a_wrong_or_missing_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no file .*a.pth. Download pt_inception"):
        extractors.fid_inception(tmp_path / "a.pth")
    (tmp_path / "a.pth").write_bytes(b"other")
    sha256 = presets.sha256_of(tmp_path / "a.pth")
    for load, prefix in (
        (extractors.fid_inception, "6726825d"),
        (extractors.efficientnet_lite0, "57934424"),
    ):
        with pytest.raises(
            ValueError, match=f"begins with {prefix}, received {sha256}"
        ):
            load(tmp_path / "a.pth")


# The FID Inception.


@pytest.fixture(scope="module")
def state():
    return golden_inception.state_dict()


@pytest.fixture(scope="module")
def network(state):
    random.seed(7)
    before = random.getstate()
    network = inception._network_from_state_dict(state)
    # Keras has drawn no initial weights in the midst of a training run.
    assert random.getstate() == before
    return network


@pytest.fixture(scope="module")
def recorded():
    with np.load(golden_inception.PATH) as file:
        return dict(file)


@pytest.fixture
def path(network, monkeypatch, tmp_path):
    """A file that passes for the real one, which is not at hand."""
    monkeypatch.setattr(inception, "FID_INCEPTION_SHA256_PREFIX", "")
    monkeypatch.setattr(torch_files, "read_state_dict", lambda path: {})
    monkeypatch.setattr(inception, "_network_from_state_dict", lambda state: network)
    (tmp_path / "inception.pth").write_bytes(b"weights")
    return tmp_path / "inception.pth"


def test_features_and_probabilities_equal_the_original_ones(path, recorded):
    extractor = extractors.fid_inception(path)
    assert extractor.name == "fid_inception"
    assert extractor.sha256 == presets.sha256_of(path)
    check(extractor.features(NOISE), recorded["features"])
    probabilities = extractor.probabilities(NOISE)
    np.testing.assert_allclose(probabilities, softmax(recorded["logits"]), rtol=1e-3)


def test_spatial_features_equal_the_original_ones(path, recorded):
    extractor = extractors.fid_inception(path, layer="mixed_6/conv")
    assert extractor.name == "fid_inception_spatial"
    received = extractor.features(NOISE)
    assert received.shape == (2, 2023)
    check(received.reshape(2, 17, 17, 7), np.moveaxis(recorded["spatial"], 1, -1))
    with pytest.raises(ValueError, match="is no classifier"):
        extractor.probabilities(NOISE)
    with pytest.raises(ValueError, match="Received: 4 channels"):
        extractor.features(np.zeros((2, 8, 8, 4), "uint8"))


def test_clean_fid_is_another_number_by_another_name(path, network):
    extractor = extractors.fid_inception(path, resize="clean")
    assert extractor.name == "fid_inception_clean" and not extractor.is_fid_inception
    assert extractor.preparation == "299x299 by clean"
    assert extractors.fid_inception(path).preparation == "299x299 by tf1"
    resized = preparing.resize_clean(ops.cast(NOISE, "float32"), 299, 299)
    inputs = (ops.convert_to_numpy(resized) - 128) / 128
    expected = ops.convert_to_numpy(network(inputs)[0])
    np.testing.assert_allclose(extractor.features(NOISE), expected, atol=1e-4)
    with pytest.raises(ValueError, match="Received: resize='bicubic'"):
        extractors.fid_inception(path, resize="bicubic")


def test_only_its_two_layers_are_offered():
    with pytest.raises(ValueError, match="'mixed_6/conv'.*Received: layer='pool'"):
        extractors.fid_inception("a.pth", layer="pool")


def test_only_the_real_inception_makes_an_fid():
    def is_fid(name, sha256):
        return Extractor(name, len, sha256=sha256).is_fid_inception

    sha256 = extractors.FID_INCEPTION_SHA256_PREFIX + 56 * "0"
    assert is_fid("fid_inception", sha256)
    assert not is_fid("fid_inception_spatial", sha256)
    assert not is_fid("fid_inception", sha256[::-1])
    assert not extractors.pixels().is_fid_inception


def test_weights_must_fit(state, network):
    state = {**state, "fc.weight": state["fc.weight"].T}
    state["aux.weight"] = state.pop("Mixed_6d.branch1x1.bn.bias")
    message = (
        "not the weights of fid_inception. Missing: Mixed_6d.branch1x1.bn.bias. "
        r"Unexpected: aux.weight. Of another shape: fc.weight \(2048, 1008\) in place "
        r"of \(1008, 2048\)"
    )
    with pytest.raises(ValueError, match=message):
        converted.set_weights(network, state, inception.NORMALIZATIONS)


def test_resizing_by_hand():
    images = ops.convert_to_tensor(np.float32([[0, 10], [20, 30]]).reshape(1, 2, 2, 1))
    received = ops.convert_to_numpy(preparing.resize_bilinear_tf1(images, 4, 4))[
        0, :, :, 0
    ]
    expected = [[0, 5, 10, 10], [10, 15, 20, 20], [20, 25, 30, 30], [20, 25, 30, 30]]
    np.testing.assert_allclose(received, expected, atol=1e-6)


@pytest.mark.parametrize("shape", [(2, 32, 32, 3), (1, 28, 50, 1), (1, 299, 400, 3)])
def test_resizing_equals_tensorflow_1(shape):
    tensorflow = pytest.importorskip("tensorflow")
    images = np.random.RandomState(0).randint(0, 256, shape).astype("float32")
    expected = tensorflow.compat.v1.image.resize_bilinear(images, (299, 299))
    received = preparing.resize_bilinear_tf1(ops.convert_to_tensor(images), 299, 299)
    received = ops.convert_to_numpy(received)
    np.testing.assert_allclose(received, expected.numpy(), rtol=0, atol=1e-4)


def test_images_are_scaled_as_in_the_graph():
    grey = np.array([0, 128, 255], "uint8").reshape(3, 1, 1, 1)
    received = ops.convert_to_numpy(
        inception._preparing("tf1")(ops.convert_to_tensor(grey))
    )
    assert received.shape == (3, 299, 299, 3)
    expected = np.broadcast_to(grey / 128 - 1, received.shape)
    np.testing.assert_array_equal(received, expected)


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore")  # what the packages warn of is their own
@pytest.mark.parametrize("package", ["torch_fidelity", "pytorch_fid"])
def test_features_equal_those_of_the_packages(package, state, monkeypatch, tmp_path):
    pytest.importorskip(package, exc_type=ImportError)
    path = write(state, tmp_path / "inception.pth")
    monkeypatch.setattr(inception, "FID_INCEPTION_SHA256_PREFIX", "")
    extractor = extractors.fid_inception(path)
    check(extractor.features(NOISE), getattr(golden_inception, package)(path)[0])


# EfficientNet-Lite0.


@pytest.fixture(scope="module")
def lite0():
    pytest.importorskip("torch")
    pytest.importorskip(efficientnet.PACKAGE)
    return extractors.efficientnet_lite0()


def photo(name):
    pil = pytest.importorskip("PIL.Image")
    skimage = importlib.util.find_spec("skimage")
    if skimage is None:
        pytest.skip("scikit-image is not installed")
    folder = pathlib.Path(skimage.submodule_search_locations[0]) / "data"
    return np.asarray(pil.open(folder / f"{name}.png"))[None]


@pytest.mark.reference
@pytest.mark.parametrize(("name", "label"), [("chelsea", 285), ("coffee", 967)])
def test_photos_are_recognized(lite0, name, label):
    probabilities = lite0.probabilities(photo(name))[0]
    # An Egyptian cat and an espresso. With padding on both sides it is less sure.
    assert probabilities.argmax() == label and probabilities[label] > 0.75


@pytest.mark.reference
def test_features_equal_those_of_its_package(lite0):
    package = pytest.importorskip("efficientnet_lite_pytorch")
    import torch

    path = efficientnet._installed()
    original = package.EfficientNet.from_pretrained("efficientnet-lite0", str(path))
    images = np.random.RandomState(0).randint(0, 256, (2, 224, 224, 3)).astype("uint8")
    inputs = (torch.tensor(np.moveaxis(images, -1, 1)) - 127.0) / 128
    with torch.no_grad():
        maps = original.eval().extract_features(inputs)
        logits = original(inputs).numpy()
    check(lite0.features(images), maps.mean(dim=(2, 3)).numpy())
    np.testing.assert_allclose(lite0.probabilities(images), softmax(logits), rtol=1e-2)


@pytest.mark.reference
def test_content_features_are_the_maps_that_the_features_are_means_of(lite0):
    network = extractors.efficientnet_lite0_features()
    images = np.random.RandomState(0).randint(0, 256, (1, 224, 224, 3)).astype("uint8")
    maps = [ops.convert_to_numpy(x) for x in network.predict(images / 127.5 - 1)]
    assert [x.shape[1] for x in maps] == [56, 28, 14, 7]
    check(lite0.features(images), maps[-1].mean(axis=(1, 2)))


def test_shrinking_equals_that_of_pillow():
    pil = pytest.importorskip("PIL.Image")
    smooth = np.random.RandomState(0).standard_normal((300, 500)).cumsum(0).cumsum(1)
    image = (255 * (smooth - smooth.min()) / np.ptp(smooth)).astype("uint8")
    resized = pil.fromarray(image).resize((224, 224), pil.Resampling.BILINEAR)
    images = ops.convert_to_tensor(image[None, :, :, None])
    received = 128 * ops.convert_to_numpy(efficientnet._prepare(images)) + 127
    # Pillow rounds to integers.
    np.testing.assert_allclose(received[0, :, :, 0], resized, rtol=0, atol=1.01)


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(efficientnet, "PACKAGE", "no_such_package")
    with pytest.raises(ImportError, match="pip install efficientnet-lite0-pytorch"):
        extractors.efficientnet_lite0()
