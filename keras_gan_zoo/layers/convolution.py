"""What the convolutions have in common, in one to three dimensions."""

from keras_gan_zoo import backend
from keras_gan_zoo.typing import Tensor


class Convolution:
    """Goes before a convolution of Keras' among the bases of a class.

    Dilation, output padding, causal padding and channels first are left to Keras.
    """

    convolve = staticmethod(backend.conv)

    def call(self, inputs) -> Tensor:
        """Maps (batch, sizes, channels) to (batch, other sizes, filters)."""
        if not self._is_plain():
            return super().call(inputs)
        x = self.convolve(inputs, self.kernel, self.bias, self.strides, self.padding)
        return x if self.activation is None else self.activation(x)

    def require_plain(self) -> None:
        """Refuses what Keras alone computes, in layers that change their kernel."""
        if not self._is_plain():
            raise ValueError(
                f"{type(self).__name__} has no dilation, no output or causal padding, "
                f"and channels last. Received: dilation_rate={self.dilation_rate}, "
                f"padding={self.padding!r}, data_format={self.data_format!r}."
            )

    def _is_plain(self):
        return (
            max(self.dilation_rate) == 1
            and getattr(self, "output_padding", None) is None
            and self.padding != "causal"
            and self.data_format == "channels_last"
        )


class TransposedConvolution(Convolution):
    """The same before a transposed convolution of Keras'."""

    convolve = staticmethod(backend.conv_transpose)
