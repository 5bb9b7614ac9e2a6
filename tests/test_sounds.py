"""Sets of sounds: waves at other rates, spoken digits, drums."""

import ctypes.util
import sys

import numpy as np
import pytest

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets import espeak, percussion, speech
from keras_gan_zoo.datasets.waves import placed, resampled, trimmed

needs_espeak = pytest.mark.skipif(
    ctypes.util.find_library("espeak-ng") is None, reason=espeak.INSTALL
)


def tone(frequency, rate, seconds=0.5):
    """A tone that swells and fades (samples,)."""
    time = np.arange(int(seconds * rate)) / rate
    return np.hanning(len(time)) * np.sin(2 * np.pi * frequency * time)


@pytest.mark.parametrize(("rate", "new_rate"), [(22050, 16000), (8000, 44100), (9, 9)])
def test_a_tone_at_another_rate_is_the_same_tone(rate, new_rate):
    frequency = rate / 20
    expected = tone(frequency, new_rate)
    received = resampled(tone(frequency, rate), rate, new_rate)[: len(expected)]
    np.testing.assert_allclose(received, expected, atol=5e-3 if rate > 9 else 1e-12)


def test_tones_that_are_too_high_for_a_rate_are_left_out():
    assert np.abs(resampled(tone(9000, 22050), 22050, 16000)).max() < 1e-3
    assert np.abs(resampled(tone(7000, 22050), 22050, 16000)).max() > 0.9


def test_sounds_are_cut_placed_and_brought_to_one_loudness():
    wave = np.array([0, 0.001, 0.2, -0.5, 0, 0.1, 0.004, 0])
    heard = trimmed(wave)
    np.testing.assert_array_equal(heard, [0.2, -0.5, 0, 0.1])
    assert len(trimmed(np.zeros(5))) == len(trimmed(np.zeros(0))) == 0
    loudest = round(0.9 * 32767)
    clip = placed(heard, 7, begin=2)
    assert clip.dtype == np.int16
    expected = [0, 0, 0.4 * loudest, -loudest, 0, 0.2 * loudest, 0]
    np.testing.assert_allclose(clip, expected, atol=1)
    np.testing.assert_allclose(placed(heard, 2), [0.4 * loudest, -loudest], atol=1)
    assert not placed(np.zeros(0), 3).any()


def test_no_voice_of_the_digits_is_in_both_splits():
    splits = {
        split: {voice.partition("+")[2] for _, voice, *_ in speech._draw(num, split, 0)}
        for split, num in [("train", 63_000), ("test", 12_600), ("all", 75_600)]
    }
    assert not splits["train"] & splits["test"]
    assert splits["train"] | splits["test"] == splits["all"] == set(speech.VOICES)
    assert (len(splits["train"]), len(splits["test"])) == (45, 9)
    drawn = speech._draw(1_000, "train", 3)
    assert len(set(drawn)) == 1_000 and drawn[:10] == speech._draw(10, "train", 3)
    assert drawn[:10] != speech._draw(10, "train", 4)
    with pytest.raises(ValueError, match="up to 12600 clips.*'test'.*12601"):
        datasets.spoken_digits(12_601, "test")
    with pytest.raises(ValueError, match="samples: expected a positive integer"):
        datasets.spoken_digits(samples=0)
    with pytest.raises(ValueError, match="read no folder"):
        datasets.load("spoken_digits", data_dir="x")


def test_without_the_synthesizer_it_is_said_how_to_install_it(monkeypatch):
    monkeypatch.setattr(sys, "executable", "false")
    with pytest.raises(FileNotFoundError, match="apt-get install espeak-ng"):
        datasets.spoken_digits(1)


@needs_espeak
def test_words_are_said_alike_each_time():
    digits = datasets.spoken_digits(20, samples=8_000, rate=8_000)
    assert digits.waves.shape == (20, 8_000, 1) and digits.waves.dtype == np.int16
    again = datasets.spoken_digits(10, samples=8_000, rate=8_000)
    for array, first in zip(digits, again, strict=True):
        np.testing.assert_array_equal(array[:10], first)
    assert len({wave.tobytes() for wave in digits.waves}) == 20
    loudest = np.abs(digits.waves).max(axis=(1, 2))
    np.testing.assert_allclose(loudest, 0.9 * 32767, atol=2)
    for wave in digits.waves[..., 0]:
        heard = np.flatnonzero(wave)
        assert 0.1 * 8_000 < len(heard) < 8_000
        assert abs(heard[0] - (7_999 - heard[-1])) <= 2  # in the middle
    images, labels = datasets.load("spoken_digits", num=10)
    assert images.shape == (10, 16_384, 1)
    np.testing.assert_array_equal(labels, digits.labels[:10])


@needs_espeak
def test_long_words_take_longer_and_other_voices_sound_otherwise():
    requests = [("six", "en+m1", 50, 145), ("seven seven", "en+m1", 50, 145)]
    (short, rate), (long, _) = espeak.say_all(requests)
    assert rate == 22050 and len(long) > 1.5 * len(short)
    with pytest.raises(FileNotFoundError, match="no voice 'nobody'"):
        list(espeak.say_all([("six", "nobody", 50, 145)]))


def test_kinds_of_drums_by_their_names():
    expected = {
        "bd_808": "kick",
        "drum_heavy_kick": "kick",
        "drum_bass_soft": "kick",
        "elec_hi_snare": "snare",
        "sn_dub": "snare",
        "drum_cymbal_open": "cymbal",
        "drum_splash_hard": "cymbal",
        "Closed Hat": "cymbal",
        "drum_tom_lo_soft": "tom",
        "tabla_ke1": "tabla",
        "perc_bell": "percussion",
        "ambi_choir": None,
    }
    assert {name: percussion.kind_of(name) for name in expected} == expected


def test_drums_of_a_folder(tmp_path):
    soundfile = pytest.importorskip("soundfile")
    wave = np.concatenate([np.zeros(500), tone(500, 22050, 0.2)])
    for i in range(12):
        soundfile.write(tmp_path / f"snare {i}.wav", 0.1 * wave, 22050)
    stereo = np.stack([wave, wave], axis=-1)
    soundfile.write(tmp_path / "bd_x.flac", stereo, 22050)
    (tmp_path / "bd_notes.txt").write_text("of drums")
    sounds = datasets.drums("all", samples=4_000, data_dir=tmp_path)
    assert sounds.waves.shape == (13, 4_000, 1)
    assert sorted(sounds.labels) == [0] + [1] * 12
    np.testing.assert_allclose(np.abs(sounds.waves).max(axis=(1, 2)), 29490, atol=2)
    first = (np.abs(sounds.waves[..., 0]) > 0).argmax(axis=1)
    assert first.max() < 20  # silence before a stroke is cut
    parts = [datasets.drums(x, data_dir=tmp_path).names for x in ("train", "test")]
    assert sorted(np.concatenate(parts)) == sorted(sounds.names)
    # What is too long fades out.
    short = datasets.drums("all", samples=500, data_dir=tmp_path).waves[..., 0]
    assert np.abs(short[:, -5:]).max() < 0.1 * np.abs(short).max()
    (tmp_path / "kick.wav").write_bytes(b"RIFF")
    with pytest.raises(ValueError, match="kick.wav: expected a sound"):
        datasets.drums("all", data_dir=tmp_path)
    with pytest.raises(FileNotFoundError, match="apt-get install sonic-pi-samples"):
        datasets.drums(data_dir=tmp_path / "nowhere")


@pytest.mark.skipif(not percussion.FOLDER.is_dir(), reason=percussion.INSTALL)
def test_the_package_has_98_strokes():
    pytest.importorskip("soundfile")
    sounds = datasets.drums("all")
    kinds = np.bincount(sounds.labels)
    assert dict(zip(datasets.DRUM_KINDS, kinds, strict=True)) == {
        "kick": 18,
        "snare": 11,
        "cymbal": 8,
        "tom": 7,
        "tabla": 26,
        "percussion": 28,
    }
    assert not set(datasets.drums("test").names) & set(datasets.drums().names)
    # A kick is lower than a cymbal.
    power = np.abs(np.fft.rfft(sounds.waves[..., 0].astype("f8"))) ** 2
    middle = (power * np.linspace(0, 8000, power.shape[1])).sum(1) / power.sum(1)
    kick, cymbal = (np.median(middle[sounds.labels == i]) for i in (0, 2))
    assert kick < 500 < 2_000 < cymbal
