"""Batch normalization whose factors and offsets depend on a label."""

from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.layers.batch_normalization import BatchNormalization
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ConditionalBatchNormalization(layers.Layer):
    """`BatchNormalization` with a scale and an offset for each class.

    The mean and the variance are those of the whole batch, whatever its labels.

    Args:
        num_classes: How many classes there are.
        momentum: As in `keras.layers.BatchNormalization`.
        epsilon: As in `keras.layers.BatchNormalization`.
        **kwargs: As in every Keras layer.

    Reference:
        Dumoulin et al. 2017, https://arxiv.org/abs/1610.07629
    """

    def __init__(self, num_classes, momentum=0.99, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.momentum = momentum
        self.epsilon = epsilon
        self.normalization = BatchNormalization(
            momentum=momentum,
            epsilon=epsilon,
            center=False,
            scale=False,
            dtype=self.dtype_policy,
        )

    def build(self, input_shape) -> None:
        """Makes scales, 1, and offsets, 0: (num_classes, channels)."""
        maps, _ = input_shape
        self.normalization.build(maps)
        shape = (self.num_classes, maps[-1])
        self.gamma = self.add_weight(shape, "ones", name="gamma")
        self.beta = self.add_weight(shape, "zeros", name="beta")

    def call(self, inputs, training=None) -> Tensor:
        """Normalizes feature maps by their labels.

        Args:
            inputs: A pair of maps (batch, height, width, channels) and integers
                (batch,) in [0, num_classes).
            training: Whether the statistics are those of the batch.

        Returns:
            Maps of the same shape.
        """
        maps, labels = inputs
        gamma = ops.take(self.gamma, labels, axis=0)[:, None, None, :]
        beta = ops.take(self.beta, labels, axis=0)[:, None, None, :]
        return self.normalization(maps, training=training) * gamma + beta

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:
        """The shape of the maps."""
        return tuple(input_shape[0])

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        own = ("num_classes", "momentum", "epsilon")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}
