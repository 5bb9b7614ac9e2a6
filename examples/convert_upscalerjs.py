"""Converts the super-resolution networks of UpscalerJS to presets.

    npm pack @upscalerjs/esrgan-slim       # also esrgan-medium and esrgan-thick
    python examples/convert_upscalerjs.py upscalerjs-esrgan-slim-1.0.0.tgz

The package holds the networks of four scales as files of TensorFlow.js. Each becomes a
folder `runs/esrgan_upscalerjs_slim_x2`, ... that `ESRGAN.from_preset(folder)` loads on
any backend. Where the package shows what its network makes of a picture, ours is
compared with it, and must not differ by more than 1 grey level of 255. Slim and medium
ship with keras_gan_zoo. Beside the archive of thick,
`GAN.from_preset("esrgan_upscalerjs_thick_x2")` converts by itself.
"""

import argparse
import hashlib
import io
import json
import pathlib
import re

import numpy as np

import keras_gan_zoo as kgz
from keras_gan_zoo import packages
from keras_gan_zoo.restorers import tensorflow_js


def difference(model, contents):
    """Compares with the picture in the package.

    `upscale` would mirror the borders, beyond which the published networks see black.

    Args:
        model: An `ESRGAN`.
        contents: Dict of path to content, which has `assets/fixture.png` and
            `assets/samples/{scale}x/result.png`.

    Returns:
        The largest difference in grey levels, and the share of values that differ; or
        `None` if the package shows no picture of this scale.
    """
    path = f"assets/samples/{model.scale}x/result.png"
    if path not in contents:
        return None
    image, expected = (read_image(contents[x]) for x in ("assets/fixture.png", path))
    (large,) = model.generator.predict(image[None] / 127.5 - 1, verbose=0)
    gap = np.abs(kgz.images.to_uint8(large).astype(int) - expected)
    return int(gap.max()), float((gap > 0).mean())


def read_image(content):
    """Reads the bytes of a picture as a uint8 array (height, width, 3)."""
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def main(archive, out, dtype, scales):
    """Converts the chosen networks in the .tgz of a package."""
    size = re.search("esrgan-(slim|medium|thick)", archive.name)[1]
    contents = packages.read_archive(archive)
    facts = json.loads(contents["package.json"])
    for scale in scales:
        record = {
            "license": tensorflow_js.LICENSE,
            "source": f"npm package {facts['name']} {facts['version']}, "
            f"models/x{scale}",
            "source_sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
            "command": f"python examples/convert_upscalerjs.py {archive.name} "
            f"--dtype {dtype}",
        }
        folder = out / f"esrgan_upscalerjs_{size}_x{scale}"
        make = tensorflow_js.NETWORKS[size]
        tensorflow_js.convert(make, scale, record, contents, folder, dtype)
        gap = difference(kgz.ESRGAN.from_preset(folder), contents)
        print(folder, "largest difference and share of values that differ:", gap)
        if gap is not None and gap[0] > 1:
            raise ValueError(f"{folder} differs from the published picture")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("archive", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, default="runs")
    parser.add_argument("--dtype", choices=["float16", "float32"], default="float32")
    parser.add_argument("--scales", nargs="+", type=int, default=[2, 3, 4, 8])
    main(**vars(parser.parse_args()))
