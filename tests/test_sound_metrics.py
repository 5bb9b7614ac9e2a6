"""mel_distance: by hand, what it does not hear, what it refuses."""

import numpy as np
import pytest
from keras import ops

from keras_gan_zoo.layers import MelSpectrogram
from keras_gan_zoo.metrics import mel_distance


def noise(num=3, samples=2_000, seed=0):
    random = np.random.RandomState(seed)
    return random.uniform(-0.5, 0.5, (num, samples, 1)).astype("float32")


def test_it_is_the_mean_difference_of_logarithms():
    a, b = noise(70), noise(70, seed=1)
    received = mel_distance(a, b, 16000)
    assert received.shape == (70,) and received.dtype == np.float32
    mel = MelSpectrogram(16000)
    for i in (0, 63, 64, 69):  # computed in parts
        one, two = (ops.convert_to_numpy(mel(x[i : i + 1])) for x in (a, b))
        assert received[i] == pytest.approx(np.abs(one - two).mean(), rel=1e-4)
    swapped = mel_distance(b, a, 16000)
    np.testing.assert_allclose(received, swapped, rtol=1e-5)
    fewer = mel_distance(a, b, 16000, bands=20)
    assert (fewer < received).all()  # means of more frequencies differ less


def test_half_the_amplitude_is_ln_2_apart_and_a_sign_nothing():
    a = noise()
    np.testing.assert_allclose(mel_distance(a, a / 2, 16000), np.log(2), rtol=0.01)
    np.testing.assert_allclose(mel_distance(a, -a, 16000), 0, atol=1e-3)
    whole = np.rint(a * 32767).astype("int16")
    np.testing.assert_allclose(mel_distance(a, whole, 16000), 0, atol=0.01)


def test_what_cannot_be_compared_is_refused():
    a = noise()
    for b, message in [
        (a[:2], "pairs of sounds.*3 and 2"),
        (a[:, :1_000], "second batch of waves"),
        (3 * a, r"waves must lie in \[-1, 1\]"),
        (a[..., 0], "waves of shape"),
        (a[:, :384], "385 samples or more"),
        (np.tile(a, 2), "mean of several channels"),
    ]:
        with pytest.raises(ValueError, match=message):
            mel_distance(a, b, 16000)
    with pytest.raises(ValueError, match=r"one wave or more.*Received: \(0, 2000, 1\)"):
        mel_distance(a[:0], a[:0], 16000)
