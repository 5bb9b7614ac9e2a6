"""Convolution in one dimension that is fast on every backend."""

import keras
from keras import layers

from keras_gan_zoo.layers.convolution import Convolution


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Conv1D(Convolution, layers.Conv1D):
    """`keras.layers.Conv1D`, with the same arguments, weights and results.

    It maps (batch, steps, channels) to (batch, new steps, filters). On JAX the gradient
    of a penalty on a gradient takes many times as long with Keras' layer on a CPU. On
    PyTorch Keras' layer copies its inputs to have channels first in memory; here they
    stay as they are.
    """
