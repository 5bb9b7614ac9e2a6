"""Leaky ReLU that leaves TensorFlow's graph optimizer intact."""

import keras
from keras import layers

from keras_gan_zoo import backend
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class LeakyReLU(layers.LeakyReLU):
    """`keras.layers.LeakyReLU`, with the same arguments and results.

    After a convolution Keras' layer makes a part of TensorFlow's graph optimizer fail,
    with an error in the log at the first step.
    """

    def call(self, inputs) -> Tensor:
        """Maps a tensor to one of the same shape."""
        return backend.leaky_relu(inputs, self.negative_slope)
