"""What augmentation adds to a training step: DCGAN on 64 images of 64x64 pixels.

    OMP_NUM_THREADS=1 KERAS_BACKEND=torch python benchmarks/augmenting.py

Printed are medians of the processor time of whole steps, in milliseconds, which hardly
depends on what else the machine does. The kinds take turns.
"""

import time

import keras
import numpy as np

import keras_gan_zoo as kgz

ROUNDS = 5
SHAPE = (64, 64, 3)
KINDS = {
    "none": lambda: None,
    "DiffAugment": lambda: kgz.augment.DiffAugment(seed=0),
    "AdaptiveAugment, p = 0": lambda: adaptive(0.0),
    "AdaptiveAugment, p = 0.5": lambda: adaptive(0.5),
    "AdaptiveAugment, p = 1": lambda: adaptive(1.0),
}


def adaptive(p):
    """One whose p stays."""
    return kgz.augment.AdaptiveAugment(target=None, p=p, seed=0)


def model_with(augment):
    """A small DCGAN that has taken its first step."""
    model = kgz.DCGAN(SHAPE, base_channels=32, seed=0)
    model.compile(augment=augment)
    model.train_on_batch(IMAGES)
    return model


def seconds(model):
    """The processor time of a step."""
    start = time.process_time()
    model.train_on_batch(IMAGES)
    return time.process_time() - start


IMAGES = np.random.RandomState(0).randint(0, 256, (64, *SHAPE)).astype("uint8")

if __name__ == "__main__":
    models = {name: model_with(make()) for name, make in KINDS.items()}
    times = [{name: seconds(m) for name, m in models.items()} for _ in range(ROUNDS)]
    for name in KINDS:
        median = np.median([one[name] for one in times])
        print(f"{keras.backend.backend():10} {name:25} {1e3 * median:.0f} ms")
