"""Equalized learning rate: layers that scale their weights when they are called."""

import math
from typing import Any

import keras
from keras import layers

from keras_gan_zoo import backend
from keras_gan_zoo.layers.conv2d import Conv2D
from keras_gan_zoo.typing import Tensor


def unit_normal(stddev=1.0) -> keras.initializers.Initializer:
    """N(0, stddev^2), whatever the size of the layer."""
    return keras.initializers.RandomNormal(stddev=stddev)


@keras.saving.register_keras_serializable("keras_gan_zoo")
class EqualizedConv2D(Conv2D):
    """`Conv2D` whose kernel is drawn from N(0, 1) and divided by sqrt(fan_in) in use.

    An optimizer such as Adam moves each weight by about its learning rate, whatever the
    weight's size. With all kernels of one size, all layers learn equally fast.

    Args:
        filters: As in `keras.layers.Conv2D`.
        kernel_size: As in `keras.layers.Conv2D`.
        gain: What outputs, the bias included, are multiplied by.
        **kwargs: As in `keras.layers.Conv2D`, without dilation and channels first.

    Raises:
        ValueError: If it is called with one of the two.

    Reference:
        Karras et al. 2018, section 4.1, https://arxiv.org/abs/1710.10196
    """

    def __init__(self, filters, kernel_size, gain=1.0, **kwargs):
        kwargs.setdefault("kernel_initializer", unit_normal())
        super().__init__(filters, kernel_size, **kwargs)
        self.gain = gain

    def build(self, input_shape) -> None:
        """Makes the kernel and the bias."""
        self.require_plain()
        super().build(input_shape)

    def call(self, inputs) -> Tensor:
        """Maps (batch, height, width, channels) to (..., filters)."""
        kernel = self.kernel * (self.gain / math.sqrt(fan_in(self.kernel)))
        bias = None if self.bias is None else self.bias * self.gain
        x = backend.conv(inputs, kernel, bias, self.strides, self.padding)
        return x if self.activation is None else self.activation(x)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "gain": self.gain}


@keras.saving.register_keras_serializable("keras_gan_zoo")
class EqualizedDense(layers.Dense):
    """`keras.layers.Dense` with an equalized learning rate: see `EqualizedConv2D`.

    Args:
        units: As in `keras.layers.Dense`.
        gain: What outputs, the bias included, are multiplied by.
        rate: Of its learning relative to other layers: the kernel starts that much
            larger, and kernel and bias are multiplied by it in use.
        **kwargs: As in `keras.layers.Dense`.
    """

    def __init__(self, units, gain=1.0, rate=1.0, **kwargs):
        kwargs.setdefault("kernel_initializer", unit_normal(1 / rate))
        super().__init__(units, **kwargs)
        self.gain = gain
        self.rate = rate

    def call(self, inputs, training=None) -> Tensor:
        """Maps (batch, features) to (batch, units)."""
        scale = self.gain * self.rate
        x = inputs @ (self.kernel * (scale / math.sqrt(fan_in(self.kernel))))
        x = x if self.bias is None else x + self.bias * scale
        return x if self.activation is None else self.activation(x)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "gain": self.gain, "rate": self.rate}


def fan_in(kernel) -> int:
    """How many inputs one output of a kernel (..., channels, filters) is a sum of."""
    return math.prod(kernel.shape[:-1])
