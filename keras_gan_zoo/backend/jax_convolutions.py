"""Convolutions on JAX whose slopes are fast on a CPU, those of slopes included.

A convolution, its transpose, and the sum over positions that is the slope of both in
their kernel: the slopes of each of the three are the two others. JAX takes other ways,
among them convolutions with holes, for which XLA has no fast code on a CPU.
"""

import functools
import math

import jax
import keras

from keras_gan_zoo.backend.groups import joined
from keras_gan_zoo.backend.portable import is_portable
from keras_gan_zoo.typing import Tensor

LAYOUT = "channels_last"  # whatever Keras is configured to


def conv(inputs, kernel, bias, strides, padding) -> Tensor:
    """With the slopes below; see `keras_gan_zoo.backend`."""
    kernel = keras.ops.convert_to_tensor(kernel)
    inputs = keras.ops.convert_to_tensor(inputs, kernel.dtype)
    strides = tuple(strides)
    if jax.default_backend() == "cpu" and not is_portable():
        kernel = joined(kernel, inputs.shape[-1])
        outputs = _cut(inputs, kernel, strides, padding)
    else:
        outputs = _conv(inputs, kernel, strides, padding)
    return outputs if bias is None else outputs + bias


def conv_transpose(inputs, kernel, bias, strides, padding) -> Tensor:
    """With the slopes below; see `keras_gan_zoo.backend`."""
    kernel = keras.ops.convert_to_tensor(kernel)
    if is_portable():
        outputs = keras.ops.conv_transpose(
            inputs, kernel, strides, padding, None, LAYOUT
        )
        return outputs if bias is None else outputs + bias
    parts = zip(inputs.shape[1:], kernel.shape, strides, strict=False)
    sizes = [n * s + (padding == "valid") * max(k - s, 0) for n, k, s in parts]
    shape = (inputs.shape[0], *sizes, kernel.shape[-2])
    outputs = _transpose(inputs, kernel, tuple(strides), padding, shape)
    return outputs if bias is None else outputs + bias


def _cut(inputs, kernel, strides, padding):
    """As `_conv`; without padding it computes the borders, too, and cuts them off.

    Of the whole map XLA computes outputs and slopes in 0.65 to 0.85 of the time.
    """
    sizes, sides = inputs.shape[1:-1], kernel.shape[:-2]
    known = all(isinstance(n, int) for n in sizes)  # an export's may be any
    if padding == "same" or max(strides) > 1 or not known:
        return _conv(inputs, kernel, strides, padding)
    kept = [n - k + 1 for n, k in zip(sizes, sides, strict=True)]
    if math.prod(sizes) >= 1.3 * math.prod(kept):  # 18x18 for 16x16 is less
        return _conv(inputs, kernel, strides, padding)
    whole = _conv(inputs, kernel, strides, "same")
    for axis, (number, side) in enumerate(zip(kept, sides, strict=True), 1):
        before = (side - 1) // 2
        whole = jax.lax.slice_in_dim(whole, before, before + number, axis=axis)
    return whole


@functools.partial(jax.custom_vjp, nondiff_argnums=(2, 3))
def _conv(inputs, kernel, strides, padding):
    return keras.ops.conv(inputs, kernel, strides, padding, LAYOUT)


@functools.partial(jax.custom_vjp, nondiff_argnums=(2, 3, 4))
def _transpose(outputs, kernel, strides, padding, shape):
    """The slope of `_conv` in inputs of this shape."""
    inputs = jax.ShapeDtypeStruct(shape, outputs.dtype)
    convolve = functools.partial(
        _plain, kernel=kernel, strides=strides, padding=padding
    )
    return jax.linear_transpose(convolve, inputs)(outputs)[0]


@functools.partial(jax.custom_vjp, nondiff_argnums=(2, 3, 4))
def _correlate(inputs, outputs, strides, padding, shape):
    """The slope of `_conv` in a kernel of this shape."""
    kernel = jax.ShapeDtypeStruct(shape, outputs.dtype)
    convolve = functools.partial(_plain, inputs, strides=strides, padding=padding)
    return jax.linear_transpose(convolve, kernel)(outputs)[0]


def _conv_slopes(strides, padding, saved, slope):
    inputs, kernel = saved
    return (
        _transpose(slope, kernel, strides, padding, inputs.shape),
        _correlate(inputs, slope, strides, padding, kernel.shape),
    )


def _transpose_slopes(strides, padding, shape, saved, slope):
    outputs, kernel = saved
    return (
        _conv(slope, kernel, strides, padding),
        _correlate(slope, outputs, strides, padding, kernel.shape),
    )


def _correlate_slopes(strides, padding, shape, saved, slope):
    inputs, outputs = saved
    return (
        _transpose(outputs, slope, strides, padding, inputs.shape),
        _conv(inputs, slope, strides, padding),
    )


def _saving(function):
    return lambda one, other, *how: (function(one, other, *how), (one, other))


_conv.defvjp(_saving(_conv), _conv_slopes)
_transpose.defvjp(_saving(_transpose), _transpose_slopes)
_correlate.defvjp(_saving(_correlate), _correlate_slopes)


def _plain(inputs, kernel, strides, padding):
    """As `_conv`, in a form that XLA transposes into fast code."""
    holes = len(strides) == 3 and max(strides) > 1
    whole = inputs.shape[-1] == kernel.shape[-2]  # not in groups
    if holes and whole and jax.default_backend() == "cpu":
        inputs, kernel = _in_blocks(inputs, kernel, strides, padding)
        strides, padding = (1, 1, 1), "valid"
    return keras.ops.conv(inputs, kernel, strides, padding, LAYOUT)


def _in_blocks(inputs, kernel, strides, padding):
    """Inputs and kernel of a convolution with the same outputs, and strides of 1.

    One step is a block of as many voxels as the strides have, whose values become
    channels of one place.
    """
    around, beyond = [], []
    for n, k, s in zip(inputs.shape[1:], kernel.shape, strides, strict=False):
        steps = -(-n // s) if padding == "same" else (n - k) // s + 1
        before = max((steps - 1) * s + k - n, 0) // 2 if padding == "same" else 0
        blocks = -(-k // s)
        around.append((before, (steps + blocks - 1) * s - n - before, 0))
        beyond.append((0, blocks * s - k, 0))
    inputs = _padded(inputs, around)
    kernel = _padded(keras.ops.moveaxis(kernel, -1, 0), beyond)
    inputs, kernel = (_blocks(x, strides) for x in (inputs, kernel))
    return inputs, keras.ops.moveaxis(kernel, 0, -1)


def _padded(array, around):
    none = (0, 0, 0)
    zero = jax.numpy.zeros((), array.dtype)
    return jax.lax.pad(array, zero, [none, *around, none])


def _blocks(array, strides):
    """Cuts (batch, sizes, channels) into blocks: (batch, sizes / strides, values)."""
    batch, *sizes, _ = array.shape
    numbers = [n // s for n, s in zip(sizes, strides, strict=True)]
    pairs = [x for pair in zip(numbers, strides, strict=True) for x in pair]
    cut = array.reshape(batch, *pairs, -1).transpose(0, 1, 3, 5, 2, 4, 6, 7)
    return cut.reshape(batch, *numbers, -1)
