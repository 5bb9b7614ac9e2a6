"""Trains an R3GAN on the 60,000 garments of Fashion-MNIST.

    apt-get install dataset-fashion-mnist    # or: pip install tensorflow-datasets
    KERAS_BACKEND=jax python examples/r3gan_fashion_mnist.py

Eight minutes on an H200, days on a CPU. All goes to `runs/r3gan_fashion_mnist/`:
a sample grid for each epoch, an animation, checkpoints and the preset.
"""

import fashion_mnist
import training

import keras_gan_zoo as kgz
from keras_gan_zoo.models.r3gan import recipe


def main(chosen):
    """Trains with the paper's schedules, stretched over all epochs."""
    model = kgz.R3GAN(base_channels=chosen.base_channels, seed=chosen.seed)
    images = 60_000 * chosen.epochs
    model.compile(**recipe(images, chosen.gamma, half_life=100_000))
    fashion_mnist.train("r3gan_fashion_mnist", model, 128, chosen)


if __name__ == "__main__":
    options = training.parser(epochs=36)
    options.add_argument("--gamma", type=float, default=0.3)
    options.add_argument("--base-channels", "--width", type=int, default=64)
    main(options.parse_args())
