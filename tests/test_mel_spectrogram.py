"""MelSpectrogram: librosa's filters and values, frames, gradients."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.layers import MelSpectrogram
from keras_gan_zoo.layers.mel_spectrogram import mel_filters
from tests import golden_mel


def recorded(name):
    with np.load(golden_mel.PATH) as file:
        return file[name]


def mapped(layer, waves):
    return ops.convert_to_numpy(layer(np.asarray(waves, "float32")[..., None]))


@pytest.mark.parametrize("name", golden_mel.SETTINGS)
def test_filters_are_those_of_librosa(name):
    expected = recorded(name)
    received = mel_filters(*golden_mel.SETTINGS[name])
    assert received.shape == expected.shape and received.dtype == np.float32
    np.testing.assert_allclose(received, expected, rtol=1e-5, atol=1e-8)


def test_a_spectrogram_is_that_of_librosa():
    expected = recorded("spectrogram")
    (received,) = mapped(MelSpectrogram(), [golden_mel.sound()])
    assert received.shape == expected.shape == (3000 // 256, 80)
    assert np.ptp(expected) > 8  # from silence to a tone
    # In float32 what is a millionth of the loudest is rounded.
    np.testing.assert_allclose(np.exp(received), np.exp(expected), 1e-5, 1e-6)
    np.testing.assert_allclose(received, expected, atol=1e-3)


@pytest.mark.parametrize("samples", [512, 1000, 8192])
def test_there_is_a_frame_for_each_hop(samples):
    layer, waves = MelSpectrogram(), np.zeros((2, samples))
    expected = (2, samples // 256, 80)
    assert mapped(layer, waves).shape == expected
    symbolic = layer(keras.Input((samples, 1)))
    assert symbolic.shape == (None, *expected[1:])
    # Silence: the floor, or what keeps the root from 0.
    silence = np.log(np.maximum(1e-5, np.sqrt(1e-9) * layer.filters.sum(axis=0)))
    np.testing.assert_allclose(mapped(layer, waves)[0, 0], silence, rtol=1e-5)


def test_a_tone_is_loudest_in_the_band_around_it():
    layer = MelSpectrogram(rate=16000, fft_length=512, hop=128, window_length=400)
    time = np.arange(4096) / 16000
    frequencies = np.fft.rfftfreq(512, 1 / 16000)
    middles = frequencies @ (layer.filters / layer.filters.sum(axis=0))
    for band in (20, 45, 70):
        frames = mapped(layer, [np.sin(2 * np.pi * middles[band] * time)])[0, 4:-4]
        assert (np.abs(frames.argmax(axis=-1) - band) <= 1).all()
    loud, quiet = (mapped(layer, [x * np.sin(9000 * time)])[0] for x in (1.0, 0.1))
    # A tenth of the amplitude is ln 10 less.
    assert (loud - quiet).max() == pytest.approx(np.log(10), rel=1e-2)


def test_gradients_are_slopes_also_of_silence():
    layer = MelSpectrogram(fft_length=256, hop=64, window_length=256, bands=20)
    random = np.random.RandomState(0)
    wave = random.uniform(-0.5, 0.5, (1, 512, 1)).astype("float32")
    way = random.standard_normal(wave.shape).astype("float32")
    way /= np.linalg.norm(way)

    def total(x):
        return ops.sum(ops.cast(layer(x), "float32"))

    slope = ops.convert_to_numpy(backend.gradient(total, ops.convert_to_tensor(wave)))
    step = 3e-3
    ends = [float(total(ops.convert_to_tensor(wave + d * way))) for d in (step, -step)]
    expected = (ends[0] - ends[1]) / (2 * step)
    assert (slope * way).sum() == pytest.approx(expected, rel=0.02)
    silence = backend.gradient(total, ops.zeros((1, 512, 1)))
    np.testing.assert_array_equal(ops.convert_to_numpy(silence), 0)


def test_what_has_no_spectrogram_is_refused():
    for arguments in ({"rate": 8000}, {"lowest": 9000.0}, {"lowest": -1.0}):
        with pytest.raises(ValueError, match=r"frequencies in \[0, rate / 2\]"):
            MelSpectrogram(**arguments)


@pytest.mark.parametrize(
    "shape", [(1, 384, 1), (1, 2000, 2), (0, 2000, 1), (1, 0, 1), (2000, 1)], ids=str
)
def test_waves_are_looked_at_in_each_call(shape):
    called, message = MelSpectrogram(), r"385 samples or more.*Received: \("
    assert mapped(called, np.zeros((1, 385))).shape == (1, 1, 80)
    for layer in (MelSpectrogram(), called):
        with pytest.raises(ValueError, match=message):
            layer(np.zeros(shape, "float32"))
        with pytest.raises(ValueError, match=message):
            layer(keras.Input(shape[1:], batch_size=shape[0]))


@pytest.mark.parametrize("hop, shortest", [(1024, 1024), (1023, 1023), (255, 386)])
def test_the_shortest_waves_have_a_frame(hop, shortest):
    layer = MelSpectrogram(hop=hop)
    assert mapped(layer, np.zeros((1, shortest))).shape == (1, shortest // hop, 80)
    with pytest.raises(ValueError, match=f"{shortest} samples or more"):
        mapped(layer, np.zeros((1, shortest - 1)))


def test_config_round_trip():
    layer = MelSpectrogram(16000, 400, 100, 320, 40, 60.0, None, 1e-3)
    copy = MelSpectrogram.from_config(layer.get_config())
    assert copy.get_config() == layer.get_config()
    np.testing.assert_array_equal(copy.filters, layer.filters)
    registered = keras.saving.get_registered_name(MelSpectrogram)
    assert registered.startswith("keras_gan_zoo")
