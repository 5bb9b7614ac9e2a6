"""Weights of ncnn, a runtime for networks on phones, read without it.

A `.bin` file holds the weights in the order of the layers, and nothing else:

    convolution    the tag of float16, its kernel (filters, channels, height, width) in
                   float16, filled up to 4 bytes, its bias in float32
    PReLU          its slopes in float32
"""

import pathlib

import numpy as np
from keras import layers

HALF = 0x01306B47  # what stands before weights in float16


def load(path, network) -> None:
    """Sets the weights of a network to those of a `.bin` file.

    Args:
        path: Path of the file.
        network: A Functional model of convolutions with a bias and of PReLU layers with
            a slope for each channel, in the order of the file. Networks within it are
            looked into.

    Raises:
        ValueError: If the file does not hold what the network needs, byte by byte.
    """
    own = list(layers_of(network))
    expected, received = sum(map(_size, own)), pathlib.Path(path).stat().st_size
    if received != expected:
        raise ValueError(
            f"The file {path} does not fit the network {network.name!r}: expected "
            f"{expected:,} bytes, received {received:,}. Take the file that belongs to "
            "it."
        )
    content, start = pathlib.Path(path).read_bytes(), 0
    for layer in own:
        part = content[start : start + _size(layer)]
        layer.set_weights(_weights(part, layer, path))
        start += len(part)


def layers_of(network, kinds=(layers.Conv2D, layers.PReLU)) -> list[layers.Layer]:
    """The layers of some kinds in a network and in those within it, in their order."""
    found = []
    for layer in network.layers:
        if isinstance(layer, kinds):
            found.append(layer)
        elif hasattr(layer, "layers"):
            found += layers_of(layer, kinds)
    return found


def shuffled(values, block) -> np.ndarray:
    """Puts channels that make `block` x `block` pixels in the order of Keras.

    PyTorch and ncnn have those of one colour side by side, Keras those of one pixel.

    Args:
        values: Array (..., channels * block^2), a kernel or a bias.
        block: Side of what becomes of a pixel.

    Returns:
        An array of that shape.
    """
    colours = values.reshape(*values.shape[:-1], -1, block, block)
    return np.moveaxis(colours, -3, -1).reshape(values.shape)


def _size(layer):
    """Bytes in the file."""
    if isinstance(layer, layers.PReLU):
        return 4 * layer.alpha.shape[-1]
    kernel = 2 * int(np.prod(layer.kernel.shape))
    return 4 + (kernel + 3) // 4 * 4 + 4 * layer.filters


def _weights(part, layer, path):
    """The arrays of a layer, made of its bytes."""
    if isinstance(layer, layers.PReLU):
        return [np.frombuffer(part, "<f4").reshape(1, 1, -1)]
    if int.from_bytes(part[:4], "little") != HALF:
        raise ValueError(
            f"The file {path} is damaged, or holds no weights in float16: before those "
            f"of {layer.name!r} stands {part[:4].hex()}. Copy or install it again."
        )
    height, width, channels, filters = layer.kernel.shape
    kernel = np.frombuffer(part, "<f2", height * width * channels * filters, 4)
    kernel = kernel.reshape(filters, channels, height, width).transpose(2, 3, 1, 0)
    return [kernel.astype("float32"), np.frombuffer(part[-4 * filters :], "<f4")]
