"""Noise inputs: chance for what differs from place to place (StyleGAN2)."""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Noise2D(layers.Layer):
    """Adds N(0, 1) to each pixel, all channels alike, by a strength that is learned.

    In training the noise is drawn anew for each image. Elsewhere it is one that was
    drawn when the layer was made, so that an image depends on its latents alone.

    Args:
        gain: What the noise is multiplied by.
        seed: Integer, of all noise.
        **kwargs: As in every Keras layer.

    Reference:
        Karras et al. 2019, section 2, https://arxiv.org/abs/1812.04948
    """

    def __init__(self, gain=1.0, seed=0, **kwargs):
        super().__init__(**kwargs)
        self.gain = gain
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape) -> None:
        """Makes the strength, 0 at the beginning, and the noise for use."""
        self.strength = self.add_weight((), "zeros", name="strength")
        shape = (*input_shape[1:3], 1)
        self.noise = self.add_weight(shape, self._drawn, trainable=False, name="noise")

    def call(self, inputs, training=False) -> Tensor:
        """Maps (batch, height, width, channels) to the same shape."""
        noise = self.noise
        if training:
            shape = (*ops.shape(inputs)[:3], 1)
            noise = keras.random.normal(
                shape, dtype=inputs.dtype, seed=self.seed_generator
            )
        return inputs + self.gain * self.strength * noise

    def _drawn(self, shape, dtype=None):
        """By NumPy: the same on every backend."""
        x = np.random.RandomState(self.seed).standard_normal(shape)
        return ops.convert_to_tensor(x.astype("float32"), dtype)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "gain": self.gain, "seed": self.seed}
