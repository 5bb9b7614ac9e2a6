"""Transposed convolution in three dimensions that is fast on every backend."""

import keras
from keras import layers

from keras_gan_zoo.layers.convolution import TransposedConvolution


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Conv3DTranspose(TransposedConvolution, layers.Conv3DTranspose):
    """`keras.layers.Conv3DTranspose`, with the same arguments, weights and results.

    It maps (batch, depth, height, width, channels) to (..., filters). On JAX Keras'
    layer and its gradient take many times as long on a CPU where strides are larger
    than 1. On PyTorch Keras' layer computes a larger volume with channels first in
    memory, and crops it.
    """
