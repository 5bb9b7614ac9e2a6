"""How alike do two sounds sound? The distance of their mel spectrograms."""

import numpy as np
from keras import ops

from keras_gan_zoo.checks import check_shape
from keras_gan_zoo.domains import Audio
from keras_gan_zoo.layers import MelSpectrogram

ROWS = 64  # sounds at a time


def mel_distance(waves_a, waves_b, rate, **settings) -> np.ndarray:
    """Mean difference of the logarithms of two mel spectrograms, in nats.

    What vocoders are trained on and compared by. Phases count nothing, so sounds that
    differ at each sample may be 0 apart; ln 2 is twice the amplitude in all bands.

    Args:
        waves_a: Array (num, samples, 1), int16 or float in [-1, 1], one sound or more.
        waves_b: Array of the same shape.
        rate: Samples a second, in Hz.
        **settings: Those of `layers.MelSpectrogram`. By default bands go up to half the
            rate.

    Returns:
        float32 array (num,).

    Raises:
        ValueError: If they are no such waves, or their shapes differ.
    """
    mel, domain = MelSpectrogram(rate, **{"highest": None, **settings}), Audio(rate)
    for waves in (waves_a, waves_b):
        domain.check(waves)
        mel.check_waves(waves.shape)
    check_shape("second batch of waves", waves_b.shape, (None, *waves_a.shape[1:]))
    if len(waves_a) != len(waves_b):
        raise ValueError(
            "mel_distance() compares pairs of sounds. Received: "
            f"{len(waves_a)} and {len(waves_b)} of them."
        )

    def spectrograms(waves):
        return ops.convert_to_numpy(mel(domain.encode(waves)))

    starts = range(0, len(waves_a), ROWS)
    parts = [slice(start, start + ROWS) for start in starts]
    pairs = ((spectrograms(waves_a[p]), spectrograms(waves_b[p])) for p in parts)
    return np.concatenate([np.abs(a - b).mean(axis=(1, 2)) for a, b in pairs])
