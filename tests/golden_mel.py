"""Mel spectrograms as librosa computes them: what ours must compute.

    python -m pip install librosa
    python -m tests.golden_mel

writes `golden/mel_spectrogram.npz`: the filters of some settings, and the logarithm of
the spectrogram of a sound as the code of HiFi-GAN's authors has it. Recorded with
librosa 0.11.0.
"""

import numpy as np

from tests import golden

PATH = golden.FOLDER / "mel_spectrogram.npz"
# rate, fft_length, bands, lowest, highest
SETTINGS = {
    "paper": (22050, 1024, 80, 0.0, 8000.0),
    "whole": (22050, 1024, 80, 0.0, None),
    "small": (16000, 400, 40, 60.0, 7600.0),
}


def sound():
    """A tone that rises, noise, and silence: (3000,) float32 in [-1, 1]."""
    time = np.arange(3000) / 22050
    wave = 0.5 * np.sin(2 * np.pi * (200 + 20_000 * time) * time)
    wave[1500:2200] += np.random.RandomState(0).uniform(-0.4, 0.4, 700)
    wave[2200:] = 0
    return wave.astype("float32")


def main():
    """Records both."""
    import librosa

    recorded = {}
    for name, (rate, fft_length, bands, lowest, highest) in SETTINGS.items():
        recorded[name] = librosa.filters.mel(
            sr=rate, n_fft=fft_length, n_mels=bands, fmin=lowest, fmax=highest
        ).T
    wave = np.pad(sound().astype("float64"), 384, mode="reflect")
    spectrum = librosa.stft(wave, n_fft=1024, hop_length=256, center=False)
    magnitude = np.sqrt(np.abs(spectrum) ** 2 + 1e-9)
    logarithms = np.log(np.maximum(magnitude.T @ recorded["paper"], 1e-5))
    np.savez_compressed(PATH, spectrogram=logarithms.astype("float32"), **recorded)


if __name__ == "__main__":
    main()
