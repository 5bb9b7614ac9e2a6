"""Digits that a speech synthesizer says, in many voices, drawn on the spot."""

import itertools
from typing import NamedTuple

import numpy as np

from keras_gan_zoo.datasets.base import Dataset, check_positive, check_split, in_split
from keras_gan_zoo.datasets.espeak import say_all
from keras_gan_zoo.datasets.waves import placed, resampled, trimmed

WORDS = tuple("zero one two three four five six seven eight nine".split())
ACCENTS = tuple(
    "en-us en en-gb-scotland en-gb-x-rp en-gb-x-gbclan en-gb-x-gbcwmd en-029".split()
)
VOICES = tuple(
    "m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 klatt klatt2 klatt3 klatt4 Andy Annie Alex "
    "Denis Gene Jacky Lee linda Marco Michael Mario zac adam anika aunty belinda "
    "benjamin boris caleb david ed edward grandma grandpa iven john Mike norbert paul "
    "quincy rob robert sandro shelby steph travis victor".split()
)
PITCHES = (20, 35, 50, 65, 80)  # of 0 to 99
SPEEDS = (120, 145, 170, 200)  # words a minute


class SpokenDigits(NamedTuple):
    """Words as waves; entry i of each array belongs to the same one.

    Attributes:
        waves: int16 array of shape `(n, samples, 1)`.
        labels: int32 array of shape `(n,)`, the digits.
        voices: Array of `n` strings, accent and voice, such as `"en-us+f2"`.
    """

    waves: np.ndarray
    labels: np.ndarray
    voices: np.ndarray


def spoken_digits(
    num=5_000, split="train", samples=16_384, rate=16_000, seed=0
) -> SpokenDigits:
    """Have the words "zero" to "nine" said by eSpeak NG: 5,000 take some ten seconds.

    A clip is one word in one of 54 voices, 7 accents of English, 5 pitches and 4
    speeds, drawn without repetition. It stands in the middle of the clip, as loud as
    all others, with silence around it. More clips begin with the same ones.

    One voice in six is for testing, in all accents. Its name decides.

    The synthesizer must be installed; its licence is the GPL, what it says is free.

    Args:
        num: Number of clips. There are 75,600 in all, 63,000 of them for training.
        split: `"train"`, `"test"` or `"all"`; no voice is in both.
        samples: Length of a clip. What is longer is cut.
        rate: Samples a second, in Hz; up to 22,050.
        seed: Of the random generator; equal seeds give equal clips.

    Returns:
        A `SpokenDigits`: waves, digits and voices.

    Raises:
        ValueError: If an argument is invalid, or there are not so many clips.
        FileNotFoundError: If eSpeak NG is not installed.

    Examples:
        >>> digits = spoken_digits(num=100)  # doctest: +SKIP
        >>> digits.waves.shape  # doctest: +SKIP
        (100, 16384, 1)

    Reference:
        - [eSpeak NG](https://github.com/espeak-ng/espeak-ng), the synthesizer.
    """
    for name, value in {"num": num, "samples": samples, "rate": rate}.items():
        check_positive(name, value)
    chosen = _draw(num, split, seed)
    waves = np.zeros((num, samples, 1), "int16")
    for clip, spoken in zip(waves, say_all(chosen), strict=True):
        word = trimmed(resampled(*spoken, rate))
        clip[:, 0] = placed(word, samples, max(0, samples - len(word)) // 2)
    labels = [WORDS.index(word) for word, *_ in chosen]
    voices = [voice for _, voice, *_ in chosen]
    return SpokenDigits(waves, np.array(labels, "int32"), np.array(voices))


def load(split, data_dir, **kwargs) -> Dataset:
    """Draw clips as `spoken_digits` does, with the digit as the label."""
    if data_dir is not None:
        raise ValueError(
            "spoken_digits are made by eSpeak NG and read no folder: expected data_dir "
            f"None, received {data_dir!r}."
        )
    found = spoken_digits(split=split, **kwargs)
    return Dataset(found.waves, found.labels)


def _draw(num, split, seed):
    """So many clips of a split: word, voice, pitch and speed."""
    check_split(split)
    kept = [voice for voice in VOICES if in_split(voice, split, one_in=6)]
    voices = [f"{accent}+{voice}" for accent in ACCENTS for voice in kept]
    clips = list(itertools.product(WORDS, voices, PITCHES, SPEEDS))
    if num > len(clips):
        raise ValueError(
            f"num: expected up to {len(clips)} clips of the split {split!r}, received "
            f"{num}."
        )
    return [clips[i] for i in np.random.default_rng(seed).permutation(len(clips))[:num]]
