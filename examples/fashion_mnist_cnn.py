"""Trains the classifier whose features `keras_gan_zoo.evaluate` compares.

    apt-get install dataset-fashion-mnist    # or: pip install tensorflow-datasets
    KERAS_BACKEND=tensorflow python examples/fashion_mnist_cnn.py

8 epochs take about 3 minutes on one CPU core. The folder `runs/fashion_mnist_cnn`
then holds what ships as keras_gan_zoo/assets/extractors/fashion_mnist_cnn. Expect an
accuracy of about 91 % on the 10,000 test images.
"""

import time

import keras
import training

import keras_gan_zoo as kgz
from keras_gan_zoo.metrics import extractors


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


if __name__ == "__main__":
    chosen = training.parser(epochs=8).parse_args()
    start = time.perf_counter()
    network = train(chosen.epochs, chosen.seed)
    training.save_extractor(
        network,
        extractors.fashion_mnist_network(),
        chosen,
        time.perf_counter() - start,
        "Fashion-MNIST, 60,000 training images (MIT, Zalando SE)",
        test_accuracy,
    )
