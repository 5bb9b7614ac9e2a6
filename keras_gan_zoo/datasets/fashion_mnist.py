"""Fashion-MNIST, and the IDX files that it is stored in."""

import gzip
import math
import os
import zlib
from pathlib import Path

import numpy as np

from keras_gan_zoo.datasets import tfds_sets
from keras_gan_zoo.datasets.base import Dataset, check_split

FASHION_MNIST_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

MINI_FOLDER = Path(__file__).parents[1] / "assets" / "datasets" / "fashion_mnist_mini"
DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")


def load_mini() -> Dataset:
    """Read the embedded copy of the test set."""
    return _read_splits(MINI_FOLDER, ("test",))


def load(split, data_dir) -> Dataset:
    """Read Fashion-MNIST from the first place that has it."""
    check_split(split)
    splits = ("train", "test") if split == "all" else (split,)
    if data_dir is not None:
        return _read_splits(Path(data_dir), splits)
    if "KERAS_GAN_ZOO_DATA" in os.environ:
        folder = Path(os.environ["KERAS_GAN_ZOO_DATA"]) / "fashion_mnist"
        if folder.is_dir():
            return _read_splits(folder, splits)
    if DEBIAN_FOLDER.is_dir():
        return _read_splits(DEBIAN_FOLDER, splits)
    return _load_with_tfds(splits)


def _load_with_tfds(splits):
    """Ask tensorflow-datasets, the last place to look."""
    try:
        return tfds_sets.load("fashion_mnist", "+".join(splits))
    except ImportError as error:
        raise FileNotFoundError(
            f"Fashion-MNIST was not found in {DEBIAN_FOLDER} nor in the folder "
            "fashion_mnist below the environment variable KERAS_GAN_ZOO_DATA, and "
            f"tensorflow-datasets could not be imported ({error}). Do one of these: "
            "apt-get install dataset-fashion-mnist; or pip install tensorflow "
            "tensorflow-datasets; or put the four IDX files into a folder and pass it "
            "as data_dir=. The embedded "
            "load('fashion_mnist_mini') needs none of these."
        ) from error


def _read_splits(folder, splits):
    """Read one or two splits from a folder of IDX files and join them."""
    pairs = [_read_split(folder, split) for split in splits]
    images, labels = zip(*pairs, strict=True)
    return Dataset(np.concatenate(images), np.concatenate(labels))


def _read_split(folder, split):
    """Read the image file and the label file of one split."""
    prefix = "t10k" if split == "test" else "train"
    images_path = _find_idx(folder, f"{prefix}-images-idx3-ubyte")
    labels_path = _find_idx(folder, f"{prefix}-labels-idx1-ubyte")
    images = _read_idx(images_path, num_axes=3)
    labels = _read_idx(labels_path, num_axes=1)
    if images.shape[1:] != (28, 28):
        raise ValueError(
            f"{images_path}: expected images of 28x28 pixels, received "
            f"{images.shape[1]}x{images.shape[2]}. Is this another data set?"
        )
    if len(images) != len(labels):
        raise ValueError(
            f"{images_path} and {labels_path}: expected one label per image, "
            f"received {len(images)} images and {len(labels)} labels. Fetch both "
            "files again."
        )
    return images[..., None], labels.astype("int32")


def _find_idx(folder, name):
    """Find an IDX file under its own name or with .gz behind it."""
    for path in (folder / f"{name}.gz", folder / name):
        if path.is_file():
            return path
    raise FileNotFoundError(
        f"{folder}: expected the file {name} or {name}.gz in this folder, found "
        "neither. Put the four IDX files of Fashion-MNIST there."
    )


def _read_idx(path, num_axes):
    """Read an IDX file of bytes: magic number, axis lengths, then the values."""
    data = _read_bytes(path)
    magic = bytes([0, 0, 8, num_axes])  # 8 is the code for unsigned bytes
    if data[:4] != magic:
        raise ValueError(
            f"{path}: expected an IDX file of bytes with {num_axes} axes, whose first "
            f"four bytes are {magic.hex(' ')}, received "
            f"{data[:4].hex(' ') or 'an empty file'}. Fetch the file again, and check "
            "that images and labels are not swapped."
        )
    offsets = range(4, 4 + 4 * num_axes, 4)
    shape = [int.from_bytes(data[start : start + 4], "big") for start in offsets]
    expected = 4 + 4 * num_axes + math.prod(shape)
    if len(data) != expected:
        raise ValueError(
            f"{path}: its header announces the shape {tuple(shape)}, so expected "
            f"{expected} bytes, received {len(data)}. Fetch the file again."
        )
    return np.frombuffer(data, "uint8", offset=4 + 4 * num_axes).reshape(shape)


def _read_bytes(path):
    """Read a file and unpack it if it is gzipped, whatever its name says."""
    data = path.read_bytes()
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        return gzip.decompress(data)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(
            f"{path}: expected a complete gzip file, received {len(data)} bytes that "
            f"do not unpack ({error}). Fetch the file again."
        ) from error
