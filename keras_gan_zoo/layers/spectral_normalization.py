"""Spectral normalization: a kernel divided by its largest singular value."""

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo import backend
from keras_gan_zoo.layers.conv1d import Conv1D
from keras_gan_zoo.layers.conv2d import Conv2D
from keras_gan_zoo.typing import Tensor


class Spectral:
    """Goes before a layer of one kernel among the bases of a class.

    The norm is that of the kernel as a matrix (all other axes, last axis). The kernel
    itself is what is trained and saved, and gradients pass through the norm. Each call
    takes one power iteration from the vector `u`, which is part of the state and moves
    by `power_iteration(network)` alone, once a step: the paper's algorithm 1. A call
    changes nothing, so several calls within a step see the same kernel.

    `keras.layers.SpectralNormalization` assigns the normalized kernel to the trained
    one instead.

    Attributes:
        kernel_name: Of the attribute that holds the kernel.

    Reference:
        Miyato et al. 2018, https://arxiv.org/abs/1802.05957
    """

    kernel_name = "kernel"

    def build(self, input_shape) -> None:
        """Makes what the layer has, and `u`, as long as the kernel's last axis."""
        super().build(input_shape)
        length = getattr(self, self.kernel_name).shape[-1]
        self.u = self.add_weight(
            (length,), _first_direction, trainable=False, name="u", autocast=False
        )

    def normalized(self) -> Tensor:
        """The kernel divided by the estimate of its spectral norm."""
        kernel = getattr(self, self.kernel_name)
        sigma, *_ = backend.spectral_norm(kernel, self.u)
        return kernel / ops.cast(sigma, kernel.dtype)

    def singular_vectors(self) -> tuple[Tensor, Tensor]:
        """One power iteration from `u`; no gradient passes through it.

        Returns:
            A pair of float32 tensors of length 1: as many numbers as the matrix has
            rows, and as many as it has columns.
        """
        _, v, u = backend.spectral_norm(getattr(self, self.kernel_name), self.u)
        return v, u

    def save_own_variables(self, store) -> None:
        """Saves the layer's weights and `u`; Keras' layers name those they save."""
        super().save_own_variables(store)
        store["u"] = self.u

    def load_own_variables(self, store) -> None:
        """Loads what `save_own_variables` saved."""
        super().load_own_variables(store)
        self.u.assign(store["u"])


class SpectralConvolution(Spectral):
    """The same before a convolution."""

    def build(self, input_shape) -> None:
        """Makes what the layer has, and `u`."""
        self.require_plain()
        super().build(input_shape)

    def call(self, inputs) -> Tensor:
        """Maps (batch, sizes, channels) to (batch, other sizes, filters)."""
        kernel = self.normalized()
        x = backend.conv(inputs, kernel, self.bias, self.strides, self.padding)
        return x if self.activation is None else self.activation(x)


@keras.saving.register_keras_serializable("keras_gan_zoo")
class SpectralConv1D(SpectralConvolution, Conv1D):
    """`Conv1D` whose kernel is divided by its spectral norm, an estimate of it.

    It takes the arguments of `keras.layers.Conv1D`, without dilation.
    """


@keras.saving.register_keras_serializable("keras_gan_zoo")
class SpectralConv2D(SpectralConvolution, Conv2D):
    """`Conv2D` whose kernel is divided by its spectral norm, an estimate of it.

    It takes the arguments of `keras.layers.Conv2D`, without dilation.

    Reference:
        Miyato et al. 2018, https://arxiv.org/abs/1802.05957
    """


@keras.saving.register_keras_serializable("keras_gan_zoo")
class SpectralDense(Spectral, layers.Dense):
    """`keras.layers.Dense` whose kernel is divided by its spectral norm."""

    def call(self, inputs) -> Tensor:
        """Maps (batch, ..., any) to (batch, ..., units)."""
        x = ops.matmul(inputs, self.normalized())
        x = x if self.bias is None else x + self.bias
        return x if self.activation is None else self.activation(x)


@keras.saving.register_keras_serializable("keras_gan_zoo")
class SpectralEmbedding(Spectral, layers.Embedding):
    """`keras.layers.Embedding` whose table is divided by its spectral norm."""

    kernel_name = "embeddings"

    def call(self, inputs) -> Tensor:
        """Maps integers (batch, ...) to (batch, ..., output_dim)."""
        x = ops.take(self.normalized(), ops.cast(inputs, "int32"), axis=0)
        return ops.cast(x, self.compute_dtype)


def power_iteration(network) -> None:
    """Moves the `u` of each layer of a network by one power iteration.

    Args:
        network: A Keras model with spectral layers, or a layer that has `layers` of its
            own; call it after each step.
    """
    for layer in network.layers:
        if isinstance(layer, Spectral):
            layer.u.assign(ops.cast(layer.singular_vectors()[1], layer.u.dtype))
        elif hasattr(layer, "layers"):
            power_iteration(layer)


def _first_direction(shape, dtype=None):
    """A direction that no kernel knows of; the same on every backend."""
    x = np.random.RandomState(0).standard_normal(shape)
    return ops.convert_to_tensor((x / np.linalg.norm(x)).astype("float32"), dtype)
