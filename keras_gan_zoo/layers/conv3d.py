"""Convolution in three dimensions that is fast on every backend."""

import keras
from keras import layers

from keras_gan_zoo.layers.convolution import Convolution


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Conv3D(Convolution, layers.Conv3D):
    """`keras.layers.Conv3D`, with the same arguments, weights and results.

    It maps (batch, depth, height, width, channels) to (..., filters). On JAX the
    gradient of Keras' layer takes many times as long on a CPU where strides are larger
    than 1. On PyTorch Keras' layer copies its inputs twice, to have channels first in
    memory and then last again; here they stay as they are.
    """
