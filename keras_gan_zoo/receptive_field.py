"""The receptive field of a network: how many pixels around one bear on its result."""

import fractions
import math
from typing import Any

import keras
from keras import layers

# What depends on all pixels, however far apart.
GLOBAL = (
    layers.Attention,
    layers.Flatten,
    layers.GlobalAveragePooling2D,
    layers.GlobalMaxPooling2D,
    layers.GroupNormalization,
    layers.LayerNormalization,
    layers.MultiHeadAttention,
)
CONVOLUTIONS = (layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D)
POOLS = (layers.AveragePooling2D, layers.MaxPooling2D)


def radius(network) -> int | float:
    """Counts the pixels from one to the furthest that bears on its result.

    Args:
        network: A Functional or Sequential Keras model from images to images.

    Returns:
        A number of pixels of the input, rounded up; infinity if there is no such bound.

    Example:
        ```python
        import keras_gan_zoo as kgz

        model = kgz.GAN.from_preset("srgan_photos_x4")
        kgz.receptive_field.radius(model.generator)  # 24
        ```
    """
    distance, _ = _of_network(network)
    return distance if math.isinf(distance) else math.ceil(distance)


def enlargement(network) -> int | fractions.Fraction:
    """How many pixels of the result there are for each of the input, along a side.

    Args:
        network: See `radius`.

    Returns:
        An integer or a fraction.
    """
    return _of_network(network)[1]


def calls_of(network) -> list[Any]:
    """The calls of layers and operations that a network consists of, in their order.

    Args:
        network: See `radius`.

    Returns:
        A list of Keras' nodes: `operation`, `input_tensors` and `output_tensors`.
    """
    function = keras.Function(network.inputs, network.outputs)
    by_depth = sorted(function._nodes_by_depth.items(), reverse=True)
    return [call for _, calls in by_depth for call in calls if not call.is_input]


def _of_network(network):
    """The radius in pixels of the input, and pixels of the output for each of them."""
    known = {id(tensor): (0, fractions.Fraction(1)) for tensor in network.inputs}
    for call in calls_of(network):
        before = [known[id(x)] for x in call.input_tensors if id(x) in known]
        distance, scale = max(before, default=(0, fractions.Fraction(1)))
        more, factor = _of_operation(call.operation)
        after = distance + more / scale, scale * factor
        known.update({id(x): after for x in call.output_tensors})
    return known[id(network.outputs[0])]


def _of_operation(operation):
    """The same of one layer or operation."""
    if isinstance(operation, keras.Model):
        return _of_network(operation)
    kind = type(operation).__name__  # those of `keras_gan_zoo.layers` by their names
    if isinstance(operation, GLOBAL) or kind == "InstanceNormalization":
        return math.inf, 1
    if isinstance(operation, layers.Conv2DTranspose):
        size, stride = max(operation.kernel_size), max(operation.strides)
        return fractions.Fraction(size, 2 * stride), stride
    if isinstance(operation, CONVOLUTIONS):
        span = (max(operation.kernel_size) - 1) * max(operation.dilation_rate)
        return (span + 1) // 2, fractions.Fraction(1, max(operation.strides))
    if isinstance(operation, POOLS):
        stride = fractions.Fraction(1, max(operation.strides))
        return max(operation.pool_size) // 2, stride
    if isinstance(operation, layers.UpSampling2D):
        return int(operation.interpolation != "nearest"), max(operation.size)
    if kind == "Upsample2D":
        return 1, 2
    if kind == "Downsample2D":
        return 2, fractions.Fraction(1, 2)
    if kind == "Shrink2D":
        return 2, fractions.Fraction(operation.new, operation.old)
    if kind == "DepthToSpace":
        return 0, operation.block_size
    if kind == "SpaceToDepth":
        return 0, fractions.Fraction(1, operation.block_size)
    return 0, 1
