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
        title: What it is called.
        written: The format that Keras writes, by its name there.
        writers: Dict of backend that can write it to the packages that this needs.
        runtime: The package that runs it.
        load: Function from its path to a function of named arrays.
        portable: Whether the exporter wants plain operations; else the framework itself
            computes what is written.
        options: Function from the signature of the inputs to what else Keras is told.
        finish: Function of the path that makes the format of what Keras wrote there.
        beside: Suffix of a second file, if there is one.
    """

    title: str
    written: str
    writers: dict[str, tuple[str, ...]]
    runtime: str
    load: Callable
    portable: bool = True
    options: Callable = lambda signature: {}
    finish: Callable = lambda path: None
    beside: str = ""


TO_ONNX: dict[str, tuple[str, ...]] = {
    "tensorflow": ("onnx", "tf2onnx"),
    "jax": ("onnx", "jax2onnx"),
    "torch": ("onnx", "onnxscript"),
}
# By the suffix of the path.
FORMATS = {
    "": Format(
        "SavedModel",
        "tf_saved_model",
        {"tensorflow": (), "jax": ("tensorflow",)},
        "tensorflow",
        runtimes.saved_model,
        portable=False,
    ),
    ".onnx": Format(
        "ONNX",
        "onnx",
        TO_ONNX,
        "onnxruntime",
        runtimes.onnxruntime,
        finish=runtimes.join_onnx,
    ),
    ".pt2": Format(
        "torch.export",
        "torch",
        {"torch": ()},
        "torch",
        runtimes.torch_export,
        portable=False,
        options=runtimes.torch_options,
    ),
    ".tflite": Format(
        "LiteRT", "litert", {"tensorflow": ()}, "ai_edge_litert", runtimes.litert
    ),
    ".xml": Format(
        "OpenVINO",
        "onnx",  # whose operations OpenVINO knows better than those of frameworks
        {name: (*packages, "openvino") for name, packages in TO_ONNX.items()},
        "openvino",
        runtimes.openvino,
        finish=runtimes.onnx_to_openvino,
        beside=".bin",
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
