"""Trains a Wasserstein GAN with gradient penalty on Fashion-MNIST.

    apt-get install dataset-fashion-mnist    # or: pip install tensorflow-datasets
    KERAS_BACKEND=tensorflow python examples/wgan_gp_fashion_mnist.py

A step takes several times as long as DCGAN's: the critic takes five steps in it, and
each differentiates the critic twice. Everything goes to `runs/wgan_gp_fashion_mnist/`:
a sample grid for each epoch, an animation, checkpoints and the preset that ships with
the package. 20 epochs take about 50 minutes on one CPU core.
"""

import keras
import training
from dcgan_fashion_mnist import train

import keras_gan_zoo as kgz


def adam():
    """The paper's optimizer at twice its rate: these steps are few."""
    return keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.9)


if __name__ == "__main__":
    chosen = training.parser(epochs=20).parse_args()
    model = kgz.WGANGP(width=32, seed=chosen.seed)
    model.compile(generator_optimizer=adam(), discriminator_optimizer=adam(), ema=0.999)
    train("wgan_gp_fashion_mnist", model, 64, chosen)
