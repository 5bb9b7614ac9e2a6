"""Formats of other runtimes: who writes them, and what runs them."""

import dataclasses
import importlib.util
from collections.abc import Callable

import keras

from keras_gan_zoo.backend import runtimes


@dataclasses.dataclass(frozen=True)
class Format:
    """A format that Keras exports.

    Attributes:
        name: What Keras calls it.
        title: What everybody calls it.
        writers: Dict of backend that can write it to the packages that this needs.
        runtime: The package that runs it.
        load: Function from its path to a function of named arrays.
        portable: Whether the exporter wants plain operations; else the framework itself
            computes what is written.
    """

    name: str
    title: str
    writers: dict[str, tuple[str, ...]]
    runtime: str
    load: Callable
    portable: bool = True


# By the suffix of the path.
FORMATS = {
    "": Format(
        "tf_saved_model",
        "TensorFlow's SavedModel",
        {"tensorflow": (), "jax": ("tensorflow",)},
        "tensorflow",
        runtimes.saved_model,
        portable=False,
    ),
    ".onnx": Format(
        "onnx",
        "ONNX",
        {
            "tensorflow": ("onnx", "tf2onnx"),
            "jax": ("onnx", "jax2onnx"),
            "torch": ("onnx", "onnxscript"),
        },
        "onnxruntime",
        runtimes.onnxruntime,
    ),
    ".pt2": Format(
        "torch",
        "a program of torch.export",
        {"torch": ()},
        "torch",
        runtimes.torch_export,
        portable=False,
    ),
    ".tflite": Format(
        "litert", "LiteRT", {"tensorflow": ()}, "ai_edge_litert", runtimes.litert
    ),
    ".xml": Format(
        "openvino",
        "OpenVINO",
        {"tensorflow": ("openvino",), "torch": ("openvino",)},
        "openvino",
        runtimes.openvino,
    ),
}
INSTALLED_AS = {"ai_edge_litert": "ai-edge-litert"}


def format_of(path, check) -> Format:
    """Finds the format of a path, and what it takes to write it.

    Args:
        path: A `pathlib.Path`.
        check: Whether its runtime is needed, too.

    Returns:
        A `Format`.

    Raises:
        ImportError: If a package is missing.
        ValueError: If the suffix stands for no format, or the backend cannot write it.
    """
    if path.suffix not in FORMATS:
        raise ValueError(
            f"The path of an export ends in {', '.join(filter(None, FORMATS))}, or in "
            f"no suffix for the folder of a SavedModel. Received: {path}"
        )
    form, backend = FORMATS[path.suffix], keras.config.backend()
    if backend not in form.writers:
        raise ValueError(
            f"{form.title} cannot be written on the {backend} backend of Keras, but on "
            f"{' and '.join(form.writers)}. Load the model there and export it, or "
            "write ONNX, which every backend can."
        )
    needed = {*form.writers[backend], *([form.runtime] if check else [])}
    missing = sorted(name for name in needed if not importlib.util.find_spec(name))
    if missing:
        names = " ".join(INSTALLED_AS.get(name, name) for name in missing)
        unless = f", or pass check=False to do without {form.runtime}" if check else ""
        raise ImportError(
            f"To export {form.title} on the {backend} backend needs packages that are "
            f"not installed: pip install {names}{unless}."
        )
    return form
