"""Images, channels last."""

from collections.abc import Callable

import numpy as np

from keras_gan_zoo import images
from keras_gan_zoo.checks import as_array, is_float
from keras_gan_zoo.domains.base import Domain
from keras_gan_zoo.typing import Tensor


class Images(Domain):
    """Images, channels last: uint8 in [0, 255] or float in [-1, 1].

    Networks see [-1, 1]; what is generated is uint8. Files: PNG, JPEG, WebP, BMP, TIFF.
    """

    name = "images"
    axes: tuple[str, ...] = ("height", "width", "channels")
    integers = ("uint8",)
    numbers = "uint8 in [0, 255] or float in [-1, 1]"
    interval = (-1, 1)
    rescaling = (
        "Rescale it with images / 127.5 - 1 if it was [0, 255], or pass the images as "
        "uint8."
    )
    hint = "Grey images need a channel axis: images[..., None]; channels stand last."
    channels_first: tuple[int, ...] = (1,)

    def doubt(self, batch) -> str | None:
        """Says so if float images seem to lie in [0, 1] in place of [-1, 1]."""
        if not is_float(batch) or 0 in batch.shape:
            return None
        values = as_array(batch)
        if not 0 <= values.min() < values.max():
            return None
        return (
            f"The first batch of float {self.name} has no value below 0, which looks "
            "like [0, 1]. Expected [-1, 1], where black is -1. Rescale them with "
            f"{self.name} * 2 - 1, or pass them as uint8 in [0, 255]."
        )

    def encode(self, batch) -> Tensor:
        """Rescales uint8 to [-1, 1]; floats pass through."""
        return images.to_unit_range(batch)

    def decode(self, samples) -> Tensor:
        """Rounds to uint8."""
        return images.quantize(samples)

    def preview(self, samples, columns=8) -> np.ndarray:
        """The images side by side."""
        return images.make_grid(as_bytes(samples), columns)

    def writers(self) -> dict[str, Callable]:
        """By Pillow, which knows the format from the suffix."""
        suffixes = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")
        return dict.fromkeys(suffixes, _write_picture)


def as_bytes(samples) -> np.ndarray:
    """Makes uint8 of float pictures in [-1, 1]; bytes pass through."""
    samples = as_array(samples)
    return images.to_uint8(samples) if is_float(samples) else samples


def _write_picture(sample, path):
    if sample.shape[-1] == 4 and path.suffix.lower() in (".jpg", ".jpeg"):
        raise ValueError(
            f"{path.name}: JPEG holds no transparency. Save images of 4 channels as "
            ".png or .webp, or images[..., :3]."
        )
    images.to_pillow(as_bytes(sample)).save(path)
