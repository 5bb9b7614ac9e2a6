"""What the data sets contain, how folders are read, and what every error says."""

import builtins
import doctest
import gzip
import hashlib
import importlib
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets import fashion_mnist

TOY_SETS = (datasets.ring, datasets.grid, datasets.two_moons)

needs_debian_package = pytest.mark.skipif(
    not fashion_mnist.DEBIAN_FOLDER.is_dir(),
    reason="needs the full Fashion-MNIST: apt-get install dataset-fashion-mnist",
)


def sha256(array):
    return hashlib.sha256(array.tobytes()).hexdigest()


# Loading by name.


FOLDER = pathlib.Path(datasets.__file__).parent


def test_data_that_is_shipped_or_drawn_needs_no_optional_package():
    code = """
import sys, keras
before = set(sys.modules)
from keras_gan_zoo import datasets
datasets.load("fashion_mnist_mini"), datasets.load("two_moons", num_samples=10)
print(*set(sys.modules) - before)
"""
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, "PYTHONPATH": str(FOLDER.parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"PIL", "sklearn", "tensorflow_datasets"} & set(result.stdout.split())


def test_the_examples_in_the_docstrings_hold():
    names = [f"keras_gan_zoo.datasets.{path.stem}" for path in FOLDER.glob("[!_]*.py")]
    modules = [datasets, *map(importlib.import_module, names)]
    results = [doctest.testmod(module) for module in modules]
    assert sum(result.attempted for result in results) >= 10
    assert sum(result.failed for result in results) == 0


def test_dataset_unpacks_as_images_and_labels():
    dataset = datasets.load("ring", num_samples=10)
    images, labels = dataset
    assert images is dataset.images
    assert labels is dataset.labels


@pytest.mark.parametrize("name", ["fashion_mnist_mimi", "Ring", "", None, 3])
def test_unknown_names_list_the_known_ones(name):
    with pytest.raises(ValueError, match="Unknown data set") as info:
        datasets.load(name)
    assert all(known in str(info.value) for known in datasets.names())
    assert repr(name) in str(info.value)


def test_unknown_names_come_with_the_closest_known_one():
    with pytest.raises(ValueError, match="Did you mean 'two_moons'"):
        datasets.load("to_moons")
    with pytest.raises(ValueError) as info:
        datasets.load("my/own/cats")
    assert "Did you mean" not in str(info.value)
    assert "load_folder" in str(info.value)


def test_sets_without_a_test_split_refuse_one():
    with pytest.raises(ValueError, match="'fashion_mnist_mini' has no test split"):
        datasets.load("fashion_mnist_mini", split="test")
    with pytest.raises(ValueError, match="data_dir='here'"):
        datasets.load("ring", data_dir="here")
    assert len(datasets.load("ring", split="all", num_samples=7).labels) == 7


def test_misspelt_arguments_are_refused():
    with pytest.raises(TypeError, match="num_sample"):
        datasets.load("ring", num_sample=7)
    with pytest.raises(TypeError, match="seed"):
        datasets.load("fashion_mnist_mini", seed=7)


# The embedded set and the digits.


def test_embedded_fashion_mnist_is_the_official_test_set():
    images, labels = datasets.load("fashion_mnist_mini")
    assert images.shape == (10_000, 28, 28, 1)
    assert images.dtype == "uint8"
    assert (images.min(), images.max()) == (0, 255)
    assert images.flags.writeable
    assert labels.dtype == "int32"
    assert np.bincount(labels).tolist() == [1000] * 10
    assert labels[:10].tolist() == [9, 2, 1, 1, 6, 1, 4, 6, 5, 7]
    assert len(datasets.FASHION_MNIST_CLASSES) == 10
    assert (
        sha256(images)
        == "c867c93ff95360594e8ec3287995350b824dd110b11595c0e13d5423f621867a"
    )
    assert (
        sha256(labels.astype("uint8"))
        == "3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9"
    )


def test_embedded_set_comes_with_its_licence():
    text = (fashion_mnist.MINI_FOLDER / "LICENSE").read_text()
    assert "MIT License" in text
    assert "Copyright (c) 2017 Zalando SE, https://tech.zalando.com" in text


def test_digits_are_stretched_to_bytes():
    pytest.importorskip("sklearn", reason="pip install scikit-learn")
    from sklearn.datasets import load_digits

    images, labels = datasets.load("digits")
    assert images.shape == (1797, 8, 8, 1)
    assert images.dtype == "uint8"
    assert labels.dtype == "int32"
    assert np.bincount(labels).min() >= 170
    original = load_digits().images
    np.testing.assert_allclose(images[..., 0] / 255, original / 16, atol=0.5 / 255)
    assert len(np.unique(images)) == 17


def hide_package(monkeypatch, name):
    real_import = builtins.__import__

    def guarded_import(module, *args, **kwargs):
        if module.split(".")[0] == name:
            raise ImportError(f"No module named {name!r}")
        return real_import(module, *args, **kwargs)

    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(builtins, "__import__", guarded_import)


@pytest.mark.parametrize(
    ("package", "load", "command"),
    [
        ("sklearn", lambda: datasets.load("digits"), "pip install scikit-learn"),
        (
            "PIL",
            lambda: datasets.load_folder("x"),
            "pip install pillow",
        ),
    ],
)
def test_a_missing_package_is_named_with_the_command_that_brings_it(
    package, load, command, monkeypatch
):
    hide_package(monkeypatch, package)
    with pytest.raises(ImportError) as info:
        load()
    assert package in str(info.value)
    assert command in str(info.value)


# The toy sets.


@pytest.mark.parametrize("sample", TOY_SETS)
def test_toy_sets_have_the_documented_types(sample):
    points, labels = sample(num_samples=50)
    assert points.shape == (50, 2)
    assert points.dtype == "float32"
    assert labels.shape == (50,)
    assert labels.dtype == "int32"
    assert sample().labels.shape == (100_000,)


@pytest.mark.parametrize("sample", TOY_SETS)
def test_equal_seeds_give_equal_points(sample):
    first, again, other = sample(500, seed=3), sample(500, seed=3), sample(500, seed=4)
    np.testing.assert_array_equal(first.images, again.images)
    np.testing.assert_array_equal(first.labels, again.labels)
    assert np.any(first.images != other.images)
    loaded = datasets.load(sample.__name__, num_samples=500, seed=3)
    np.testing.assert_array_equal(loaded.images, first.images)


@pytest.mark.parametrize("sample", TOY_SETS)
@pytest.mark.parametrize("num_samples", [0, -1, 1e3, "9", None])
def test_toy_sets_refuse_bad_counts(sample, num_samples):
    with pytest.raises(ValueError, match="expected a positive integer, received"):
        sample(num_samples=num_samples)


def test_centers_lie_where_the_papers_put_them():
    assert datasets.RING_CENTERS.shape == (8, 2)
    np.testing.assert_allclose(np.linalg.norm(datasets.RING_CENTERS, axis=1), 1)
    neighbours = datasets.RING_CENTERS - np.roll(datasets.RING_CENTERS, 1, axis=0)
    side = 2 * np.sin(np.pi / 8)
    np.testing.assert_allclose(np.linalg.norm(neighbours, axis=1), side)
    expected = {(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}
    assert {tuple(center) for center in datasets.grid_centers()} == expected
    large = datasets.grid_centers(
        10
    )  # with an even number in a row, none in the middle
    assert large.shape == (100, 2) and abs(large).min() == 1 and abs(large).max() == 9
    assert (datasets.RING_STD, datasets.GRID_STD) == (0.01, 0.05)


@pytest.mark.parametrize(
    "name, centers, std, arguments",
    [
        ("ring", datasets.RING_CENTERS, datasets.RING_STD, {}),
        ("grid", datasets.grid_centers(), datasets.GRID_STD, {}),
        ("grid", datasets.grid_centers(10), datasets.GRID_STD, {"side": 10}),
    ],
)
def test_gaussian_mixtures_have_their_means_and_spreads(name, centers, std, arguments):
    points, labels = datasets.load(name, **arguments)
    counts = np.bincount(labels, minlength=len(centers))
    expected = len(points) / len(centers)
    assert np.all(np.abs(counts - expected) < 5 * np.sqrt(expected))
    noise = (points - centers[labels]) / std
    for mode in range(len(centers)):
        # Five standard errors on either side, for 100,000 points in all.
        of_mode = noise[labels == mode]
        error = 5 / np.sqrt(len(of_mode))
        np.testing.assert_allclose(of_mode.mean(axis=0), 0, atol=error)
        np.testing.assert_allclose(of_mode.std(axis=0), 1, atol=error / np.sqrt(2))
    # P(r < 3 std) = 1 - exp(-9 / 2) for a two-dimensional Gaussian.
    share = np.mean(np.linalg.norm(noise, axis=1) < 3)
    np.testing.assert_allclose(share, 1 - np.exp(-4.5), atol=0.0017)


def test_two_moons_lie_on_their_half_circles():
    points, labels = datasets.load("two_moons")
    np.testing.assert_allclose(labels.mean(), 0.5, atol=0.008)
    for moon, center, sign in [(0, (0, 0), 1), (1, (1, 0.5), -1)]:
        offsets = sign * (points[labels == moon] - np.array(center))
        radii = np.linalg.norm(offsets, axis=1)
        np.testing.assert_allclose(radii.mean(), 1, atol=0.003)
        np.testing.assert_allclose(radii.std(), 0.05, atol=0.001)
        # A half circle spread evenly over its angle has its mean at (0, 2 / pi).
        np.testing.assert_allclose(offsets.mean(axis=0), [0, 2 / np.pi], atol=0.017)
        assert offsets[:, 1].min() > -0.3


# Fashion-MNIST from files.


def idx_bytes(array):
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def write_fashion_mnist(folder, train=6, test=4, pack=gzip.compress, suffix=".gz"):
    """Write a tiny Fashion-MNIST and return its train and test images."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    images = {}
    for prefix, count in [("train", train), ("t10k", test)]:
        images[prefix] = rng.integers(0, 256, (count, 28, 28), "uint8")
        labels = np.arange(count, dtype="uint8") % 10
        path = folder / f"{prefix}-images-idx3-ubyte{suffix}"
        path.write_bytes(pack(idx_bytes(images[prefix])))
        path = folder / f"{prefix}-labels-idx1-ubyte{suffix}"
        path.write_bytes(pack(idx_bytes(labels)))
    return images["train"][..., None], images["t10k"][..., None]


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("pack", [gzip.compress, bytes])
def test_idx_files_are_read_gzipped_or_not(tmp_path, pack, suffix):
    train, test = write_fashion_mnist(tmp_path, pack=pack, suffix=suffix)
    for split, expected in [
        ("train", train),
        ("test", test),
        ("all", np.concatenate([train, test])),
    ]:
        images, labels = datasets.load("fashion_mnist", split, data_dir=tmp_path)
        np.testing.assert_array_equal(images, expected)
        assert labels.dtype == "int32"
        assert labels[:4].tolist() == [0, 1, 2, 3]
    by_string = datasets.load("fashion_mnist", data_dir=str(tmp_path))
    assert by_string.images.shape == (6, 28, 28, 1)


def test_places_are_searched_in_the_documented_order(tmp_path, monkeypatch):
    write_fashion_mnist(tmp_path / "given", train=1)
    write_fashion_mnist(tmp_path / "environment" / "fashion_mnist", train=2)
    write_fashion_mnist(tmp_path / "debian", train=3)
    monkeypatch.setattr(fashion_mnist, "DEBIAN_FOLDER", tmp_path / "debian")
    monkeypatch.delenv("KERAS_GAN_ZOO_DATA", raising=False)
    assert len(datasets.load("fashion_mnist").labels) == 3
    monkeypatch.setenv("KERAS_GAN_ZOO_DATA", str(tmp_path / "elsewhere"))
    assert len(datasets.load("fashion_mnist").labels) == 3
    monkeypatch.setenv("KERAS_GAN_ZOO_DATA", str(tmp_path / "environment"))
    assert len(datasets.load("fashion_mnist").labels) == 2
    given = datasets.load("fashion_mnist", data_dir=tmp_path / "given")
    assert len(given.labels) == 1


def test_fashion_mnist_found_nowhere_names_every_way_to_get_it(tmp_path, monkeypatch):
    hide_package(monkeypatch, "tensorflow_datasets")
    monkeypatch.setattr(fashion_mnist, "DEBIAN_FOLDER", tmp_path / "nowhere")
    monkeypatch.delenv("KERAS_GAN_ZOO_DATA", raising=False)
    with pytest.raises(FileNotFoundError) as info:
        datasets.load("fashion_mnist")
    for way in (
        str(tmp_path / "nowhere"),
        "apt-get install dataset-fashion-mnist",
        "pip install tensorflow tensorflow-datasets",
        "data_dir=",
        "KERAS_GAN_ZOO_DATA",
        "fashion_mnist_mini",
    ):
        assert way in str(info.value)


def test_unknown_splits_are_refused():
    with pytest.raises(ValueError, match="train, test or all, received 'valid'"):
        datasets.load("fashion_mnist", split="valid")


def test_a_missing_idx_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="train-images-idx3-ubyte") as info:
        datasets.load("fashion_mnist", data_dir=tmp_path / "missing")
    assert str(tmp_path / "missing") in str(info.value)
    write_fashion_mnist(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    assert len(datasets.load("fashion_mnist", data_dir=tmp_path).labels) == 6
    with pytest.raises(FileNotFoundError, match="t10k-labels-idx1-ubyte"):
        datasets.load("fashion_mnist", split="all", data_dir=tmp_path)


def damage(content):
    """Yield damaged versions of an IDX file and what the error must say."""
    yield b"", "an empty file"
    yield b"\x00\x00", "received 00 00"
    yield b"\x00\x00\x08\x01" + content[4:], "00 00 08 03, received 00 00 08 01"
    yield b"\x00\x00\x0d\x03" + content[4:], "received 00 00 0d 03"
    yield content[:10], "received 10"
    yield content[:-1], f"expected {len(content)} bytes, received {len(content) - 1}"
    yield content + b"\x00", f"received {len(content) + 1}"
    yield content[:4] + b"\xff" * 12 + content[16:], "(4294967295, 4294967295"
    yield gzip.compress(content)[:-20], "gzip"
    yield gzip.compress(content)[:5], "gzip"
    packed = bytearray(gzip.compress(content))
    packed[len(packed) // 2] ^= 255
    yield bytes(packed), "gzip"
    yield idx_bytes(np.zeros((6, 32, 32), "uint8")), "28x28 pixels, received 32x32"
    yield idx_bytes(np.zeros((5, 28, 28), "uint8")), "5 images and 6 labels"


def test_damaged_idx_files_are_named_with_what_is_wrong(tmp_path):
    write_fashion_mnist(tmp_path)
    path = tmp_path / "train-images-idx3-ubyte.gz"
    for content, message in damage(gzip.decompress(path.read_bytes())):
        path.write_bytes(content)
        with pytest.raises(ValueError) as info:
            datasets.load("fashion_mnist", data_dir=tmp_path)
        assert str(path) in str(info.value)
        assert message in str(info.value)
        assert "expected" in str(info.value)


@needs_debian_package
@pytest.mark.parametrize(("split", "count"), [("train", 60_000), ("test", 10_000)])
def test_full_fashion_mnist_is_balanced(split, count):
    folder = fashion_mnist.DEBIAN_FOLDER
    images, labels = datasets.load("fashion_mnist", split, data_dir=folder)
    assert images.shape == (count, 28, 28, 1)
    assert np.bincount(labels).tolist() == [count // 10] * 10


@needs_debian_package
def test_full_test_split_is_the_embedded_set():
    folder = fashion_mnist.DEBIAN_FOLDER
    full = datasets.load("fashion_mnist", "test", data_dir=folder)
    mini = datasets.load("fashion_mnist_mini")
    np.testing.assert_array_equal(full.images, mini.images)
    np.testing.assert_array_equal(full.labels, mini.labels)


# Folders of images.


@pytest.fixture
def Image():
    return pytest.importorskip(
        "PIL.Image", reason='pip install "keras_gan_zoo[images]"'
    )


def save(Image, path, pixels=0, mode=None, **kwargs):
    """Save an array, or 4x6 pixels of one value, as an image file."""
    pixels = np.asarray(pixels, "uint8") if mode != "raw" else pixels
    if pixels.ndim == 0:
        pixels = np.full((4, 6), pixels)
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(pixels)
    if mode not in (None, "raw"):
        image = image.convert(mode)
    image.save(path, **kwargs)
    return path


def test_subfolders_are_classes_in_sorted_order(Image, tmp_path):
    save(Image, tmp_path / "rose" / "deep" / "er" / "3.png", 30)
    save(Image, tmp_path / "rose" / "2.png", 20)
    save(Image, tmp_path / "daisy" / "1.bmp", 10)
    save(Image, tmp_path / "tulip" / "4.PNG", 40)
    save(Image, tmp_path / ".hidden" / "5.png", 50)
    save(Image, tmp_path / "rose" / ".hidden" / "6.png", 60)
    save(Image, tmp_path / "rose" / "._7.png", 70)
    (tmp_path / "empty.png").mkdir()
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "readme.txt").write_text("no image")
    images, labels = datasets.load_folder(tmp_path)
    assert images.shape == (4, 4, 6, 1)
    assert images.dtype == "uint8"
    assert images[:, 0, 0, 0].tolist() == [10, 20, 30, 40]
    assert labels.tolist() == [0, 1, 1, 2]
    assert labels.dtype == "int32"


def test_loose_images_all_have_label_zero(Image, tmp_path):
    for index, extension in enumerate("png jpg jpeg webp bmp gif tif tiff".split()):
        save(Image, tmp_path / f"{index}.{extension}", 100)
    images, labels = datasets.load_folder(str(tmp_path), channels=1)
    assert images.shape == (8, 4, 6, 1)
    np.testing.assert_allclose(images, 100, atol=1)
    assert labels.tolist() == [0] * 8


def test_mixed_loose_images_and_classes_are_refused(Image, tmp_path):
    loose = save(Image, tmp_path / "loose.png")
    inside = save(Image, tmp_path / "class" / "inside.png")
    with pytest.raises(ValueError, match="received both") as info:
        datasets.load_folder(tmp_path)
    assert str(loose) in str(info.value)
    assert str(inside) in str(info.value)


def test_captions_are_the_lines_of_the_text_file_beside_each_image(Image, tmp_path):
    said = {
        "rose.png": "\ufeffa rose\n\n a red flower \n",
        "tulip.jpg": "tulpe, gelbe\r\n",
    }
    for name, text in said.items():
        save(Image, tmp_path / name)
        (tmp_path / name).with_suffix(".txt").write_bytes(text.encode())
    found = datasets.load_folder(tmp_path, captions=True)
    assert found.images.shape == (2, 4, 6, 1)
    assert found.captions == [["a rose", "a red flower"], ["tulpe, gelbe"]]
    assert datasets.load_folder(tmp_path).labels.tolist() == [0, 0]  # as ever


@pytest.mark.parametrize(
    "content, error, message",
    [
        (None, FileNotFoundError, "1 of 1 images have no captions.*a.txt"),
        (b" \n", ValueError, "a.txt: expected captions.*received none"),
        (b"ros\xe9", ValueError, "a.txt: expected text in UTF-8.*0xe9 at byte 3"),
    ],
)
def test_images_without_captions_are_named(Image, tmp_path, content, error, message):
    save(Image, tmp_path / "a.png")
    if content is not None:
        (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(error, match=message):
        datasets.load_folder(tmp_path, captions=True)


def test_captions_of_sets_by_name():
    faces = datasets.load("avatars", "test", captions=2)
    expected = datasets.avatars("test", captions=2)
    np.testing.assert_array_equal(faces.images, expected.images)
    assert faces.captions == expected.captions.tolist()
    with pytest.raises(ValueError, match="'digits' has no captions: expected avatars"):
        datasets.load("digits", captions=1)


def test_captions_and_streaming_are_refused(Image, tmp_path):
    save(Image, tmp_path / "a.png")
    for load in (
        lambda: datasets.load("avatars", captions=1, streaming=True),
        lambda: datasets.load_folder(tmp_path, captions=True, streaming=True),
    ):
        with pytest.raises(ValueError, match="Captions are read with all images"):
            load()


def test_missing_empty_and_wrong_folders_are_named(Image, tmp_path):
    with pytest.raises(FileNotFoundError, match="missing: expected a folder"):
        datasets.load_folder(tmp_path / "missing")
    (tmp_path / "readme.txt").write_text("no image")
    with pytest.raises(FileNotFoundError, match="found none") as info:
        datasets.load_folder(tmp_path)
    assert str(tmp_path) in str(info.value)
    path = save(Image, tmp_path / "a.png")
    with pytest.raises(ValueError, match="received a file") as info:
        datasets.load_folder(path)
    assert str(path) in str(info.value)


def test_different_sizes_need_image_size(Image, tmp_path):
    first = save(Image, tmp_path / "a.png", np.zeros((4, 6)))
    save(Image, tmp_path / "b.png", np.zeros((4, 6)))
    third = save(Image, tmp_path / "c.png", np.zeros((6, 4)))
    with pytest.raises(ValueError, match="image_size=") as info:
        datasets.load_folder(tmp_path)
    assert f"{first} is 4x6 but {third} is 6x4" in str(info.value)
    for size in ((5, 7), [5, 7], np.array([5, 7])):
        images = datasets.load_folder(tmp_path, image_size=size).images
        assert images.shape[1:3] == (5, 7)


def test_resizing_keeps_the_centre(Image, tmp_path):
    # A ramp of 10 per pixel, 8x16: the middle square is columns 4 to 11, and each
    # pixel of the result is the mean of two neighbours. Bicubic keeps ramps exact.
    ramp = np.tile(10 * np.arange(16), (8, 1))
    save(Image, tmp_path / "wide" / "a.png", ramp)
    save(Image, tmp_path / "tall" / "a.png", ramp.T)
    tall, wide = datasets.load_folder(tmp_path, image_size=(4, 4)).images[..., 0]
    np.testing.assert_array_equal(wide, np.tile([45, 65, 85, 105], (4, 1)))
    np.testing.assert_array_equal(tall, wide.T)


def test_resizing_is_antialiased(Image, tmp_path):
    # Without antialiasing a checkerboard of 0 and 255 would stay black and white.
    checkerboard = 255 * (np.indices((64, 64)).sum(axis=0) % 2)
    save(Image, tmp_path / "a.png", checkerboard)
    images, _ = datasets.load_folder(tmp_path, image_size=(8, 8))
    np.testing.assert_allclose(images[:, 2:-2, 2:-2], 127.5, atol=2)


@pytest.mark.parametrize("image_size", [64, (64,), (8, 8, 3), (0, 8), (8.0, 8.0), "ab"])
def test_bad_image_sizes_are_refused(image_size, tmp_path):
    with pytest.raises(ValueError, match=r"pair \(height, width\).*received"):
        datasets.load_folder(tmp_path, image_size=image_size)


@pytest.mark.parametrize("channels", [0, 2, 5, "rgb"])
def test_bad_channels_are_refused(channels, tmp_path):
    with pytest.raises(ValueError, match="expected 1, 3, 4 or None, received"):
        datasets.load_folder(tmp_path, channels=channels)


def first_pixel(folder, channels=None):
    return datasets.load_folder(folder, channels=channels).images[0, 0, 0].tolist()


RED = np.broadcast_to(np.array([255, 0, 0]), (4, 6, 3))


def test_grey_becomes_every_number_of_channels(Image, tmp_path):
    save(Image, tmp_path / "a.png", 77)
    assert first_pixel(tmp_path) == [77]
    assert first_pixel(tmp_path, 1) == [77]
    assert first_pixel(tmp_path, 3) == [77, 77, 77]
    assert first_pixel(tmp_path, 4) == [77, 77, 77, 255]


def test_rgb_becomes_every_number_of_channels(Image, tmp_path):
    save(Image, tmp_path / "a.png", RED)
    assert first_pixel(tmp_path) == [255, 0, 0]
    assert first_pixel(tmp_path, 1) == [76]  # 0.299 * 255
    assert first_pixel(tmp_path, 4) == [255, 0, 0, 255]


def test_one_colour_image_among_grey_ones_makes_all_rgb(Image, tmp_path):
    save(Image, tmp_path / "a.png", 77)
    assert first_pixel(tmp_path) == [77]
    save(Image, tmp_path / "b.png", RED)
    assert first_pixel(tmp_path) == [77, 77, 77]


def test_black_and_white_becomes_0_and_255(Image, tmp_path):
    pixels = np.zeros((4, 6))
    pixels[0, 0] = 255
    save(Image, tmp_path / "a.png", pixels, mode="1")
    images, _ = datasets.load_folder(tmp_path)
    assert images.shape == (1, 4, 6, 1)
    assert (images[0, 0, 0, 0], images[0, 1, 1, 0]) == (255, 0)


def test_palettes_become_rgb(Image, tmp_path):
    save(Image, tmp_path / "a.png", RED, mode="P")
    assert first_pixel(tmp_path) == [255, 0, 0]
    assert first_pixel(tmp_path, 4) == [255, 0, 0, 255]


@pytest.mark.parametrize("as_bytes", [False, True])
def test_transparent_palette_entries_become_white(Image, tmp_path, as_bytes):
    transparency = bytes([0]) if as_bytes else 0
    image = Image.new("P", (6, 4), 0)
    image.putpalette([255, 0, 0] + [0, 0, 255])
    image.save(tmp_path / "a.png", transparency=transparency)
    assert first_pixel(tmp_path) == [255, 255, 255]
    assert first_pixel(tmp_path, 1) == [255]
    assert first_pixel(tmp_path, 4) == [255, 0, 0, 0]


def test_opacity_is_composited_on_white_or_kept(Image, tmp_path):
    pixels = np.zeros((4, 6, 4))
    pixels[..., 3] = 51  # a fifth of black on white is 204
    save(Image, tmp_path / "a.png", pixels)
    assert first_pixel(tmp_path) == [204, 204, 204]
    assert first_pixel(tmp_path, 1) == [204]
    assert first_pixel(tmp_path, 4) == [0, 0, 0, 51]


def test_grey_with_opacity_stays_grey(Image, tmp_path):
    save(Image, tmp_path / "a.png", np.zeros((4, 6, 4)), mode="LA")
    assert first_pixel(tmp_path) == [255]
    assert first_pixel(tmp_path, 4) == [0, 0, 0, 0]


def test_a_transparent_rgb_colour_becomes_white(Image, tmp_path):
    save(Image, tmp_path / "a.png", RED, transparency=(255, 0, 0))
    assert first_pixel(tmp_path) == [255, 255, 255]
    assert first_pixel(tmp_path, 4) == [255, 0, 0, 0]


@pytest.mark.parametrize("extension", ["png", "tif"])
def test_16_bit_grey_is_scaled_and_not_clipped(Image, tmp_path, extension):
    pixels = np.array([[0, 257, 25_700, 65_535]], "uint16")
    save(Image, tmp_path / f"a.{extension}", pixels, mode="raw")
    images, _ = datasets.load_folder(tmp_path)
    assert images[0, 0, :, 0].tolist() == [0, 1, 100, 255]
    images, _ = datasets.load_folder(tmp_path, channels=3)
    assert images[0, 0, 2].tolist() == [100, 100, 100]


def test_a_transparent_value_of_16_bits_becomes_white(Image, tmp_path):
    pixels = Image.fromarray(np.array([[0, 25_700]], "uint16"))
    pixels.save(tmp_path / "a.png", transparency=0)
    assert datasets.load_folder(tmp_path).images[0, 0, :, 0].tolist() == [255, 100]
    images = datasets.load_folder(tmp_path, channels=4).images
    assert images[0, 0, :, 3].tolist() == [0, 255]


@pytest.mark.parametrize("dtype", ["int32", "float32"])
def test_more_than_16_bits_are_refused(Image, tmp_path, dtype):
    path = tmp_path / "a.tif"
    save(Image, path, np.full((4, 6), 70_000, dtype), mode="raw")
    with pytest.raises(ValueError, match="of 8 or 16 bits, received") as info:
        datasets.load_folder(tmp_path)
    assert str(path) in str(info.value)


@pytest.mark.parametrize("extension", ["jpg", "tif"])
def test_cmyk_becomes_rgb(Image, tmp_path, extension):
    save(Image, tmp_path / f"a.{extension}", RED, mode="CMYK")
    np.testing.assert_allclose(first_pixel(tmp_path), [255, 0, 0], atol=2)
    np.testing.assert_allclose(first_pixel(tmp_path, 1), [76], atol=2)
    np.testing.assert_allclose(first_pixel(tmp_path, 4), [255, 0, 0, 255], atol=2)


def test_exif_orientation_is_honoured(Image, tmp_path):
    pixels = np.zeros((8, 16))
    pixels[:, :8] = 255  # the left half is white
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise: left becomes top
    save(Image, tmp_path / "a.jpg", pixels, exif=exif)
    images, _ = datasets.load_folder(tmp_path)
    assert images.shape == (1, 16, 8, 1)
    assert images[0, :6].min() > 250
    assert images[0, 10:].max() < 5


def test_animations_give_their_first_frame(Image, tmp_path):
    frames = [Image.new("RGB", (6, 4), color) for color in ("red", "lime", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert first_pixel(tmp_path) == [255, 0, 0]


@pytest.mark.parametrize("extension", ["png", "jpg", "webp", "bmp", "gif", "tif"])
@pytest.mark.parametrize("channels", [None, 3])
def test_damaged_images_are_named(Image, tmp_path, extension, channels):
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3))
    save(Image, tmp_path / "a.png", noise)
    path = save(Image, tmp_path / f"b.{extension}", noise)
    content = path.read_bytes()
    for damaged in (
        b"",
        b"no image at all",
        content[:20],
        content[: len(content) // 2],
    ):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="expected an intact image") as info:
            datasets.load_folder(tmp_path, channels=channels)
        assert str(path) in str(info.value)
        assert f"received {len(damaged)} bytes" in str(info.value)


def test_a_dangling_link_is_named(Image, tmp_path):
    try:
        os.symlink(tmp_path / "gone.png", tmp_path / "link.png")
    except OSError:
        pytest.skip("this file system has no symbolic links")
    with pytest.raises(ValueError, match="link.png: expected an intact image"):
        datasets.load_folder(tmp_path)


def test_other_formats_do_not_pass_under_a_known_extension(Image, tmp_path):
    path = tmp_path / "a.png"
    Image.new("RGB", (6, 4)).save(path, "PPM")
    with pytest.raises(ValueError, match="expected an intact image"):
        datasets.load_folder(tmp_path)
