"""Maxout: a layer that learns its own activation."""

from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Maxout(layers.Layer):
    """The maximum of several linear maps, a learned convex activation.

    Args:
        units: Length of the output.
        pieces: How many linear maps compete for each unit.
        irange: Weights start uniform in [-irange, irange].
        **kwargs: As in every Keras layer.

    Reference:
        Goodfellow et al. 2013, https://arxiv.org/abs/1302.4389
    """

    def __init__(self, units, pieces=5, irange=0.005, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.pieces = pieces
        self.irange = irange

    def build(self, input_shape) -> None:
        """Makes the kernel (features, pieces * units) and the bias."""
        size = self.pieces * self.units
        uniform = keras.initializers.RandomUniform(-self.irange, self.irange)
        self.kernel = self.add_weight(
            (input_shape[-1], size), initializer=uniform, name="kernel"
        )
        self.bias = self.add_weight((size,), initializer="zeros", name="bias")

    def call(self, inputs) -> Tensor:
        """Maps (batch, features) to (batch, units)."""
        x = ops.matmul(inputs, self.kernel) + self.bias
        return ops.max(ops.reshape(x, (-1, self.pieces, self.units)), axis=1)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        config = {"units": self.units, "pieces": self.pieces, "irange": self.irange}
        return {**super().get_config(), **config}
