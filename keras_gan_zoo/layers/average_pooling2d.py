"""Average pooling that leaves PyTorch's order in memory alone."""

import keras
from keras import layers

from keras_gan_zoo import backend
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class AveragePooling2D(layers.AveragePooling2D):
    """`keras.layers.AveragePooling2D`, with the same arguments and results.

    On PyTorch Keras' layer copies the maps into another order in memory, and the next
    convolution copies them back, which takes five times as long as the means.
    """

    def call(self, inputs) -> Tensor:
        """Maps (batch, height, width, channels) to a smaller height and width."""
        whole = self.strides == self.pool_size and self.padding == "valid"
        if not whole or self.data_format != "channels_last":
            return super().call(inputs)
        return backend.average_pool(inputs, self.pool_size)
