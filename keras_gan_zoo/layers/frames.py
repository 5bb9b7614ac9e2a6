"""Clips as batches of frames, for networks of images, and back."""

from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class MergeFrames(layers.Layer):
    """Puts the frames of all clips into one batch, the first clip's first."""

    def call(self, inputs) -> Tensor:
        """Maps (batch, frames, ...) to (batch * frames, ...)."""
        return ops.reshape(inputs, (-1, *inputs.shape[2:]))

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:
        """The shape of the frames."""
        batch, frames, *shape = input_shape
        return (None if batch is None else batch * frames, *shape)


@keras.saving.register_keras_serializable("keras_gan_zoo")
class SplitFrames(layers.Layer):
    """Makes clips of a batch of frames, as `MergeFrames` found them.

    Args:
        frames: How many a clip has; the batch must be a multiple of it.
        **kwargs: As in every Keras layer.

    Example:
        ```python
        import keras

        import keras_gan_zoo as kgz

        clips = keras.Input((16, 64, 64, 3))
        x = kgz.layers.MergeFrames()(clips)
        x = kgz.layers.Conv2D(8, 3)(x)  # of each frame by itself
        x = kgz.layers.SplitFrames(16)(x)  # (batch, 16, 62, 62, 8)
        ```
    """

    def __init__(self, frames, **kwargs):
        super().__init__(**kwargs)
        self.frames = frames

    def call(self, inputs) -> Tensor:
        """Maps (batch * frames, ...) to (batch, frames, ...)."""
        return ops.reshape(inputs, (-1, self.frames, *inputs.shape[1:]))

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:
        """The shape of the clips."""
        batch, *shape = input_shape
        batch = None if batch is None else batch // self.frames
        return (batch, self.frames, *shape)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "frames": self.frames}
