"""Trains the classifier that tells how fast a garment moves, and what it is.

    KERAS_BACKEND=torch python examples/train_motion_classifier.py

The folder `runs/moving_garments_cnn` then holds what ships as
keras_gan_zoo/assets/extractors/moving_garments_cnn. Each speed, from 0 to 1 pixels a
frame up to 6 to 7, is seen equally often; a clip near a border of two classes belongs
to either. The garments are half as large as they are in Fashion-MNIST.
"""

import math
import time

import keras
import numpy as np
import training

import keras_gan_zoo as kgz
from keras_gan_zoo.metrics import extractors
from keras_gan_zoo.metrics.extractors.moving import FASTEST, SHAPE

BATCH_SIZE = 32
TEST = 100  # clips of each speed


def clips_of_all_speeds(num, split, seed):
    """Clips, and their classes by name, of so many for each speed."""
    frames, size, *_ = SHAPE
    sets = [
        kgz.datasets.moving_garments(
            num=num,
            frames=frames,
            size=size,
            garments=1,
            shrink=2,
            speed=(speed, speed + 1),
            split=split,
            seed=seed + speed,
        )
        for speed in range(FASTEST)
    ]
    clips, garments = (np.concatenate(parts) for parts in zip(*sets, strict=True))
    speeds = np.repeat(np.arange(FASTEST), num)
    return clips, {"speed": speeds, "garment": garments[:, 0]}


def train(chosen):
    """Trains the network on garments of the training split."""
    keras.utils.set_random_seed(chosen.seed)
    clips, classes = clips_of_all_speeds(chosen.clips, "train", 1_000 + chosen.seed)
    network = extractors.moving_garments_network()
    steps = chosen.epochs * math.ceil(len(clips) / BATCH_SIZE)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    losses = dict.fromkeys(classes, "sparse_categorical_crossentropy")
    network.compile(keras.optimizers.Adam(rate), losses)
    network.fit(clips, classes, BATCH_SIZE, chosen.epochs, verbose=2)
    return network


def test_accuracy(network):
    """Returns the share of clips of held-out garments that are told rightly."""
    clips, classes = clips_of_all_speeds(TEST, "test", 0)
    predicted = network.predict(clips, batch_size=50, verbose=0)
    return {
        name: round(float((predicted[name].argmax(axis=1) == labels).mean()), 4)
        for name, labels in classes.items()
    }


if __name__ == "__main__":
    parser = training.parser(epochs=8)
    parser.add_argument("--clips", type=int, default=1_000, help="of each speed")
    chosen = parser.parse_args()
    start = time.perf_counter()
    training.save_extractor(
        train(chosen),
        extractors.moving_garments_network(),
        chosen,
        time.perf_counter() - start,
        f"{FASTEST * chosen.clips} clips of datasets.moving_garments, whose garments "
        "are from Fashion-MNIST (MIT, Zalando SE)",
        test_accuracy,
    )
