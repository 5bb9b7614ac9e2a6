"""Transposed convolution that is fast on every backend."""

import keras
from keras import layers

from keras_gan_zoo import backend
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Conv2DTranspose(layers.Conv2DTranspose):
    """`keras.layers.Conv2DTranspose`, with the same arguments, weights and results.

    On JAX the gradient of Keras' layer takes several times as long on a CPU, because it
    is computed as that of a convolution with holes. Here it is that of the plain
    convolution which this one transposes. On PyTorch Keras' layer computes a larger
    image with channels first in memory, and crops it.
    """

    def call(self, inputs) -> Tensor:
        """Maps (batch, height, width, channels) to (..., filters)."""
        plain = self.output_padding is None and self.dilation_rate == (1, 1)
        if not plain or self.data_format != "channels_last":
            return super().call(inputs)
        x = backend.conv_transpose(
            inputs, self.kernel, self.bias, self.strides, self.padding
        )
        return x if self.activation is None else self.activation(x)
