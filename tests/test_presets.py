"""Presets: by name, from folders and addresses, and never damaged unnoticed."""

import hashlib
import json
import os
import pathlib
import resource
import time

import h5py
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import fetching
from tests import https

WEIGHTS = "generator.weights.h5"


@pytest.fixture
def folder(tmp_path):
    model = kgz.DCGAN((16, 16, 1), latent_dim=8, base_channels=4, seed=0)
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
        if "needs" in record:  # a package that holds the weights
            assert not (kgz.presets.SHIPPED / name).exists()
            continue
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
    model = kgz.DCGAN((16, 16, 1), base_channels=32, seed=0)
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
        kgz.DCGAN((16, 16, 1), latent_dim=8, base_channels=4).save_to_preset(folder)
    assert sorted(path.name for path in folder.iterdir()) == before


@pytest.fixture
def web(folder, monkeypatch, tmp_path):
    """Serves the preset. Yields its files, its address with the pin, the requests."""
    files = {f"/preset/{path.name}": path.read_bytes() for path in folder.iterdir()}
    pin = hashlib.sha256(files["/preset/preset.json"]).hexdigest()
    with https.serving(files, monkeypatch, tmp_path) as (address, requests):
        yield files, f"{address}/preset#sha256={pin}", requests


def cached(tmp_path):
    return [path.name for path in (tmp_path / "home").rglob("*") if path.is_file()]


def test_a_preset_on_the_web_is_fetched_once(web, folder, tmp_path):
    files, address, requests = web
    expected = samples(folder)
    np.testing.assert_array_equal(samples(address), expected)
    assert len(requests) == 3  # preset.json, and the weights of two networks
    files.clear()
    np.testing.assert_array_equal(samples(address), expected)
    assert len(requests) == 3


def test_another_file_on_the_web_is_refused_and_deleted(web, folder, tmp_path):
    files, address, _ = web
    intact = files[f"/preset/{WEIGHTS}"]
    files[f"/preset/{WEIGHTS}"] = intact[:-1] + b"x"
    with pytest.raises(ValueError, match=f"{WEIGHTS} is damaged, or another file"):
        samples(address)
    assert cached(tmp_path) == ["preset.json"]
    files[f"/preset/{WEIGHTS}"] = intact
    np.testing.assert_array_equal(samples(address), samples(folder))


def test_a_damaged_file_in_the_cache_is_fetched_anew(web, folder, tmp_path):
    _, address, _ = web
    expected = samples(address)
    [path] = (tmp_path / "home").rglob(WEIGHTS)
    path.write_bytes(path.read_bytes()[:-1])
    np.testing.assert_array_equal(samples(address), expected)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (https.endless, "larger than the 4,194,304 bytes that it may have"),
        (bytes(2**23), "larger than the 4,194,304 bytes"),
        (https.silent, "could not be fetched: .*timed out"),
        (https.cut_short, "could not be fetched: the connection was lost"),
        (https.torn, "could not be fetched: IncompleteRead"),
        (https.leads_to("http://localhost/preset.json"), "which is not https"),
        (None, "could not be fetched: Not Found"),
    ],
    ids=["endless", "large", "silent", "cut", "torn", "redirect", "missing"],
)
def test_a_server_cannot_harm(content, message, web, tmp_path, monkeypatch):
    files, address, _ = web
    files["/preset/preset.json"] = content
    monkeypatch.setattr(fetching, "SILENCE", 1.0)
    begun = time.perf_counter()
    with pytest.raises(ValueError, match=message):
        kgz.GAN.from_preset(address)
    assert time.perf_counter() - begun < 10
    assert cached(tmp_path) == []


def test_without_a_network_the_error_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    address = f"https://localhost:1/preset#sha256={'0' * 64}"
    with pytest.raises(ValueError, match="could not be fetched.*copy the folder"):
        kgz.GAN.from_preset(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/preset",
        f"http://example.org/p#sha256={'0' * 64}",
        f"https://example.org/p#sha256={'../' * 21}x",
        f"https://example.org/p#sha256={'g' * 64}",
        f"https://example.org/p#sha256={'0' * 63}",
        f"https://example.org/p#sha256={'0' * 64}/../x",
    ],
)
def test_an_address_without_https_or_pin_is_refused(address, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    with pytest.raises(ValueError, match="#sha256=<64 hexadecimal digits>"):
        kgz.GAN.from_preset(address)
    assert not (tmp_path / "home").exists()


# Files of weights whose content is not what the network needs.


def rewritten(folder, change):
    """Changes the file of weights, and its hash as a careful stranger would."""
    path = folder / WEIGHTS
    with h5py.File(path, "r+") as file:
        names = []
        file.visititems(
            lambda n, item: names.append(n) if isinstance(item, h5py.Dataset) else None
        )
        change(file, sorted(names))
    _change(
        folder,
        files={
            **json.loads((folder / "preset.json").read_text())["files"],
            WEIGHTS: kgz.presets.sha256_of(path),
        },
    )


def as_dtype(dtype):
    def change(file, names):
        value = file[names[0]][()]
        del file[names[0]]
        file[names[0]] = value.astype(dtype)

    return change


def of_other_shape(file, names):
    value = file[names[0]][()]
    del file[names[0]]
    file[names[0]] = value[..., :-1]


def with_more(file, names):
    file["layers/evil/vars/0"] = np.zeros(3)


def with_less(file, names):
    del file[names[-1]]


@pytest.mark.filterwarnings("ignore:Casting complex")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        *[
            (as_dtype(dtype), f"Of another shape or dtype: .* {dtype} in place of")
            for dtype in ("bool", "uint8", "int64", "complex64")
        ],
        (of_other_shape, "Of another shape or dtype: .* in place of"),
        (with_more, "Unexpected: layers/evil/vars/0"),
        (with_less, "Missing: layers/"),
    ],
    ids=["bool", "uint8", "int64", "complex64", "shape", "more", "less"],
)
def test_weights_that_do_not_fit_the_network_are_refused(change, message, folder):
    rewritten(folder, change)
    with pytest.raises(ValueError, match=message):
        kgz.GAN.from_preset(folder)


def test_floats_of_any_precision_are_weights(folder):
    expected = samples(folder)
    rewritten(folder, as_dtype("float64"))
    np.testing.assert_array_equal(samples(folder), expected)


# Configurations that would take all memory or time.


def large_network(number):
    """The configuration of a network of so many layers."""
    layer = {
        "module": "keras.layers",
        "class_name": "Dense",
        "config": {"units": 8, "name": "dense"},
        "registered_name": None,
    }
    first = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {"batch_shape": [None, 8], "name": "latents"},
        "registered_name": None,
    }
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "generator", "layers": [first, *[layer] * number]},
        "registered_name": None,
    }


@pytest.mark.parametrize(
    ("class_name", "config", "message"),
    [
        ("SRGAN", {"image_shape": [96, 96, 3], "blocks": 1_000_000}, "blocks is 1,0"),
        ("ESRGAN", {"image_shape": [96, 96, 3], "blocks": 41}, "blocks is 41"),
        (
            "VanillaGAN",
            {"image_shape": [28, 28, 1], "units": 40_000},
            "134,217,728 p",
        ),
        (
            "DCGAN",
            {"image_shape": [64, 64, 3], "base_channels": 4_000},
            "134,217,728 param",
        ),
        ("DCGAN", {"image_shape": [64, 64, 3], "latent_dim": 10**9}, "latent_dim is"),
        ("DCGAN", {"image_shape": [10**6, 10**6, 3]}, "image_shape is 1,000,000"),
        ("DCGAN", {"generator": large_network(5_000)}, "more than 1,000 layers"),
    ],
)
def test_bombs_are_refused_before_they_are_built(class_name, config, message, folder):
    _change(folder, class_name=class_name, config=config)
    begun, in_all, before = time.thread_time(), time.process_time(), peak_memory()
    with pytest.raises(ValueError, match=message):
        kgz.GAN.from_preset(folder, load_weights=False)
    assert time.thread_time() - begun < 2
    # JAX compiles, in threads of its own, how the weights of each new shape are drawn.
    assert time.process_time() - in_all < 10
    assert peak_memory() - before < 2**31


def peak_memory():
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_special_files_are_no_presets(folder):
    (folder / "preset.json").unlink()
    os.mkfifo(folder / "preset.json")
    with pytest.raises(ValueError, match="no regular file"):
        kgz.GAN.from_preset(folder)


def test_weights_that_are_a_special_file_are_refused(folder):
    (folder / WEIGHTS).unlink()
    os.mkfifo(folder / WEIGHTS)
    with pytest.raises(ValueError, match="lacks the file"):
        kgz.GAN.from_preset(folder)


def test_deep_nesting_is_damage(folder):
    (folder / "preset.json").write_text("[" * 100_000)
    with pytest.raises(ValueError, match="preset.json is damaged"):
        kgz.GAN.from_preset(folder)


def test_a_table_of_many_rows_and_large_categories_is_no_bomb(tmp_path):
    zips = np.repeat([94_105, 10_001], 50_000)
    encoding = kgz.tables.TableEncoding.of({"zip": zips}, discrete_columns=["zip"])
    model = kgz.CTGAN(encoding=encoding, units=(4,))
    model.save_to_preset(tmp_path / "preset")
    table = kgz.GAN.from_preset(tmp_path / "preset").generate(20, seed=0)
    assert set(table["zip"]) <= {94_105, 10_001}


def test_numbers_of_numpy_are_written_and_other_objects_refused(tmp_path):
    model = kgz.DCGAN((16, 16, 1), latent_dim=8, base_channels=4, seed=0)
    record = {"minutes": np.float32(3.5), "steps": np.int64(7), "losses": np.ones(2)}
    model.save_to_preset(tmp_path / "preset", record=record)
    written = json.loads((tmp_path / "preset" / "preset.json").read_text())["record"]
    assert written == {"minutes": 3.5, "steps": 7, "losses": [1, 1]}
    with pytest.raises(ValueError, match=r"lists and dicts. Received: \{7\}, a set"):
        model.save_to_preset(tmp_path / "other", record={"steps": {7}})
    assert [path.name for path in tmp_path.iterdir()] == ["preset"]


def test_a_folder_may_be_the_current_one(folder, monkeypatch):
    expected = samples(folder)
    monkeypatch.chdir(folder)
    np.testing.assert_array_equal(samples("."), expected)
    (folder / "inner").mkdir()
    monkeypatch.chdir(folder / "inner")
    np.testing.assert_array_equal(samples(".."), expected)


def test_an_unknown_class_is_said_to_be_one(folder):
    _change(folder, class_name="StyleGAN9")
    with pytest.raises(ValueError, match="'StyleGAN9', which is not a GAN that"):
        kgz.GAN.from_preset(folder)
