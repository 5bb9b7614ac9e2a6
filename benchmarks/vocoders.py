"""How close to the true sounds do a HiFiGAN and Griffin-Lim come, and how fast?

    apt-get install espeak-ng
    pip install librosa
    export KERAS_BACKEND=torch
    python benchmarks/vocoders.py runs/hifigan_spoken_digits/hifigan_spoken_digits

Both make sounds of the mel spectrograms of spoken digits in voices that are held out.
Griffin-Lim is librosa's: magnitudes by non-negative least squares, then phases, by 32
iterations. The distance is `metrics.mel_distance`, in nats, its mean over the clips;
the real-time factor is seconds of computing for each second of sound, the median of
rounds after a first one that does not count. Without a model Griffin-Lim stands alone.

Half of a clip is silence; `--samples 4096` leaves a quarter of a second of each word,
and next to no silence.
"""

import argparse
import os
import time

import numpy as np

import keras_gan_zoo as kgz
from keras_gan_zoo.cli.library import load_model

ITERATIONS = 32


def griffin_lim(mels, layer):
    """Waves (num, samples, 1) of what `layers.MelSpectrogram` made of others."""
    import librosa

    size, hop = layer.fft_length, layer.hop
    # The layer mirrors so much before the first sample, and as much after the last.
    around = (size - hop) // 2
    waves = []
    for logarithms in mels:
        magnitudes = librosa.feature.inverse.mel_to_stft(
            np.exp(logarithms.T),
            sr=layer.rate,
            n_fft=size,
            power=1.0,
            fmin=layer.lowest,
            fmax=layer.highest,
        )
        wave = librosa.griffinlim(
            magnitudes,
            n_iter=ITERATIONS,
            hop_length=hop,
            win_length=layer.window_length,
            center=False,
            random_state=0,
        )
        waves.append(wave[around:-around, None])
    return np.stack(waves).clip(-1, 1)


def measure(vocode, waves, mels, options):
    """Distance in nats, and real-time factor."""
    seconds = []
    for _ in range(1 + options.rounds):
        start = time.perf_counter()
        made = vocode(mels)
        seconds.append(time.perf_counter() - start)
    distance = kgz.metrics.mel_distance(waves, made, options.rate).mean()
    return distance, np.median(seconds[1:]) / (waves.size / options.rate)


def main(options):
    """Prints the table."""
    # Its mel spectrograms are the same with any networks, or without.
    model = kgz.HiFiGAN(rate=options.rate)
    vocoders = {"Griffin-Lim": lambda mels: griffin_lim(mels, model.mel)}
    if options.model:
        model = load_model(kgz, options.model, "vocode")
        options.rate = model.rate
        vocoders[f"{type(model).__name__} {model.variant}"] = model.vocode
    digits = kgz.datasets.spoken_digits(
        options.clips, "test", options.samples, options.rate, seed=options.seed
    )
    mels = model.mels(digits.waves)
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    cores = len(os.sched_getaffinity(0))
    print(f"{options.clips} spoken digits, {backend}, CPU cores: {cores}\n")
    print("| | mel distance, nats | real-time factor |\n| --- | --- | --- |")
    for name, vocode in vocoders.items():
        distance, factor = measure(vocode, digits.waves, mels, options)
        print(f"| {name} | {distance:.3f} | {factor:.3f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", help="preset, its folder, or .keras file")
    parser.add_argument("--clips", type=int, default=100)
    parser.add_argument("--samples", type=int, default=16_384, help="of a clip")
    parser.add_argument("--rate", type=int, default=16_000, help="in Hz, if no model")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=2, help="of the clips")
    main(parser.parse_args())
