"""Discriminators of sounds: of several periods and several scales, as one network.

Kong et al. 2020, section 2.3, https://arxiv.org/abs/2010.05646. Many vocoders
after it are judged by the same.
"""

import math
from collections.abc import Collection
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.layers.conv1d import Conv1D
from keras_gan_zoo.layers.conv2d import Conv2D
from keras_gan_zoo.layers.leaky_relu import LeakyReLU
from keras_gan_zoo.layers.spectral_normalization import SpectralConv1D
from keras_gan_zoo.typing import Tensor

PERIODS = (2, 3, 5, 7, 11)
# Channels in multiples of a base, and strides, of the layers of a discriminator of a
# period; and kernels, channels, strides and groups of one of a scale.
OF_PERIODS = ((1, 3), (4, 3), (16, 3), (32, 3), (32, 1))
OF_SCALES = (
    (15, 4, 1, 1),
    (41, 4, 2, 4),
    (41, 8, 2, 16),
    (41, 16, 4, 16),
    (41, 32, 4, 16),
    (41, 32, 1, 16),
    (5, 32, 1, 1),
)


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Fold(layers.Layer):
    """Waves as images whose columns are every p-th sample (figure 2).

    Args:
        period: The integer p, the width of the images.
        **kwargs: As in every Keras layer.
    """

    def __init__(self, period, **kwargs):
        super().__init__(**kwargs)
        self.period = period

    def call(self, waves) -> Tensor:
        """Maps (batch, samples, 1) to (batch, samples / p rounded up, p, 1).

        What is missing at the end is mirrored.
        """
        rows = -(-waves.shape[1] // self.period)
        missing = rows * self.period - waves.shape[1]
        if missing:
            ends = ((0, 0), (0, missing), (0, 0))
            waves = ops.pad(waves, ends, mode="reflect")
        return ops.reshape(waves, (-1, rows, self.period, 1))

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "period": self.period}


def wave_discriminator(
    samples, base_channels=32, periods=PERIODS, scales=3
) -> keras.Model:
    """Waves to logits and feature maps of several discriminators.

    Args:
        samples: Of the waves.
        base_channels: Channels of the first layer of a discriminator of a period; those
            of a scale have four times as many.
        periods: Each discriminator of these sees every p-th sample.
        scales: How many discriminators see the wave itself, then its means of pairs, of
            fours and so on.

    Returns:
        A Functional model of (batch, samples, 1), whose outputs are the logits of each
        discriminator, then all their feature maps.

    Raises:
        ValueError: If there is no discriminator, or a period is no integer from 1.
    """
    check_discriminators(periods, scales)
    waves = scaled = keras.Input((samples, 1), name="waves")
    judged = [_judge_period(waves, p, base_channels) for p in periods]
    for scale in range(scales):
        # Spectral normalization where the raw sound is seen.
        convolution = Conv1D if scale else SpectralConv1D
        judged.append(_judge_scale(scaled, base_channels, convolution))
        scaled = layers.AveragePooling1D(4, 2, "same")(scaled)
    logits = [own for own, _ in judged]
    maps = [x for _, own in judged for x in own]
    return keras.Model(waves, [*logits, *maps], name="discriminator")


def check_discriminators(periods, scales) -> None:
    """Raises a `ValueError` if there is neither a period nor a scale.

    Args:
        periods: See `wave_discriminator`.
        scales: See `wave_discriminator`.
    """
    are_periods = isinstance(periods, Collection) and all(
        isinstance(p, int | np.integer) and p >= 1 for p in periods
    )
    if not are_periods or (len(periods) == 0 and scales == 0):
        raise ValueError(
            "Sounds are judged at some periods, a list of integers from 1, or at some "
            "scales, at one of either at least: periods=(2, 3), scales=0. Received: "
            f"periods={periods!r}, scales={scales!r}"
        )


def _judge_period(waves, period, base_channels):
    """Logits of every p-th sample, and the feature maps before them."""
    x, maps = Fold(period)(waves), []
    for factor, strides in OF_PERIODS:
        channels = factor * base_channels
        x = Conv2D(channels, (5, 1), (strides, 1), padding="same")(x)
        x = LeakyReLU(0.1)(x)
        maps.append(x)
    return Conv2D(1, (3, 1), padding="same")(x), maps


def _judge_scale(x, base_channels, convolution):
    """Logits of a wave, and the feature maps before them."""
    maps = []
    for kernel, factor, strides, groups in OF_SCALES:
        convolve = convolution(
            factor * base_channels,
            kernel,
            strides,
            padding="same",
            groups=math.gcd(groups, x.shape[-1]),  # few channels are fewer groups
        )
        x = LeakyReLU(0.1)(convolve(x))
        maps.append(x)
    return convolution(1, 3, padding="same")(x), maps
