"""Trains the model to start with on cartoon faces, and shows it beside a preset.

    make demo

About two minutes on 2 CPU cores, offline. Writes `demo/samples.png` (left: trained
just now, on faces of 32x32 pixels; right: the preset `r3_dcgan_avatars_64`, trained ten
times as long on 64x64), `demo/training.gif` (the same 64 latents, epoch by epoch) and a
grid for each epoch.
"""

import argparse
import pathlib
import time

import numpy as np

import keras_gan_zoo as kgz


def main():
    """Trains, loads, and puts the two side by side."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("demo"))
    options = parser.parse_args()
    start = time.perf_counter()

    images = kgz.datasets.downsample(kgz.datasets.avatars().images, 2)
    model = kgz.R3DCGAN(seed=0)
    grid = kgz.callbacks.SampleGrid(options.out, gif="training.gif", scale=2)
    model.fit(images, epochs=options.epochs, callbacks=[grid])

    preset = kgz.GAN.from_preset("r3_dcgan_avatars_64")
    fresh, pretrained = (m.generate(64, seed=0) for m in (model, preset))
    fresh = fresh.repeat(2, axis=1).repeat(2, axis=2)  # as large as the preset's
    fresh, pretrained = map(kgz.images.make_grid, (fresh, pretrained))
    margin = np.full((fresh.shape[0], 16, 3), 255, "uint8")
    picture = kgz.images.to_pillow(np.hstack([fresh, margin, pretrained]))
    picture.save(options.out / "samples.png")

    print(f"\nDone in {time.perf_counter() - start:.0f} s. Look at")
    print(f"  {options.out}/samples.png   left: trained just now, right: the preset")
    print(f"  {options.out}/training.gif  the same latents, epoch by epoch")


if __name__ == "__main__":
    main()
