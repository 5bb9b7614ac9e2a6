"""Enlarging pictures of any size and kind, in tiles where they are large."""

import math

import numpy as np
from keras import ops

from keras_gan_zoo import receptive_field
from keras_gan_zoo.backend import take
from keras_gan_zoo.checks import as_array
from keras_gan_zoo.datasets.pictures import as_picture
from keras_gan_zoo.images import quantize, to_unit_range
from keras_gan_zoo.inference import run
from keras_gan_zoo.splitting import split
from keras_gan_zoo.tiles import map_tiles
from keras_gan_zoo.typing import Tensor

# Sides of the largest tiles in pixels: of what a network computes before it enlarges
# and behind that, and of networks that cannot be cut there.
BEFORE, BEHIND, WHOLE = 768, 128, 384
# Pixels; sides of tiles are multiples, so that few programs are compiled, and that
# networks can fold blocks of pixels into channels.
STEP = 16
OVERLAP = 96  # pixels; what lies further away changed no photo by 2 grey levels
# Pixels that are mirrored beyond the borders: as many as a network looks, if these are
# few; otherwise they would take longer than a small picture does.
FEW, BORDER = 32, 8


def upscale(
    network, scale, image, tile=None, overlap=None, verbose="auto"
) -> np.ndarray:
    """Enlarges an image, or several of one size; see `SRGAN.upscale`.

    Args:
        network: A Keras model, images (batch, height, width, channels) in [-1, 1] to
            images `scale` times as high and wide.
        scale: An integer.
        image: uint8 array, Pillow image or path.
        tile: Side of the largest tiles in pixels.
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
    around = border_of(network)
    x = to_unit_range(images)
    for axis in (1, 2):
        places = _places(images, axis)
        x = take(x, _mirrored(places, around), axis)
    x = quantize(network(x, training=False))
    for axis in (1, 2):
        places = ops.repeat(_places(images, axis), scale)
        x = take(x, ops.cast(_counted(places) + scale * around, "int32"), axis)
    return x


def border_of(network) -> int:
    """How many pixels are mirrored around an image that the network is shown."""
    radius = receptive_field.radius(network)
    return int(radius) if radius <= FEW else BORDER


def _places(images, axis):
    """A 1.0 for each row or column; exporters know no `arange` of unknown length."""
    line = images[0, :, 0, 0] if axis == 1 else images[0, 0, :, 0]
    return ops.ones_like(ops.cast(line, "float32"))


def _mirrored(places, around):
    """Which row stands where if there are `around` more, mirrored, at either end.

    Behind the last there are a few more, for a multiple of `STEP`.
    """
    inside = ops.repeat(places[::STEP], STEP)
    behind = around + -2 * around % STEP
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
    border, step = (border_of(network), STEP) if overlap is None else (overlap, 1)
    height, width = batch.shape[1:3]
    around = [(border, border + -(n + 2 * border) % step) for n in (height, width)]
    batch = np.pad(batch, ((0, 0), *around, (0, 0)), mode="symmetric")
    taken = network.input_shape[-1]
    is_grey = batch.shape[-1] != taken
    inputs = batch.repeat(taken, axis=-1) if is_grey else batch
    large = _in_tiles(network, inputs, tile, overlap, verbose)
    rows, columns = (
        slice(scale * border, scale * (border + n)) for n in (height, width)
    )
    large = large[:, rows, columns]
    if is_grey:
        return np.rint(large.mean(axis=-1, keepdims=True)).astype("uint8")
    return large


def _in_tiles(network, images, tile, overlap, verbose):
    """Maps uint8 images to large ones."""
    parts = split(network)
    tile = tile and (tile // STEP * STEP or tile)
    if parts is None:
        enlarge = _computing(network, to_unit_range, quantize)
        return _tiled(network, enlarge, images, tile or WHOLE, overlap, verbose)
    before, behind = parts
    features = _computing(before, to_unit_range)
    pixels = _computing(behind, after=quantize)

    def compute(images):
        return _tiled(behind, pixels, features(images), BEHIND)

    return _tiled(network, compute, images, tile or BEFORE, overlap, verbose)


def _computing(network, before=None, after=None):
    return lambda x: run(network, x, 1, before, after, verbose=0)


def _tiled(network, compute, x, largest, overlap=None, verbose=0):
    """Maps arrays in tiles that overlap as the network needs it."""
    if overlap is None:
        overlap = int(min(receptive_field.radius(network), OVERLAP, largest // 3))
    sides = tuple(_side(side, largest, overlap) for side in x.shape[1:3])
    return map_tiles(compute, x, sides, overlap, verbose)


def _side(side, largest, overlap):
    """The shortest side of as many tiles as the largest need, in whole steps."""
    more = 0
    if side > largest:
        if not 0 <= 2 * overlap < largest:
            return largest  # which is refused in words, later
        more = math.ceil((side - largest) / (largest - 2 * overlap))
    shortest = math.ceil((side + more * 2 * overlap) / (1 + more))
    return min(largest, math.ceil(shortest / STEP) * STEP)


def _between_neighbours(large, small, scale):
    """Bounds enlarged values by those of the small image, 3x3 pixels around each."""
    small = np.pad(small, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(small, (3, 3), axis=(1, 2))
    low, high = (
        bound(around, axis=(-2, -1)).repeat(scale, axis=1).repeat(scale, axis=2)
        for bound in (np.min, np.max)
    )
    return np.clip(large, low, high)
