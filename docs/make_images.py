"""Draws the pictures of the documentation: 64 samples of each preset.

python docs/make_images.py
"""

import pathlib

import keras_gan_zoo as kgz

FOLDER = pathlib.Path(__file__).parent / "images"

FOLDER.mkdir(exist_ok=True)
for name in kgz.list_presets():
    samples = kgz.GAN.from_preset(name).generate(64, seed=0)
    grid = kgz.images.to_pillow(kgz.images.make_grid(samples, columns=16))
    grid = grid.resize((2 * grid.width, 2 * grid.height), resample=0)
    grid.save(FOLDER / f"{name}.png", optimize=True)
