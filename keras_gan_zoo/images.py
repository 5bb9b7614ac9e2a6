"""Pictures as arrays: how they are scaled, joined, and handed to Pillow.

Images are NHWC, uint8 in [0, 255] or float in [-1, 1]; inside a model they are float
in [-1, 1].
"""

from typing import TYPE_CHECKING

import keras
import numpy as np
from keras import ops

from keras_gan_zoo.checks import as_array
from keras_gan_zoo.typing import Tensor

if TYPE_CHECKING:
    from PIL import Image


def to_unit_range(images) -> Tensor:
    """Rescales uint8 images to float [-1, 1] on the device; floats pass through.

    Args:
        images: Tensor of any shape.

    Returns:
        A tensor of dtype `keras.config.floatx()` and the same shape.
    """
    images = ops.convert_to_tensor(images)
    is_uint8 = keras.backend.standardize_dtype(images.dtype) == "uint8"
    images = ops.cast(images, keras.config.floatx())
    return images / 127.5 - 1 if is_uint8 else images


def to_uint8(images) -> np.ndarray:
    """Rescales float images in [-1, 1] to uint8, clipping what lies outside.

    Args:
        images: NumPy array of any shape.

    Returns:
        A uint8 array of the same shape.
    """
    return np.clip(np.rint((images + 1.0) * 127.5), 0, 255).astype("uint8")


def quantize(images) -> Tensor:
    """Does what `to_uint8` does on the device, within a compiled call.

    Args:
        images: Float tensor of any shape.

    Returns:
        A uint8 tensor of the same shape.
    """
    levels = ops.cast(images, "float32") * 127.5 + 128.0  # the cast rounds down
    return ops.cast(ops.clip(levels, 0.0, 255.0), "uint8")


def side_by_side(*sets) -> np.ndarray:
    """Joins sets of images as one whose neighbours belong together, for a grid.

    Args:
        *sets: Arrays (num, height, width, 1 or 3), all of one length and size.

    Returns:
        Array (len(sets) * num, height, width, channels): the first image of each set,
        then the second of each. Grey images become colour where a set has colour.

    Example:
        ```python
        import keras_gan_zoo as kgz

        model = kgz.GAN.from_preset("pix2pix_edges_emoji")
        sources = kgz.datasets.edges(kgz.datasets.emoji("noto", split="test").images)
        pairs = kgz.images.side_by_side(sources, model.translate(sources))
        grid = kgz.images.make_grid(pairs, columns=8)
        ```
    """
    channels = max(images.shape[-1] for images in sets)
    sets = [np.broadcast_to(s, (*s.shape[:-1], channels)) for s in sets]
    return np.stack(sets, axis=1).reshape(-1, *sets[0].shape[1:])


def make_grid(images, columns=8) -> np.ndarray:
    """Puts images side by side into one.

    Args:
        images: uint8 array (num, height, width, channels).
        columns: How many stand in a row; the last row is filled with white.

    Returns:
        A uint8 array (rows * height, columns * width, channels).

    Raises:
        ValueError: If these are no such images, or there is no image or column.
    """
    is_batch = images.ndim == 4 and len(images) > 0
    if not is_batch or images.dtype != np.uint8 or columns < 1:
        raise ValueError(
            "make_grid() takes uint8 images (num, height, width, channels), at least "
            "one of them, and a positive number of columns. Received: shape "
            f"{images.shape}, dtype {images.dtype}, columns={columns}. Floats in "
            "[-1, 1] become bytes by to_uint8(images)."
        )
    num, height, width, channels = images.shape
    rows = -(-num // columns)
    grid = np.full((rows * columns, height, width, channels), 255, "uint8")
    grid[:num] = images
    grid = grid.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
    return grid.reshape(rows * height, columns * width, channels)


def to_pillow(image) -> "Image.Image":
    """Makes a Pillow image.

    Args:
        image: uint8 array (height, width), or (height, width, channels) with 1, 3 or 4
            channels.

    Returns:
        A `PIL.Image.Image`.

    Raises:
        ImportError: If Pillow is not installed.
        ValueError: If this is no such array.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            "Pictures are written with Pillow: pip install pillow"
        ) from error
    image = as_array(image)
    channels = image.shape[-1] if image.ndim == 3 else 1
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or channels not in (1, 3, 4):
        raise ValueError(
            "to_pillow() takes one image, a uint8 array (height, width) or (height, "
            f"width, 1, 3 or 4). Received: shape {image.shape}, dtype {image.dtype}. "
            "Several images become one by make_grid(images), floats in [-1, 1] become "
            "bytes by to_uint8(images)."
        )
    return Image.fromarray(image.reshape(image.shape[:2]) if channels == 1 else image)
