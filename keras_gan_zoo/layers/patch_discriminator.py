"""PatchGAN: a discriminator that judges each patch of an image by itself."""

import keras
from keras import layers

from keras_gan_zoo.layers.conv2d import Conv2D
from keras_gan_zoo.layers.dcgan_blocks import normal
from keras_gan_zoo.layers.instance_normalization import InstanceNormalization
from keras_gan_zoo.layers.leaky_relu import LeakyReLU

PATCHES = {16: 1, 34: 2, 70: 3, 142: 4}  # pixels a logit sees: strided convolutions
WIDEST = 8  # times `base_channels`, the most channels a layer has


def patch_discriminator(image_shape, base_channels=64, patch=70) -> keras.Model:
    """Images to a map of logits, each of which sees `patch` x `patch` pixels.

    It judges texture and leaves the large layout to another loss. For 256x256 pixels
    and patches of 70 the map is 30x30.

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: Channels of the first layer; they double up to eight times as
            many.
        patch: Side of the patches in pixels: 16, 34, 70 or 142.

    Returns:
        A Functional model.

    Raises:
        ValueError: If there is no such patch, or the images are too small for it.

    Reference:
        Isola et al. 2017, section 3.2.2, https://arxiv.org/abs/1611.07004
    """
    strided = _strided_convolutions(image_shape, patch)
    images = x = keras.Input(image_shape, name="images")
    for stage in range(strided + 1):
        channels = base_channels * min(2**stage, WIDEST)
        strides = 2 if stage < strided else 1
        x = _convolve(x, channels, strides, use_bias=stage == 0)
        x = x if stage == 0 else InstanceNormalization()(x)
        x = LeakyReLU(0.2)(x)
    return keras.Model(images, _convolve(x, 1), name="discriminator")


def _strided_convolutions(image_shape, patch):
    if patch not in PATCHES:
        raise ValueError(
            "patch is the side in pixels of what one logit sees. Expected one of "
            f"{list(PATCHES)}. Received: patch={patch}"
        )
    smallest = 3 * 2 ** PATCHES[patch]  # two more convolutions take a pixel each
    if min(image_shape[:2]) < smallest:
        raise ValueError(
            f"Patches of {patch} pixels need images of at least {smallest}x{smallest}. "
            f"Received image_shape={tuple(image_shape)}. Choose a smaller patch."
        )
    return PATCHES[patch]


def _convolve(x, channels, strides=1, use_bias=True):
    convolve = Conv2D(
        channels,
        kernel_size=4,
        strides=strides,
        use_bias=use_bias,
        kernel_initializer=normal(),
    )
    return convolve(layers.ZeroPadding2D(1)(x))
