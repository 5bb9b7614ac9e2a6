"""Trains a conditional GAN on Fashion-MNIST, which draws the garment one asks for.

    apt-get install dataset-fashion-mnist    # or: pip install tensorflow-datasets
    KERAS_BACKEND=tensorflow python examples/conditional_gan_fashion_mnist.py

Everything goes to `runs/conditional_gan_fashion_mnist/`: a sample grid for each epoch,
an animation, the whole model and a preset. In a grid the ten classes take turns. At the
end a classifier says how many samples show the class that was asked for.
"""

import numpy as np
import training
from dcgan_fashion_mnist import train

import keras_gan_zoo as kgz


def share_as_asked(model):
    """Share of 10,000 samples that the shipped classifier takes for their label."""
    labels = np.arange(10_000) % model.num_classes
    samples = model.generate(labels=labels, seed=0)
    extractor = kgz.metrics.extractors.fashion_mnist_cnn()
    return (extractor.probabilities(samples).argmax(axis=1) == labels).mean()


if __name__ == "__main__":
    chosen = training.parser(epochs=25).parse_args()
    model = kgz.ConditionalGAN(width=32, seed=chosen.seed)
    model.compile(ema=0.999)
    model = train("conditional_gan_fashion_mnist", model, 64, chosen)
    print(f"Classified as asked: {share_as_asked(model):.1%}")
