"""Trains a WaveGAN with classes to say digits.

    apt-get install espeak-ng
    KERAS_BACKEND=torch python examples/wavegan_spoken_digits.py

The words are those of `kgz.datasets.spoken_digits`, at 8 kHz, half a second each, so
that a step takes a fraction of a second without a GPU. With one, take the paper's:
`--samples 16384 --rate 16000 --base-channels 64 --epochs 1000`.

Everything goes to `runs/wavegan_spoken_digits/`: checkpoints, pictures of the waves and
spectrograms of ten words, one of each digit, and at the end these as WAV files and the
preset.
"""

import numpy as np
import training

import keras_gan_zoo as kgz

NAME = "wavegan_spoken_digits"
DIGITS = "the data set spoken_digits of keras_gan_zoo.datasets, by eSpeak NG"


def count_up(model):
    """The ten digits in one voice each time: from the same latents."""
    latents = np.repeat(model.latents(1, seed=0), 10, axis=0)
    return model.generate(latents=latents, labels=np.arange(10))


def main(chosen):
    """Trains, and writes words and the preset."""
    folder = chosen.out / NAME
    digits = kgz.datasets.spoken_digits(
        chosen.clips, samples=chosen.samples, rate=chosen.rate, seed=chosen.seed
    )
    model = kgz.WaveGAN(
        num_classes=10,
        rate=chosen.rate,
        base_channels=chosen.base_channels,
        seed=chosen.seed,
    )
    grid = kgz.callbacks.SampleGrid(folder, columns=5, draw=count_up)
    minutes, _ = training.train(
        model,
        (digits.waves, digits.labels),
        folder / "checkpoints",
        chosen.epochs,
        chosen.seed,
        [grid],
        batch_size=chosen.batch_size,
    )
    model.domain.save(count_up(model), folder / "words" / "digit.wav")
    training.save_preset(model, folder / NAME, chosen, minutes, DIGITS)


if __name__ == "__main__":
    parser = training.parser(epochs=20)
    parser.add_argument("--clips", type=int, default=5_000)
    parser.add_argument("--samples", type=int, default=4_096)
    parser.add_argument("--rate", type=int, default=8_000, help="in Hz")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--base-channels", type=int, default=16)
    main(parser.parse_args())
