"""What the scripts that train on the 60,000 garments of Fashion-MNIST share."""

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
    minutes = fit(model, folder, batch_size, chosen.epochs, chosen.seed)
    finish(model, folder / name, chosen, minutes)


def fit(model, folder, batch_size, epochs, seed):
    """Trains with a sample grid for each epoch. Returns the minutes that it took."""
    grid = kgz.callbacks.SampleGrid(folder, gif="training.gif", scale=2)
    minutes, _ = training.train(
        model,
        kgz.datasets.load("fashion_mnist"),  # images and labels
        folder / "checkpoints",
        epochs,
        seed,
        callbacks=[grid],
        batch_size=batch_size,
    )
    print(f"Look at {folder / f'epoch_{epochs:04d}.png'}")
    return minutes


def finish(model, folder, chosen, minutes, **facts):
    """Evaluates and writes the preset; `facts` are for its record."""
    training.save_preset(
        model,
        folder,
        chosen,
        minutes,
        "Fashion-MNIST, 60,000 training images (MIT, Zalando SE)",
        datasets=["zalando-datasets/fashion_mnist"],
        evaluation=dataclasses.asdict(evaluate(model)),
        **facts,
    )


def evaluate(model):
    """Compares 10,000 samples with the 10,000 test images."""
    data = kgz.datasets.load("fashion_mnist", split="test")
    extractor = kgz.metrics.extractors.fashion_mnist_cnn()
    return kgz.evaluate(model, data, extractor=extractor)
