"""Sounds as waves."""

import wave
from collections.abc import Callable

import numpy as np
from keras import ops

from keras_gan_zoo import markup
from keras_gan_zoo.checks import as_array, is_float
from keras_gan_zoo.domains.base import Domain
from keras_gan_zoo.domains.drawing import bars, framed, heat
from keras_gan_zoo.images import make_grid
from keras_gan_zoo.typing import Tensor

LOUDEST = 32767  # of 16 bits
SIZE = (40, 160)  # pixels of a wave, and of the spectrogram below it
WINDOW = 240  # samples of a spectrum
RANGE = 80  # decibels between the darkest and the brightest colour
QUIET = 0  # decibels that are no longer the brightest; a full tone has 36


class Audio(Domain):
    """Waves, (samples, channels): int16, or float in [-1, 1], which networks see.

    Generated waves are float32 in [-1, 1]. Files: WAV of 16 bits.

    Args:
        rate: Samples a second, an integer above 0.

    Raises:
        ValueError: If it is not.
    """

    name = "waves"
    axes = ("samples", "channels")
    integers = ("int16",)
    numbers = "int16, or float in [-1, 1]"
    interval = (-1, 1)
    rescaling = "Divide it by the loudest value: waves / abs(waves).max()."
    hint = "Waves of one channel need its axis: waves[..., None]; channels stand last."
    channels_first = (1,)
    num_shown = 8

    def __init__(self, rate):
        if not isinstance(rate, int | np.integer) or rate < 1:
            raise ValueError(
                "Audio(rate=...) is the number of samples a second, an integer above "
                f"0. Received: rate={rate!r}"
            )
        self.rate = int(rate)

    def encode(self, batch) -> Tensor:
        """Rescales int16 to [-1, 1]; floats pass through."""
        floats = super().encode(batch)
        return floats if is_float(batch) else ops.maximum(floats / LOUDEST, -1.0)

    def decode(self, samples) -> Tensor:
        """Cuts off what lies outside of [-1, 1]."""
        return ops.clip(super().decode(samples), -1.0, 1.0)

    def preview(self, samples, columns=8) -> np.ndarray:
        """Of each sound its wave, and below it its spectrogram, low tones below."""
        waves = self.drawable(samples)
        waves = waves / LOUDEST if waves.dtype.kind == "i" else waves
        waves = waves.astype("float32").mean(axis=-1)
        pictures = [np.concatenate([_wave(x), _spectrogram(x)]) for x in waves]
        return make_grid(framed(np.stack(pictures)), columns)

    def html(self, samples, draw, columns=8) -> str:
        """The picture of all sounds, and a player of each."""
        picture = super().html(samples, draw, columns)
        sounds = [self.file_of(sample, ".wav") for sample in as_array(samples)]
        players = " ".join(map(markup.player, sounds))
        return f"{picture}<div>{players}</div>"

    def writers(self) -> dict[str, Callable]:
        """Python's own WAV writer."""
        return {".wav": self._write}

    def _write(self, sample, path):
        if is_float(sample):
            sample = np.rint(np.clip(sample, -1, 1) * LOUDEST)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(sample.shape[-1])
            file.setsampwidth(2)  # bytes
            file.setframerate(self.rate)
            file.writeframes(sample.astype("<i2").tobytes())


def _wave(samples):
    """In each column of pixels all values of its samples, from -1 to 1."""
    samples = np.repeat(samples, -(-SIZE[1] // len(samples)))  # a column at least
    parts = np.array_split(samples, SIZE[1])
    low, high = np.array([(part.min(), part.max()) for part in parts]).T
    return bars(low / 2 + 0.5, high / 2 + 0.5, SIZE[0])


def _spectrogram(samples):
    samples = np.pad(samples, (0, max(0, WINDOW - len(samples))))
    starts = np.linspace(0, len(samples) - WINDOW, SIZE[1]).astype(int)
    windows = np.stack([samples[i : i + WINDOW] for i in starts]) * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(windows)[:, 1:]) ** 2
    rows = np.array_split(power.T[::-1], SIZE[0])
    decibels = 10 * np.log10([row.max(axis=0) + 1e-12 for row in rows])
    return heat(1 + (decibels - max(decibels.max(), QUIET)) / RANGE)
