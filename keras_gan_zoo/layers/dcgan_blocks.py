"""The blocks of DCGAN: strided convolutions, normalization, weights that start small.

Radford et al. 2015, https://arxiv.org/abs/1511.06434, sections 3 and 4. Many papers
after it build their networks of them.
"""

import keras
from keras import layers

from keras_gan_zoo.layers.batch_normalization import BatchNormalization
from keras_gan_zoo.layers.conv2d import Conv2D
from keras_gan_zoo.layers.conv2d_transpose import Conv2DTranspose
from keras_gan_zoo.typing import Tensor

# Paper: 5x5 kernels in its first code; here 4x4, as in its authors' later code, because
# a kernel that the stride divides leaves no checkerboard.
STRIDED = {"kernel_size": 4, "strides": 2, "padding": "same"}


def normal() -> keras.initializers.Initializer:
    """An initializer, N(0, 0.02^2), as section 4 has it."""
    return keras.initializers.RandomNormal(stddev=0.02)


def downsample(x, channels, kernel_initializer=None, **options) -> Tensor:
    """Halves height and width by a convolution.

    Args:
        x: Feature maps (batch, height, width, any) of a Functional model.
        channels: How many there will be.
        kernel_initializer: As in every Keras layer; without it `normal()`.
        **options: More arguments of `Conv2D`.

    Returns:
        (batch, height / 2, width / 2, channels), odd sides rounded up.
    """
    start = kernel_initializer or normal()
    convolve = Conv2D(channels, **{**STRIDED, **options}, kernel_initializer=start)
    return convolve(x)


def upsample(x, channels, **options) -> Tensor:
    """Doubles height and width by a transposed convolution.

    Args:
        x: Feature maps (batch, height, width, any) of a Functional model.
        channels: How many there will be.
        **options: More arguments of `Conv2DTranspose`.

    Returns:
        (batch, 2 * height, 2 * width, channels).
    """
    settings = {**STRIDED, **options, "kernel_initializer": normal()}
    return Conv2DTranspose(channels, **settings)(x)


def crop(x, shape) -> Tensor:
    """Leaves out the last rows and columns, where odd sides had been rounded up.

    Args:
        x: Feature maps (batch, height, width, channels) of a Functional model.
        shape: (height, width, ...) that they are to have.

    Returns:
        Maps of that size.
    """
    rows, columns = x.shape[1] - shape[0], x.shape[2] - shape[1]
    if not (rows or columns):
        return x
    return layers.Cropping2D(((0, rows), (0, columns)))(x)


def normalize(x) -> Tensor:
    """Batch normalization, whose factors start near 1.

    Args:
        x: Tensor (batch, ..., channels) of a Functional model.

    Returns:
        A tensor of the same shape.
    """
    near_one = keras.initializers.RandomNormal(mean=1.0, stddev=0.02)
    return BatchNormalization(momentum=0.9, epsilon=1e-5, gamma_initializer=near_one)(x)
