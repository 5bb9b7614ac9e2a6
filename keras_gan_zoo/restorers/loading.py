"""Files of networks that enlarge pictures, and what is in them."""

import pathlib

from keras_gan_zoo import packages, presets, published, tensor_files
from keras_gan_zoo.backend.private import budget
from keras_gan_zoo.checks import check_finite_weights
from keras_gan_zoo.fetching import sha256_of
from keras_gan_zoo.models.srgan import SRGAN
from keras_gan_zoo.restorers import (  # which make their networks known
    ncnn,
    tensorflow_js,  # noqa: F401
)
from keras_gan_zoo.restorers.architectures import compact, rrdb, srresnet_of_pytorch

ARCHITECTURES = (rrdb, compact, srresnet_of_pytorch)
# What files of training runs put before the names; the average is preferred.
PREFIXES = (
    "params_ema.",
    "params.",
    "ema_state_dict.",
    "state_dict.",
    "generator.",
    "model_state_dict.",
    "module.",
    "_orig_mod.",
)


def load_restorer(path) -> SRGAN:
    """Loads a published network that enlarges pictures, whatever its file.

    Which network it is, is found out from the names and shapes in the file: that of
    ESRGAN and Real-ESRGAN (RRDB, by its names of 2018, 2019 or 2020), the small one of
    Real-ESRGAN (`SRVGGNetCompact`), or that of SRGAN (SRResNet with batch
    normalization, as in Lornatang's SRGAN-PyTorch or leftthomas' SRGAN). Pixels are
    taken to be RGB in [0, 1] there, as these networks have them.

    Args:
        path: Path of a `.pth` or `.pt` file of PyTorch, of which nothing is run; of a
            `.safetensors` file; or of one of the `.bin` files of Real-ESRGAN's authors
            for ncnn, which `list_presets("real_esrgan_*")` names.

    Returns:
        An `ESRGAN`, `RealESRGAN` or `SRGAN` that holds the generator alone, for
        `upscale`, `save_to_preset` or to train on.

    Raises:
        ImportError: If PyTorch is needed to read the file, and not installed.
        ValueError: If there is no such file, it is damaged, too large, or holds another
            network.

    Example:
        ```text
        model = keras_gan_zoo.load_restorer("RealESRGAN_x4plus.pth")
        large = model.upscale("photo.jpg")
        ```
    """
    path = pathlib.Path(path)
    if path.suffix == ".bin":
        return _from_ncnn(path)
    state = tensor_files.without_prefixes(tensor_files.read(path), PREFIXES)
    try:
        with budget(presets.MOST_OPERATIONS, presets.MOST_PARAMETERS):
            models = (find(state) for find in ARCHITECTURES)
            model = next((model for model in models if model is not None), None)
    except (ValueError, KeyError, TypeError, IndexError, ZeroDivisionError) as error:
        raise ValueError(
            f"The network in {path} cannot be made. {error} Pass a file as its authors "
            "have published it."
        ) from error
    if model is None:
        raise ValueError(
            f"The file {path} holds no network that is known here: RRDB (ESRGAN "
            "and Real-ESRGAN), SRVGGNetCompact (the small one of Real-ESRGAN) or "
            f"SRResNet (SRGAN). Received: {len(state)} arrays, {list(state)[:5]}."
        )
    check_finite_weights(model.generator, f"The file {path}")
    return model


def _from_ncnn(path):
    """The model of a file that ncnn runs, one of those that are known."""
    if not path.is_file():
        raise ValueError(f"There is no file {path}.")
    received = sha256_of(path)
    places = {
        name: network.place
        for name, network in published.PUBLISHED.items()
        if isinstance(network.place, packages.PythonFile)
    }
    names = {
        name: pathlib.PurePath(place.file).name
        for name, place in places.items()
        if place.sha256 == received
    }
    if not names:
        raise ValueError(
            f"The file {path} is none of those that are known, or damaged: its sha256 "
            f"is {received}. Known are {[place.file for place in places.values()]} of "
            f"{ncnn.REQUIREMENT}."
        )
    name = next((name for name in names if names[name] == path.name), min(names))
    if not (presets.SHIPPED / name).is_dir():
        return presets.load(SRGAN, published.folder_of(name, path))
    return presets.load(SRGAN, name)
