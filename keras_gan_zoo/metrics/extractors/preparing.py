"""From images of any size to what a network takes: resizing and normalization.

References:
    Parmar et al., "On Aliased Resizing and Surprising Subtleties in GAN Evaluation",
    2022, https://arxiv.org/abs/2104.11222, for "clean"
"""

import dataclasses
from collections.abc import Callable

import numpy as np
from keras import ops

from keras_gan_zoo.resampling import resize_bicubic
from keras_gan_zoo.typing import Tensor

# Mean and standard deviation of pixels in [0, 1].
NORMALIZATIONS = {
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "clip": (
        (0.48145466, 0.4578275, 0.40821073),
        (0.26862954, 0.26130258, 0.27577711),
    ),
    "zero_to_one": (0.0, 1.0),
    "minus_one_to_one": (0.5, 0.5),
}


@dataclasses.dataclass(frozen=True)
class Preparation:
    """A function of uint8 images (num, height, width, channels).

    Attributes:
        size: (height, width) to resize to, or `None`.
        resize: How: a key of `RESIZERS`.
        normalization: Key of `NORMALIZATIONS`, or a pair (mean, std) of pixels in
            [0, 1], each a number or one a channel; `None` leaves pixels in [0, 255].
        channels: Of the result: 3, for which grey is repeated, or 1.
        dtype: Of the result; whole numbers are rounded.

    Raises:
        ValueError: If a value is none of these.
    """

    size: tuple[int, int] | None = None
    resize: str = "clean"
    normalization: str | tuple | None = None
    channels: int = 3
    dtype: str = "float32"

    def __post_init__(self):
        if self.resize not in RESIZERS:
            raise ValueError(
                f"resize must be one of {list(RESIZERS)}. Received: {self.resize!r}"
            )
        self._statistics()
        # Without arrays and lists it can be hashed, by which programs are kept.
        if not isinstance(self.normalization, str | None):
            pair = tuple(np.asarray(x, float).tolist() for x in self.normalization)
            pair = tuple(tuple(x) if isinstance(x, list) else x for x in pair)
            object.__setattr__(self, "normalization", pair)
        if self.size is not None:
            object.__setattr__(self, "size", tuple(self.size))

    def __call__(self, images) -> Tensor:
        """Computes what the network takes, a tensor (num, height, width, channels)."""
        images = with_channels(images, self.channels)
        if self.size is not None and tuple(images.shape[1:3]) != self.size:
            images = RESIZERS[self.resize](images, *self.size)
        if "int" in self.dtype:
            return ops.cast(ops.clip(ops.round(images), 0, 255), self.dtype)
        if self.normalization is not None:
            mean, std = map(ops.convert_to_tensor, self._statistics())
            images = (images / 255 - mean) / std
        return ops.cast(images, self.dtype)

    def __str__(self) -> str:
        size = "their own size" if self.size is None else "{}x{}".format(*self.size)
        resized = size if self.size is None else f"{size} by {self.resize}"
        return f"{resized}, {self._scaled()}"

    def _scaled(self):
        if self.normalization is None:
            return "pixels in [0, 255]"
        if isinstance(self.normalization, str):
            return f"normalized by {self.normalization}"
        return "normalized by mean {} and std {}".format(*self.normalization)

    def _statistics(self):
        """Mean and standard deviation, float32 arrays of one or `channels` values."""
        found = self.normalization
        try:
            found = NORMALIZATIONS[found] if isinstance(found, str) else found
            mean, std = (0.0, 1.0) if found is None else found
            mean, std = (np.asarray(x, "float32").reshape(-1) for x in (mean, std))
            if {len(mean), len(std)} <= {1, self.channels} and (std > 0).all():
                return mean, std
        except (KeyError, TypeError, ValueError):
            pass
        raise ValueError(
            f"normalization must be one of {list(NORMALIZATIONS)}, or a pair (mean, "
            f"std) of pixels in [0, 1], std > 0, of 1 or {self.channels} values each. "
            f"Received: {self.normalization!r}"
        )


def with_channels(images, channels=3) -> Tensor:
    """Casts images to float32, and repeats a single channel where three are needed.

    Args:
        images: Tensor (num, height, width, channels).
        channels: How many the network takes.

    Returns:
        A float32 tensor with so many channels.

    Raises:
        ValueError: If the images have another number of them.
    """
    received = images.shape[-1]
    if received not in (1, channels):
        wanted = "1 or 3 channels, grey or RGB" if channels == 3 else f"{channels}"
        raise ValueError(
            f"This extractor needs images with {wanted}. Received: {received} "
            "channels. Drop what is neither, such as transparency."
        )
    return ops.repeat(ops.cast(images, "float32"), channels // received, axis=-1)


def resize_bilinear_tf1(images, height, width) -> Tensor:
    """Resizes as `tf.compat.v1.image.resize_bilinear` does, without its options.

    Pixel i of the result is read at i * length / side: the first pixels coincide, and
    shrinking skips pixels.

    Args:
        images: float32 (num, old height, old width, channels).
        height: Of the result.
        width: Of the result.

    Returns:
        float32 (num, height, width, channels), in the range of the images.
    """
    for axis, side in ((2, width), (1, height)):
        length = images.shape[axis]
        position = np.arange(side, dtype="float32") * (np.float32(length) / side)
        lower = position.astype("int32")
        upper = np.minimum(lower + 1, length - 1)
        weight = np.expand_dims(position - lower, (0, 2, 3) if axis == 1 else (0, 1, 3))
        start, end = (ops.take(images, index, axis=axis) for index in (lower, upper))
        images = start + (end - start) * ops.convert_to_tensor(weight, "float32")
    return images


def resize_clean(images, height, width) -> Tensor:
    """Resizes as Pillow does it with floats, which Clean-FID and FD-DINOv2 take.

    Args:
        images: float32 (num, old height, old width, channels) in [0, 255].
        height: Of the result.
        width: Of the result.

    Returns:
        float32 (num, height, width, channels) in [0, 255], bicubic and averaged where
        it shrinks, each channel by itself, and not rounded.
    """
    return ops.clip(resize_bicubic(images, height, width), 0, 255)


def resize_bilinear(images, height, width) -> Tensor:
    """Resizes bilinearly, averaged where it shrinks.

    Args:
        images: float32 (num, old height, old width, channels).
        height: Of the result.
        width: Of the result.

    Returns:
        float32 (num, height, width, channels), in the range of the images.
    """
    layout = {"antialias": True, "data_format": "channels_last"}
    return ops.image.resize(images, (height, width), "bilinear", **layout)


RESIZERS: dict[str, Callable] = {
    "clean": resize_clean,
    "bicubic": resize_bicubic,  # the same without the limits
    "bilinear": resize_bilinear,
    "tf1": resize_bilinear_tf1,  # aliased, as in the first FIDs
}
