"""Instance normalization: each channel of each image by itself."""

from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class InstanceNormalization(layers.Layer):
    """Gives each channel of each image mean 0 and variance 1.

    Unlike batch normalization it does the same in training and after, and an image does
    not depend on its neighbours in the batch. A map of a single pixel becomes 0. It has
    no weights.

    `keras.layers.GroupNormalization` with a group a channel computes the same, but on
    TensorFlow holds the mean fixed when it differentiates the variance, which is right
    once and wrong in a gradient penalty.

    Args:
        epsilon: Is added to the variance.
        **kwargs: As in every Keras layer.

    Reference:
        Ulyanov et al. 2016, https://arxiv.org/abs/1607.08022
    """

    def __init__(self, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, images) -> Tensor:
        """Maps images (batch, height, width, channels) to such images."""
        x = ops.cast(images, "float32")
        x = x - ops.mean(x, axis=(1, 2), keepdims=True)
        variance = ops.mean(ops.square(x), axis=(1, 2), keepdims=True)
        x = x * ops.rsqrt(variance + self.epsilon)
        return ops.cast(x, self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "epsilon": self.epsilon}
