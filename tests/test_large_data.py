"""Data that are never in memory as a whole: mapped arrays, folders and record files."""

import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
from PIL import Image

import keras_gan_zoo as kgz
from keras_gan_zoo import datasets
from keras_gan_zoo.callbacks import Checkpoint
from keras_gan_zoo.datasets.batches import Batches
from keras_gan_zoo.metrics.extractors import Extractor, pixels
from tests.contract import random_images
from tests.test_checkpoint import Crash, assert_same_end

ROOT = pathlib.Path(__file__).parent.parent
IMAGES = random_images(22, (16, 16, 3))
LABELS = np.arange(22, dtype="int32") % 3
FIT = {"epochs": 3, "batch_size": 4, "verbose": 0}


class Counted(datasets.LazyArray):
    """Remembers which rows were read."""

    def __init__(self, values):
        self.read = []

        def read(row):
            self.read.append(row)
            return values[row]

        super().__init__(read, values.shape, values.dtype, threads=2)


def model():
    return kgz.DCGAN(base_channels=4, latent_dim=4, seed=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    for number, (image, label) in enumerate(zip(IMAGES, LABELS, strict=True)):
        (folder / str(label)).mkdir(exist_ok=True)
        Image.fromarray(image).save(folder / str(label) / f"{number:02}.png")
    return folder


# Arrays and batches that are read when they are asked for.


def test_a_lazy_array_is_indexed_as_an_array_and_reads_no_more():
    lazy = Counted(IMAGES)
    mask = LABELS == 1
    for rows in (3, -1, slice(2, 9, 3), [4, 1, 1], np.array([5]), mask, slice(0, 0)):
        lazy.read.clear()
        np.testing.assert_array_equal(lazy[rows], IMAGES[rows])
        assert sorted(lazy.read) == sorted(np.atleast_1d(np.arange(22)[rows]))
    np.testing.assert_array_equal(np.asarray(lazy), IMAGES)
    with pytest.raises(IndexError):
        lazy[22]
    with pytest.raises(ValueError, match="threads: expected a positive integer"):
        datasets.LazyArray(IMAGES.__getitem__, IMAGES.shape, threads=0)


def test_batches_are_those_of_arrays_and_read_when_they_are_asked_for():
    lazy = Counted(IMAGES)
    data = datasets.StreamedDataset(lazy, LABELS, batch_size=4, seed=1)
    expected = Batches([IMAGES, LABELS], 4, seed=1)
    assert len(data) == len(expected) == 6
    np.testing.assert_array_equal(data[0][0], expected[0][0])
    assert len(lazy.read) == 4
    data = datasets.StreamedDataset(lazy, LABELS, batch_size=4, seed=1)
    for _ in range(2):
        for one, two in zip(data, expected, strict=True):
            np.testing.assert_array_equal(one[0], two[0])
            np.testing.assert_array_equal(one[1], two[1])
        data.on_epoch_end()
        expected.on_epoch_end()


def test_a_stream_of_nothing_or_of_unequal_lengths_is_refused():
    with pytest.raises(ValueError, match="of the same length"):
        datasets.StreamedDataset(Counted(IMAGES), LABELS[1:])
    with pytest.raises(ValueError, match="batch_size: expected a positive integer"):
        datasets.StreamedDataset(IMAGES, batch_size=0)


# Folders.


def test_a_streamed_folder_holds_what_a_loaded_one_does(folder):
    options = {"image_size": (12, 8), "channels": 1}
    loaded = datasets.load_folder(folder, **options)
    data = datasets.load_folder(folder, **options, streaming=True, batch_size=5, seed=2)
    assert (len(data), data.batch_size, data.images.shape) == (5, 5, (22, 12, 8, 1))
    np.testing.assert_array_equal(data.images[:], loaded.images)
    np.testing.assert_array_equal(data.labels, loaded.labels)
    images, labels = data[4]
    assert images.shape == (2, 12, 8, 1) and labels.dtype == "int32"


def test_headers_tell_of_other_sizes_before_anything_is_decoded(tmp_path):
    upright = Image.new("RGB", (6, 4))
    upright.save(tmp_path / "a.png")
    turned = Image.Exif()
    turned[0x0112] = 6  # a quarter turn
    for suffix in ("jpg", "png", "webp", "tif"):
        Image.new("RGB", (4, 6)).save(tmp_path / f"b.{suffix}", exif=turned)
    content = (tmp_path / "a.png").read_bytes()
    (tmp_path / "c.png").write_bytes(content[:-20])  # has a header, and no more
    data = datasets.load_folder(tmp_path, streaming=True)
    assert data.images.shape == (6, 4, 6, 3) and data.images[:5].any() == 0
    Image.new("RGB", (6, 5)).save(tmp_path / "d.png")
    with pytest.raises(ValueError, match="a.png is 4x6 but .*d.png is 5x6"):
        datasets.load_folder(tmp_path, streaming=True)
    (tmp_path / "d.png").write_bytes(b"<html>")
    with pytest.raises(ValueError, match="d.png: expected an intact image"):
        datasets.load_folder(tmp_path, (4, 4), channels=3, streaming=True)


def test_fit_names_a_file_whose_pixels_are_damaged(tmp_path):
    for number, image in enumerate(IMAGES):
        Image.fromarray(image).save(tmp_path / f"{number:02}.png")
    content = (tmp_path / "21.png").read_bytes()
    (tmp_path / "21.png").write_bytes(content[: len(content) // 2])
    data = datasets.load_folder(tmp_path, streaming=True)
    with pytest.raises(ValueError, match="21.png: expected an intact image, received"):
        model().fit(data, shuffle=False, **FIT)


# Training.


def test_a_stream_trains_as_the_arrays_do_and_goes_on_within_an_epoch(folder, tmp_path):
    images = datasets.load_folder(folder).images
    straight = model()
    straight.fit(images, **FIT)
    data = datasets.load_folder(folder, streaming=True)  # labels mean nothing to it
    with pytest.raises(InterruptedError):
        model().fit(data, callbacks=[Checkpoint(tmp_path, every=2), Crash(9)], **FIT)
    lazy = Counted(images)
    data = datasets.StreamedDataset(lazy, data.labels)
    resumed = model()
    resumed.fit(data, callbacks=[Checkpoint(tmp_path, every=2)], **FIT)
    assert_same_end(straight, resumed)
    # 8 of 18 steps were taken: of the second epoch 14 images are left. A first look
    # takes a few more.
    assert 14 + 22 <= len(lazy.read) < 3 * 22


def test_the_seed_of_a_stream_changes_the_order():
    def trained(seed, **options):
        data = datasets.StreamedDataset(IMAGES, batch_size=4, seed=seed)
        one = model()
        one.fit(data, verbose=0, **options)
        assert int(one.images_seen) == 22
        return one.generate(2, seed=0)

    first = trained(1)
    np.testing.assert_array_equal(first, trained(1))
    assert (first != trained(2)).any()
    np.testing.assert_array_equal(
        trained(1, shuffle=False), trained(2, shuffle=False, batch_size=4)
    )


def test_labels_size_a_model_that_learns_from_them():
    labels = Counted(LABELS)
    data = datasets.StreamedDataset(Counted(IMAGES), labels, batch_size=11)
    one = kgz.ConditionalGAN(base_channels=4, latent_dim=4, seed=0)
    one.fit(data, verbose=0)
    assert one.num_classes == 3
    assert sorted(labels.read) == list(range(22))  # each once


@pytest.mark.compiles_long
def test_classes_mean_nothing_to_models_of_images_alone():
    options = {"base_channels": 2, "blocks": 1, "seed": 0}
    for data in (
        datasets.StreamedDataset(IMAGES, LABELS, batch_size=11),
        datasets.Dataset(IMAGES, LABELS),
    ):
        kgz.SRGAN(scale=2, **options).fit(data, verbose=0)
        lama = kgz.LaMa(discriminator_base_channels=2, patch=16, **options)
        lama.fit(data, verbose=0)
        with pytest.raises(ValueError, match="CycleGAN learns from two sets of images"):
            kgz.CycleGAN(patch=16, **options).fit(data, verbose=0)
    masks = datasets.StreamedDataset(IMAGES, datasets.masks(22, (16, 16)), 11)
    lama.fit(masks, verbose=0)


def test_pairs_and_sets_without_pairs_may_be_lazy():
    sides = {"base_channels": 4, "seed": 0}
    arrays, lazy = (
        kgz.Pix2Pix(patch=16, **sides),
        kgz.Pix2Pix(patch=16, **sides),
    )
    arrays.fit(IMAGES, IMAGES[::-1], **FIT)
    lazy.fit(Counted(IMAGES), Counted(IMAGES[::-1]), **FIT)
    assert_same_end(arrays, lazy)
    data = datasets.Unpaired(Counted(IMAGES), Counted(IMAGES[:9]), 4, seed=0)
    expected = datasets.Unpaired(IMAGES, IMAGES[:9], 4, seed=0)
    for one, two in zip(data, expected, strict=True):
        np.testing.assert_array_equal(one, two)


# Evaluation.


def test_evaluate_reads_real_images_in_pieces():
    real = random_images(2_500, (8, 8, 3))
    fake = random_images(2_000, (8, 8, 3), seed=1)
    sizes = []

    def features(images):
        sizes.append(len(images))
        return pixels().features(images)

    options = {"metrics": ["frechet_distance", "recall"], "num_samples": 2_000}
    expected = kgz.evaluate(fake, real, extractor=pixels(), **options)
    lazy = Counted(real)
    data = datasets.StreamedDataset(lazy, np.zeros(2_500, "int32"))
    found = kgz.evaluate(fake, data, extractor=Extractor("p", features), **options)
    assert dict(found) == dict(expected)
    assert max(sizes[:-1]) <= 1_024 and len(lazy.read) == len(set(lazy.read)) == 2_000


# Arrays that are mapped from disk.

MAPPED = """
import re, sys, threading
import keras, numpy as np, keras_gan_zoo as kgz
from keras.layers import AveragePooling2D, Dense, Flatten, Reshape, UpSampling2D
from keras_gan_zoo.metrics.extractors import pixels
def resident():
    with open("/proc/self/status") as file:
        return int(re.search(r"VmRSS:\\s+(\\d+)", file.read())[1]) / 1024
def watch():
    global peak
    while not over.wait(0.02):
        peak = max(peak, resident())
def use(images, labels, **options):
    model.fit(images, batch_size=256, verbose=0, **options)
    labelled.fit(images, labels, batch_size=64, steps_per_epoch=2, verbose=0)
    kgz.evaluate(small, images, num_samples=1_100, **protocol)
images = np.load(sys.argv[1], mmap_mode="r")
labels = np.zeros(len(images), "uint8")
small = np.zeros((2_048, *images.shape[1:]), "uint8")
input = keras.Input(images.shape[1:])
model = kgz.VanillaGAN(latent_dim=4,
    generator=keras.Sequential(
        [keras.Input((4,)), Dense(48), Reshape((4, 4, 3)), UpSampling2D(8)]),
    discriminator=keras.Sequential([input, AveragePooling2D(8), Flatten(), Dense(1)]))
labelled = kgz.ConditionalGAN(base_channels=1, latent_dim=4, num_classes=1)
protocol = {"metrics": ["frechet_distance"], "extractor": pixels(8)}
use(small, labels[:2_048])
before = peak = resident()
over = threading.Event()
threading.Thread(target=watch).start()
use(images, labels)
use(images[::-1], labels, steps_per_epoch=2)
over.set()
print(peak - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.compiles_long
def test_an_epoch_of_a_mapped_array_leaves_none_of_it_in_memory(tmp_path):
    megabytes = 512
    path = tmp_path / "images.npy"
    shape = (megabytes * 2**20 // (32 * 32 * 3), 32, 32, 3)
    np.lib.format.open_memmap(path, "w+", "uint8", shape).flush()  # sparse
    assert float(in_a_process(MAPPED, path).split()[-1]) < 200


def in_a_process(code, *arguments, **environment):
    run = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


# tensorflow-datasets.


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    """The folder of `tests/image_sets.py`."""
    pytest.importorskip("tensorflow_datasets")
    folder = tmp_path_factory.mktemp("sets")
    code = "import runpy; runpy.run_module('tests.image_sets', run_name='__main__')"
    in_a_process(code, folder)
    return folder


def test_a_set_of_tensorflow_datasets_is_loaded_by_its_name(sets):
    options = {"data_dir": sets, "image_size": (6, 6)}
    images, labels = datasets.load("squares", **options)
    assert images.shape == (20, 6, 6, 3) and labels.dtype == "int32"
    numbers = images[:, 0, 0, 0]
    assert (images == numbers[:, None, None, None]).all()
    assert sorted(numbers) == list(range(20))
    np.testing.assert_array_equal(labels, numbers % 3)
    data = datasets.load("tfds:squares", "all", streaming=True, batch_size=7, **options)
    assert (len(data), data.batch_size, data.images.shape[0]) == (4, 7, 25)
    for images, labels in data:
        np.testing.assert_array_equal(labels, images[:, 0, 0, 0] % 3)
    part = datasets.load("squares", "test[:3]", channels=1, **options)
    assert part.images.shape == (3, 6, 6, 1)
    options["image_size"] = (16, 16)
    model().fit(datasets.load("squares", streaming=True, **options), verbose=0)


def test_a_set_without_classes_has_the_label_0(sets):
    data = datasets.load("faces", data_dir=sets, streaming=True)
    assert data.images.shape == (20, 8, 8, 1)
    assert not data.labels.any()


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("squares", {}, r"several sizes. Pass image_size=\(height, width\)"),
        ("squares", {"image_size": (8, 8), "split": "x"}, r"\['train', 'test'\].*'x'"),
        ("squares", {"image_size": (8, 8), "channels": 2}, "1, 3, 4 or None"),
        ("words", {}, "has no image.*Its features: text"),
        ("nothing", {}, "fashion_mnist, .*'cifar10', for which pip install"),
    ],
)
def test_sets_that_do_not_fit_are_refused(name, options, message, sets):
    with pytest.raises(ValueError, match=message):
        datasets.load(name, data_dir=sets, **options)


def test_a_set_in_a_format_without_random_access_is_refused(sets):
    with pytest.raises(ValueError, match="tfrecord.*Pass another data_dir"):
        datasets.load("squares", data_dir=sets / "in_order", image_size=(8, 8))


LAST_PLACE = """
import pathlib, sys
from keras_gan_zoo import datasets
datasets.fashion_mnist.DEBIAN_FOLDER = pathlib.Path("nowhere")
images, labels = datasets.load("fashion_mnist", split="all")
print(images.shape, labels.dtype, "tensorflow" in sys.modules)
"""


def test_fashion_mnist_comes_from_there_last_and_without_tensorflow(sets):
    environment = {"TFDS_DATA_DIR": str(sets), "KERAS_GAN_ZOO_DATA": str(sets / "x")}
    needed = keras.backend.backend() == "tensorflow"
    said = in_a_process(LAST_PLACE, **environment)
    assert said.split("\n")[-2] == f"(25, 28, 28, 1) int32 {needed}"


def test_sets_in_memory_come_in_batches_too():
    data = datasets.load("digits", streaming=True, batch_size=8)
    np.testing.assert_array_equal(data.images, datasets.load("digits").images)
    assert data[0][0].shape == (8, 8, 8, 1)
