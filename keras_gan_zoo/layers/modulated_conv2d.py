"""Convolutions whose kernel is scaled anew for each image (StyleGAN2)."""

import math
from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo import backend
from keras_gan_zoo.layers.equalized import unit_normal
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ModulatedConv2D(layers.Layer):
    """A convolution whose input channels are scaled for each image by its style.

    Modulation: w'_ijk = s_i w_ijk. Demodulation: w''_ijk = w'_ijk / |w'_j|, so that
    each output channel has the deviation that independent inputs have. Here i is the
    input channel, j the output channel and k the place in the window.

    Both are factors of channels, so all images share one kernel: the input is scaled
    before the convolution, the output after it. On a CPU this is several times as fast
    as a kernel for each image. It pads with zeros, so the image keeps its size, and has
    an equalized learning rate.

    Args:
        filters: Channels of the output.
        kernel_size: Odd side of the window.
        demodulate: Whether output channels are scaled back.
        gain: What outputs are multiplied by.
        **kwargs: As in every Keras layer.

    Reference:
        Karras et al. 2020, equations 1 and 3, https://arxiv.org/abs/1912.04958
    """

    def __init__(self, filters, kernel_size=3, demodulate=True, gain=1.0, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.demodulate = demodulate
        self.gain = gain

    def build(self, maps_shape, scales_shape) -> None:
        """Makes the kernel, from N(0, 1)."""
        self.channels = maps_shape[-1]
        self.kernel = self.add_weight(self.kernel_shape(), unit_normal(), name="kernel")

    def kernel_shape(self) -> tuple[int, ...]:
        """The kernel's, the output channels last."""
        return (self.kernel_size, self.kernel_size, self.channels, self.filters)

    def call(self, maps, scales) -> Tensor:
        """Maps (batch, height, width, channels), scales (batch, channels), to maps."""
        kernel = self.scaled_kernel()
        x = self.convolve(maps * scales[:, None, None, :], kernel)
        factors = self.gain
        if self.demodulate:
            factors = factors * self.demodulation(scales)[:, None, None, :]
        return x * ops.cast(factors, x.dtype)

    def scaled_kernel(self) -> Tensor:
        """The kernel over sqrt(fan_in)."""
        return self.kernel / math.sqrt(self.kernel_size**2 * self.channels)

    def convolve(self, maps, kernel) -> Tensor:
        """Applies a kernel to all images."""
        return backend.conv(maps, kernel, None, (1, 1), "same")

    def demodulation(self, scales) -> Tensor:
        """Scales (batch, channels) to 1 / |w'_j|, float32 (batch, filters)."""
        kernel = ops.cast(self.scaled_kernel(), "float32")
        squares = self.channels_first(ops.sum(ops.square(kernel), axis=(0, 1)))
        scales = ops.cast(scales, "float32")
        return ops.rsqrt(ops.matmul(ops.square(scales), squares) + 1e-8)

    def channels_first(self, matrix) -> Tensor:
        """What has the kernel's last two axes as (channels, filters)."""
        return matrix

    def compute_output_shape(self, maps_shape, scales_shape) -> tuple[int | None, ...]:
        """The shape of the maps, with other channels."""
        return (*maps_shape[:-1], self.filters)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "demodulate": self.demodulate,
            "gain": self.gain,
        }


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ModulatedConv2DTranspose(ModulatedConv2D):
    """A `ModulatedConv2D` between whose input pixels zeros are put.

    It maps n pixels to 2 n - 1 + `kernel_size` - 1. What follows is a blur that makes
    them 2 n: `Blur2D(-1, gain=2)`.
    """

    kernel_at_input = True  # where `flops` counts it

    def kernel_shape(self) -> tuple[int, ...]:
        """The kernel's, the input channels last, as in `keras.layers`."""
        return (self.kernel_size, self.kernel_size, self.filters, self.channels)

    def convolve(self, maps, kernel) -> Tensor:
        """Applies a kernel to all images, with stride 2."""
        return backend.conv_transpose(maps, kernel, None, (2, 2), "valid")

    def channels_first(self, matrix) -> Tensor:
        """What has the kernel's last two axes as (channels, filters)."""
        return ops.transpose(matrix)

    def compute_output_shape(self, maps_shape, scales_shape) -> tuple[int | None, ...]:
        """The shape of the larger maps."""
        batch, *sides, _ = maps_shape
        longer = [2 * side - 2 + self.kernel_size for side in sides]
        return (batch, *longer, self.filters)
