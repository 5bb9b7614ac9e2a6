"""Floating-point operations of a network, counted from its layers."""

import math

import keras
from keras import layers

# These apply their kernels at each position of the input, all others of the output.
AT_INPUT = (
    layers.Conv1DTranspose,
    layers.Conv2DTranspose,
    layers.Conv3DTranspose,
    layers.RNN,
)


def count(network) -> int:
    """Counts what one forward pass of one sample takes.

    Counted is what layers with a kernel do (dense layers, convolutions of all kinds,
    recurrent layers): the size of the kernel, times the positions where it is applied,
    times two, for a multiplication and an addition. A layer counts as often as it is
    called. Activations, normalization, biases and resampling are left out, as is the
    product of queries and keys in attention.

    Args:
        network: A Functional or Sequential Keras model.

    Returns:
        An integer.

    Raises:
        ValueError: If a size that the count depends on is not fixed.

    Example:
        ```python
        import keras_gan_zoo as kgz

        model = kgz.DCGAN((64, 64, 3))
        kgz.flops.count(model.generator)
        ```
    """
    function = keras.Function(network.inputs, network.outputs)
    calls = [node for depth in function._nodes_by_depth.values() for node in depth]
    return sum(_of_call(call) for call in calls)


def _of_call(call):
    layer = call.operation
    if isinstance(layer, keras.Model):
        return count(layer)
    weights = getattr(layer, "weights", ())
    sizes = [math.prod(w.shape) for w in weights if w.name.endswith("kernel")]
    return 2 * sum(sizes) * _positions(call) if sizes else 0


def _positions(call):
    layer = call.operation
    at_input = getattr(layer, "kernel_at_input", isinstance(layer, AT_INPUT))
    side = call.input_tensors if at_input else call.output_tensors
    shape = side[0].shape
    channels_first = getattr(layer, "data_format", None) == "channels_first"
    positions = shape[2:] if channels_first else shape[1:-1]
    if None in positions:
        raise ValueError(
            "The operations of a network can be counted if all sizes but the batch's "
            f"are fixed. Received: the layer {layer.name!r} works on {shape}. Start "
            "the network with keras.Input of a fixed shape."
        )
    return math.prod(positions)
