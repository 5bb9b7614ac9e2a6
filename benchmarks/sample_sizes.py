"""How much distances depend on the number of samples.

    KERAS_BACKEND=torch python benchmarks/sample_sizes.py

About 3 minutes on one CPU core. Prints the table of docs/guides/choosing_metrics.md:
mean and standard deviation over ten random subsets, of real images of Fashion-MNIST and
of a DCGAN's, each against 5,000 other real images.
"""

import numpy as np

import keras_gan_zoo as kgz
from keras_gan_zoo import metrics

SIZES, SUBSETS = (500, 1_000, 2_000), 10


def kernel_distance(real, fake):
    """The mean alone, over subsets of half of the samples."""
    return metrics.kernel_distance(real, fake, 20, min(1_000, len(fake) // 2))[0]


def row(real, samples, size):
    """A line of the table: each distance over subsets of a size."""
    cells = []
    for distance in (
        metrics.frechet_distance,
        metrics.frechet_infinity,
        kernel_distance,
        metrics.cmmd,
    ):
        found = []
        for seed in range(SUBSETS):
            chosen = np.random.RandomState(seed).choice(len(samples), size, False)
            found.append(distance(real, samples[chosen]))
        cells.append(f"{np.mean(found):.3g} ± {np.std(found):.2g}")
    return " | ".join(cells)


if __name__ == "__main__":
    extractor = metrics.extractors.fashion_mnist_cnn()
    model = kgz.GAN.from_preset("dcgan_fashion_mnist")
    real = extractor.features(kgz.datasets.load("fashion_mnist_mini").images)
    fake = extractor.features(model.generate(10_000, seed=0))
    for name, samples in (("real", real[:5_000]), ("DCGAN", fake)):
        for size in SIZES:
            print(f"| {name}, {size:,} | {row(real[5_000:], samples, size)} |")
