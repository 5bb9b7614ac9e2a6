"""Trains a HiFiGAN to make words of their mel spectrograms.

    apt-get install espeak-ng
    KERAS_BACKEND=torch python examples/hifigan_spoken_digits.py

The words are those of `kgz.datasets.spoken_digits`, at 16 kHz. At the end words in
voices that it has not heard go through it and are compared with what they were. The
options are for an hour or two without a GPU; with one, take the paper's: `--variant v1
--base-channels 512 --discriminator-base-channels 32 --epochs 400`.

Everything goes to `runs/hifigan_spoken_digits/`: checkpoints, the preset, and WAV files
of words before and after.
"""

import training

import keras_gan_zoo as kgz

NAME = "hifigan_spoken_digits"
RATE = 16_000
DIGITS = "the data set spoken_digits of keras_gan_zoo.datasets, by eSpeak NG"


def main(chosen):
    """Trains, compares, and writes words and the preset."""
    folder = chosen.out / NAME
    heard = kgz.datasets.spoken_digits(chosen.clips, rate=RATE, seed=chosen.seed)
    model = kgz.HiFiGAN(
        variant=chosen.variant,
        rate=RATE,
        base_channels=chosen.base_channels,
        discriminator_base_channels=chosen.discriminator_base_channels,
        scales=chosen.scales,
        seed=chosen.seed,
    )
    minutes, _ = training.train(
        model,
        heard.waves,
        folder / "checkpoints",
        chosen.epochs,
        chosen.seed,
        batch_size=chosen.batch_size,
    )
    unheard = kgz.datasets.spoken_digits(100, "test", rate=RATE).waves
    made = model.vocode(model.mels(unheard))
    distance = kgz.metrics.mel_distance(unheard, made, RATE).mean()
    scores = {"mel_distance": round(float(distance), 3)}
    for kind, waves in {"true": unheard, "made": made}.items():
        model.domain.save(waves[:8], folder / "words" / f"{kind}.wav")
        picture = model.domain.preview(waves[:8], columns=4)
        kgz.images.to_pillow(picture).save(folder / f"{kind}.png")
    training.save_preset(model, folder / NAME, chosen, minutes, DIGITS, scores=scores)


if __name__ == "__main__":
    parser = training.parser(epochs=10)
    parser.add_argument("--clips", type=int, default=5_000)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--variant", default="v3", help="v1, v2 or v3")
    parser.add_argument("--base-channels", type=int, default=64)
    parser.add_argument("--discriminator-base-channels", type=int, default=4)
    parser.add_argument("--scales", type=int, default=1)
    main(parser.parse_args())
