"""Transposed convolution that is fast on every backend."""

import keras
from keras import layers

from keras_gan_zoo.layers.convolution import TransposedConvolution


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Conv2DTranspose(TransposedConvolution, layers.Conv2DTranspose):
    """`keras.layers.Conv2DTranspose`, with the same arguments, weights and results.

    On JAX the gradient of Keras' layer takes several times as long on a CPU, because it
    is computed as that of a convolution with holes. Here it is that of the plain
    convolution which this one transposes. On PyTorch Keras' layer computes a larger
    image with channels first in memory, and crops it.
    """
