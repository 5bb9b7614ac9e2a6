"""Sounds as arrays: from one rate to another, cut to one length."""

import math

import numpy as np

LOUDEST = 32767  # of 16 bits
PEAK = 0.9  # of the loudest, where recordings are brought to


def resampled(wave, rate, new_rate) -> np.ndarray:
    """A sound at another rate, by its spectrum; what is too high for it is left out.

    Args:
        wave: Float array (samples,), which begins and ends in silence.
        rate: Samples a second, an integer.
        new_rate: As many as there will be.

    Returns:
        Float array of as many seconds, but for silence at the end.
    """
    common = math.gcd(rate, new_rate)
    part, new_part = rate // common, new_rate // common
    parts = -(-len(wave) // part)
    spectrum = np.fft.rfft(wave, parts * part)
    kept = spectrum[: parts * min(part, new_part) // 2 + 1]
    return np.fft.irfft(kept, parts * new_part) * (new_part / part)


def trimmed(wave, quietest=0.01) -> np.ndarray:
    """A sound without the silence before and after it.

    Args:
        wave: Float array (samples,).
        quietest: What is quieter than this share of the loudest is silence.

    Returns:
        Float array, empty if all is silence.
    """
    loud = np.flatnonzero(np.abs(wave) > quietest * np.abs(wave).max(initial=1e-9))
    return wave[loud[0] : loud[-1] + 1] if len(loud) else wave[:0]


def placed(wave, samples, begin=0) -> np.ndarray:
    """A sound as 16 bits, as loud as others, cut or with silence around it.

    Args:
        wave: Float array (length,).
        samples: Length of the result.
        begin: Where the sound begins.

    Returns:
        int16 array (samples,).
    """
    placed = np.zeros(samples, "int16")
    heard = wave[: samples - begin]
    scale = PEAK * LOUDEST / np.abs(wave).max(initial=1e-9)
    placed[begin : begin + len(heard)] = np.rint(heard * scale)
    return placed
