"""A learned basis: where a generator begins, in place of a dense layer."""

import keras
from keras import layers


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Basis(layers.Layer):
    """Learned feature maps of the smallest size, each scaled by one number.

    Args:
        size: (height, width) of the maps.
        **kwargs: As in every Keras layer.

    Reference:
        Huang et al. 2024, https://arxiv.org/abs/2501.05441
    """

    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = tuple(size)

    def build(self, input_shape):
        """Makes the maps, from a normal distribution."""
        normal = keras.initializers.RandomNormal(stddev=1.0)
        self.maps = self.add_weight((*self.size, input_shape[-1]), normal)

    def call(self, scales):
        """Maps (batch, channels) to (batch, height, width, channels)."""
        return scales[:, None, None, :] * self.maps

    def compute_output_shape(self, input_shape):
        """The shape of the maps."""
        return (input_shape[0], *self.size, input_shape[-1])

    def get_config(self):
        """Arguments of the constructor."""
        return {**super().get_config(), "size": self.size}
