"""Trains a WaveGAN with classes to say digits.

    apt-get install espeak-ng
    KERAS_BACKEND=torch python examples/wavegan_spoken_digits.py

The words are those of `kgz.datasets.spoken_digits`, at 8 kHz, half a second each, so
that a step takes a quarter of a second without a GPU. With one, take the paper's:
`--samples 16384 --rate 16000 --base-channels 64`.

Everything goes to `runs/wavegan_spoken_digits/`: checkpoints, pictures of the waves and
spectrograms of ten words, one of each digit, and at the end these as WAV files and the
preset. `benchmarks/sounds.py` scores it.
"""

import short_sounds

import keras_gan_zoo as kgz

DIGITS = "the data set spoken_digits of keras_gan_zoo.datasets, by eSpeak NG"


def main(chosen):
    """Trains, and writes words and the preset."""
    digits = kgz.datasets.spoken_digits(
        chosen.clips, samples=chosen.samples, rate=chosen.rate, seed=chosen.seed
    )
    name = "wavegan_spoken_digits"
    short_sounds.train(name, digits.waves, digits.labels, DIGITS, chosen)


if __name__ == "__main__":
    parser = short_sounds.parser(epochs=24, rate=8_000)
    parser.add_argument("--clips", type=int, default=20_000)
    main(parser.parse_args())
