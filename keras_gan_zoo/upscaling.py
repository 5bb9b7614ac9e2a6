"""Enlarging pictures of any size and kind by a network made for small tiles."""

import numpy as np
from keras import ops

from keras_gan_zoo import receptive_field
from keras_gan_zoo.backend import take
from keras_gan_zoo.checks import as_array
from keras_gan_zoo.datasets.pictures import as_picture
from keras_gan_zoo.images import quantize, to_unit_range
from keras_gan_zoo.inference import run
from keras_gan_zoo.tiles import map_tiles
from keras_gan_zoo.typing import Tensor

TILE = 128  # pixels, the side of a tile
FOLD = 4  # pixels of the largest blocks that a network of ours folds into channels


def upscale(
    network, scale, image, tile=TILE, overlap=None, verbose="auto"
) -> np.ndarray:
    """Enlarges an image, or several of one size; see `SRGAN.upscale`.

    Args:
        network: A Keras model, images (batch, height, width, channels) in [-1, 1] to
            images `scale` times as high and wide.
        scale: An integer.
        image: uint8 array, Pillow image or path.
        tile: Side of the tiles in pixels.
        overlap: Pixels that a tile sees around what is kept of it, and that are
            mirrored beyond the borders.
        verbose: Whether to show a progress bar: 0, 1, or `"auto"` for long work.

    Returns:
        uint8 array of the rank of the image, `scale` times as high and wide.

    Raises:
        ValueError: If this is no such image.
    """
    image = as_array(as_picture(image))
    if image.dtype != np.uint8 or image.ndim not in (2, 3, 4) or 0 in image.shape:
        raise ValueError(
            "upscale() takes a uint8 image: an array (height, width), (height, width, "
            "channels) or (num, height, width, channels), a Pillow image or the path "
            f"of a file. Received: shape {image.shape}, dtype {image.dtype}. Float "
            "images in [-1, 1] become uint8 with keras_gan_zoo.images.to_uint8."
        )
    batch = image[..., None] if image.ndim == 2 else image
    batch = batch[None] if batch.ndim == 3 else batch
    if overlap is None:
        overlap = _reach(network, tile)
    parts = [
        _enlarge(network, scale, batch[..., channels], tile, overlap, verbose)
        for channels in _together(batch.shape[-1], network.input_shape[-1])
    ]
    if batch.shape[-1] in (2, 4):
        parts[-1] = _between_neighbours(parts[-1], batch[..., -1:], scale)
    large = np.concatenate(parts, axis=-1)
    large = large if image.ndim == 4 else large[0]
    return large[..., 0] if image.ndim == 2 else large


def enlarge_whole(scale, network, images) -> Tensor:
    """Does what `upscale` does, on the device and without tiles.

    Args:
        scale: See `upscale`.
        network: See `upscale`.
        images: uint8 tensor (batch, height, width, channels), the network's channels.

    Returns:
        uint8 tensor (batch, scale * height, scale * width, channels).
    """
    around = _reach(network, TILE)
    x = to_unit_range(images)
    for axis in (1, 2):
        places = _places(images, axis)
        # Some networks fold blocks of pixels: a tile has whole ones.
        x = take(x, _mirrored(places, around), axis)
    x = quantize(network(x, training=False))
    for axis in (1, 2):
        places = ops.repeat(_places(images, axis), scale)
        x = take(x, ops.cast(_counted(places) + scale * around, "int32"), axis)
    return x


def _reach(network, tile):
    """How many pixels around an image the network is shown."""
    return int(min(receptive_field.radius(network), tile // 3))


def _places(images, axis):
    """A 1.0 for each row or column; exporters know no `arange` of unknown length."""
    line = images[0, :, 0, 0] if axis == 1 else images[0, 0, :, 0]
    return ops.ones_like(ops.cast(line, "float32"))


def _mirrored(places, around):
    """Which row stands where if there are `around` more, mirrored, at either end.

    Behind the last there are a few more, for a multiple of `FOLD`.
    """
    inside = ops.repeat(places[::FOLD], FOLD)
    behind = around + -2 * around % FOLD
    rows = ops.pad(inside, [(around, behind)], constant_values=1.0)
    index, both = _counted(rows) - around, 2 * ops.sum(places)
    # The remainder, which exporters take in two ways where it is below 0.
    index = index - both * ops.floor(index / both)
    return ops.cast(ops.minimum(index, both - 1 - index), "int32")


def _counted(places):
    return ops.cumsum(places) - 1


def _together(channels, taken):
    """Lists of the channels that go through a network of `taken` channels together."""
    whole = channels // taken * taken
    together = [list(range(i, i + taken)) for i in range(0, whole, taken)]
    return together + [[i] for i in range(whole, channels)]


def _enlarge(network, scale, batch, tile, overlap, verbose):
    def enlarge(part):
        return run(network, part, 1, to_unit_range, quantize, verbose=0)

    taken = network.input_shape[-1]
    around = (overlap, overlap)
    batch = np.pad(batch, ((0, 0), around, around, (0, 0)), mode="symmetric")
    is_grey = batch.shape[-1] != taken
    inputs = batch.repeat(taken, axis=-1) if is_grey else batch
    large = map_tiles(enlarge, inputs, tile, overlap, verbose)
    inside = slice(scale * overlap, -scale * overlap or None)
    large = large[:, inside, inside]
    if is_grey:
        return np.rint(large.mean(axis=-1, keepdims=True)).astype("uint8")
    return large


def _between_neighbours(large, small, scale):
    """Bounds enlarged values by those of the small image, 3x3 pixels around each."""
    small = np.pad(small, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(small, (3, 3), axis=(1, 2))
    low, high = (
        bound(around, axis=(-2, -1)).repeat(scale, axis=1).repeat(scale, axis=2)
        for bound in (np.min, np.max)
    )
    return np.clip(large, low, high)
