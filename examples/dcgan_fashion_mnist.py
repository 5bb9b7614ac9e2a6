"""Trains a DCGAN on the 60,000 garments of Fashion-MNIST.

    apt-get install dataset-fashion-mnist    # or: pip install tensorflow-datasets
    KERAS_BACKEND=tensorflow python examples/dcgan_fashion_mnist.py

25 epochs take about 26 minutes on 2 CPU cores (63 s an epoch). Everything goes to
`runs/dcgan_fashion_mnist/`: a sample grid for each epoch, an animation, the whole model
(`model.keras`, to train on) and the preset that ships with the package. Expect
trousers, sneakers, bags and pullovers that a person can name, from the third epoch on;
the last grid is the picture of docs/models/dcgan.md.
"""

import argparse
import dataclasses
import os
import pathlib
import platform
import time

import keras

import keras_gan_zoo as kgz


def options(epochs):
    """Reads the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=pathlib.Path, default="runs")
    return parser.parse_args()


def train(name, model, batch_size, epochs, seed, out):
    """Trains, samples, evaluates and saves.

    Args:
        name: Of the preset and of this script.
        model: A GAN.
        batch_size: Images a step.
        epochs: Passes over the 60,000 images.
        seed: Seed of the shuffling.
        out: Folder under which everything is written.
    """
    keras.utils.set_random_seed(seed)
    data = kgz.datasets.load("fashion_mnist")  # images and labels
    folder = out / name
    grid = kgz.callbacks.SampleGrid(folder, gif="training.gif", scale=2)
    start = time.perf_counter()
    model.fit(data, batch_size=batch_size, epochs=epochs, callbacks=[grid], verbose=2)
    minutes = (time.perf_counter() - start) / 60
    model.save(folder / "model.keras")
    record = {
        "license": "Apache-2.0",
        "data": "Fashion-MNIST, 60,000 training images (MIT, Zalando SE)",
        "command": f"python examples/{name}.py --epochs {epochs} --seed {seed}",
        "steps": int(model.generator_optimizer.iterations),
        "seed": seed,
        "hardware": f"{os.cpu_count()} CPU cores ({keras.backend.backend()}, "
        f"Keras {keras.__version__}, Python {platform.python_version()})",
        "minutes": round(minutes),
        "evaluation": dataclasses.asdict(evaluate(model)),
    }
    model.save_to_preset(folder / name, record, dtype="float16")
    print(record)
    print(f"Look at {folder / f'epoch_{epochs:04d}.png'}")


def evaluate(model):
    """Compares 10,000 samples with the 10,000 test images."""
    data = kgz.datasets.load("fashion_mnist", split="test")
    extractor = kgz.metrics.extractors.fashion_mnist_cnn()
    return kgz.evaluate(model, data, extractor=extractor)


if __name__ == "__main__":
    chosen = options(epochs=25)
    model = kgz.DCGAN(seed=chosen.seed)
    train("dcgan_fashion_mnist", model, 64, chosen.epochs, chosen.seed, chosen.out)
