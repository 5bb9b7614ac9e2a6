"""Finds the kinds of garments in Fashion-MNIST without labels, by an InfoGAN.

    apt-get install dataset-fashion-mnist    # or: pip install tensorflow-datasets
    pip install scipy
    KERAS_BACKEND=torch python examples/infogan_fashion_mnist.py

The code's ten classes have no names. A classifier of garments says what is generated
for each of them; classes and garments are then matched one to one, as clusterings are
judged. Everything goes to `runs/infogan_fashion_mnist/`: a sample grid for each epoch,
`classes.png` with a row for each class, and the preset.
"""

import dataclasses

import numpy as np
import training
from fashion_mnist import evaluate, fit
from scipy.optimize import linear_sum_assignment

import keras_gan_zoo as kgz


def table(model, num=1000):
    """Counts the garments that the classifier sees, a row for each class of the code.

    Args:
        model: An `InfoGAN`.
        num: How many are generated for each class.

    Returns:
        An integer array (classes, 10).
    """
    classify = kgz.metrics.extractors.fashion_mnist_cnn().probabilities
    rows = []
    for code in range(model.classes):
        images = model.generate(num, codes={"class": code}, seed=code)
        rows.append(np.bincount(classify(images).argmax(axis=1), minlength=10))
    return np.array(rows)


def agreement(counts):
    """The share of garments that are what their class was matched with, in [0, 1]."""
    rows, columns = linear_sum_assignment(counts, maximize=True)
    return float(counts[rows, columns].sum() / counts.sum())


def main(chosen):
    """Trains, names the classes of the code, evaluates and saves."""
    model = kgz.InfoGAN(base_channels=chosen.base_channels, seed=chosen.seed)
    model.compile(ema=0.999)
    folder = chosen.out / "infogan_fashion_mnist"
    minutes = fit(model, folder, 128, chosen.epochs, chosen.seed)
    counts = table(model)
    print(f"{counts}\nagreement {agreement(counts):.4f}")
    rows = [model.generate(12, codes={"class": k}, seed=0) for k in range(10)]
    grid = kgz.images.make_grid(np.concatenate(rows), columns=12)
    kgz.images.to_pillow(grid).save(folder / "classes.png")
    training.save_preset(
        model,
        folder / "infogan_fashion_mnist",
        chosen,
        minutes,
        "Fashion-MNIST, 60,000 training images without labels (MIT, Zalando SE)",
        datasets=["zalando-datasets/fashion_mnist"],
        agreement=agreement(counts),
        evaluation=dataclasses.asdict(evaluate(model)),
    )


if __name__ == "__main__":
    options = training.parser(epochs=24)
    options.add_argument("--base-channels", "--width", type=int, default=32)
    main(options.parse_args())
