"""Trains an R3GAN on the 60,000 garments of Fashion-MNIST.

    apt-get install dataset-fashion-mnist    # or: pip install tensorflow-datasets
    KERAS_BACKEND=jax python examples/r3gan_fashion_mnist.py --dtype mixed_bfloat16

Eleven minutes on an H200, days on a CPU. All goes to `runs/r3gan_fashion_mnist/`:
a sample grid for each epoch, an animation, checkpoints and the preset.
"""

import fashion_mnist
import training

import keras_gan_zoo as kgz
from keras_gan_zoo.models.r3gan import recipe

NAME = "r3gan_fashion_mnist"
SHAPE = (28, 28, 1)


def main(chosen):
    """Trains with the paper's schedules, stretched over all epochs."""
    width, seed = chosen.base_channels, chosen.seed
    model = kgz.R3GAN(SHAPE, base_channels=width, seed=seed, dtype=chosen.dtype)
    images = 60_000 * chosen.epochs
    model.compile(**recipe(images, chosen.gamma, half_life=100_000))
    folder = chosen.out / NAME
    minutes = fashion_mnist.fit(model, folder, 128, chosen.epochs, seed)
    steps = int(model.generator_optimizer.iterations)
    # What is kept computes in float32, whatever the training did.
    kept = kgz.R3GAN(SHAPE, base_channels=width, seed=seed)
    kept.generator.set_weights(model.ema_generator.get_weights())
    kept.discriminator.set_weights(model.discriminator.get_weights())
    fashion_mnist.finish(kept, folder / NAME, chosen, minutes, steps=steps)


if __name__ == "__main__":
    options = training.parser(epochs=52)
    options.add_argument("--gamma", type=float, default=0.3)
    options.add_argument("--base-channels", "--width", type=int, default=64)
    options.add_argument("--dtype", default="float32", help="or mixed_bfloat16")
    main(options.parse_args())
