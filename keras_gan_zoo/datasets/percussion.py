"""Drums, one stroke a sound: those of a Debian package, or a folder of your own."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from keras_gan_zoo.datasets.base import (
    Dataset,
    check_positive,
    check_split,
    in_split,
    require,
)
from keras_gan_zoo.datasets.waves import placed, resampled, trimmed

FOLDER = Path("/usr/share/sonic-pi/samples")
INSTALL = "apt-get install sonic-pi-samples"
SUFFIXES = (".aif", ".aiff", ".flac", ".ogg", ".wav")
DRUM_KINDS = ("kick", "snare", "cymbal", "tom", "tabla", "percussion")
# A file is of the first kind of which its name has a word.
WORDS = {
    "kick": ("bd_", "kick", "drum_bass"),
    "snare": ("sn_", "snare"),
    "cymbal": ("cymbal", "splash", "hat"),
    "tom": ("tom",),
    "tabla": ("tabla",),
    "percussion": ("drum_", "elec_", "perc_"),
}


class Drums(NamedTuple):
    """Sounds of drums; entry i of each array belongs to the same one.

    Attributes:
        waves: int16 array of shape `(n, samples, 1)`.
        labels: int32 array of shape `(n,)`, an index into `DRUM_KINDS`.
        names: Array of `n` strings, the names of the files, such as `"bd_808"`.
    """

    waves: np.ndarray
    labels: np.ndarray
    names: np.ndarray


def drums(split="train", samples=16_384, rate=16_000, data_dir=None) -> Drums:
    """Load single strokes of drums: 98 of six kinds.

    Without `data_dir` they are those of Debian's package `sonic-pi-samples`, which are
    in the public domain (CC0). A sound begins with its clip, is as loud as all others,
    and fades out where it is cut. One sound in six is for testing; its name decides.

    Args:
        split: `"train"`, `"test"` or `"all"`.
        samples: Length of a clip.
        rate: Samples a second, in Hz.
        data_dir: A folder of sounds (WAV, FLAC, OGG, AIFF) of your own. Their names say
            the kind, as in the package: `bd_`, `kick`, `snare`, `cymbal`, `tom`.

    Returns:
        A `Drums`: waves, kinds and names.

    Raises:
        FileNotFoundError: If there are no such sounds.
        ValueError: If an argument is invalid or a file is damaged.
        ImportError: If the package soundfile is not installed.

    Examples:
        >>> sounds = drums("all")  # doctest: +SKIP
        >>> sounds.waves.shape, sounds.names[0]  # doctest: +SKIP
        ((98, 16384, 1), 'bd_808')
    """
    check_split(split)
    for name, value in {"samples": samples, "rate": rate}.items():
        check_positive(name, value)
    require("soundfile", "pip install soundfile")
    files = [file for file in _list(data_dir) if in_split(file.stem, split, one_in=6)]
    waves = np.zeros((len(files), samples, 1), "int16")
    for clip, file in zip(waves, files, strict=True):
        clip[:, 0] = placed(_faded(_read(file, rate), samples), samples)
    labels = np.array([DRUM_KINDS.index(kind_of(file.stem)) for file in files], "int32")
    return Drums(waves, labels, np.array([file.stem for file in files]))


def load(split, data_dir, **kwargs) -> Dataset:
    """Load the sounds of `drums`, with the kind as the label."""
    found = drums(split, data_dir=data_dir, **kwargs)
    return Dataset(found.waves, found.labels)


def kind_of(name) -> str | None:
    """The kind of a drum by the name of its file, one of `DRUM_KINDS`, or None."""
    kinds = (
        kind
        for kind, words in WORDS.items()
        if any(word in name.lower() for word in words)
    )
    return next(kinds, None)


def _list(data_dir):
    """The files of drums in a folder, by their names."""
    folder = FOLDER if data_dir is None else Path(data_dir)
    found = sorted(folder.glob("*")) if folder.is_dir() else []
    sounds = [file for file in found if file.suffix.lower() in SUFFIXES]
    # The package also has loops and voices.
    files = [file for file in sounds if kind_of(file.stem) and "loop" not in file.stem]
    if not files:
        raise FileNotFoundError(
            f"{folder}: expected sounds of drums in this folder, whose names have one "
            f"of {sorted(sum(WORDS.values(), ()))}; found none. Do one of these: "
            f"{INSTALL}; or pass the folder of your own as data_dir=."
        )
    return files


def _read(file, rate):
    """A wave of one channel (samples,) from where it begins to be heard."""
    import soundfile

    try:
        wave, own_rate = soundfile.read(file, always_2d=True)
    except soundfile.LibsndfileError as error:
        raise ValueError(
            f"{file}: expected a sound, received a file that cannot be read ({error}). "
            "Fetch it again, or take it away."
        ) from error
    # Silence between end and beginning, which a spectrum takes for neighbours.
    wave = np.pad(wave.mean(axis=1), (0, own_rate // 10))
    return trimmed(resampled(wave, own_rate, rate), quietest=0.001)


def _faded(wave, samples):
    """A sound that ends in silence where it is too long."""
    if len(wave) <= samples:
        return wave
    fade = min(samples, 1_000)
    return wave[:samples] * np.clip(np.arange(samples, 0, -1) / fade, 0, 1)
