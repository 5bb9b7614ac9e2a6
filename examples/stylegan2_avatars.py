"""Trains a StyleGAN2 to draw avatars of 64x64 pixels.

    KERAS_BACKEND=tensorflow python examples/stylegan2_avatars.py
    KERAS_BACKEND=tensorflow python examples/stylegan2_avatars.py --images FOLDER

The pictures of a folder are cropped to squares. Everything goes to
`runs/stylegan2_avatars_64/`: a sample grid for each epoch, checkpoints, the preset, and
`truncation.png`, whose rows have the same latents, truncated to 0, 0.5, 0.7 and 1.
"""

import pathlib

import numpy as np
import training

import keras_gan_zoo as kgz
from keras_gan_zoo.models.stylegan2 import recipe

NAME = "stylegan2_avatars_64"
SIDE = 64
AVATARS = "the data set avatars of keras_gan_zoo.datasets"


def load(folder):
    """Images (num, 64, 64, 3) and where they are from, in words."""
    if folder is None:
        return kgz.datasets.load("avatars").images, AVATARS
    images = kgz.datasets.load_folder(folder, (SIDE, SIDE), channels=3).images
    return images, f"{len(images)} pictures of {folder.name}"


def build(chosen, images_in_all):
    """The paper's networks, narrower, with gamma by the size of image and batch."""
    model = kgz.StyleGAN2(
        (SIDE, SIDE, 3),
        latent_dim=chosen.latent_dim,
        base_channels=chosen.base_channels,
        depth=chosen.depth,
        seed=chosen.seed,
    )
    gamma = chosen.gamma or 0.0002 * SIDE**2 / chosen.batch_size
    half_life = min(10_000, images_in_all / 20)
    augment = kgz.augment.DiffAugment(seed=chosen.seed) if chosen.augment else None
    model.compile(**recipe(gamma, chosen.rate, half_life), augment=augment)
    return model


def truncations(model, num=8):
    """One grid of the same latents, a row for each truncation."""
    rows = [model.generate(num, seed=1, truncation=t) for t in (0.0, 0.5, 0.7, 1.0)]
    return kgz.images.to_pillow(kgz.images.make_grid(np.concatenate(rows), num))


def main(chosen):
    """Trains, draws and writes the preset."""
    folder = chosen.out / NAME
    images, origin = load(chosen.images)
    model = build(chosen, len(images) * chosen.epochs)
    minutes, _ = training.train(
        model,
        images,
        folder / "checkpoints",
        chosen.epochs,
        chosen.seed,
        [kgz.callbacks.SampleGrid(folder)],
        batch_size=chosen.batch_size,
    )
    truncations(model).save(folder / "truncation.png")
    training.save_preset(model, folder / NAME, chosen, minutes, origin)


if __name__ == "__main__":
    parser = training.parser(epochs=40)
    parser.add_argument("--images", type=pathlib.Path, help="folder of pictures")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--base-channels", type=int, default=16)
    parser.add_argument("--latent-dim", type=int, default=128)
    parser.add_argument("--depth", type=int, default=4, help="of the mapping network")
    parser.add_argument("--gamma", type=float, default=0.0, help="0: by the rule")
    parser.add_argument("--rate", type=float, default=2.5e-3, help="of learning")
    parser.add_argument("--augment", type=int, default=1, help="0: no DiffAugment")
    main(parser.parse_args())
