"""How many images a second `datasets.degrade` makes, on one core.

OMP_NUM_THREADS=1 KERAS_BACKEND=torch python benchmarks/degrading.py

The images are noise, which is the slowest to compress. Counted is the time of the
processor, so other programs that run do not matter much.
"""

import time

import numpy as np

import keras_gan_zoo as kgz

NUM = 100


def images_per_second(side):
    """Images of this height and width that are degraded in a second."""
    shape = (NUM, side, side, 3)
    images = np.random.default_rng(0).integers(0, 256, shape, "uint8")
    kgz.datasets.degrade(images[:5])
    start = time.process_time()
    kgz.datasets.degrade(images)
    return NUM / (time.process_time() - start)


if __name__ == "__main__":
    for side in (96, 256):
        print(f"{side}x{side}: {images_per_second(side):.0f} images a second")
