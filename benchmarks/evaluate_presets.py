"""Scores the shipped presets of Fashion-MNIST against its 10,000 test images.

    KERAS_BACKEND=torch python benchmarks/evaluate_presets.py

About 15 seconds a preset on one CPU core. Prints the table of README.md, the last row
being 10,000 real training images, and writes each result into its `preset.json`.

`as asked` is the share of 10,000 samples of a conditional model, 1,000 a class, that
the shipped classifier takes for their class. For real images it is the classifier's
accuracy on the test images, which a generator hardly surpasses.
"""

import dataclasses

import numpy as np
import records

import keras_gan_zoo as kgz

COLUMNS = kgz.evaluation.DEFAULT_METRICS


def evaluate(model_or_images):
    """Evaluates 10,000 images with the shipped classifier's features, seed 0."""
    return kgz.evaluate(model_or_images, TEST, extractor=EXTRACTOR)


def share_as_asked(model):
    """Share of 10,000 samples that the classifier takes for their class."""
    labels = np.arange(10_000) % model.num_classes
    return accuracy(model.generate(labels=labels, seed=0), labels)


def accuracy(images, labels):
    """Share of images that the classifier gives their label, a float."""
    found = EXTRACTOR.probabilities(images).argmax(axis=1)
    return float((found == labels).mean())


def row(*cells):
    """A row of the table, in Markdown."""
    return f"| {' | '.join(cells)} |"


def print_scores(name, evaluation, as_asked):
    """Prints a row."""
    cells = [f"{evaluation[column]:.2f}" for column in COLUMNS]
    print(row(name, *cells, f"{as_asked:.1%}" if as_asked else ""), flush=True)


def evaluate_preset(name):
    """Prints the row of a preset, and keeps its scores."""
    folder = records.folder_of(name)
    model = kgz.GAN.from_preset(folder)
    evaluation, as_asked = evaluate(model), None
    records.write(folder, evaluation=dataclasses.asdict(evaluation))
    if model.conditional:
        as_asked = share_as_asked(model)
        records.write(folder, share_as_asked=as_asked)
    print_scores(f"`{name}`", evaluation, as_asked)


if __name__ == "__main__":
    EXTRACTOR = kgz.metrics.extractors.fashion_mnist_cnn()
    TEST = kgz.datasets.load("fashion_mnist", split="test")
    training_images, _ = kgz.datasets.load("fashion_mnist")
    print(row("Images", *COLUMNS, "as asked"))
    print(row(*["---"] * (len(COLUMNS) + 2)))
    for preset in (name for name in kgz.list_presets() if "fashion_mnist" in name):
        evaluate_preset(preset)
    real = evaluate(training_images[:10_000])
    print_scores("10,000 training images", real, accuracy(*TEST))
