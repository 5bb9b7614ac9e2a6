"""A folder of images of your own."""

import functools
from pathlib import Path

import numpy as np

from keras_gan_zoo.datasets.base import Dataset, require
from keras_gan_zoo.datasets.captioned import Captioned, read_captions, refuse_streaming
from keras_gan_zoo.datasets.lazy import LazyArray
from keras_gan_zoo.datasets.pictures import (
    check_image_size,
    read_header,
    read_image,
)
from keras_gan_zoo.datasets.streamed import StreamedDataset

IMAGE_EXTENSIONS = ".png .jpg .jpeg .webp .bmp .gif .tif .tiff".split()


def load_folder(
    path,
    image_size=None,
    channels=None,
    streaming=False,
    *,
    batch_size=32,
    seed=None,
    threads=None,
    captions=False,
) -> Dataset | StreamedDataset | Captioned:
    """Load all images of a folder, or read them batch by batch.

    If the folder has subfolders with images, each of them is one class: labels
    count the subfolders in sorted order, and images at any depth belong to the
    subfolder they are below. If the images lie loose in the folder, all labels
    are 0. Hidden files and folders (a leading dot) are skipped.

    Read are png, jpg, jpeg, webp, bmp, gif (first frame), tif and tiff, turned
    upright as their EXIF orientation says. Palette and CMYK images become RGB,
    16-bit grey is scaled to 8 bits, and transparency is composited on white
    unless `channels=4`.

    The headers of all files are read first, so that what is no image and sizes that
    differ are known before anything is decoded.

    Args:
        path: The folder.
        image_size: `(height, width)` to bring all images to: the centre is
            cropped to this aspect ratio, then resized with antialiased bicubic
            interpolation. If None, all images must have the same size.
        channels: 1 (grey), 3 (RGB) or 4 (RGB and opacity). If None, 1 when all
            images are stored as grey, otherwise 3.
        streaming: Whether the images stay on disk, and are decoded anew in each epoch.
        batch_size: As in `StreamedDataset`, for streaming.
        seed: As in `StreamedDataset`, for streaming.
        threads: How many images are decoded at the same time, as in `LazyArray`.
        captions: Whether to read captions in place of labels: those of `rose.png` are
            the lines of `rose.txt` beside it, in UTF-8.

    Returns:
        A `Dataset`: uint8 images `(n, height, width, channels)`, sorted by class
        and then path, and int32 labels `(n,)`. With streaming a `StreamedDataset` of
        the same images and labels. With captions a `Captioned`: the images, and a list
        of strings of each.

    Raises:
        FileNotFoundError: If the folder is missing or holds no images, or an image has
            no captions.
        ValueError: If an image is damaged, sizes differ without `image_size`,
            loose images and class folders are mixed, or an argument is invalid. With
            streaming, pixels that are damaged are noticed when they are read.
        ImportError: If Pillow is not installed.

    Examples:
        >>> load_folder("photos", image_size=(64, 64))  # doctest: +SKIP

    Reference:
        - [Parmar et al., 2022](https://arxiv.org/abs/2104.11222), on why resizing
          must be antialiased.
    """
    if channels not in (None, 1, 3, 4):
        raise ValueError(f"channels: expected 1, 3, 4 or None, received {channels!r}.")
    check_image_size(image_size)
    if captions:
        refuse_streaming(streaming)
    require("PIL", "pip install pillow")
    files, labels = list_images(Path(path))
    texts = read_captions(files) if captions else None
    headers = [read_header(file) for file in files]
    if channels is None:
        channels = 1 if all(header.is_grey for header in headers) else 3
    size = _common_size(files, headers) if image_size is None else image_size
    read = functools.partial(_read, files, tuple(size), channels)
    images = LazyArray(read, (len(files), *size, channels), threads=threads)
    if texts is not None:
        return Captioned(images[:], texts)
    labels = np.array(labels, "int32")
    if streaming:
        return StreamedDataset(images, labels, batch_size, seed=seed)
    return Dataset(images[:], labels)


def _common_size(files, headers):
    """The size of all images, or an error that names two that differ."""
    first = headers[0].size
    for file, header in zip(files, headers, strict=True):
        if header.size != first:
            raise ValueError(
                f"All images must have one size: {files[0]} is {first[0]}x{first[1]} "
                f"but {file} is {header.size[0]}x{header.size[1]} (height x width). "
                "Pass image_size=(height, width) to crop and resize them."
            )
    return first


def _read(files, size, channels, row):
    return read_image(files[row], size, channels)


def list_images(folder) -> tuple[list[Path], list[int]]:
    """List the image files and their labels, sorted by class, then by path."""
    if not folder.exists():
        raise FileNotFoundError(f"{folder}: expected a folder, found nothing there.")
    if not folder.is_dir():
        raise ValueError(
            f"{folder}: expected a folder, received a file. Pass the folder it is in."
        )
    loose = find_images(folder, "*")
    subfolders = sorted(p for p in folder.glob("[!.]*") if p.is_dir())
    classes = [find_images(subfolder, "**/*") for subfolder in subfolders]
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


def find_images(folder, pattern="**/*") -> list[Path]:
    """Find the image files that match a pattern, leaving out hidden ones."""
    found = []
    for path in folder.glob(pattern):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in parts)
        if path.suffix.lower() in IMAGE_EXTENSIONS and not hidden and _is_file(path):
            found.append(path)
    return sorted(found)


def _is_file(path):
    """Whether a path is a file, or a link to one; also to one that is gone."""
    return path.is_file() or (path.is_symlink() and not path.exists())
