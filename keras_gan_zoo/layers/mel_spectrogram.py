"""Mel spectrograms: how loud a sound is, by time and by pitch, on a log scale."""

import math
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.typing import Tensor

LINEAR = 200 / 3  # Hz of a mel, up to 1,000 Hz
KNEE = 1000.0  # Hz, from which on pitches are logarithmic
STEP = math.log(6.4) / 27  # of the frequency's logarithm, for a mel
NAMES = "rate fft_length hop window_length bands lowest highest floor".split()


@keras.saving.register_keras_serializable("keras_gan_zoo")
class MelSpectrogram(layers.Layer):
    """Waves in [-1, 1] to the logarithms of their mel spectrograms.

    A frame is the magnitude of the spectrum of a window (Hann), and a band a weighted
    sum over its frequencies: see `mel_filters`. Waves are mirrored at both ends so that
    there is one frame for each `hop` samples. It is computed in float32, on the device,
    and can be differentiated. The defaults are those of HiFi-GAN. Keras' own layer of
    this name has other bands (those of HTK), and more frames.

    Args:
        rate: Samples a second, in Hz.
        fft_length: Samples of a spectrum.
        hop: Samples from one frame to the next; at most `fft_length`.
        window_length: Samples of a window, in the middle of those of the spectrum.
        bands: How many bands there are.
        lowest: Hz, where the bands begin.
        highest: Hz, where they end; without it half the rate.
        floor: What is below counts as this, so that silence has a logarithm.
        **kwargs: As in every Keras layer.

    Raises:
        ValueError: If bands do not lie in [0, rate / 2], or waves cannot be mirrored.

    Reference:
        Kong et al. 2020, https://arxiv.org/abs/2010.05646
    """

    def __init__(
        self,
        rate=22050,
        fft_length=1024,
        hop=256,
        window_length=1024,
        bands=80,
        lowest=0.0,
        highest=8000.0,
        floor=1e-5,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.rate = rate
        self.fft_length = fft_length
        self.hop = hop
        self.window_length = window_length
        self.bands = bands
        self.lowest = lowest
        self.highest = highest
        self.floor = floor
        self.filters = mel_filters(rate, fft_length, bands, lowest, highest)

    def check_waves(self, shape) -> None:
        """Raises a `ValueError` unless waves (batch, samples, 1) can be mirrored."""
        around = self.fft_length - self.hop
        least = max(self.hop, around - around // 2 + 1)
        batch, samples, channels = shape if len(shape) == 3 else (0, 0, 0)
        if batch == 0 or channels != 1 or (samples is not None and samples < least):
            raise ValueError(
                "MelSpectrogram maps one wave or more, (batch, samples, 1), of "
                f"{least} samples or more. Received: {tuple(shape)}. Take the mean of "
                "several channels, or add silence."
            )

    def call(self, waves) -> Tensor:
        """Maps (batch, samples, 1) to (batch, samples // hop, bands), float32."""
        self.check_waves(waves.shape)
        around = self.fft_length - self.hop
        ends = (around // 2, around - around // 2)
        x = ops.pad(ops.cast(waves, "float32")[..., 0], ((0, 0), ends), "reflect")
        real, imaginary = ops.stft(
            x, self.window_length, self.hop, self.fft_length, center=False
        )
        power = ops.square(real) + ops.square(imaginary)
        magnitude = ops.sqrt(power + 1e-9)  # the slope is infinite at 0
        return ops.log(ops.maximum(ops.matmul(magnitude, self.filters), self.floor))

    def compute_output_spec(self, waves) -> keras.KerasTensor:
        """The shape and dtype of the spectrograms."""
        self.check_waves(waves.shape)
        batch, samples, _ = waves.shape
        frames = None if samples is None else samples // self.hop
        return keras.KerasTensor((batch, frames, self.bands), "float32")

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), **{name: getattr(self, name) for name in NAMES}}


def mel_filters(
    rate=22050, fft_length=1024, bands=80, lowest=0.0, highest=8000.0
) -> np.ndarray:
    """Weights of the frequencies of a spectrum in each band.

    A band is a triangle over the frequencies, from the middle of the band below to that
    of the band above. The middles are equally far from each other in mels, those of
    Slaney's Auditory Toolbox, and the area of each triangle over the frequencies is 1.

    Args:
        rate: See `MelSpectrogram`.
        fft_length: See `MelSpectrogram`.
        bands: See `MelSpectrogram`.
        lowest: See `MelSpectrogram`.
        highest: See `MelSpectrogram`.

    Returns:
        float32 array (fft_length // 2 + 1, bands).

    Raises:
        ValueError: If the bands do not lie in [0, rate / 2].
    """
    highest = rate / 2 if highest is None else highest
    if not 0 <= lowest < highest <= rate / 2:
        raise ValueError(
            "The bands of a mel spectrogram lie between two frequencies in [0, rate / "
            f"2]. Received: lowest={lowest}, highest={highest}, rate={rate}."
        )
    edges = _hertz(np.linspace(_mels(lowest), _mels(highest), bands + 2))
    frequencies = np.fft.rfftfreq(fft_length, 1 / rate)[:, None]
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    rising = (frequencies - low) / (middle - low)
    falling = (high - frequencies) / (high - middle)
    triangles = np.maximum(0, np.minimum(rising, falling))
    return (triangles * 2 / (high - low)).astype("float32")


def _mels(hertz):
    above = KNEE / LINEAR + np.log(np.maximum(hertz, KNEE) / KNEE) / STEP
    return np.where(hertz < KNEE, hertz / LINEAR, above)


def _hertz(mels):
    above = KNEE * np.exp(STEP * (mels - KNEE / LINEAR))
    return np.where(mels < KNEE / LINEAR, mels * LINEAR, above)
