"""Extractors from ONNX files, which onnxruntime computes."""

import functools
import pathlib
from typing import Any

import numpy as np
from keras import ops

from keras_gan_zoo import presets
from keras_gan_zoo.datasets.pictures import check_image_size
from keras_gan_zoo.metrics.extractors.base import Extractor
from keras_gan_zoo.metrics.extractors.pooling import check_pool, pooled
from keras_gan_zoo.metrics.extractors.preparing import Preparation

DTYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(uint8)": "uint8",
}


def from_onnx(
    path,
    name=None,
    *,
    size=None,
    resize="clean",
    normalization=None,
    layout=None,
    output=None,
    pool=None,
    batch_size=64,
) -> Extractor:
    """Makes an extractor of an ONNX file of a network of images.

    Whether channels come first or last, the size and the dtype are read from the file.
    How pixels are scaled is not in it: pass `normalization`.

    Args:
        path: Path of the `.onnx` file.
        name: What the numbers will be quoted with; by default the name of the file.
        size: (height, width) in pixels to which images are resized; by default that in
            the file, or none if it takes any size.
        resize: See `from_keras`.
        normalization: See `from_keras`.
        layout: `"channels_first"` or `"channels_last"`, where the file leaves it open.
        output: Name or index of the output that holds the features; by default the
            only one, or one of rank 2 if there is one.
        pool: See `from_keras`.
        batch_size: How many images are computed at a time, if the file leaves it open.

    Returns:
        An `Extractor` of uint8 images (num, height, width, 1 or 3), named with the
        sha256 of the file.

    Raises:
        ImportError: If onnxruntime is not installed.
        ValueError: If there is no such file, it is damaged, or an argument does not
            fit.

    Example:
        ```text
        extractor = metrics.extractors.from_onnx(
            "dinov2.onnx", size=(224, 224), normalization="imagenet", pool="token"
        )
        ```
    """
    check_pool(pool)
    check_image_size(size)
    path = pathlib.Path(path)
    session = _session(path)
    taken = _input_of(session)
    layout = _layout(taken.shape, layout)
    batch, *sides = taken.shape
    channels = sides.pop(0 if layout == "channels_first" else -1)
    if size is None and all(isinstance(side, int) for side in sides):
        size = sides
    channels = channels if isinstance(channels, int) else 3
    dtype = DTYPES[taken.type]
    prepare = Preparation(size and tuple(size), resize, normalization, channels, dtype)
    compute = functools.partial(
        _features,
        session,
        prepare,
        layout,
        _output_of(session, output),
        pool,
        # A file may say how many images it takes, no more and no fewer.
        batch if isinstance(batch, int) else batch_size,
        isinstance(batch, int),
    )
    facts = {"sha256": presets.sha256_of(path), "preparation": str(prepare)}
    return Extractor(name or path.stem, compute, **facts)


def _session(path):
    try:
        import onnxruntime
    except ImportError as error:
        raise ImportError(
            "from_onnx() computes by onnxruntime: pip install onnxruntime"
        ) from error
    if not path.is_file():
        raise ValueError(f"There is no file {path}.")
    providers = onnxruntime.get_available_providers()
    try:
        return onnxruntime.InferenceSession(str(path), providers=providers)
    except Exception as error:  # of onnxruntime, many kinds
        raise ValueError(
            f"The file {path} is no ONNX file that onnxruntime reads: {error}"
        ) from error


def _input_of(session):
    inputs = session.get_inputs()
    if len(inputs) != 1 or len(inputs[0].shape) != 4 or inputs[0].type not in DTYPES:
        found = [(x.name, x.type, x.shape) for x in inputs]
        raise ValueError(
            "from_onnx() needs a network of one input of rank 4, images of "
            f"{' or '.join(DTYPES)}. Received: {found}"
        )
    return inputs[0]


def _layout(shape, layout):
    """Where the channels are: the axis of length 1 or 3."""
    layouts = {"channels_first": shape[1], "channels_last": shape[3]}
    if layout is None:
        found = [name for name, length in layouts.items() if length in (1, 3)]
        layout = found[0] if len(found) == 1 else None
    if layout not in layouts:
        raise ValueError(
            f"The file takes images of shape {shape}, which leaves open where their 1 "
            f"or 3 channels are. Pass layout, one of {list(layouts)}."
        )
    return layout


def _output_of(session, output):
    """The name of an output."""
    outputs = session.get_outputs()
    names = [x.name for x in outputs]
    if output is None:
        rows = [x.name for x in outputs if len(x.shape) == 2]
        found = names if len(names) == 1 else rows
    else:
        index = isinstance(output, int) and -len(names) <= output < len(names)
        found = [names[output]] if index else [n for n in names if n == output]
    if len(found) != 1:
        shapes = {x.name: x.shape for x in outputs}
        raise ValueError(
            f"The file has the outputs {shapes}. Name one of them. Received: "
            f"output={output!r}"
        )
    return found[0]


def _features(session, prepare, layout, output, pool, size, is_fixed, images):
    (taken,), rows = session.get_inputs(), []
    for start in range(0, len(images), size):
        batch = images[start : start + size]
        missing = size - len(batch) if is_fixed else 0
        full = np.concatenate([batch, np.repeat(batch[-1:], missing, axis=0)])
        inputs = _as_array(prepare(ops.convert_to_tensor(full)))
        if layout == "channels_first":
            inputs = np.moveaxis(inputs, -1, 1)
        values = _run(session, output, {taken.name: np.ascontiguousarray(inputs)})
        values = pooled(values, pool, layout == "channels_last")
        rows.append(_as_array(values)[: len(batch)])
    return np.concatenate(rows)


def _run(session, output, inputs) -> Any:
    try:
        return session.run([output], inputs)[0]
    except Exception as error:  # of onnxruntime, many kinds
        (shape,) = (array.shape for array in inputs.values())
        raise ValueError(
            f"The network refuses images of shape {shape}: {error} Pass size, to which "
            "images are resized."
        ) from error


def _as_array(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))
