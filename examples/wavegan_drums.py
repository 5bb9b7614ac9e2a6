"""Trains a WaveGAN with classes to play drums.

    apt-get install sonic-pi-samples
    pip install soundfile
    KERAS_BACKEND=torch python examples/wavegan_drums.py

The strokes are those of `kgz.datasets.drums`, of six kinds. There are so few that a
discriminator would know them by heart; each is played up to 15 % faster or slower, so
higher or lower, and with either sign.

Everything goes to `runs/wavegan_drums/`: checkpoints, pictures of the waves and
spectrograms of six strokes, one of each kind, and at the end these as WAV files and the
preset. `benchmarks/sounds.py --data drums` scores it.
"""

import numpy as np
import short_sounds

import keras_gan_zoo as kgz

DRUMS = "strokes of drums of Sonic Pi's samples (CC0)"
FASTEST = 1.15


def varied(waves, times, seed):
    """Each wave so many times, faster or slower, and turned over."""
    random = np.random.default_rng(seed)
    places = np.arange(waves.shape[1])
    made = []
    for wave in waves[..., 0].repeat(times, axis=0):
        tempo = FASTEST ** random.uniform(-1, 1)
        sign = random.choice([-1, 1])
        made.append(sign * np.interp(tempo * places, places, wave, right=0))
    return np.rint(made).astype("int16")[..., None]


def main(chosen):
    """Trains, and writes strokes and the preset."""
    strokes = kgz.datasets.drums("train", chosen.samples, chosen.rate)
    waves = varied(strokes.waves, chosen.variants, chosen.seed)
    labels = strokes.labels.repeat(chosen.variants)
    short_sounds.train("wavegan_drums", waves, labels, DRUMS, chosen)


if __name__ == "__main__":
    parser = short_sounds.parser(epochs=40, rate=11_025)
    parser.add_argument("--variants", type=int, default=64, help="of each stroke")
    main(parser.parse_args())
