"""Times the Frechet distance of 2,048 features against pytorch-fid's, and its memory.

    pip install --no-deps pytorch-fid
    KERAS_BACKEND=torch python benchmarks/frechet.py

pytorch-fid imports torchvision, which must fit torch. Both compute the distance from
the same means and covariances, in turns; the ratio is that of the medians. Then two
sets of 50,000 rows are streamed, and the growth of the process is printed.
"""

import argparse
import resource
import statistics
import time

import numpy as np

from keras_gan_zoo.metrics import FrechetDistance, GaussianStatistics
from keras_gan_zoo.metrics.frechet import frechet_distance_of_statistics

DIMENSIONS = 2_048


def features(random, num, scale=1.0):
    """Rows that are correlated and not negative, as those of a network."""
    return np.abs(scale * random.standard_normal((num, DIMENSIONS)) @ MIX)


def peak_memory():
    """The most this process has taken, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def seconds(function):
    """What the function returns, and how long it took."""
    start = time.perf_counter()
    result = function()
    return result, time.perf_counter() - start


def stream(random, num, batch=1_000):
    """Streams two sets, and prints the distance and the memory."""
    before, metric = peak_memory(), FrechetDistance()
    for _ in range(num // batch):
        metric.update_state(features(random, batch), features(random, batch, 1.1))
    print(f"streamed 2 x {num:,} x {DIMENSIONS:,}: {metric.result():.4f}")
    grown = peak_memory() - before
    print(f"peak memory {peak_memory():.0f} MB, {grown:.0f} MB of it since the imports")


def race(random, num, pairs):
    """Times both in turns, and prints ratio and difference."""
    from pytorch_fid.fid_score import calculate_frechet_distance

    a, b = (GaussianStatistics(features(random, num, scale)) for scale in (1.0, 1.1))
    theirs = a.mean, a.covariance, b.mean, b.covariance
    times = []
    for _ in range(pairs):
        own, own_time = seconds(lambda: frechet_distance_of_statistics(a, b))
        other, other_time = seconds(lambda: calculate_frechet_distance(*theirs))
        times.append((own_time, other_time))
        print(f"own {own_time:.1f} s, pytorch-fid {other_time:.1f} s", flush=True)
    medians = [statistics.median(column) for column in zip(*times, strict=True)]
    print(f"ratio of medians {medians[0] / medians[1]:.2f}")
    print(f"{own!r} and {other!r}, relative difference {abs(own - other) / other:.1e}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    generator = np.random.RandomState(0)
    spectrum = np.linspace(0.05, 1, DIMENSIONS) / np.sqrt(DIMENSIONS)
    MIX = generator.standard_normal((DIMENSIONS, DIMENSIONS)) * spectrum
    stream(generator, 50_000)
    race(generator, 5_000, options.pairs)
