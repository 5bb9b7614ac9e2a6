"""Trains a small DCGAN on real garments and shows it beside a pretrained one.

    make demo

About two minutes on 2 CPU cores, offline. Writes `demo/samples.png` (left: trained just
now; right: the preset `dcgan_fashion_mnist`, trained 25 epochs on six times the data),
`demo/training.gif` (the same 64 latents, epoch by epoch) and a grid for each epoch.
"""

import argparse
import pathlib
import time

import numpy as np

import keras_gan_zoo as kgz


def main():
    """Trains, loads, and puts the two side by side."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("demo"))
    options = parser.parse_args()
    start = time.perf_counter()

    images, _ = kgz.datasets.load("fashion_mnist_mini")
    model = kgz.DCGAN(base_channels=32, seed=0)
    grid = kgz.callbacks.SampleGrid(options.out, gif="training.gif", scale=2)
    model.fit(images, batch_size=64, epochs=options.epochs, callbacks=[grid])

    preset = kgz.GAN.from_preset("dcgan_fashion_mnist")
    fresh, pretrained = (
        kgz.images.make_grid(m.generate(64, seed=0)) for m in (model, preset)
    )
    margin = np.full((fresh.shape[0], 16, 1), 255, "uint8")
    picture = kgz.images.to_pillow(np.hstack([fresh, margin, pretrained]))
    picture = picture.resize((2 * picture.width, 2 * picture.height), resample=0)
    picture.save(options.out / "samples.png")

    print(f"\nDone in {time.perf_counter() - start:.0f} s. Look at")
    print(f"  {options.out}/samples.png   left: trained just now, right: the preset")
    print(f"  {options.out}/training.gif  the same latents, epoch by epoch")


if __name__ == "__main__":
    main()
