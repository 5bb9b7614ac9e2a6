"""Presets: by name, from folders and addresses, and never damaged unnoticed."""

import hashlib
import json
import pathlib
import shutil
import sys

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz

WEIGHTS = "generator.weights.h5"


@pytest.fixture
def folder(tmp_path):
    model = kgz.DCGAN((16, 16, 1), latent_dim=8, width=4, seed=0)
    model.save_to_preset(tmp_path / "preset", record={"license": "Apache-2.0"})
    return tmp_path / "preset"


def samples(preset):
    return kgz.GAN.from_preset(preset).generate(4, seed=0)


def test_shipped_presets_are_small_and_say_how_they_were_made():
    presets = kgz.list_presets()
    assert {"dcgan_fashion_mnist", "vanilla_gan_fashion_mnist"} <= presets.keys()
    for name, record in presets.items():
        assert {"command", "license"} <= record.keys()
        if "source" not in record:  # trained, not converted
            assert {"steps", "seed", "hardware", "minutes"} <= record.keys()
        if "fashion_mnist" in name:
            evaluation = kgz.Evaluation(**record["evaluation"])
            assert evaluation.protocol["num_generated"] == 10_000
            assert evaluation.keys() == kgz.evaluation.DEFAULT_METRICS.keys()
        files = (kgz.presets.SHIPPED / name).iterdir()
        assert sum(path.stat().st_size for path in files) <= 5_000_000


def test_trained_presets_stand_in_the_gallery():
    docs = pathlib.Path(__file__).parents[1] / "docs"
    gallery = (docs / "gallery.md").read_text()
    for name, record in kgz.list_presets().items():
        if "source" not in record:
            assert (docs / "images" / f"{name}.png").is_file()
            assert f"images/{name}.png" in gallery


def test_shipped_presets_make_images_of_their_data():
    real, _ = kgz.datasets.load("fashion_mnist_mini")
    for name in kgz.list_presets():
        if "fashion_mnist" not in name:
            continue
        fake = kgz.GAN.from_preset(name).generate(256, seed=0)
        features = [kgz.metrics.pooled_pixels(images) for images in (real, fake)]
        noise = np.random.RandomState(0).randint(0, 256, fake.shape).astype("uint8")
        distance = kgz.metrics.frechet_distance(*features)
        worst = kgz.metrics.frechet_distance(
            features[0], kgz.metrics.pooled_pixels(noise)
        )
        assert 0 < distance < worst / 4, name


def test_a_preset_knows_its_class():
    assert isinstance(kgz.GAN.from_preset("dcgan_fashion_mnist"), kgz.DCGAN)
    assert isinstance(kgz.DCGAN.from_preset("dcgan_fashion_mnist"), kgz.DCGAN)
    with pytest.raises(ValueError, match="is a DCGAN, not a VanillaGAN"):
        kgz.VanillaGAN.from_preset("dcgan_fashion_mnist")


def test_unknown_names_get_a_hint():
    with pytest.raises(ValueError, match="Did you mean 'dcgan_fashion_mnist'"):
        kgz.GAN.from_preset("dcgan_fashion_mnists")


def test_half_precision_files_make_the_same_images(tmp_path):
    model = kgz.DCGAN((16, 16, 1), width=32, seed=0)
    for dtype in ("float32", "float16"):
        model.save_to_preset(tmp_path / dtype, dtype=dtype)
    half = samples(tmp_path / "float16").astype(int)
    assert np.abs(half - samples(tmp_path / "float32")).max() <= 1
    sizes = [
        (tmp_path / dtype / WEIGHTS).stat().st_size for dtype in ("float16", "float32")
    ]
    assert sizes[0] < 0.6 * sizes[1]


def test_a_flipped_byte_is_an_error_that_names_the_file(folder):
    path = folder / WEIGHTS
    content = path.read_bytes()
    for position in np.linspace(0, len(content) - 1, 20).astype(int):
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=WEIGHTS):
            kgz.GAN.from_preset(folder)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / WEIGHTS).unlink(), "lacks the file"),
        (lambda folder: (folder / "preset.json").unlink(), "not a preset"),
        (lambda folder: (folder / "preset.json").write_text("{"), "damaged"),
        (lambda folder: _change(folder, schema=2), "schema 2"),
        (lambda folder: _change(folder, class_name="Maxout"), "not a GAN"),
        (lambda folder: _change(folder, class_name="os.system"), "not a GAN"),
    ],
    ids=["weights", "manifest", "json", "schema", "class", "hostile"],
)
def test_a_damaged_folder_is_refused(folder, damage, message):
    damage(folder)
    with pytest.raises(ValueError, match=message):
        kgz.GAN.from_preset(folder)


def _change(folder, **changes):
    path = folder / "preset.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_weights_that_are_not_finite_are_neither_written_nor_read(folder):
    model = kgz.GAN.from_preset(folder)
    model.generator.trainable_variables[0].assign(
        np.full(model.generator.trainable_variables[0].shape, np.nan)
    )
    with pytest.raises(ValueError, match="The generator holds weights that are not"):
        model.save_to_preset(folder.with_name("new"))
    assert not folder.with_name("new").exists()
    path = folder / "generator.weights.h5"
    model.generator.save_weights(path)
    _change(folder, files={path.name: kgz.presets.sha256_of(path)})
    with pytest.raises(ValueError, match="generator.weights.h5 holds weights that"):
        kgz.GAN.from_preset(folder)


def test_a_folder_that_holds_something_is_left_alone(folder):
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(ValueError, match="not empty"):
        kgz.DCGAN((16, 16, 1), latent_dim=8, width=4).save_to_preset(folder)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_preset_on_the_web_is_pinned(folder, monkeypatch):
    def get_file(filename, address, cache_subdir, file_hash, hash_algorithm):
        assert address == f"https://example.org/preset/{filename}"
        assert hash_algorithm == "sha256"
        content = (folder / filename).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file_hash
        cached = folder.parent / cache_subdir / filename
        cached.parent.mkdir(parents=True, exist_ok=True)
        return shutil.copy(folder / filename, cached)

    monkeypatch.setattr(keras.utils, "get_file", get_file)
    pin = hashlib.sha256((folder / "preset.json").read_bytes()).hexdigest()
    address = f"https://example.org/preset#sha256={pin}"
    np.testing.assert_array_equal(samples(address), samples(folder))


@pytest.mark.parametrize(
    "address", ["https://example.org/preset", f"http://example.org/p#sha256={'0' * 64}"]
)
def test_an_address_without_https_or_pin_is_refused(address):
    with pytest.raises(ValueError, match="#sha256="):
        kgz.GAN.from_preset(address)


@pytest.mark.parametrize(
    ("handle", "module", "function"),
    [
        ("hf://zoo/preset", "huggingface_hub", "hf_hub_download"),
        ("kaggle://zoo/gan/keras/preset", "kagglehub", "model_download"),
    ],
)
def test_handles_ask_their_hub_for_each_file(
    folder, monkeypatch, handle, module, function
):
    def download(repository, filename):
        assert repository == handle.partition("://")[2]
        return str(pathlib.Path(folder) / filename)

    hub = type(keras)(module)
    setattr(hub, function, download)
    monkeypatch.setitem(sys.modules, module, hub)
    np.testing.assert_array_equal(samples(handle), samples(folder))
