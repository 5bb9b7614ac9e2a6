"""Extractors from Keras models, given or in files."""

import functools
import hashlib
import pathlib

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import presets
from keras_gan_zoo.datasets.pictures import check_image_size
from keras_gan_zoo.inference import run
from keras_gan_zoo.metrics.extractors.base import Extractor
from keras_gan_zoo.metrics.extractors.pooling import check_pool, pooled
from keras_gan_zoo.metrics.extractors.preparing import Preparation


def from_keras(
    model,
    name=None,
    *,
    size=None,
    resize="clean",
    normalization=None,
    output=None,
    pool=None,
    batch_size=64,
) -> Extractor:
    """Makes an extractor of any Keras model of images.

    Args:
        model: Keras model of images (num, height, width, channels), or the path of a
            `.keras` file, whose code is not run.
        name: What the numbers will be quoted with; by default the model's name.
        size: (height, width) in pixels to which images are resized; by default that of
            the model's input, or none if it takes any size.
        resize: How: `"clean"`, bicubic without aliasing as Pillow does it with floats,
            limited to [0, 255]; `"bicubic"`, the same without the limits;
            `"bilinear"`, without aliasing; or `"tf1"`, bilinear and aliased.
        normalization: `"imagenet"`, `"clip"`, `"zero_to_one"`, `"minus_one_to_one"`, or
            a pair (mean, std) of pixels in [0, 1], each a number or three. By default
            the model gets pixels in [0, 255] and scales them itself.
        output: Name of a layer, or the index of one of several outputs, whose values
            are the features; by default the model's output.
        pool: How values of more than one place become one row: `"mean"` over all
            places; or `"token"`, the first of the tokens of a transformer.
        batch_size: How many images are computed at a time.

    Returns:
        An `Extractor` of uint8 images (num, height, width, channels), named with the
        sha256 of the file, or of the weights of a model that was given.

    Raises:
        ValueError: If there is no such file, layer or output, the model takes more than
            an image, or an argument does not fit.

    Example:
        ```python
        import keras

        from keras_gan_zoo.metrics import extractors

        network = keras.Sequential(
            [
                keras.Input((32, 32, 3)),
                keras.layers.Conv2D(8, 3, strides=2, activation="relu"),
            ]
        )
        extractor = extractors.from_keras(
            network, "conv", normalization="minus_one_to_one", pool="mean"
        )
        ```
    """
    check_pool(pool)
    check_image_size(size)
    model, sha256 = _loaded(model)
    network = _ending_in(model, output)
    size, channels, dtype = _taken(model, size)
    prepare = Preparation(size, resize, normalization, channels, dtype)
    # A function that `run` knows again, so that the network is compiled once.
    after = functools.partial(pooled, pool=pool)
    compute = functools.partial(
        run, network, batch_size=batch_size, before=prepare, after=after
    )
    name = name or model.name
    return Extractor(name, compute, sha256=sha256, preparation=str(prepare))


def _loaded(model):
    """The model, and the sha256 that goes with it."""
    if isinstance(model, keras.Model):
        return model, _sha256_of_weights(model)
    path = pathlib.Path(model)
    if not path.is_file():
        raise ValueError(f"There is no file {path}. Expected a model or a .keras file.")
    try:
        loaded = keras.saving.load_model(path, compile=False)
    except Exception as error:  # of h5py, zipfile and layers, many kinds
        raise ValueError(
            f"The file {path} holds no Keras model that can be read: "
            f"{type(error).__name__}: {error}"
        ) from error
    return loaded, presets.sha256_of(path)


def _sha256_of_weights(model):
    digest = hashlib.sha256()
    for weight in model.weights:
        array = np.ascontiguousarray(ops.convert_to_numpy(weight))
        digest.update(f"{array.dtype}{array.shape}".encode() + array.tobytes())
    return digest.hexdigest() if model.weights else None


def _ending_in(model, output):
    """The model, cut after a layer or with one of its outputs."""
    if output is None:
        return model
    outputs = getattr(model, "outputs", None) or []
    found = None
    if isinstance(output, int) and -len(outputs) <= output < len(outputs):
        found = outputs[output]
    elif isinstance(output, str) and outputs:
        layers = {layer.name: layer for layer in model.layers}
        found = layers[output].output if output in layers else None
    if found is None:
        names = [layer.name for layer in model.layers]
        raise ValueError(
            f"The model {model.name!r} has no such output: it has {len(outputs)} "
            f"outputs and the layers {names[-8:]}. Received: output={output!r}"
        )
    return keras.Model(model.inputs, found, name=model.name)


def _taken(model, size):
    """(height, width) or None, channels and dtype of the images that a model takes."""
    inputs = getattr(model, "inputs", None) or []
    if len(inputs) > 1 or (inputs and len(inputs[0].shape) != 4):
        raise ValueError(
            "from_keras() needs a model of images (num, height, width, channels). "
            f"Received: {model.name!r} of inputs {[x.shape for x in inputs]}"
        )
    if not inputs:
        return size and tuple(size), 3, "float32"
    (_, *own, channels), dtype = inputs[0].shape, inputs[0].dtype
    if size is None:
        size = None if None in own else own
    return size and tuple(size), channels or 3, dtype
