"""Convolution that is fast on every backend."""

import keras
from keras import layers

from keras_gan_zoo import backend
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Conv2D(layers.Conv2D):
    """`keras.layers.Conv2D`, with the same arguments, weights and results.

    On PyTorch Keras' layer copies its inputs twice, to have channels first in memory
    and then last again. Here they stay as they are.
    """

    def call(self, inputs) -> Tensor:
        """Maps (batch, height, width, channels) to (..., filters)."""
        if self.dilation_rate != (1, 1) or self.data_format != "channels_last":
            return super().call(inputs)
        x = backend.conv(inputs, self.kernel, self.bias, self.strides, self.padding)
        return x if self.activation is None else self.activation(x)
