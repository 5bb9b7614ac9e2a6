"""The package behind the commands: imported late, called with what was given."""

import importlib
import inspect
import os
from collections.abc import Callable
from types import ModuleType
from typing import Any

from keras_gan_zoo import preflight

CAPTIONS = 5  # of each image of a set that has many


def library(backend=None) -> ModuleType:
    """Imports Keras and then the whole package.

    Args:
        backend: What Keras is to run on; by default what it is set to.

    Returns:
        The module that has the names of the package.

    Raises:
        ImportError: If Keras cannot run on this backend.
    """
    if backend is not None:
        os.environ["KERAS_BACKEND"] = backend
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # what TensorFlow would log
    preflight.check()
    return importlib.import_module("keras_gan_zoo.api")


def call(function: Callable, *args, **options) -> Any:
    """Calls a function with those options that were given, which have its names.

    Args:
        function: Of the package.
        *args: Its first arguments.
        **options: Further arguments; None stands for the function's default.

    Returns:
        What it returns.

    Raises:
        ValueError: If it takes no such option.
    """
    given = {name: value for name, value in options.items() if value is not None}
    known = inspect.signature(function).parameters
    for name in given.keys() - known.keys():
        owner = function.__qualname__
        raise ValueError(
            f"{owner}() takes no --{name.replace('_', '-')}. Leave it out."
        )
    return function(*args, **given)


def load_model(kgz, preset, method) -> Any:
    """Loads the model of a preset or a `.keras` file.

    Args:
        kgz: What `library` returned.
        preset: As in `GAN.from_preset`, or the path of a `.keras` file.
        method: Name of what the model must be able to do.

    Returns:
        A model.

    Raises:
        ValueError: If there is none, or it has no such method.
    """
    if preset.endswith(".keras"):
        model = importlib.import_module("keras").saving.load_model(preset)
    else:
        model = kgz.GAN.from_preset(preset)
    if not hasattr(model, method):
        able = [
            name
            for name, record in kgz.list_presets().items()
            if hasattr(getattr(kgz, record["class"]), method)
        ]
        raise ValueError(
            f"{preset} is a {type(model).__name__}, which has no {method}(). Presets "
            f"that have: {', '.join(able)}."
        )
    return model


def load_data(
    kgz,
    data,
    split=None,
    image_size=None,
    channels=None,
    streaming=False,
    captions=False,
) -> Any:
    """Loads a data set by its name, or a folder of pictures.

    Args:
        kgz: What `library` returned.
        data: One of `datasets.names()`, `"tfds:"` and a name of tensorflow-datasets,
            or the path of a folder.
        split: As in `datasets.load`.
        image_size: (height, width), for folders and tensorflow-datasets.
        channels: As in `datasets.load_folder`, for the same.
        streaming: Whether their pictures are read batch by batch.
        captions: Whether to load captions in place of labels.

    Returns:
        A `Dataset`, a `StreamedDataset` or a `Captioned`.
    """
    options: dict[str, Any] = {"captions": CAPTIONS} if captions else {}
    if data in kgz.datasets.names():
        if split is not None:
            options["split"] = split
        return kgz.datasets.load(data, **options)
    options |= {"image_size": image_size, "channels": channels}
    if data.startswith("tfds:"):
        return kgz.datasets.load(data, split or "train", None, streaming, **options)
    if not os.path.exists(data):
        raise FileNotFoundError(
            f"No folder or data set is called {data!r}. Data sets: "
            f"{', '.join(kgz.datasets.names())}, and tfds:NAME of tensorflow-datasets."
        )
    if split is not None:
        raise ValueError("A folder has no --split. Leave it out.")
    return kgz.datasets.load_folder(data, streaming=streaming, **options)
