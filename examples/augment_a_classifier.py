"""Asks what generated images add to a classifier that has 50 real ones a class.

    apt-get install dataset-fashion-mnist    # or: pip install tensorflow-datasets
    KERAS_BACKEND=tensorflow python examples/augment_a_classifier.py

For each of five seeds, one small network learns from 500 images of Fashion-MNIST, one
from these and generated images of the preset `conditional_gan_fashion_mnist`, and one
from as many shifted and mirrored copies in their place. All take the same number of
steps and are tested on the 10,000 test images. Prints a table in Markdown, which
docs/guides/augmenting.md reads.

The preset has seen all 60,000 training images and their labels. So this is no labels
for nothing: it shows how much of what a generator has learned reaches a classifier.
"""

import argparse

import keras
import numpy as np

import keras_gan_zoo as kgz

CLASSES = 10
SIZES = {"real": 500, "generated": 5_000}


def few_images(seed):
    """50 training images of each class, and their labels."""
    images, labels = kgz.datasets.load("fashion_mnist")
    random = np.random.RandomState(seed)
    each = SIZES["real"] // CLASSES
    rows = [
        random.choice(np.flatnonzero(labels == label), each, replace=False)
        for label in range(CLASSES)
    ]
    rows = np.concatenate(rows)
    return images[rows], labels[rows]


def shifted_and_mirrored(images, seed):
    """Copies moved by up to two pixels, every second one mirrored."""
    layers = [
        keras.layers.RandomTranslation(2 / 28, 2 / 28, "constant", seed=seed),
        keras.layers.RandomFlip("horizontal", seed=seed),
    ]
    for layer in layers:
        images = layer(images.astype("float32"), training=True)
        images = keras.ops.convert_to_numpy(images)
    return np.rint(images).astype("uint8")


def training_sets(model, seed):
    """Images and labels of each row of the table, by name."""
    images, labels = few_images(seed)
    asked = np.arange(SIZES["generated"]) % CLASSES
    generated = model.generate(labels=asked, seed=seed)
    copies = np.arange(SIZES["generated"]) % SIZES["real"]
    shifted = shifted_and_mirrored(images[copies], seed)
    return {
        "500 real": (images, labels),
        "500 real, 5,000 generated": joined(images, labels, generated, asked),
        "500 real, 5,000 shifted copies": joined(
            images, labels, shifted, labels[copies]
        ),
        "5,000 generated": (generated, asked),
    }


def joined(images, labels, more_images, more_labels):
    """Two sets as one."""
    return np.concatenate([images, more_images]), np.concatenate([labels, more_labels])


def accuracy(images, labels, test, seed, steps):
    """Share of the test images that a network trained on these names correctly."""
    epochs = round(steps / (len(images) // 128))
    score, _ = kgz.metrics.classifier_accuracy_score(
        images, labels, *test, epochs=epochs, seeds=[seed]
    )
    return score


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--preset", default="conditional_gan_fashion_mnist")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=300, help="of 128 images")
    chosen = parser.parse_args()
    model = kgz.GAN.from_preset(chosen.preset)
    test = kgz.datasets.load("fashion_mnist", split="test")
    scores = {}
    for seed in range(chosen.seeds):
        for name, data in training_sets(model, seed).items():
            score = accuracy(*data, test, seed, chosen.steps)
            scores.setdefault(name, []).append(score)
            print(f"seed {seed}, {name}: {score:.4f}", flush=True)
    print("| Trained on | Accuracy | of each seed |")
    print("| --- | --- | --- |")
    for name, values in scores.items():
        each = ", ".join(f"{value:.1%}" for value in values)
        print(f"| {name} | {np.mean(values):.1%} ± {np.std(values):.1%} | {each} |")
