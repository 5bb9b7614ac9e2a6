"""The blocks of FastGAN: gated convolutions, maps that scale others, two ways down.

Liu et al. 2021, https://arxiv.org/abs/2101.04775, section 3. All functions take and
return Keras tensors of a Functional model, feature maps (batch, height, width,
channels). All convolutions are spectrally normalized and begin at N(0, 0.02^2).
"""

import math

from keras import layers, ops

from keras_gan_zoo.layers.average_pooling2d import AveragePooling2D
from keras_gan_zoo.layers.dcgan_blocks import normal, normalize
from keras_gan_zoo.layers.leaky_relu import LeakyReLU
from keras_gan_zoo.layers.noise2d import Noise2D
from keras_gan_zoo.layers.spectral_normalization import SpectralConv2D, SpectralDense
from keras_gan_zoo.typing import Tensor

SMALLEST_SIDE = 4  # pixels, where the generator starts
DOWN_BLOCKS = 5  # of the discriminator, at most


def convolved(x, channels, kernel_size=3, strides=1, padding="same") -> Tensor:
    """A convolution without bias."""
    convolve = SpectralConv2D(
        channels,
        kernel_size,
        strides,
        padding,
        use_bias=False,
        kernel_initializer=normal(),
    )
    return convolve(x)


def skips(last, distance) -> dict[int, int]:
    """Which of the first four feature maps scales the channels of which other one.

    Args:
        last: Number of the last map, counted from 0.
        distance: How far apart they are, at most. There are two pairs at least.

    Returns:
        A dict of the number of the scaled map to that of the earlier one.
    """
    distance = min(distance, last - 1)
    return {n + distance: n for n in range(min(4, last - distance + 1))}


def skip_layer_excitation(small, large) -> Tensor:
    """Scales the channels of one feature map by gates in (0, 1) of another one.

    Args:
        small: Maps that the gates are computed of.
        large: Maps of any size.

    Returns:
        Maps of the shape of `large`.
    """
    halvings = int(math.log2(min(small.shape[1:3]) / SMALLEST_SIDE))
    x = AveragePooling2D(2**halvings)(small) if halvings else small
    x = convolved(x, large.shape[-1], x.shape[1:3], padding="valid")
    x = convolved(layers.Activation("swish")(x), large.shape[-1], 1)
    return large * layers.Activation("sigmoid")(x)


def gated_linear_unit(x) -> Tensor:
    """Half of the channels, times the sigmoid of the other half."""
    values, gates = ops.split(x, 2, axis=-1)
    return values * ops.sigmoid(gates)


def first_maps(latents, shape) -> Tensor:
    """Latents (batch, latent_dim) to feature maps of a shape."""
    # Paper: a transposed convolution of one pixel, which is this dense layer.
    doubled = (*shape[:2], 2 * shape[2])
    units, start = math.prod(doubled), normal()
    dense = SpectralDense(units, use_bias=False, kernel_initializer=start)
    return gated_linear_unit(normalize(layers.Reshape(doubled)(dense(latents))))


def up(x, channels) -> Tensor:
    """Doubles height and width: nearest neighbours, one gated convolution."""
    return _gated(layers.UpSampling2D()(x), channels)


def noisy_up(x, channels, seed) -> Tensor:
    """Doubles height and width, by two gated convolutions with noise after each.

    Args:
        x: Feature maps.
        channels: How many there will be.
        seed: Integer, of the noise; the next one is taken, too.

    Returns:
        Feature maps.
    """
    x = _gated(layers.UpSampling2D()(x), channels, Noise2D(seed=seed))
    return _gated(x, channels, Noise2D(seed=seed + 1))


def to_image(x, channels, kernel_size=3) -> Tensor:
    """Feature maps to an image in [-1, 1]."""
    return layers.Activation("tanh")(convolved(x, channels, kernel_size))


def rectified(x) -> Tensor:
    """Batch normalization and leaky ReLU."""
    return LeakyReLU(0.2)(normalize(x))


def halved(images, halvings, base_channels) -> list[Tensor]:
    """Images to the discriminator's feature maps, from the largest to the smallest.

    Args:
        images: (batch, height, width, channels).
        halvings: How often they are halved.
        base_channels: An eighth of the channels of the smallest map.

    Returns:
        A list of maps, up to 6. Above 256 pixels the largest is smaller than the image.
    """
    blocks = min(halvings, DOWN_BLOCKS)
    channels = [max(1, 8 * base_channels >> n) for n in reversed(range(blocks + 1))]
    x, pairs = images, skips(blocks, 3)
    for _ in range(halvings - blocks):
        x = LeakyReLU(0.2)(convolved(x, channels[0], 4, 2))
    maps = [LeakyReLU(0.2)(convolved(x, channels[0])) if x is images else x]
    for number in range(1, blocks + 1):
        x = _down(maps[-1], channels[number])
        if number in pairs:
            x = skip_layer_excitation(maps[pairs[number]], x)
        maps.append(x)
    return maps


def _down(x, channels):
    """Halves height and width: the mean of two convolutions and of a pooled 1x1."""
    y = rectified(convolved(rectified(convolved(x, channels, 4, 2)), channels))
    pooled = convolved(AveragePooling2D(2)(x), channels, 1)
    return layers.Average()([y, rectified(pooled)])


def _gated(x, channels, noise=lambda x: x):
    return gated_linear_unit(normalize(noise(convolved(x, 2 * channels))))
