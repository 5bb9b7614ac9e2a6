"""Trains a classifier of garments on 100 labels and 59,900 images without.

    apt-get install dataset-fashion-mnist    # or: pip install tensorflow-datasets
    KERAS_BACKEND=tensorflow python examples/semi_supervised_gan_fashion_mnist.py

For each seed: 100 images, ten a class, keep their labels. The same network is trained
on these alone, then as the discriminator of a GAN that also sees the other images, and
both are tested on the 10,000 test images. Everything goes to
`runs/semi_supervised_gan_fashion_mnist_100/`: a grid of samples for each epoch, the
accuracies (`accuracy.json`) and the preset, which is the first seed's. 12 epochs take
about 15 minutes of one CPU core for each seed.
"""

import dataclasses
import json

import keras
import numpy as np
import training
from fashion_mnist import evaluate

import keras_gan_zoo as kgz

NAME = "semi_supervised_gan_fashion_mnist_100"


def hide_labels(labels, each, seed):
    """Keeps the labels of so many images of each class; the others become -1."""
    random = np.random.RandomState(seed)
    classes = np.unique(labels)
    kept = [random.choice(np.flatnonzero(labels == c), each, False) for c in classes]
    hidden = np.full_like(labels, -1)
    hidden[np.concatenate(kept)] = labels[np.concatenate(kept)]
    return hidden


def make_model(seed):
    """The GAN; the network alone is its discriminator before training."""
    keras.utils.set_random_seed(seed)
    return kgz.SemiSupervisedGAN(
        (28, 28, 1), base_channels=16, discriminator_base_channels=16, seed=seed
    )


def adam(rate):
    """The optimizer of every network."""
    return keras.optimizers.Adam(rate, beta_1=0.5)


def accuracy(model, test):
    """Share of the test images that are classified correctly."""
    return float((model.predict(test.images).argmax(axis=1) == test.labels).mean())


def train_on_labels_alone(images, labels, seed, steps=3_000):
    """The same network, trained by cross-entropy on the labelled images."""
    model = make_model(seed)
    logits, _ = model.discriminator.outputs
    classifier = keras.Model(model.discriminator.inputs, logits)
    classifier.compile(
        adam(5e-4),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    known = labels >= 0
    inputs = images[known] / 127.5 - 1
    # One pass over 100 images is two steps of 50, as many as a batch of the GAN has.
    classifier.fit(inputs, labels[known], 50, epochs=steps // 2, verbose=0)
    return model


def train_as_gan(images, labels, seed, epochs, folder):
    """The network as the discriminator of a GAN. Returns it and the minutes."""
    data = kgz.datasets.PartlyLabelled(images, labels, batch_size=100, seed=seed)
    grid = kgz.callbacks.SampleGrid(folder, scale=2)
    model = make_model(seed)
    # Where the generator only matches features, the discriminator soon tells all its
    # images from real ones (loss 0.1 after four epochs) and learns no more from them.
    # Rates at which neither runs ahead keep both learning.
    model.compile(
        generator_optimizer=adam(4e-4),
        discriminator_optimizer=adam(1e-4),
        loss_weights={"feature_matching": 0, "generator_loss": 1},
        ema=0.999,
    )
    minutes, _ = training.train(
        model, data, folder / "checkpoints", epochs, seed, [grid]
    )
    return model, minutes


def run(chosen, folder):
    """Trains with each seed, and writes the preset of the first."""
    images, labels = kgz.datasets.load("fashion_mnist")
    test = kgz.datasets.load("fashion_mnist", split="test")
    results = []
    for seed in range(chosen.seed, chosen.seed + chosen.seeds):
        few = hide_labels(labels, 10, seed)
        alone = accuracy(train_on_labels_alone(images, few, seed), test)
        model, minutes = train_as_gan(
            images, few, seed, chosen.epochs, folder / f"seed_{seed}"
        )
        results.append({"seed": seed, "alone": alone, "gan": accuracy(model, test)})
        print(results[-1], flush=True)
        (folder / "accuracy.json").write_text(json.dumps(results) + "\n")
        if seed == chosen.seed:
            training.save_preset(
                model,
                folder / NAME,
                chosen,
                minutes,
                "Fashion-MNIST, 60,000 training images (MIT, Zalando SE), 100 labels",
                datasets=["zalando-datasets/fashion_mnist"],
                test_accuracy=results[-1]["gan"],
                evaluation=dataclasses.asdict(evaluate(model)),
            )
    for name in ("alone", "gan"):
        values = [result[name] for result in results]
        print(f"{name:6} {np.mean(values):.4f} +- {np.std(values):.4f}")


if __name__ == "__main__":
    parser = training.parser(epochs=12)
    parser.add_argument("--seeds", type=int, default=3, help="how many, from --seed")
    chosen = parser.parse_args()
    folder = chosen.out / NAME
    run(chosen, folder)
