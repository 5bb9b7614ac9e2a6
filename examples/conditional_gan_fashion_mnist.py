"""Trains a conditional GAN on Fashion-MNIST, which draws the garment one asks for.

    apt-get install dataset-fashion-mnist    # or: pip install tensorflow-datasets
    KERAS_BACKEND=tensorflow python examples/conditional_gan_fashion_mnist.py

Everything goes to `runs/conditional_gan_fashion_mnist/`: a sample grid for each epoch,
an animation, checkpoints and a preset. In a grid the ten classes take turns.
"""

import training
from fashion_mnist import train

import keras_gan_zoo as kgz

if __name__ == "__main__":
    chosen = training.parser(epochs=25).parse_args()
    model = kgz.ConditionalGAN(base_channels=32, seed=chosen.seed)
    model.compile(ema=0.999)
    train("conditional_gan_fashion_mnist", model, 64, chosen)
