"""Spectral normalization: a kernel divided by its largest singular value."""

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.layers.conv2d import Conv2D
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class SpectralConv2D(Conv2D):
    """`Conv2D` whose kernel is divided by its spectral norm, an estimate of it.

    The norm is that of the kernel as a matrix (height * width * channels, filters). The
    kernel itself is what is trained and saved, and gradients pass through the norm.
    Each call takes one power iteration from the vector `u`, which is part of the state
    and moves by `power_iteration(network)` alone, once a step: the paper's algorithm 1.
    A call changes nothing, so several calls within a step see the same kernel.

    `keras.layers.SpectralNormalization` assigns the normalized kernel to the trained
    one instead.

    It takes the arguments of `keras.layers.Conv2D`.

    Reference:
        Miyato et al. 2018, https://arxiv.org/abs/1802.05957
    """

    def build(self, input_shape) -> None:
        """Makes the kernel, the bias, and `u` (filters,)."""
        super().build(input_shape)
        self.u = self.add_weight(
            (self.filters,), _first_direction, trainable=False, name="u", autocast=False
        )

    def call(self, inputs) -> Tensor:
        """Maps (batch, height, width, channels) to (..., filters)."""
        v, u = self.singular_vectors()
        sigma = ops.sum(v * ops.matmul(self._matrix(), u))
        kernel = self.kernel / ops.cast(sigma, self.kernel.dtype)
        x = backend.conv(inputs, kernel, self.bias, self.strides, self.padding)
        return x if self.activation is None else self.activation(x)

    def singular_vectors(self) -> tuple[Tensor, Tensor]:
        """One power iteration from `u`; no gradient passes through it.

        Returns:
            A pair of float32 tensors of length 1: (height * width * channels,) and
            (filters,).
        """
        matrix = ops.stop_gradient(self._matrix())
        v = _normalized(ops.matmul(matrix, ops.cast(self.u, "float32")))
        u = _normalized(ops.matmul(v, matrix))
        return ops.stop_gradient(v), ops.stop_gradient(u)

    def save_own_variables(self, store) -> None:
        """Saves kernel, bias and `u`; Keras' convolutions name those they save."""
        super().save_own_variables(store)
        store["u"] = self.u

    def load_own_variables(self, store) -> None:
        """Loads what `save_own_variables` saved."""
        super().load_own_variables(store)
        self.u.assign(store["u"])

    def _matrix(self):
        return ops.reshape(ops.cast(self.kernel, "float32"), (-1, self.filters))


def power_iteration(network) -> None:
    """Moves the `u` of each layer of a network by one power iteration.

    Args:
        network: A Keras model with `SpectralConv2D` layers; call it after each step.
    """
    for layer in network.layers:
        if isinstance(layer, SpectralConv2D):
            layer.u.assign(ops.cast(layer.singular_vectors()[1], layer.u.dtype))
        elif isinstance(layer, keras.Model):
            power_iteration(layer)


def _normalized(x):
    return x / ops.maximum(ops.norm(x), 1e-12)


def _first_direction(shape, dtype=None):
    """A direction that no kernel knows of; the same on every backend."""
    x = np.random.RandomState(0).standard_normal(shape)
    return ops.convert_to_tensor((x / np.linalg.norm(x)).astype("float32"), dtype)
