"""Transposed convolution in one dimension that is fast on every backend."""

import keras
from keras import layers

from keras_gan_zoo.layers.convolution import TransposedConvolution


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Conv1DTranspose(TransposedConvolution, layers.Conv1DTranspose):
    """`keras.layers.Conv1DTranspose`, with the same arguments, weights and results.

    It maps (batch, steps, channels) to (batch, new steps, filters). On JAX the gradient
    of Keras' layer takes many times as long on a CPU, because it is computed as that of
    a convolution with holes. On PyTorch Keras' layer computes a longer sequence with
    channels first in memory, and crops it.
    """
