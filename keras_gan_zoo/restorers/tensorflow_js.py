"""The networks of UpscalerJS, as they are published for TensorFlow.js."""

import functools
import json
import pathlib

import keras
import numpy as np
from keras import layers

from keras_gan_zoo import ncnn_files, packages, published
from keras_gan_zoo.models.esrgan import ESRGAN, ResidualDenseNetwork
from keras_gan_zoo.models.real_esrgan import RRDBNet

LICENSE = "MIT, Copyright (c) 2022 Kevin Scott"
THICK, VERSION = "@upscalerjs/esrgan-thick", "1.0.0"
THICK_SHA256 = "3d38971084d8281bf68da443085c7eb65355fb28aa81b33b54f950cca6328a15"
# What `sha256sum` says of the files in the package, in `assets/restorers`.
PINS = "upscalerjs_esrgan_thick_1.0.0.sha256"


def light(scale, **arguments) -> keras.Model:
    """A residual dense network on pixels in [0, 255], as slim and medium expect.

    Args:
        scale: How many times higher and wider images become.
        **arguments: Of `ResidualDenseNetwork`.

    Returns:
        A Functional model, which maps images in [-1, 1] to such images.
    """
    network = ResidualDenseNetwork(scale, **arguments)
    images = keras.Input(network.input_shape[1:], name="images")
    x = network(layers.Rescaling(255 / 2, 255 / 2)(images))
    x = layers.Rescaling(2 / 255, -1.0)(x)
    return keras.Model(images, x, name="generator")


# Functions of the scale to the network of each size.
NETWORKS = {
    "slim": functools.partial(light, blocks=2, growth=4),
    "medium": functools.partial(light, blocks=10, growth=64),
    "thick": functools.partial(
        RRDBNet, blocks=10, slope=0.0, shuffled=True, name="generator"
    ),
}


def convert(make, scale, record, contents, folder, dtype="float32") -> None:
    """Writes the preset of a published network.

    Args:
        make: Function of `scale` that returns the network, which has the published
            convolutions in their order.
        scale: How many times higher and wider images become.
        record: Dict of facts to keep with the weights.
        contents: Dict of path within the package to content, of the files in
            `models/x{scale}` and of `LICENSE`.
        folder: Path of a new folder.
        dtype: Of the weights in the file, `"float16"` or `"float32"`.

    Raises:
        ValueError: If the files do not fit the network.
    """
    network = make(scale=scale)
    _set_convolutions(network, contents, f"models/x{scale}")
    model = ESRGAN(scale=scale, generator=network, name="esrgan")
    facts = {k: v for k, v in record.items() if k not in ("class", "parameters")}
    model.save_to_preset(folder, facts, dtype, networks=["generator"])
    (pathlib.Path(folder) / "LICENSE").write_bytes(contents["LICENSE"])


def read_convolutions(contents, folder) -> list[list[np.ndarray]]:
    """Reads the weights of a layers model of TensorFlow.js.

    Args:
        contents: Dict of path to content, in bytes.
        folder: Path in `contents` of `model.json` and the files that it names.

    Returns:
        A list of [kernel, bias], in the order of the model.

    Raises:
        ValueError: If there are more or fewer bytes than the model has weights.
    """
    model = json.loads(contents[f"{folder}/model.json"])
    (group,) = model["weightsManifest"]
    content = b"".join(contents[f"{folder}/{name}"] for name in group["paths"])
    shapes = {weight["name"]: weight["shape"] for weight in group["weights"]}
    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    if len(content) != 4 * sum(sizes):
        raise ValueError(
            f"The weights in {folder} are damaged: expected {4 * sum(sizes):,} bytes, "
            f"received {len(content):,}. Fetch the package again."
        )
    parts = np.split(np.frombuffer(content, "<f4"), np.cumsum(sizes)[:-1])
    values = {
        name: part.reshape(shape)
        for (name, shape), part in zip(shapes.items(), parts, strict=True)
    }
    description = model["modelTopology"]["model_config"]["config"]["layers"]
    names = [x["config"]["name"] for x in description if x["class_name"] == "Conv2D"]
    return [[values[f"{name}/kernel"], values[f"{name}/bias"]] for name in names]


def _set_convolutions(network, contents, folder):
    own = ncnn_files.layers_of(network, layers.Conv2D)
    weights = read_convolutions(contents, folder)
    expected = [tuple(layer.kernel.shape) for layer in own]
    received = [kernel.shape for kernel, _ in weights]
    if received != expected:
        raise ValueError(
            f"The weights in {folder} do not fit the network {network.name!r}: "
            f"expected {len(expected)} kernels {expected[:3]} ... {expected[-3:]}, "
            f"received {len(received)}, {received[:3]} ... {received[-3:]}. Take the "
            "package that belongs to it."
        )
    for layer, values in zip(own, weights, strict=True):
        layer.set_weights(values)


def _pins():
    path = pathlib.Path(__file__).parents[1] / "assets" / "restorers" / PINS
    lines = map(str.split, path.read_text().splitlines())
    return {file: sha256 for sha256, file in lines}


def _publish(scale, parameters, pins):
    folder = f"models/x{scale}"
    record = {
        "class": "ESRGAN",
        "parameters": {"generator": parameters},
        "license": LICENSE,
        "source": f"npm package {THICK} {VERSION}, {folder}",
        "source_sha256": THICK_SHA256,
        "command": "python examples/convert_upscalerjs.py "
        f"upscalerjs-esrgan-thick-{VERSION}.tgz",
    }
    files = {
        file: sha256
        for file, sha256 in pins.items()
        if file == "LICENSE" or file.startswith(f"{folder}/")
    }
    published.PUBLISHED[f"esrgan_upscalerjs_thick_x{scale}"] = published.Published(
        place=packages.NpmFiles(THICK, VERSION, files),
        record=record,
        convert=functools.partial(convert, NETWORKS["thick"], scale, record),
    )


for _scale, _parameters in (
    (2, 7_239_968),
    (3, 7_248_623),
    (4, 7_260_740),
    (8, 7_343_828),
):
    _publish(_scale, _parameters, _pins())
