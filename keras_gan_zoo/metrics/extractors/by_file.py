"""The extractor of a file, by what the name of the file ends in."""

import pathlib
from collections.abc import Callable

from keras_gan_zoo.metrics.extractors.base import Extractor
from keras_gan_zoo.metrics.extractors.keras_models import from_keras
from keras_gan_zoo.metrics.extractors.onnx_files import from_onnx
from keras_gan_zoo.metrics.extractors.pytorch import from_torch

READERS: dict[str, Callable[..., Extractor]] = {
    ".keras": from_keras,
    ".onnx": from_onnx,
    ".safetensors": from_torch,
    ".pth": from_torch,
    ".pt": from_torch,
    ".bin": from_torch,
}


def from_file(path, name=None, **options) -> Extractor:
    """Makes an extractor of a file, whatever wrote it.

    Args:
        path: Path of a `.keras` or `.onnx` file, or of a `.safetensors`, `.pth`, `.pt`
            or `.bin` file of weights.
        name: What the numbers will be quoted with.
        **options: Those of `from_keras`, `from_onnx` or `from_torch`, such as `size`,
            `resize` and `normalization`, which all three have.

    Returns:
        An `Extractor`.

    Raises:
        ValueError: If the name of the file ends in something else, or as in those
            functions.
    """
    return reader_of(path)(path, name, **options)


def reader_of(path) -> Callable[..., Extractor]:
    """Returns the function that makes an extractor of such a file.

    Args:
        path: Path of the file, which need not exist.

    Returns:
        One of `from_keras`, `from_onnx` and `from_torch`.

    Raises:
        ValueError: If its name ends in something else.
    """
    suffix = pathlib.Path(path).suffix.lower()
    if suffix not in READERS:
        raise ValueError(
            f"An extractor can be made of files that end in {', '.join(READERS)}. "
            f"Received: {path}"
        )
    return READERS[suffix]
