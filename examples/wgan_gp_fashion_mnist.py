"""Trains a Wasserstein GAN with gradient penalty on Fashion-MNIST.

    apt-get install dataset-fashion-mnist    # or: pip install tensorflow-datasets
    KERAS_BACKEND=tensorflow python examples/wgan_gp_fashion_mnist.py

A step takes several times as long as DCGAN's: the critic takes five steps in it, and
each differentiates the critic twice. Everything goes to `runs/wgan_gp_fashion_mnist/`:
a sample grid for each epoch, an animation, checkpoints and the preset that ships with
the package. 13 epochs take about an hour on one CPU core.
"""

import keras
import training
from fashion_mnist import train
from keras import layers

import keras_gan_zoo as kgz


def critic(image_shape=(28, 28, 1), base_channels=32):
    """Images in [-1, 1] to scores (batch, 1).

    A wide layer ahead of the scores, which the critic of the library does without, lets
    it compare parts of the garment that are far apart.
    """
    images = keras.Input(image_shape)
    x = images
    for channels in (base_channels, 2 * base_channels):
        x = layers.Conv2D(channels, 4, 2, "same", kernel_initializer="he_normal")(x)
        x = layers.LeakyReLU(0.2)(x)
    x = layers.Dense(256, kernel_initializer="he_normal")(layers.Flatten()(x))
    x = layers.LeakyReLU(0.2)(x)
    return keras.Model(images, layers.Dense(1, use_bias=False)(x))


def adam():
    """The paper's optimizer at twice its rate: these steps are few."""
    return keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.9)


if __name__ == "__main__":
    chosen = training.parser(epochs=13).parse_args()
    model = kgz.WGANGP(base_channels=32, discriminator=critic(), seed=chosen.seed)
    model.compile(generator_optimizer=adam(), discriminator_optimizer=adam(), ema=0.999)
    train("wgan_gp_fashion_mnist", model, 64, chosen)
