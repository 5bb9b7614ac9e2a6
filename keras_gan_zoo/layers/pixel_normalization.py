"""Pixel normalization: feature vectors of one length (ProGAN)."""

from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class PixelNormalization(layers.Layer):
    """Divides the channels of each pixel by the root of their mean square.

    Nothing is learned, and nothing depends on other pixels or images. Magnitudes cannot
    grow without bound from layer to layer. Latents (batch, dim) come to lie on a sphere
    of radius sqrt(dim).

    Args:
        epsilon: Added to the mean square.
        **kwargs: As in every Keras layer.

    Reference:
        Karras et al. 2018, section 4.2, https://arxiv.org/abs/1710.10196
    """

    def __init__(self, epsilon=1e-8, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, inputs) -> Tensor:
        """Maps (batch, ..., channels) to the same shape."""
        # In float32: half precision rounds epsilon to 0, and large squares to infinity.
        x = ops.cast(inputs, "float32")
        square = ops.mean(ops.square(x), axis=-1, keepdims=True)
        return ops.cast(x * ops.rsqrt(square + self.epsilon), inputs.dtype)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "epsilon": self.epsilon}
