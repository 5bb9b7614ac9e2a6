"""Convolution that is fast on every backend."""

import keras
from keras import layers

from keras_gan_zoo.layers.convolution import Convolution


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Conv2D(Convolution, layers.Conv2D):
    """`keras.layers.Conv2D`, with the same arguments, weights and results.

    On PyTorch Keras' layer copies its inputs twice, to have channels first in memory
    and then last again. Here they stay as they are.
    """
