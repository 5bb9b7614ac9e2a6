"""Generators for other runtimes, by the exporters of Keras."""

import pathlib
import shutil
import tempfile
import warnings

import keras
import numpy as np

from keras_gan_zoo.inference import check_weights

# Suffix of a path to what Keras calls the format.
FORMATS = {
    "": "tf_saved_model",
    ".onnx": "onnx",
    ".pt2": "torch",
    ".tflite": "litert",
    ".xml": "openvino",
}
SIDE = 32  # of images that trace a network of images of any size


def export(network, path, **options) -> None:
    """Writes a network in the format that the path's suffix stands for.

    Args:
        network: A Functional or Sequential Keras model.
        path: Path of a new file or, without a suffix, of a new folder. It is complete
            or not there.
        **options: As in `keras.Model.export`.

    Raises:
        ValueError: If there is something already, a weight is not finite, the suffix
            stands for no format, or Keras cannot write it on this backend.
    """
    path = pathlib.Path(path)
    if path.suffix not in FORMATS:
        raise ValueError(
            f"The path of an export ends in {', '.join(filter(None, FORMATS))}, or in "
            f"no suffix for the folder of a SavedModel. Received: {path}"
        )
    if path.exists():
        raise ValueError(f"{path} is there already. Delete it, or choose another path.")
    check_weights(network)
    path.parent.mkdir(parents=True, exist_ok=True)
    form = options.pop("format", None) or FORMATS[path.suffix]
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        part = pathlib.Path(folder) / path.name
        try:
            network(_example(network), training=False)  # some exporters want that
            with warnings.catch_warnings(action="ignore"):  # of what they are built on
                network.export(part, format=form, **{"verbose": False, **options})
        except Exception as error:
            raise ValueError(
                f"The network {network.name!r} cannot be exported as {form} on the "
                f"{keras.config.backend()} backend of Keras {keras.__version__}: "
                f"{error} Install what it names, or load the model on another backend "
                "and export it there."
            ) from error
        for made in pathlib.Path(folder).iterdir():  # OpenVINO's are two files
            shutil.move(made, path.parent / made.name)


def _example(network):
    """Inputs of two rows, all zero."""

    def zeros(tensor):
        sides = [size or SIDE for size in tensor.shape[1:]]
        return np.zeros((2, *sides), tensor.dtype)

    inputs = [zeros(tensor) for tensor in network.inputs]
    return inputs if len(inputs) > 1 else inputs[0]
