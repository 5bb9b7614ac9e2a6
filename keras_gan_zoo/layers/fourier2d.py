"""Fourier transforms of feature maps, as products with small matrices.

The sides of feature maps are short, so a product costs about what a fast transform
does, it can be differentiated any number of times, and every runtime has it.
"""

import math

import keras
from keras import layers, ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Fourier2D(layers.Layer):
    """The spectrum of each channel, its real and imaginary parts as channels.

    Of a row of `width` pixels only the first `width // 2 + 1` frequencies are kept; the
    others are their conjugates. The transform is orthonormal: it keeps the length of
    what it maps.
    """

    def call(self, maps) -> Tensor:
        """Maps (batch, height, width, channels) to (batch, height, n, 2 * channels)."""
        x = ops.cast(maps, "float32")
        batch, height, width, channels = ops.shape(x)
        cosines, sines = _waves(width)
        kept = width // 2 + 1
        x = ops.matmul(ops.concatenate([cosines[:kept], -sines[:kept]]), x)
        x = ops.reshape(x, (batch, height, 2 * kept * channels))
        cosines, sines = _waves(height)
        parts = (batch, height, 2, kept, channels)
        even = ops.reshape(ops.matmul(cosines, x), parts)
        odd = ops.reshape(ops.matmul(sines, x), parts)
        real = even[:, :, 0] + odd[:, :, 1]
        imaginary = even[:, :, 1] - odd[:, :, 0]
        return ops.cast(ops.concatenate([real, imaginary], -1), maps.dtype)

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:
        """The shape of the spectrum."""
        batch, height, width, channels = input_shape
        return (batch, height, width and width // 2 + 1, 2 * channels)


@keras.saving.register_keras_serializable("keras_gan_zoo")
class InverseFourier2D(layers.Layer):
    """Feature maps of a spectrum: what `Fourier2D` has made, back again."""

    def call(self, spectrum, like) -> Tensor:
        """Maps (batch, height, n, 2 * channels) to maps of the width of `like`."""
        x = ops.cast(spectrum, "float32")
        width = ops.shape(like)[2]
        batch, height, kept, channels = ops.shape(x)
        channels = channels // 2
        x = ops.reshape(x, (batch, height, kept * 2 * channels))
        cosines, sines = _waves(height)
        parts = (batch, height, kept, 2, channels)
        even = ops.reshape(ops.matmul(cosines, x), parts)
        odd = ops.reshape(ops.matmul(sines, x), parts)
        real = even[..., 0, :] - odd[..., 1, :]
        imaginary = even[..., 1, :] + odd[..., 0, :]
        cosines, sines = _waves(width)
        number = ops.arange(0, kept, dtype="int32")
        is_single = ops.logical_or(number == 0, 2 * number == width)
        weights = ops.where(is_single, 1.0, 2.0)  # of a frequency and its conjugate
        back = [weights * cosines[:, :kept], -weights * sines[:, :kept]]
        x = ops.concatenate([real, imaginary], axis=2)
        return ops.cast(ops.matmul(ops.concatenate(back, 1), x), spectrum.dtype)

    def compute_output_shape(self, spectrum_shape, like_shape) -> tuple:
        """The shape of the maps."""
        return (*spectrum_shape[:2], like_shape[2], spectrum_shape[3] // 2)


def _waves(side):
    """The cosine and sine of 2 pi k n / side, (side, side), over sqrt(side)."""
    n = ops.arange(0, side, dtype="int32")
    turns = ops.cast((n[:, None] * n) % side, "float32") / ops.cast(side, "float32")
    scale = ops.rsqrt(ops.cast(side, "float32"))
    return scale * ops.cos(2 * math.pi * turns), scale * ops.sin(2 * math.pi * turns)
