"""The Inception network of the FID, as it was converted from its graph of 2015.

It differs from the Inception-v3 of the paper: average pools leave the padding out of
the mean, the last block pools by the maximum, and there are 1,008 classes. Images are
resized as TensorFlow 1 did it. None of that is better; it is what the name FID means.

Reference:
    Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local
    Nash Equilibrium", 2017, https://arxiv.org/abs/1706.08500
    Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2015,
    https://arxiv.org/abs/1512.00567
"""

import functools

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.metrics.extractors import converted
from keras_gan_zoo.metrics.extractors.base import FID_INCEPTION_SHA256_PREFIX, Extractor
from keras_gan_zoo.metrics.extractors.preparing import RESIZERS, with_channels
from keras_gan_zoo.settings import making_networks

SIDE = 299
LAYOUT = {"data_format": "channels_last"}
NORMALIZATIONS = {"conv": "bn"}
SOURCE = (
    "Download pt_inception-2015-12-05-6726825d.pth from "
    "https://github.com/mseitzer/pytorch-fid/releases/tag/fid_weights"
)


def fid_inception(path, layer="pool_3", batch_size=64, resize="tf1") -> Extractor:
    """Loads the network whose features the FID compares.

    A Frechet distance of its features is an FID. Its probabilities are those that the
    Inception Score takes: of 1,008 classes, from the logits without their bias, as in
    the original code.

    With `layer="mixed_6/conv"` the features are the first 7 channels of a layer in the
    middle, 17 x 17 x 7 = 2,023 values which know where in the image something is. The
    Frechet distance of these is known as sFID.

    With `resize="clean"` images are resized without aliasing, as Pillow does it: the
    Frechet distance is then that of Clean-FID, which does not compare with an FID.

    Args:
        path: Path of `pt_inception-2015-12-05-6726825d.pth`. PyTorch reads it, on
            every backend.
        layer: `"pool_3"` or `"mixed_6/conv"`, the names in the original graph.
        batch_size: How many images are computed at a time.
        resize: `"tf1"`, as in the FID, or `"clean"`.

    Returns:
        An `Extractor` of uint8 images (num, height, width, 1 or 3) of any size: grey
        is repeated, and images are resized to 299 x 299. It is called
        `"fid_inception"`, 2,048 features >= 0 and probabilities; or
        `"fid_inception_spatial"`, 2,023 features >= 0; with `"_clean"` behind it if
        they are resized in that way.

    Raises:
        ImportError: If PyTorch is not installed.
        ValueError: If the file is missing or another, or there is no such layer or
            resizing.

    Reference:
        Parmar et al., "On Aliased Resizing and Surprising Subtleties in GAN
        Evaluation", 2022, https://arxiv.org/abs/2104.11222, for Clean-FID
        Nash et al., "Generating Images with Sparse Representations", 2021,
        https://arxiv.org/abs/2103.03841, for the sFID; the layer is that of Dhariwal
        and Nichol, 2021, https://arxiv.org/abs/2105.05233
    """
    if layer not in ("pool_3", "mixed_6/conv"):
        raise ValueError(
            "The layers of fid_inception are 'pool_3', for the FID, and 'mixed_6/conv',"
            f" for the sFID. Received: layer={layer!r}"
        )
    if resize not in ("tf1", "clean"):
        raise ValueError(
            "fid_inception resizes by 'tf1', for the FID, or by 'clean', for the "
            f"Clean-FID. Received: resize={resize!r}"
        )
    state, sha256 = converted.read(path, FID_INCEPTION_SHA256_PREFIX, SOURCE)
    network = _network_from_state_dict(state)
    features, spatial, probabilities = (
        converted.predictor(
            keras.Model(network.inputs[0], x), _preparing(resize), batch_size
        )
        for x in network.outputs
    )
    end = "" if resize == "tf1" else "_clean"
    facts = {"sha256": sha256, "preparation": f"{SIDE}x{SIDE} by {resize}"}
    if layer == "pool_3":
        return Extractor(f"fid_inception{end}", features, probabilities, **facts)
    return Extractor(f"fid_inception_spatial{end}", spatial, **facts)


@functools.cache
def _preparing(resize):
    """A function of uint8 images, the same object each time: `run` knows it again."""

    def prepare(images):
        images = RESIZERS[resize](with_channels(images), SIDE, SIDE)
        # The graph of 2015 does this; 2 x / 255 - 1 is common too, and up to 1/128 off.
        return (images - 128) / 128

    return prepare


def _network_from_state_dict(state):
    network = _inception()
    converted.set_weights(network, state, NORMALIZATIONS)
    classifier = network.get_layer("fc")
    # Paper of the Inception Score: softmax of the logits; here: without their bias,
    # because its code leaves that out, and with it everybody's numbers.
    classifier.bias.assign(np.zeros(classifier.bias.shape))
    return network


@making_networks()
def _inception():
    """Builds the network: prepared images to features, spatial features, classes.

    Its layers are called as in torchvision.
    """
    images = keras.Input((SIDE, SIDE, 3))
    x = _convolution(images, "Conv2d_1a_3x3", 32, 3, strides=2, padding="valid")
    x = _convolution(x, "Conv2d_2a_3x3", 32, 3, padding="valid")
    x = _convolution(x, "Conv2d_2b_3x3", 64, 3)
    x = ops.max_pool(x, 3, 2, **LAYOUT)  # (num, 73, 73, 64)
    x = _convolution(x, "Conv2d_3b_1x1", 80, 1)
    x = _convolution(x, "Conv2d_4a_3x3", 192, 3, padding="valid")
    x = ops.max_pool(x, 3, 2, **LAYOUT)  # (num, 35, 35, 192)
    x = _block_a(x, "Mixed_5b", 32)
    x = _block_a(x, "Mixed_5c", 64)
    x = _block_a(x, "Mixed_5d", 64)  # (num, 35, 35, 288)
    x = _block_b(x, "Mixed_6a")  # (num, 17, 17, 768)
    x = _block_c(x, "Mixed_6b", 128)
    x = _block_c(x, "Mixed_6c", 160)
    x = _block_c(x, "Mixed_6d", 160)
    # The graph calls this block mixed_6, and its first branch mixed_6/conv.
    spatial = ops.reshape(x[..., :7], (-1, 17 * 17 * 7))
    x = _block_c(x, "Mixed_6e", 192)
    x = _block_d(x, "Mixed_7a")  # (num, 8, 8, 1280)
    x = _block_e(x, "Mixed_7b", ops.average_pool)
    x = _block_e(x, "Mixed_7c", ops.max_pool)  # (num, 8, 8, 2048)
    features = ops.mean(x, axis=(1, 2))
    dense = layers.Dense(1008, "softmax", name="fc", **converted.COMMON)
    outputs = [features, spatial, dense(features)]
    return keras.Model(images, outputs, name="fid_inception")


def _block_a(x, name, pooled_filters):
    return _concatenate(
        _branch(x, f"{name}.branch1x1", (64, 1)),
        _branch(x, f"{name}.branch5x5", (48, 1), (64, 5)),
        _branch(x, f"{name}.branch3x3dbl", (64, 1), (96, 3), (96, 3)),
        _branch(_smooth(x), f"{name}.branch_pool", (pooled_filters, 1)),
    )


def _block_b(x, name):
    return _concatenate(
        _branch(x, f"{name}.branch3x3", (384, 3), strides=2),
        _branch(x, f"{name}.branch3x3dbl", (64, 1), (96, 3), (96, 3), strides=2),
        ops.max_pool(x, 3, 2, **LAYOUT),
    )


def _block_c(x, name, width):
    row, column = (width, (1, 7)), (width, (7, 1))
    long = ((width, 1), column, row, column, (192, (1, 7)))
    return _concatenate(
        _branch(x, f"{name}.branch1x1", (192, 1)),
        _branch(x, f"{name}.branch7x7", (width, 1), row, (192, (7, 1))),
        _branch(x, f"{name}.branch7x7dbl", *long),
        _branch(_smooth(x), f"{name}.branch_pool", (192, 1)),
    )


def _block_d(x, name):
    long = ((192, 1), (192, (1, 7)), (192, (7, 1)), (192, 3))
    return _concatenate(
        _branch(x, f"{name}.branch3x3", (192, 1), (320, 3), strides=2),
        _branch(x, f"{name}.branch7x7x3", *long, strides=2),
        ops.max_pool(x, 3, 2, **LAYOUT),
    )


def _block_e(x, name, pool):
    short = _convolution(x, f"{name}.branch3x3_1", 384, 1)
    long = _branch(x, f"{name}.branch3x3dbl", (448, 1), (384, 3))
    pooled = pool(x, 3, 1, padding="same", **LAYOUT)
    return _concatenate(
        _branch(x, f"{name}.branch1x1", (320, 1)),
        _convolution(short, f"{name}.branch3x3_2a", 384, (1, 3)),
        _convolution(short, f"{name}.branch3x3_2b", 384, (3, 1)),
        _convolution(long, f"{name}.branch3x3dbl_3a", 384, (1, 3)),
        _convolution(long, f"{name}.branch3x3dbl_3b", 384, (3, 1)),
        _branch(pooled, f"{name}.branch_pool", (192, 1)),
    )


def _branch(x, name, *steps, strides=1):
    """Convolutions one after the other; the last one may shrink, without padding."""
    for i, (filters, size) in enumerate(steps, start=1):
        step = f"{name}_{i}" if len(steps) > 1 else name
        shrinks = i == len(steps) and strides > 1
        options = {"strides": strides, "padding": "valid"} if shrinks else {}
        x = _convolution(x, step, filters, size, **options)
    return x


def _convolution(x, name, filters, size, strides=1, padding="same"):
    return layers.Conv2D(
        filters,
        size,
        strides,
        padding,
        activation="relu",
        name=f"{name}.conv".replace(".", "-"),
        **converted.COMMON,
    )(x)


def _smooth(x):
    return ops.average_pool(x, 3, 1, padding="same", **LAYOUT)


def _concatenate(*branches):
    return ops.concatenate(branches, axis=-1)
