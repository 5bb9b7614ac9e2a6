"""Trains an SNGAN on Fashion-MNIST, which draws the garment one asks for.

    apt-get install dataset-fashion-mnist    # or: pip install tensorflow-datasets
    KERAS_BACKEND=jax python examples/sngan_fashion_mnist.py

Everything goes to `runs/sngan_fashion_mnist/`: a sample grid for each epoch, an
animation, checkpoints and a preset. In a grid the ten classes take turns.

The discriminator takes one step for each of the generator's, at twice its rate, in
place of the paper's five at the same rate: two time scales, as in SAGAN
(https://arxiv.org/abs/1805.08318), which take a third of the time.
"""

import training
from fashion_mnist import train

import keras_gan_zoo as kgz

SHAPE = (28, 28, 1)


def adam(rate, images):
    """The paper's optimizer, whose rate falls to 0 along a line."""
    rate = kgz.schedules.Linear(rate, 0.0, images)
    return kgz.schedules.ScheduledAdam(rate, beta_1=0.0, beta_2=0.9)


if __name__ == "__main__":
    options = training.parser(epochs=40)
    options.add_argument("--base-channels", type=int, default=32)
    options.add_argument("--discriminator-base-channels", type=int, default=48)
    chosen = options.parse_args()
    model = kgz.SNGAN(
        SHAPE,
        num_classes=10,
        base_channels=chosen.base_channels,
        discriminator_base_channels=chosen.discriminator_base_channels,
        seed=chosen.seed,
    )
    model.discriminator_steps = 1
    seen = 60_000 * chosen.epochs
    model.compile(
        generator_optimizer=adam(2e-4, seen),
        discriminator_optimizer=adam(4e-4, seen),
        ema=0.999,
    )
    train("sngan_fashion_mnist", model, 64, chosen)
