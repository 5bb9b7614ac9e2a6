"""The image sets of tensorflow-datasets, read record by record without TensorFlow."""

import functools
from typing import Any

import numpy as np

from keras_gan_zoo.datasets.base import Dataset, require
from keras_gan_zoo.datasets.lazy import LazyArray
from keras_gan_zoo.datasets.pictures import check_image_size, read_image
from keras_gan_zoo.datasets.streamed import StreamedDataset

PREFIX = "tfds:"
FORMAT = "array_record"  # which has random access
INSTALL = "pip install tensorflow-datasets pillow"


def load(
    name,
    split="train",
    data_dir=None,
    streaming=False,
    *,
    image_size=None,
    channels=None,
    batch_size=32,
    seed=None,
    threads=None,
) -> Dataset | StreamedDataset:
    """Load an image set of tensorflow-datasets, which fetches and prepares it once.

    Args:
        name: As `tensorflow_datasets.builder` takes it, such as `"cifar10"` or
            `"cats_vs_dogs:4.0.1"`.
        split: `"train"`, `"test"`, `"all"`, or what tensorflow-datasets takes:
            `"train[:10%]"`.
        data_dir: Where it is, or is to be prepared, in the format ArrayRecord.
        streaming: As in `load_folder`.
        image_size: As in `load_folder`.
        channels: As in `load_folder`; by default 1 or 3, as the set says.
        batch_size: As in `StreamedDataset`, for streaming.
        seed: As in `StreamedDataset`, for streaming.
        threads: As in `LazyArray`.

    Returns:
        As `load_folder`. All labels are 0 where the set has no classes.

    Raises:
        LookupError: If tensorflow-datasets has no such set.
        ValueError: If it holds no images, they have several sizes and `image_size` is
            not given, or the split or another argument does not fit.
        ImportError: If a package is not installed.
    """
    check_image_size(image_size)
    if channels not in (None, 1, 3, 4):
        raise ValueError(f"channels: expected 1, 3, 4 or None, received {channels!r}.")
    for package in ("tensorflow_datasets", "PIL"):
        require(package, INSTALL)
    builder = _prepared(name, data_dir)
    features = dict(builder.info.features.items())
    image_key, label_key = _keys(name, features, builder.info.supervised_keys)
    source = _source(builder, features, split)
    *size, depth = features[image_key].shape
    if image_size is None and None in size:
        raise ValueError(
            f"The images of {name!r} have several sizes. Pass image_size=(height, "
            "width) to crop and resize them."
        )
    channels = channels or (1 if depth == 1 else 3)
    shape = (len(source), *(size if image_size is None else image_size), channels)
    read = functools.partial(_read_image, f"{name}, {split}", source, image_key, shape)
    images = LazyArray(read, shape, threads=threads)
    labels = np.zeros(len(source), "int32")
    if label_key is not None:
        read = functools.partial(_read_label, source, label_key)
        labels = LazyArray(read, (len(source),), "int32", threads)
    if streaming:
        return StreamedDataset(images, labels, batch_size, seed=seed)
    return Dataset(images[:], labels[:])


def _prepared(name, data_dir) -> Any:
    """The builder of a set, whose files are there."""
    import tensorflow_datasets as tfds

    try:
        builder = tfds.builder(name, data_dir=data_dir)
    except (tfds.core.registered.DatasetNotFoundError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise LookupError(f"tensorflow-datasets: {reason}") from error
    if not builder.is_prepared():
        builder = tfds.builder(name, data_dir=data_dir, file_format=FORMAT)
        builder.download_and_prepare()
    found = builder.info.file_format.value
    if found != FORMAT:
        raise ValueError(
            f"{builder.data_path} holds {name!r} in the format {found}, which is read "
            f"in one order only. Expected {FORMAT}. Pass another data_dir=, in which "
            "it is prepared anew."
        )
    return builder


def _source(builder, features, split):
    """The records of a split, whose images are files."""
    import tensorflow_datasets as tfds

    known = list(builder.info.splits)
    chosen = "+".join(known) if split == "all" else split
    images = [k for k, x in features.items() if isinstance(x, tfds.features.Image)]
    raw = dict.fromkeys(images, tfds.decode.SkipDecoding())
    try:
        return builder.as_data_source(split=chosen, decoders=raw)
    except ValueError as error:
        raise ValueError(
            f"split: expected one of {known}, 'all', or a part of one such as "
            f"'{known[0]}[:10%]', received {split!r}."
        ) from error


def _keys(name, features, supervised):
    """The names of the features that are the image and its label, which may be None."""
    import tensorflow_datasets as tfds

    preferred = supervised if isinstance(supervised, tuple) else (None, None)
    image = _key(features, tfds.features.Image, (preferred[0], "image"))
    label = _key(features, tfds.features.ClassLabel, (preferred[-1], "label"))
    if image is None:
        raise ValueError(
            f"{name!r} has no image, or several of which none is called 'image'. Its "
            f"features: {', '.join(features)}. Pass its images to fit as an array."
        )
    return image, label


def _key(features, kind, preferred):
    """The feature of a kind that is preferred, or the only one; else None."""
    found = [key for key, feature in features.items() if isinstance(feature, kind)]
    wanted = [key for key in preferred if key in found]
    return next(iter(wanted or (found if len(found) == 1 else [])), None)


def _read_image(where, source, key, shape, row):
    content = source[row][key]
    return read_image(f"{where}, record {row}", shape[1:3], shape[3], content)


def _read_label(source, key, row):
    return source[row][key]
