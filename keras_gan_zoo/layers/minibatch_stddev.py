"""Minibatch standard deviation: a discriminator that sees how much images differ."""

from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo import backend
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class MinibatchStddev(layers.Layer):
    """Adds a channel that says how far the images of a group are apart.

    The standard deviation of each feature over the group, its mean over all features:
    one number a group, the same at each place of its images. Where a generator draws
    one image again and again, it is near 0.

    Args:
        group: How many neighbours in a batch form a group. Where they are not enough,
            the first images of the batch fill up the last group.
        **kwargs: As in every Keras layer.

    Reference:
        Karras et al. 2018, section 3, https://arxiv.org/abs/1710.10196
    """

    def __init__(self, group=4, **kwargs):
        super().__init__(**kwargs)
        self.group = group

    def call(self, inputs) -> Tensor:
        """Maps (batch, height, width, channels) to one channel more."""
        num = ops.shape(inputs)[0]
        groups = (num + self.group - 1) // self.group
        filled = ops.arange(groups * self.group, dtype="int32") % num
        x = backend.take(ops.cast(inputs, "float32"), filled, 0)
        x = ops.reshape(x, (-1, self.group, *inputs.shape[1:]))
        x = x - ops.mean(x, axis=1, keepdims=True)
        # The square root has no slope at zero.
        deviation = ops.sqrt(ops.mean(ops.square(x), axis=1) + 1e-8)
        mean = ops.mean(deviation, axis=(1, 2, 3))
        of_each = ops.repeat(mean, self.group)[:num][:, None, None, None]
        channel = ops.cast(of_each, inputs.dtype) * ops.ones_like(inputs[..., :1])
        return ops.concatenate([inputs, channel], axis=-1)

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:
        """The input's, with one channel more."""
        return (*input_shape[:-1], input_shape[-1] + 1)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "group": self.group}
