"""Times a training step of DCGAN under `fit`.

    KERAS_BACKEND=jax python benchmarks/step_time.py

Prints the median of several timed runs, in milliseconds a step, for images of 28x28x1,
32x32x3 and 64x64x3 in batches of 64. The first run, which compiles, is left out.
"""

import argparse
import statistics
import time

import keras
import numpy as np

import keras_gan_zoo as kgz

SHAPES = [(28, 28, 1), (32, 32, 3), (64, 64, 3)]


def milliseconds_per_step(shape, batch_size, steps, runs):
    """Median time of a step, over `runs` calls of `fit` with `steps` steps each."""
    random = np.random.RandomState(0)
    images = random.randint(0, 256, (batch_size * steps, *shape)).astype("uint8")
    model = kgz.DCGAN(seed=0)
    model.fit(images, batch_size=batch_size, verbose=0)
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        model.fit(images, batch_size=batch_size, verbose=0)
        times.append((time.perf_counter() - start) / steps * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    print(f"{keras.backend.backend()}, Keras {keras.__version__}")
    for shape in SHAPES:
        median = milliseconds_per_step(shape, **vars(options))
        print(f"DCGAN {'x'.join(map(str, shape)):8} {median:7.1f} ms a step")
