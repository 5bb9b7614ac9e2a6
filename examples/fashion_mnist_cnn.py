"""Trains the classifier whose features `keras_gan_zoo.evaluate` compares.

    apt-get install dataset-fashion-mnist    # or: pip install tensorflow-datasets
    KERAS_BACKEND=tensorflow python examples/fashion_mnist_cnn.py

8 epochs take about 3 minutes on one CPU core. The folder `runs/fashion_mnist_cnn`
then holds what ships as keras_gan_zoo/assets/extractors/fashion_mnist_cnn. Expect an
accuracy of about 91 % on the 10,000 test images.
"""

import argparse
import json
import os
import pathlib
import platform
import time

import keras

import keras_gan_zoo as kgz
from keras_gan_zoo.metrics import extractors


def options():
    """Reads the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=pathlib.Path, default="runs")
    return parser.parse_args()


def train(epochs, seed):
    """Trains the network on the 60,000 training images."""
    keras.utils.set_random_seed(seed)
    network = extractors.fashion_mnist_network()
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    images, labels = kgz.datasets.load("fashion_mnist")
    network.fit(images, labels, batch_size=128, epochs=epochs, verbose=2)
    return network


def test_accuracy(network):
    """Returns the share of the 10,000 test images that are classified rightly."""
    images, labels = kgz.datasets.load("fashion_mnist", split="test")
    predicted = network.predict(images, batch_size=250, verbose=0).argmax(axis=1)
    return float((predicted == labels).mean())


def main(epochs, seed, out):
    """Trains, measures what was written, and keeps the record beside it."""
    start = time.perf_counter()
    network = train(epochs, seed)
    minutes = round((time.perf_counter() - start) / 60, 1)
    folder = out / "fashion_mnist_cnn"
    threads = os.environ.get("OMP_NUM_THREADS", os.cpu_count())
    sha256 = extractors.save(network, folder)
    written = extractors.fashion_mnist_network()
    written.load_weights(folder / "network.weights.h5")
    record = {
        "sha256": sha256,
        "license": "Apache-2.0",
        "data": "Fashion-MNIST, 60,000 training images (MIT, Zalando SE)",
        "command": f"python examples/fashion_mnist_cnn.py --epochs {epochs} "
        f"--seed {seed}",
        "steps": int(network.optimizer.iterations),
        "seed": seed,
        "hardware": f"CPU, threads: {threads} ({keras.backend.backend()}, "
        f"Keras {keras.__version__}, Python {platform.python_version()})",
        "minutes": minutes,
        "parameters": network.count_params(),
        "test_accuracy": test_accuracy(written),
    }
    (folder / "extractor.json").write_text(json.dumps(record, indent=2) + "\n")
    print(record)


if __name__ == "__main__":
    chosen = options()
    main(chosen.epochs, chosen.seed, chosen.out)
