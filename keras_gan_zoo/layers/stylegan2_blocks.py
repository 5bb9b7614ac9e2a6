"""The blocks of StyleGAN2, with equalized learning rates.

Karras et al. 2020, https://arxiv.org/abs/1912.04958, sections 2 and 4. All functions
take and return Keras tensors of a Functional model.
"""

import math

from keras import layers

from keras_gan_zoo.halving import halved_sizes
from keras_gan_zoo.layers.bias import Bias
from keras_gan_zoo.layers.equalized import EqualizedConv2D, EqualizedDense
from keras_gan_zoo.layers.leaky_relu import LeakyReLU
from keras_gan_zoo.layers.minibatch_stddev import MinibatchStddev
from keras_gan_zoo.layers.modulated_conv2d import ModulatedConv2D
from keras_gan_zoo.layers.noise2d import Noise2D
from keras_gan_zoo.layers.resample2d import Blur2D, Downsample2D
from keras_gan_zoo.typing import Tensor

SLOW = 0.01  # the mapping network's rate of learning, relative to all others
MOST_CHANNELS = 512
# Leaky ReLU takes half of a signal away: what comes before it is multiplied by this.
GAIN = math.sqrt(2)


def stages(image_shape, base_channels) -> list[tuple[int, int, int]]:
    """Shapes of the feature maps, from the smallest to those of the image's size.

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: Channels of the largest; they double at each halving, up to 512.

    Returns:
        A list of such shapes. 28x28 gives 7x7, 14x14 and 28x28.

    Raises:
        ValueError: If these are no images from 4x4 pixels.
    """
    shapes = [
        (*size, min(base_channels * 2**halvings, MOST_CHANNELS))
        for halvings, size in enumerate(halved_sizes(image_shape, "StyleGAN2"))
    ]
    return shapes[::-1]


def normalized(x) -> Tensor:
    """Scales vectors (batch, dim) to length sqrt(dim)."""
    return layers.Rescaling(math.sqrt(x.shape[-1]))(layers.UnitNormalization()(x))


def perceptron(x, units, depth) -> Tensor:
    """Vectors to styles (batch, units), by layers that learn slowly."""
    for _ in range(depth):
        x = LeakyReLU(0.2)(EqualizedDense(units, GAIN, SLOW)(x))
    return x


def styled(x, style, convolution, seed, blur=None) -> Tensor:
    """A convolution that a style modulates, then noise, bias and Leaky ReLU.

    Args:
        x: Feature maps (batch, height, width, channels).
        style: (batch, style_dim).
        convolution: A `ModulatedConv2D`, of any kind.
        seed: Integer, of the noise.
        blur: A layer that comes behind the convolution, or None.

    Returns:
        Feature maps, as the convolution makes them.
    """
    x = convolution(x, _scales(style, x))
    x = blur(x) if blur else x
    return LeakyReLU(0.2)(Bias(GAIN)(Noise2D(GAIN, seed)(x)))


def to_image(x, style, channels) -> Tensor:
    """Feature maps to an image of so many channels, not bounded."""
    convolution = ModulatedConv2D(channels, kernel_size=1, demodulate=False)
    return Bias()(convolution(x, _scales(style, x)))


def residual_block(x, channels) -> Tensor:
    """Halves height and width: two convolutions, and a shortcut beside them."""
    # Each of the two ways is multiplied by sqrt(1/2), so that their sum is no larger.
    half = math.sqrt(1 / 2)
    shortcut = EqualizedConv2D(channels, 1, half, use_bias=False)(Downsample2D()(x))
    x = Blur2D(1)(convolved(x, x.shape[-1], 3))
    x = EqualizedConv2D(channels, 3, GAIN * half, strides=2)(x)
    return layers.Add()([LeakyReLU(0.2)(x), shortcut])


def stylegan2_features(images, base_channels=32) -> Tensor:
    """Images to what the discriminator sees in them.

    Args:
        images: A Keras tensor (batch, height, width, channels).
        base_channels: See `stages`.

    Returns:
        A Keras tensor (batch, features).
    """
    largest, *smaller = reversed(stages(images.shape[1:], base_channels))
    x = convolved(images, largest[-1], 1)
    for *_, channels in smaller:
        x = residual_block(x, channels)
    x = convolved(MinibatchStddev()(x), x.shape[-1], 3)
    return LeakyReLU(0.2)(EqualizedDense(x.shape[-1], GAIN)(layers.Flatten()(x)))


def convolved(x, channels, kernel_size, name=None) -> Tensor:
    """A convolution of the same size, then Leaky ReLU."""
    x = EqualizedConv2D(channels, kernel_size, GAIN, padding="same", name=name)(x)
    return LeakyReLU(0.2)(x)


def _scales(style, x):
    """The learned affine map A of the paper, 1 for each channel at the beginning."""
    return EqualizedDense(x.shape[-1], bias_initializer="ones")(style)
