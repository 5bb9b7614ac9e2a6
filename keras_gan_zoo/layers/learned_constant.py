"""Learned feature maps that a generator starts from (StyleGAN)."""

from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class LearnedConstant(layers.Layer):
    """The same learned maps for each row of its input, whose values do not matter.

    Args:
        shape: (height, width, channels) of the maps.
        **kwargs: As in every Keras layer.

    Reference:
        Karras et al. 2019, section 2, https://arxiv.org/abs/1812.04948
    """

    def __init__(self, shape, **kwargs):
        super().__init__(**kwargs)
        self.shape = tuple(shape)

    def build(self, input_shape) -> None:
        """Makes the maps, from N(0, 1)."""
        normal = keras.initializers.RandomNormal(stddev=1.0)
        self.maps = self.add_weight(self.shape, normal, name="maps")

    def call(self, inputs) -> Tensor:
        """Maps (batch, features) to (batch, height, width, channels)."""
        return ops.ones_like(inputs[:, :1])[:, :, None, None] * self.maps

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:
        """The shape of the maps."""
        return (input_shape[0], *self.shape)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "shape": self.shape}
