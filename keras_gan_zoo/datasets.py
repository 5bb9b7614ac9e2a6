"""Data to train on: one embedded image set, three toy sets, and your own folders.

Everything here is NumPy and independent of the Keras backend. Images are uint8
arrays of shape `(n, height, width, channels)` with values in 0..255, labels are
int32 arrays of shape `(n,)`.

The file has three parts: the named sets behind `load`, the IDX files that
Fashion-MNIST is stored in, and `load_folder` for images of your own.
"""

import contextlib
import difflib
import gzip
import importlib
import math
import os
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

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

RING_ANGLES = 2 * np.pi * np.arange(8) / 8
RING_CENTERS = np.stack([np.cos(RING_ANGLES), np.sin(RING_ANGLES)], axis=1)
RING_STD = 0.01

GRID_STEPS = (-4.0, -2.0, 0.0, 2.0, 4.0)
GRID_CENTERS = np.array([(x, y) for x in GRID_STEPS for y in GRID_STEPS])
GRID_STD = 0.05

TWO_MOONS_STD = 0.05


class Dataset(NamedTuple):
    """Images and their labels, ready for `model.fit(*dataset)`.

    Attributes:
        images: uint8 array of shape `(n, height, width, channels)`; for the toy
            sets, float32 points of shape `(n, 2)`.
        labels: int32 array of shape `(n,)`.
    """

    images: np.ndarray
    labels: np.ndarray


# Part 1: the named sets.


def names():
    """List the names that `load` knows.

    Returns:
        A list of strings.

    Examples:
        >>> names()[:2]
        ['fashion_mnist', 'fashion_mnist_mini']
    """
    return list(LOADERS)


def load(name, split="train", data_dir=None, **kwargs):
    """Load a data set by name.

    | name | images | labels |
    | --- | --- | --- |
    | `fashion_mnist` | 60,000 / 10,000 / 70,000 of 28x28x1 | 10 classes |
    | `fashion_mnist_mini` | the 10,000 test images, embedded | 10 classes |
    | `digits` | 1,797 of 8x8x1, from scikit-learn | 10 classes |
    | `ring`, `grid`, `two_moons` | 2-D points | index of the mode |

    `fashion_mnist` is looked for in `data_dir`, then in the folder
    `fashion_mnist` below the environment variable `KERAS_GAN_ZOO_DATA`, then in
    the folder of the Debian package `dataset-fashion-mnist`, and last in
    tensorflow-datasets, which may download it and keeps its own image order.

    Args:
        name: One of `names()`.
        split: `"train"`, `"test"` or `"all"`. Only `fashion_mnist` comes with a
            test split; for the other sets `"train"` and `"all"` are the same.
        data_dir: Folder with the IDX files of `fashion_mnist`, gzipped or not.
        **kwargs: Passed on to `ring`, `grid` or `two_moons`.

    Returns:
        A `Dataset`, the pair `(images, labels)`.

    Raises:
        ValueError: If the name or split is unknown, or a file is damaged.
        FileNotFoundError: If the files are nowhere to be found.
        ImportError: If a package that the set comes from is not installed.

    Examples:
        >>> images, labels = load("fashion_mnist_mini")
        >>> images.shape, labels.shape
        ((10000, 28, 28, 1), (10000,))

    Reference:
        - [Xiao et al., 2017](https://arxiv.org/abs/1708.07747), Fashion-MNIST.
        - [Alpaydin and Kaynak, 1998](https://doi.org/10.24432/C50P49), digits.
    """
    if name not in names():
        close = difflib.get_close_matches(str(name), names(), n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(
            f"Unknown data set {name!r}.{hint} Expected one of {', '.join(names())}. "
            "For a folder of images use load_folder(path)."
        )
    if name == "fashion_mnist":
        return _load_fashion_mnist(split, data_dir, **kwargs)
    if split not in ("train", "all") or data_dir is not None:
        raise ValueError(
            f"{name!r} has no test split and reads no data_dir: expected split "
            f"'train' or 'all' and data_dir None, received split={split!r} and "
            f"data_dir={data_dir!r}. Only 'fashion_mnist' uses both."
        )
    return LOADERS[name](**kwargs)


def ring(num_samples=100_000, seed=0):
    """Sample a mixture of 8 Gaussians evenly spaced on the unit circle.

    The centres are `RING_CENTERS`, of shape `(8, 2)`; each coordinate has the
    standard deviation `RING_STD`.

    Args:
        num_samples: Number of points.
        seed: Seed of the random generator; equal seeds give equal points.

    Returns:
        A `Dataset` of float32 points `(n, 2)` and the int32 index of each
        point's centre.

    Raises:
        ValueError: If `num_samples` is not a positive integer.

    Examples:
        >>> points, modes = ring(num_samples=500)
        >>> points.shape
        (500, 2)

    Reference:
        - [Lin et al., 2018](https://arxiv.org/abs/1712.04086), section 4.
    """
    return _sample_gaussians(RING_CENTERS, RING_STD, num_samples, seed)


def grid(num_samples=100_000, seed=0):
    """Sample a mixture of 25 Gaussians on the grid {-4, -2, 0, 2, 4}^2.

    The centres are `GRID_CENTERS`, of shape `(25, 2)`; each coordinate has the
    standard deviation `GRID_STD`.

    Args:
        num_samples: Number of points.
        seed: Seed of the random generator; equal seeds give equal points.

    Returns:
        A `Dataset` of float32 points `(n, 2)` and the int32 index of each
        point's centre.

    Raises:
        ValueError: If `num_samples` is not a positive integer.

    Examples:
        >>> points, modes = grid(num_samples=500)
        >>> points.shape
        (500, 2)

    Reference:
        - [Lin et al., 2018](https://arxiv.org/abs/1712.04086), section 4.
    """
    return _sample_gaussians(GRID_CENTERS, GRID_STD, num_samples, seed)


def two_moons(num_samples=100_000, seed=0):
    """Sample two interleaved half circles of radius 1.

    The upper moon (label 0) is centred on (0, 0), the lower one (label 1) on
    (1, 0.5). Gaussian noise of standard deviation `TWO_MOONS_STD` is added to
    each coordinate.

    Args:
        num_samples: Number of points.
        seed: Seed of the random generator; equal seeds give equal points.

    Returns:
        A `Dataset` of float32 points `(n, 2)` and the int32 index of each
        point's moon.

    Raises:
        ValueError: If `num_samples` is not a positive integer.

    Examples:
        >>> points, moons = two_moons(num_samples=500)
        >>> points.shape
        (500, 2)

    Reference:
        - [make_moons](https://scikit-learn.org/stable/modules/generated/sklearn.datasets.make_moons.html)
    """
    _check_num_samples(num_samples)
    rng = np.random.default_rng(seed)
    labels = rng.integers(2, size=num_samples, dtype="int32")
    angles = np.pi * rng.random(num_samples)
    upper = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    lower = np.array([1.0, 0.5]) - upper
    points = np.where(labels[:, None] == 0, upper, lower)
    points += rng.normal(0.0, TWO_MOONS_STD, points.shape)
    return Dataset(points.astype("float32"), labels)


def _sample_gaussians(centers, std, num_samples, seed):
    """Draw a centre uniformly for each point, then add Gaussian noise."""
    _check_num_samples(num_samples)
    rng = np.random.default_rng(seed)
    labels = rng.integers(len(centers), size=num_samples, dtype="int32")
    points = centers[labels] + rng.normal(0.0, std, (num_samples, 2))
    return Dataset(points.astype("float32"), labels)


def _check_num_samples(num_samples):
    if not isinstance(num_samples, (int, np.integer)) or num_samples < 1:
        raise ValueError(
            f"num_samples: expected a positive integer, received {num_samples!r}."
        )


def _load_digits():
    """Read scikit-learn's digits and stretch their 0..16 to 0..255."""
    _require("sklearn", "pip install scikit-learn")
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = np.round(digits.images * (255 / 16)).astype("uint8")
    return Dataset(images[..., None], digits.target.astype("int32"))


def _require(package, command):
    """Fail with the command that installs an optional package."""
    try:
        importlib.import_module(package)
    except ImportError as error:
        raise ImportError(
            f"This data needs the package {package}, which could not be imported "
            f"({error}). Install it with: {command}"
        ) from error


# Part 2: Fashion-MNIST and the IDX format.

MINI_FOLDER = Path(__file__).parent / "assets" / "datasets" / "fashion_mnist_mini"
DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")


def _load_fashion_mnist_mini():
    """Read the embedded copy of the test set."""
    return _read_splits(MINI_FOLDER, ("test",))


def _load_fashion_mnist(split, data_dir):
    """Read Fashion-MNIST from the first place that has it."""
    if split not in ("train", "test", "all"):
        raise ValueError(f"split: expected train, test or all, received {split!r}.")
    splits = ("train", "test") if split == "all" else (split,)
    if data_dir is not None:
        return _read_splits(Path(data_dir), splits)
    if "KERAS_GAN_ZOO_DATA" in os.environ:
        folder = Path(os.environ["KERAS_GAN_ZOO_DATA"]) / "fashion_mnist"
        if folder.is_dir():
            return _read_splits(folder, splits)
    if DEBIAN_FOLDER.is_dir():
        return _read_splits(DEBIAN_FOLDER, splits)
    return _load_fashion_mnist_with_tfds(splits)


def _load_fashion_mnist_with_tfds(splits):
    """Ask tensorflow-datasets, the last place to look."""
    try:
        import tensorflow_datasets as tfds

        batch = tfds.load("fashion_mnist", split="+".join(splits), batch_size=-1)
    except ImportError as error:  # tensorflow itself is only imported by tfds.load
        raise FileNotFoundError(
            f"Fashion-MNIST was not found in {DEBIAN_FOLDER} nor in the folder "
            "fashion_mnist below the environment variable KERAS_GAN_ZOO_DATA, and "
            f"tensorflow-datasets could not be imported ({error}). Do one of these: "
            "apt-get install dataset-fashion-mnist; or pip install "
            '"keras_gan_zoo[datasets]", which brings tensorflow-datasets; or put the '
            "four IDX files into a folder and pass it as data_dir=. The embedded "
            "load('fashion_mnist_mini') needs none of these."
        ) from error
    batch = tfds.as_numpy(batch)
    return Dataset(batch["image"], batch["label"].astype("int32"))


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


LOADERS = {
    "fashion_mnist": _load_fashion_mnist,
    "fashion_mnist_mini": _load_fashion_mnist_mini,
    "digits": _load_digits,
    "ring": ring,
    "grid": grid,
    "two_moons": two_moons,
}


# Part 3: a folder of images.

IMAGE_EXTENSIONS = ".png .jpg .jpeg .webp .bmp .gif .tif .tiff".split()
# The formats behind these extensions. Naming them keeps Pillow from running a
# rarer and riskier decoder on a file that merely carries the extension.
IMAGE_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
GREY_MODES = ("1", "L", "LA", "I", "I;16", "I;16B", "I;16L")


def load_folder(path, image_size=None, channels=None):
    """Load all images of a folder.

    If the folder has subfolders with images, each of them is one class: labels
    count the subfolders in sorted order, and images at any depth belong to the
    subfolder they are below. If the images lie loose in the folder, all labels
    are 0. Hidden files and folders (a leading dot) are skipped.

    Read are png, jpg, jpeg, webp, bmp, gif (first frame), tif and tiff, turned
    upright as their EXIF orientation says. Palette and CMYK images become RGB,
    16-bit grey is scaled to 8 bits, and transparency is composited on white
    unless `channels=4`.

    Args:
        path: The folder.
        image_size: `(height, width)` to bring all images to: the centre is
            cropped to this aspect ratio, then resized with antialiased bicubic
            interpolation. If None, all images must have the same size.
        channels: 1 (grey), 3 (RGB) or 4 (RGB and opacity). If None, 1 when all
            images are stored as grey, otherwise 3.

    Returns:
        A `Dataset`: uint8 images `(n, height, width, channels)`, sorted by class
        and then path, and int32 labels `(n,)`.

    Raises:
        FileNotFoundError: If the folder is missing or holds no images.
        ValueError: If an image is damaged, sizes differ without `image_size`,
            loose images and class folders are mixed, or an argument is invalid.
        ImportError: If Pillow is not installed.

    Examples:
        >>> load_folder("photos", image_size=(64, 64))  # doctest: +SKIP

    Reference:
        - [Parmar et al., 2022](https://arxiv.org/abs/2104.11222), on why resizing
          must be antialiased.
    """
    _check_folder_arguments(image_size, channels)
    _require("PIL", 'pip install "keras_gan_zoo[images]"')
    files, labels = _list_images(Path(path))
    if channels is None:
        channels = 1 if all(_is_grey(file) for file in files) else 3
    first = _read_image(files[0], image_size, channels)
    images = np.empty((len(files), *first.shape), "uint8")
    for index, file in enumerate(files):
        image = _read_image(file, image_size, channels)
        if image.shape != first.shape:
            raise ValueError(
                f"All images must have one size: {files[0]} is {first.shape[0]}x"
                f"{first.shape[1]} but {file} is {image.shape[0]}x{image.shape[1]} "
                "(height x width). Pass image_size=(height, width) to crop and "
                "resize them."
            )
        images[index] = image
    return Dataset(images, np.array(labels, "int32"))


def _check_folder_arguments(image_size, channels):
    if channels not in (None, 1, 3, 4):
        raise ValueError(f"channels: expected 1, 3, 4 or None, received {channels!r}.")
    if image_size is None:
        return
    size = np.asarray(image_size)
    if size.shape != (2,) or size.dtype.kind != "i" or size.min() < 1:
        raise ValueError(
            "image_size: expected a pair (height, width) of positive integers or "
            f"None, received {image_size!r}."
        )


def _list_images(folder):
    """List the image files and their labels, sorted by class, then by path."""
    if not folder.exists():
        raise FileNotFoundError(f"{folder}: expected a folder, found nothing there.")
    if not folder.is_dir():
        raise ValueError(
            f"{folder}: expected a folder, received a file. Pass the folder it is in."
        )
    loose = _find_images(folder, "*")
    subfolders = sorted(p for p in folder.glob("[!.]*") if p.is_dir())
    classes = [_find_images(subfolder, "**/*") for subfolder in subfolders]
    classes = [files for files in classes if files]
    if loose and classes:
        raise ValueError(
            f"{folder}: expected either loose images or one subfolder per class, "
            f"received both, for example {loose[0]} and {classes[0][0]}. Move the "
            "loose images into a subfolder of their own."
        )
    if not loose and not classes:
        raise FileNotFoundError(
            f"{folder}: expected images ({' '.join(IMAGE_EXTENSIONS)}), found none in "
            "this folder or below."
        )
    classes = classes or [loose]
    files = [file for members in classes for file in members]
    labels = [label for label, members in enumerate(classes) for _ in members]
    return files, labels


def _find_images(folder, pattern):
    """Find the image files that match a pattern, leaving out hidden ones."""
    found = []
    for path in folder.glob(pattern):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in parts)
        if path.suffix.lower() in IMAGE_EXTENSIONS and not hidden and not path.is_dir():
            found.append(path)
    return sorted(found)


@contextlib.contextmanager
def _open_image(file):
    """Open an image so that whatever fails inside the block names the file."""
    from PIL import Image

    try:
        with Image.open(file, formats=IMAGE_FORMATS) as image:
            yield image
    except Exception as error:  # Pillow's decoders raise a dozen kinds
        size = file.stat().st_size if file.exists() else 0  # 0: a dangling link
        raise ValueError(
            f"{file}: expected an intact image, received {size} bytes "
            f"that cannot be read ({error}). Replace or remove this file."
        ) from error


def _is_grey(file):
    """Tell from the header alone whether an image is stored as grey."""
    with _open_image(file) as image:
        return image.mode in GREY_MODES


def _read_image(file, image_size, channels):
    """Read an image into a uint8 array (height, width, channels)."""
    from PIL import Image, ImageOps

    with _open_image(file) as image:
        image = _convert(ImageOps.exif_transpose(image), channels)
    if image_size is not None:
        height, width = image_size
        image = ImageOps.fit(image, (width, height), Image.Resampling.BICUBIC)
    return np.asarray(image).reshape(image.height, image.width, channels)


def _convert(image, channels):
    """Convert an image of any mode to 8-bit grey, RGB or RGBA."""
    from PIL import Image

    if image.mode[0] in "IF":
        image = _scale_to_8_bits(image)
    if channels == 4:
        return image.convert("RGBA")
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    return image.convert("L" if channels == 1 else "RGB")


def _scale_to_8_bits(image):
    """Scale 16-bit grey by 255 / 65535; Pillow itself would clip at 255."""
    from PIL import Image

    values = np.asarray(image)
    if image.mode == "F" or values.min() < 0 or values.max() > 65535:
        raise ValueError(
            f"expected pixels of 8 or 16 bits, received {image.mode} pixels from "
            f"{values.min()} to {values.max()}"
        )
    return Image.fromarray(np.round(values / 257).astype("uint8"))
