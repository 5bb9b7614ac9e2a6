"""Scores the shipped presets of Fashion-MNIST against its 10,000 test images.

    KERAS_BACKEND=torch python benchmarks/evaluate_presets.py

About 15 seconds a preset on one CPU core. Prints the table of README.md, the last row
being 10,000 real training images, and writes each result into its `preset.json`.
"""

import dataclasses
import json

import keras_gan_zoo as kgz

COLUMNS = kgz.evaluation.DEFAULT_METRICS


def evaluate(model_or_images):
    """Evaluates 10,000 images with the shipped classifier's features, seed 0."""
    extractor = kgz.metrics.extractors.fashion_mnist_cnn()
    return kgz.evaluate(model_or_images, TEST_IMAGES, extractor=extractor)


def row(*cells):
    """A row of the table, in Markdown."""
    return f"| {' | '.join(cells)} |"


def scores(result):
    """The cells of an evaluation."""
    return [f"{result[column]:.2f}" for column in COLUMNS]


def record(name, result):
    """Writes the result into the record of a preset."""
    path = kgz.presets.SHIPPED / name / "preset.json"
    manifest = json.loads(path.read_text())
    manifest["record"]["evaluation"] = dataclasses.asdict(result)
    path.write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    TEST_IMAGES, _ = kgz.datasets.load("fashion_mnist", split="test")
    training_images, _ = kgz.datasets.load("fashion_mnist")
    print(row("Images", *COLUMNS))
    print(row(*["---"] * (len(COLUMNS) + 1)))
    for preset in (name for name in kgz.list_presets() if "fashion_mnist" in name):
        evaluation = evaluate(kgz.GAN.from_preset(preset))
        record(preset, evaluation)
        print(row(f"`{preset}`", *scores(evaluation)))
    real = evaluate(training_images[:10_000])
    print(row("10,000 training images", *scores(real)))
