"""Trains a DCGAN on the 60,000 garments of Fashion-MNIST.

    apt-get install dataset-fashion-mnist    # or: pip install tensorflow-datasets
    KERAS_BACKEND=tensorflow python examples/dcgan_fashion_mnist.py

25 epochs take about 26 minutes on 2 CPU cores (63 s an epoch). Everything goes to
`runs/dcgan_fashion_mnist/`: a sample grid for each epoch, an animation, checkpoints
and the preset that ships with the package. Expect trousers, sneakers, bags and
pullovers that a person can name, from the third epoch on; the last grid is the picture
of docs/models/dcgan.md.
"""

import dataclasses

import training

import keras_gan_zoo as kgz


def train(name, model, batch_size, chosen):
    """Trains on Fashion-MNIST, samples, evaluates and saves.

    Args:
        name: Of the preset and of this script.
        model: A GAN.
        batch_size: Images a step.
        chosen: The options.
    """
    folder = chosen.out / name
    grid = kgz.callbacks.SampleGrid(folder, gif="training.gif", scale=2)
    minutes, _ = training.train(
        model,
        kgz.datasets.load("fashion_mnist"),  # images and labels
        folder / "checkpoints",
        chosen.epochs,
        chosen.seed,
        callbacks=[grid],
        batch_size=batch_size,
    )
    training.save_preset(
        model,
        folder / name,
        chosen,
        minutes,
        "Fashion-MNIST, 60,000 training images (MIT, Zalando SE)",
        evaluation=dataclasses.asdict(evaluate(model)),
    )
    print(f"Look at {folder / f'epoch_{chosen.epochs:04d}.png'}")


def evaluate(model):
    """Compares 10,000 samples with the 10,000 test images."""
    data = kgz.datasets.load("fashion_mnist", split="test")
    extractor = kgz.metrics.extractors.fashion_mnist_cnn()
    return kgz.evaluate(model, data, extractor=extractor)


if __name__ == "__main__":
    chosen = training.parser(epochs=25).parse_args()
    train("dcgan_fashion_mnist", kgz.DCGAN(seed=chosen.seed), 64, chosen)
