"""Batch normalization in one pass over the batch, where the framework has one."""

import keras
from keras import layers, ops

from keras_gan_zoo import backend
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class BatchNormalization(layers.BatchNormalization):
    """`keras.layers.BatchNormalization`, with the same arguments, weights and results.

    Keras computes it from separate operations, each of which reads and writes the whole
    batch. Here the frameworks' own kernels do it, forwards and backwards.
    """

    def call(self, inputs, training=None, mask=None) -> Tensor:
        """Maps (batch, ..., channels) to the same shape."""
        last = self.axis in (-1, len(inputs.shape) - 1)
        plain = last and mask is None and not (self.synchronized or self.renorm)
        plain = plain and self.compute_dtype != "float64"  # the kernels have half of it
        if not (training and self.trainable and plain):
            return super().call(inputs, training=training, mask=mask)
        x = ops.cast(inputs, "float32")
        gamma = ops.cast(self.gamma, x.dtype) if self.scale else ops.ones(x.shape[-1])
        beta = ops.cast(self.beta, x.dtype) if self.center else ops.zeros(x.shape[-1])
        x, *statistics = backend.batch_normalization(x, gamma, beta, self.epsilon)
        moving = (self.moving_mean, self.moving_variance)
        for variable, seen in zip(moving, statistics, strict=True):
            seen = ops.cast(ops.stop_gradient(seen), variable.dtype)
            variable.assign(self.momentum * variable + (1.0 - self.momentum) * seen)
        return ops.cast(x, self.compute_dtype)
