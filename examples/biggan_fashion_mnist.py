"""Trains a BigGAN on Fashion-MNIST, which draws the garment one asks for.

    apt-get install dataset-fashion-mnist    # or: pip install tensorflow-datasets
    KERAS_BACKEND=jax python examples/biggan_fashion_mnist.py

Everything goes to `runs/biggan_fashion_mnist/`: a sample grid for each epoch, an
animation, checkpoints, a preset, and `truncation.png`, whose rows have the same seed,
truncated to 0.3, 0.5, 1 and not at all. In a grid the ten classes take turns.
"""

import numpy as np
from fashion_mnist import finish, fit
from training import parser

import keras_gan_zoo as kgz
from keras_gan_zoo.models.biggan import adam

SHAPE = (28, 28, 1)


def truncations(model, num=10):
    """One grid, a row for each truncation."""
    rows = [model.generate(num, seed=1, truncation=t) for t in (0.3, 0.5, 1.0, None)]
    samples = np.concatenate(rows)
    return kgz.images.to_pillow(kgz.images.make_grid(samples, columns=num))


if __name__ == "__main__":
    options = parser(epochs=50)
    options.add_argument("--base-channels", type=int, default=16)
    options.add_argument("--rate", type=float, default=2e-4)
    chosen = options.parse_args()
    model = kgz.BigGAN(
        SHAPE,
        latent_dim=60,
        num_classes=10,
        base_channels=chosen.base_channels,
        discriminator_base_channels=chosen.base_channels,
        seed=chosen.seed,
    )
    # Paper: 5e-5 and 2e-4, for batches of 2,048 images.
    model.compile(
        generator_optimizer=adam(chosen.rate),
        discriminator_optimizer=adam(chosen.rate),
    )
    folder = chosen.out / "biggan_fashion_mnist"
    minutes = fit(model, folder, 64, chosen.epochs, chosen.seed)
    model.update_standing_statistics(seed=chosen.seed)
    truncations(model).save(folder / "truncation.png")
    finish(model, folder / folder.name, chosen, minutes)
