"""Self-attention: each position of a feature map reads all others."""

import keras
from keras import layers, ops

from keras_gan_zoo.layers.spectral_normalization import SpectralConv2D
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class SelfAttention2D(layers.Layer):
    """Adds to feature maps what each position finds at others like it.

    y = x + gamma * o, where o is a sum of values over all positions, weighted by the
    softmax of the products of queries and keys. `gamma` is learned and begins at 0, so
    a fresh layer changes nothing. Queries and keys have an eighth of the channels,
    values half of them; keys and values are halved in height and width by their
    maximum. All four are 1x1 convolutions with spectral normalization.

    Reference:
        Zhang et al. 2019, section 3, https://arxiv.org/abs/1805.08318
    """

    # Paper: keys and values at all positions, values with an eighth of the channels;
    # here as in its authors' code, which takes a quarter of the memory.

    def build(self, input_shape) -> None:
        """Makes the four convolutions and `gamma`."""
        channels = input_shape[-1]
        narrow, half = max(channels // 8, 1), max(channels // 2, 1)
        self.query = self._convolution(narrow, input_shape, "query")
        self.key = self._convolution(narrow, input_shape, "key")
        self.value = self._convolution(half, input_shape, "value")
        inner = (*input_shape[:-1], half)
        self.output_convolution = self._convolution(channels, inner, "output")
        self.gamma = self.add_weight((), "zeros", name="gamma")

    @property
    def layers(self) -> list[SpectralConv2D]:
        """The convolutions, for `power_iteration`."""
        return [self.query, self.key, self.value, self.output_convolution]

    def call(self, maps) -> Tensor:
        """Maps (batch, height, width, channels), sides from 2, to the same shape."""
        queries = _positions(self.query(maps))
        keys = _positions(_halved(self.key(maps)))
        values = _positions(_halved(self.value(maps)))
        products = ops.matmul(queries, ops.transpose(keys, (0, 2, 1)))
        weights = ops.softmax(ops.cast(products, "float32"))
        found = ops.matmul(ops.cast(weights, values.dtype), values)
        found = ops.reshape(found, (-1, *maps.shape[1:3], values.shape[-1]))
        return maps + self.gamma * self.output_convolution(found)

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:
        """The shape of the maps."""
        return tuple(input_shape)

    def _convolution(self, channels, input_shape, name):
        convolution = SpectralConv2D(
            channels, 1, use_bias=False, dtype=self.dtype_policy, name=name
        )
        convolution.build(input_shape)
        return convolution


def _halved(maps):
    """The largest of 2x2 values, by shapes alone, which every exporter knows."""
    height, width, channels = maps.shape[1] // 2, maps.shape[2] // 2, maps.shape[3]
    maps = maps[:, : 2 * height, : 2 * width]
    return ops.max(ops.reshape(maps, (-1, height, 2, width, 2, channels)), axis=(2, 4))


def _positions(maps):
    """(batch, height, width, channels) to (batch, height * width, channels)."""
    height, width, channels = maps.shape[1:]
    return ops.reshape(maps, (-1, height * width, channels))
