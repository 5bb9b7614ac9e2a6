"""Trains Pix2Pix to draw the emoji that belongs to an outline.

    npm pack emoji-datasource-google
    export KERAS_GAN_ZOO_DATA=.
    KERAS_BACKEND=tensorflow python examples/pix2pix_edges_emoji.py

The pairs are 1,706 Noto emoji of 64x64 pixels and their outlines, with their mirror
images. Everything goes to `runs/pix2pix_edges_emoji/`: a picture of held-out outlines,
what is made of them and the true emoji (`epoch_0005.png`, ...), the whole model after
every few epochs (`model.keras`), which `--resume` goes on from, and the preset.
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import time

import keras
import numpy as np

import keras_gan_zoo as kgz


def options(epochs, batch_size):
    """Reads the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--batch-size", type=int, default=batch_size)
    parser.add_argument("--width", type=int, help="channels next to the image")
    parser.add_argument("--every", type=int, default=5, help="epochs between pictures")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=pathlib.Path, default="runs")
    parser.add_argument("--resume", action="store_true")
    return parser.parse_args()


class Checkpoint(keras.callbacks.Callback):
    """Keeps the whole model on disk, with the epochs and minutes behind it."""

    def __init__(self, folder, every, minutes):
        super().__init__()
        self.folder = folder
        self.every = every
        self.minutes = minutes
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        """Writes beside the old file first: a crash leaves one that is whole."""
        if (epoch + 1) % self.every and epoch + 1 < self.params["epochs"]:
            return
        minutes = self.minutes + (time.perf_counter() - self.start) / 60
        self.model.save(self.folder / "next.keras")
        os.replace(self.folder / "next.keras", self.folder / "model.keras")
        progress = {"epochs": epoch + 1, "minutes": round(minutes, 1)}
        (self.folder / "progress.json").write_text(json.dumps(progress))


def linear_decay(epochs, rate):
    """The paper's schedule: `rate` for half of the epochs, then evenly down to 0."""
    return keras.callbacks.LearningRateScheduler(
        lambda epoch: rate * min(1, 2 * (1 - epoch / epochs))
    )


def train(name, model, data, origin, draw, chosen, callbacks=()):
    """Trains, draws and saves, from the beginning or from the last checkpoint.

    Args:
        name: Of the preset and of this script.
        model: A GAN; with `--resume` that of the file takes its place.
        data: What `fit` takes.
        origin: Where the data is from, in words.
        draw: Model to uint8 images, twelve a row.
        chosen: The options.
        callbacks: More callbacks.
    """
    folder = chosen.out / name
    folder.mkdir(parents=True, exist_ok=True)
    progress = {"epochs": 0, "minutes": 0.0}
    if chosen.resume:
        progress = json.loads((folder / "progress.json").read_text())
        model = keras.saving.load_model(folder / "model.keras")
    keras.utils.set_random_seed(chosen.seed + progress["epochs"])
    checkpoint = Checkpoint(folder, chosen.every, progress["minutes"])
    grid = kgz.callbacks.SampleGrid(
        folder, draw=draw, every=chosen.every, columns=12, scale=2
    )
    model.fit(
        data,
        batch_size=None
        if isinstance(data, keras.utils.PyDataset)
        else chosen.batch_size,
        epochs=chosen.epochs,
        initial_epoch=progress["epochs"],
        callbacks=[grid, checkpoint, *callbacks],
        verbose=2,
    )
    progress = json.loads((folder / "progress.json").read_text())
    facts = {
        "license": "Apache-2.0",
        "data": origin,
        "command": f"python examples/{name}.py --epochs {chosen.epochs} "
        f"--batch-size {chosen.batch_size} --width {chosen.width} "
        f"--seed {chosen.seed}",
        "steps": int(model.generator_optimizer.iterations),
        "seed": chosen.seed,
        "hardware": f"{os.cpu_count()} CPU cores ({keras.backend.backend()}, "
        f"Keras {keras.__version__}, Python {platform.python_version()})",
        "minutes": round(progress["minutes"]),
    }
    shutil.rmtree(folder / name, ignore_errors=True)  # of an earlier run
    model.save_to_preset(folder / name, facts, dtype="float16")
    print(facts)


def mirrored(images):
    """The images and their mirror images."""
    return np.concatenate([images, images[:, :, ::-1]])


def side_by_side(*columns):
    """Arrays of images, grey or not, as one whose neighbours belong together."""
    columns = [np.repeat(c, 3, axis=-1) if c.shape[-1] == 1 else c for c in columns]
    return np.stack(columns, axis=1).reshape(-1, *columns[0].shape[1:])


if __name__ == "__main__":
    chosen = options(epochs=100, batch_size=8)
    chosen.width = chosen.width or 16
    targets = mirrored(kgz.datasets.emoji("noto").images)
    held_out = kgz.datasets.emoji("noto", split="test").images[:24]
    outlines = kgz.datasets.edges(held_out)
    train(
        "pix2pix_edges_emoji",
        # Smaller patches than the paper's 70 pixels, because the images are smaller.
        kgz.Pix2Pix(width=chosen.width, patch=34, seed=chosen.seed),
        (kgz.datasets.edges(targets), targets),
        "1,706 Noto Emoji without skin tone (Apache-2.0, Google)",
        lambda model: side_by_side(outlines, model.translate(outlines), held_out),
        chosen,
        [linear_decay(chosen.epochs, 2e-4)],
    )
