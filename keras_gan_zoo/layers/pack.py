"""Packing: the discriminator judges several samples at once."""

from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Pack(layers.Layer):
    """Joins neighbours in the batch along the last axis, for a discriminator.

    The discriminator then sees `size` samples of one kind together, so a generator that
    makes only few images is found out by their likeness. The rest of the network stays
    as it was, and there is one logit a pack.

    Args:
        size: How many samples are judged together; the batch must be a multiple of it.
        **kwargs: As in every Keras layer.

    Example:
        ```python
        import keras

        import keras_gan_zoo as kgz

        images = keras.Input((28, 28, 1))
        x = kgz.layers.Pack(2)(images)  # (batch / 2, 28, 28, 2)
        ```

    Reference:
        Lin et al. 2018, https://arxiv.org/abs/1712.04086
    """

    def __init__(self, size=2, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def call(self, inputs) -> Tensor:
        """Maps (batch, ..., channels) to (batch / size, ..., size * channels)."""
        *sides, channels = inputs.shape[1:]
        packs = ops.reshape(inputs, (-1, self.size, *sides, channels))
        packs = ops.moveaxis(packs, 1, -2)  # (batch / size, ..., size, channels)
        return ops.reshape(packs, (-1, *sides, self.size * channels))

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:
        """The shape of the packs."""
        batch, *sides, channels = input_shape
        batch = None if batch is None else batch // self.size
        return (batch, *sides, self.size * channels)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "size": self.size}
