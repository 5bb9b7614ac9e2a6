"""Trains a BiGAN on Fashion-MNIST, and shows garments that went through their latents.

    apt-get install dataset-fashion-mnist    # or: pip install tensorflow-datasets
    KERAS_BACKEND=tensorflow python examples/bigan_fashion_mnist.py

Everything goes to `runs/bigan_fashion_mnist/`: a sample grid for each epoch,
checkpoints and `again.png`, test images above what the generator makes of their codes.
"""

import numpy as np
import training
from fashion_mnist import evaluate, fit

import keras_gan_zoo as kgz


def nearest_class(model, num=1000):
    """How often the nearest of other test images, by the codes, is of the same class.

    Args:
        model: A `BiGAN`.
        num: How many images are looked at.

    Returns:
        A share in [0, 1]; 0.1 for codes that say nothing.
    """
    data = kgz.datasets.load("fashion_mnist", split="test")
    codes, labels = model.encode(data.images), data.labels
    distances = ((codes[:num, None] - codes[None, num:]) ** 2).sum(axis=-1)
    return float((labels[num:][distances.argmin(axis=1)] == labels[:num]).mean())


def main(chosen):
    """Trains, encodes and draws."""
    model = kgz.BiGAN(base_channels=32, seed=chosen.seed)
    folder = chosen.out / "bigan_fashion_mnist"
    fit(model, folder, 128, chosen.epochs, chosen.seed)
    images = kgz.datasets.load("fashion_mnist", split="test").images[:12]
    rows = np.concatenate([images, model.generate(latents=model.encode(images))])
    grid = kgz.images.make_grid(rows, columns=12)
    kgz.images.to_pillow(grid).save(folder / "again.png")
    print(f"the nearest code is of the same class: {nearest_class(model):.3f}")
    print(evaluate(model))


if __name__ == "__main__":
    main(training.parser(epochs=20).parse_args())
