"""Bicubic shrinking by a fraction, without antialiasing, as ncnn does it."""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.typing import Tensor

SHARPNESS = -0.75  # Keys' a, as in OpenCV, PyTorch and ncnn


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Shrink2D(layers.Layer):
    """Makes `new` pixels of each `old`, bicubic, and beyond the borders the last ones.

    Nothing is averaged but the four pixels around, as where a network's output is
    resized by ncnn, OpenCV, or PyTorch without antialiasing.

    Args:
        old: A number that divides the sides of the images.
        new: A smaller number.
        **kwargs: As in every Keras layer.

    Raises:
        ValueError: If `new` is not smaller than `old`, or no positive integer.

    Reference:
        Keys 1981, https://doi.org/10.1109/TASSP.1981.1163711
    """

    def __init__(self, old, new, **kwargs):
        super().__init__(**kwargs)
        if not (isinstance(old, int) and isinstance(new, int) and 0 < new < old):
            raise ValueError(
                "Shrink2D makes `new` pixels of each `old`, both integers and 0 < new "
                f"< old. Received: old={old!r}, new={new!r}"
            )
        self.old = old
        self.new = new

    def call(self, images) -> Tensor:
        """Maps (batch, height, width, channels) to a smaller height and width."""
        x = ops.concatenate([images[:, :1], images, images[:, -1:]], axis=1)
        x = ops.concatenate([x[:, :, :1], x, x[:, :, -1:]], axis=2)
        kernel = ops.convert_to_tensor(self._kernel(images.shape[-1]), x.dtype)
        x = ops.conv(x, kernel, self.old, "valid", data_format="channels_last")
        return x if self.new == 1 else ops.depth_to_space(x, self.new, "channels_last")

    def _kernel(self, channels):
        """All new pixels of one place, (old + 2, old + 2, channels, new^2 channels)."""
        taps = self.taps()
        kernel = np.einsum("ih,jw,cd->hwcijd", taps, taps, np.eye(channels))
        return kernel.reshape(*kernel.shape[:3], -1).astype("float32")

    def taps(self) -> np.ndarray:
        """Weights (new, old + 2) of the old pixels and of one more at each end."""
        centers = (np.arange(self.new) + 0.5) * self.old / self.new - 0.5
        distances = np.abs(centers[:, None] - np.arange(-1, self.old + 1))
        near = ((SHARPNESS + 2) * distances - (SHARPNESS + 3)) * distances**2 + 1
        far = SHARPNESS * (((distances - 5) * distances + 8) * distances - 4)
        return np.where(distances < 1, near, np.where(distances < 2, far, 0.0))

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:
        """The shape of the smaller images."""
        batch, *sides, channels = input_shape
        smaller = [s if s is None else s // self.old * self.new for s in sides]
        return (batch, *smaller, channels)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "old": self.old, "new": self.new}
