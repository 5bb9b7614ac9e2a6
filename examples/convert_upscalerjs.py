"""Converts the super-resolution networks of UpscalerJS to presets.

    npm pack @upscalerjs/esrgan-slim       # also esrgan-medium and esrgan-thick
    python examples/convert_upscalerjs.py upscalerjs-esrgan-slim-1.0.0.tgz

The package holds the networks of four scales as files of TensorFlow.js. Each becomes a
folder `runs/esrgan_upscalerjs_slim_x2`, ... that `ESRGAN.from_preset(folder)` loads on
any backend. Where the package shows what its network makes of a picture, ours is
compared with it, and must not differ by more than 1 grey level of 255. Slim and medium
ship with keras_gan_zoo.
"""

import argparse
import functools
import hashlib
import json
import pathlib
import re
import shutil
import tarfile
import tempfile

import keras
import numpy as np
from keras import layers

import keras_gan_zoo as kgz
from keras_gan_zoo.models.esrgan import ResidualDenseNetwork, rrdb_generator, shuffle

# The network of a scale, and the range of the pixels that it was trained on.
NETWORKS = {
    "slim": (functools.partial(ResidualDenseNetwork, blocks=2, growth=4), 255),
    "medium": (functools.partial(ResidualDenseNetwork, blocks=10, growth=64), 255),
    "thick": (
        functools.partial(rrdb_generator, blocks=10, slope=0.0, enlarge=shuffle),
        1,
    ),
}


def read_convolutions(folder):
    """Reads the weights of a layers model of TensorFlow.js.

    Args:
        folder: Holds `model.json` and the files that it names.

    Returns:
        A list of [kernel, bias], in the order of the model.
    """
    model = json.loads((folder / "model.json").read_text())
    (group,) = model["weightsManifest"]
    content = b"".join((folder / name).read_bytes() for name in group["paths"])
    values, start = {}, 0
    for weight in group["weights"]:
        size = int(np.prod(weight["shape"]))
        flat = np.frombuffer(content, "<f4", size, start)
        values[weight["name"]] = flat.reshape(weight["shape"])
        start += flat.nbytes
    if start != len(content):
        raise ValueError(f"{folder}: read {start} of {len(content)} bytes")
    description = model["modelTopology"]["model_config"]["config"]["layers"]
    names = [x["config"]["name"] for x in description if x["class_name"] == "Conv2D"]
    return [[values[f"{name}/kernel"], values[f"{name}/bias"]] for name in names]


def convert(folder, network, white):
    """Puts the weights in `folder` into a network and makes it map [-1, 1] to [-1, 1].

    Args:
        folder: Of one scale, as in `read_convolutions`.
        network: A Functional model of the same convolutions in the same order.
        white: The value of white pixels, black ones being 0.

    Returns:
        A Functional model.
    """
    own = [layer for layer in network.layers if isinstance(layer, layers.Conv2D)]
    for layer, weights in zip(own, read_convolutions(folder), strict=True):
        layer.set_weights(weights)
    images = keras.Input(network.input_shape[1:], name="images")
    x = network(layers.Rescaling(white / 2, white / 2)(images))
    x = layers.Rescaling(2 / white, -1.0)(x)
    return keras.Model(images, x, name="generator")


def difference(model, assets):
    """Compares with the picture in the package.

    Args:
        model: An `ESRGAN`.
        assets: Folder that holds `fixture.png` and `samples/{scale}x/result.png`.

    Returns:
        The largest difference in grey levels, and the share of values that differ; or
        `None` if the package shows no picture of this scale.
    """
    path = assets / "samples" / f"{model.scale}x" / "result.png"
    if not path.is_file():
        return None
    image, expected = map(read_image, (assets / "fixture.png", path))
    gap = np.abs(model.upscale(image).astype(int) - expected)
    return int(gap.max()), float((gap > 0).mean())


def read_image(path):
    """Reads a picture as a uint8 array (height, width, 3)."""
    from PIL import Image

    return np.asarray(Image.open(path).convert("RGB"))


def main(archive, out, dtype):
    """Converts each network in the .tgz of a package."""
    size = re.search("esrgan-(slim|medium|thick)", archive.name)[1]
    make, white = NETWORKS[size]
    with tempfile.TemporaryDirectory() as temporary:
        with tarfile.open(archive) as files:
            files.extractall(temporary, filter="data")
        package = pathlib.Path(temporary) / "package"
        facts = json.loads((package / "package.json").read_text())
        for source in sorted((package / "models").glob("x*")):
            scale = int(source.name[1:])
            model = kgz.ESRGAN(
                scale=scale, generator=convert(source, make(scale=scale), white)
            )
            folder = out / f"esrgan_upscalerjs_{size}_x{scale}"
            record = {
                "license": f"{facts['license']}, Copyright (c) 2022 Kevin Scott",
                "source": f"npm package {facts['name']} {facts['version']}, "
                f"models/{source.name}",
                "source_sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
                "command": f"python examples/convert_upscalerjs.py {archive.name} "
                f"--dtype {dtype}",
            }
            model.save_to_preset(folder, record, dtype, networks=["generator"])
            shutil.copy(package / "LICENSE", folder)
            gap = difference(kgz.ESRGAN.from_preset(folder), package / "assets")
            print(folder, "largest difference and share of values that differ:", gap)
            if gap is not None and gap[0] > 1:
                raise ValueError(f"{folder} differs from the published picture")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("archive", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, default="runs")
    parser.add_argument("--dtype", choices=["float16", "float32"], default="float32")
    main(**vars(parser.parse_args()))
