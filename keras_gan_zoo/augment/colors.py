"""Changes of colours that keep grey and colour apart.

The grey of a pixel is the mean of its red, green and blue, its colour what remains.
Each change treats the two by themselves: it scales or moves the grey, and scales or
rotates the colour, which lies in a plane.
"""

import math

from keras import ops

from keras_gan_zoo.typing import Tensor


def recolor(
    planes, brightness=0.0, contrast=0.0, luma_flip=0.0, hue=0.0, saturation=0.0
) -> Tensor:
    """Changes brightness, contrast, the sign of the grey, hue and saturation, in turn.

    Channels in threes are taken for red, green and blue: six for two images, which are
    changed alike. Images of another number of channels have nothing but grey in each of
    them, so hue and saturation mean nothing to them.

    Args:
        planes: Floats (batch, channels, height, width).
        brightness: What is added to all channels; as what follows, a vector (batch,) or
            a number, and 0 changes nothing.
        contrast: All is multiplied by 2^contrast.
        luma_flip: 1 turns the grey around and leaves the colour, a reflection at the
            plane of no grey.
        hue: The colour is rotated around the grey axis, by radians.
        saturation: The colour is multiplied by 2^saturation.

    Returns:
        A tensor of the same shape, whose values may leave the range of the images'.
    """
    brightness, contrast, luma_flip, hue, saturation = (
        ops.reshape(ops.cast(amount, planes.dtype), (-1, 1, 1, 1, 1))
        for amount in (brightness, contrast, luma_flip, hue, saturation)
    )
    channels, height, width = planes.shape[1:]
    size = 1 if channels % 3 else 3
    colors = ops.reshape(planes, (-1, channels // size, size, height, width))
    grey = ops.mean(colors, axis=2, keepdims=True)
    changed = (1 - 2 * luma_flip) * 2.0**contrast * (grey + brightness)
    if size == 3:
        factor = 2.0 ** (contrast + saturation)
        straight, across = factor * ops.cos(hue), factor * ops.sin(hue)
        changed = changed + straight * (colors - grey) + across * _across(colors)
    return ops.reshape(changed, (-1, channels, height, width))


def _across(colors):
    """The colour rotated by a quarter: (1, 1, 1) x pixel, divided by the root of 3."""
    red, green, blue = ops.split(colors, 3, axis=2)
    rotated = ops.concatenate([blue - green, red - blue, green - red], axis=2)
    return rotated / math.sqrt(3)
