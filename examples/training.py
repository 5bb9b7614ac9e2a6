"""What the training scripts share: their options, checkpoints, and a preset's record.

A script that is started again goes on where it was stopped, from the model in its
folder under `runs/`; delete the folder to begin anew.
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import sys
import time

import keras

from keras_gan_zoo.callbacks.files import replacing


def parser(epochs):
    """The options that every script has."""
    options = argparse.ArgumentParser()
    options.add_argument("--epochs", type=int, default=epochs)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--out", type=pathlib.Path, default="runs")
    return options


class Checkpoint(keras.callbacks.Callback):
    """Keeps the whole model on disk, and beside it the epochs and minutes behind it."""

    def __init__(self, path, every, minutes):
        super().__init__()
        self.path = path
        self.every = every
        self.minutes = minutes
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        """Writes every few epochs and after the last one."""
        if (epoch + 1) % self.every and epoch + 1 < self.params["epochs"]:
            return
        minutes = self.minutes + (time.perf_counter() - self.start) / 60
        with replacing(self.path) as part:
            self.model.save(part)
        progress = {"epochs": epoch + 1, "minutes": round(minutes, 1)}
        self.path.with_suffix(".json").write_text(json.dumps(progress))


def train(model, data, path, epochs, seed=0, every=1, callbacks=(), **fit):
    """Trains a model, or the one that an earlier run has left.

    Args:
        model: A GAN.
        data: What `fit` takes.
        path: File of the whole model, read if it is there and written after epochs.
        epochs: How many in all.
        seed: Seed of the shuffling.
        every: Epochs between two checkpoints.
        callbacks: More callbacks.
        **fit: More arguments of `fit`.

    Returns:
        The trained model, and the minutes that it took.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    progress = {"epochs": 0, "minutes": 0.0}
    if path.is_file():
        model = keras.saving.load_model(path)
        progress = json.loads(path.with_suffix(".json").read_text())
    keras.utils.set_random_seed(seed + progress["epochs"])
    if progress["epochs"] < epochs:
        checkpoint = Checkpoint(path, every, progress["minutes"])
        model.fit(
            data,
            epochs=epochs,
            initial_epoch=progress["epochs"],
            callbacks=[*callbacks, checkpoint],
            verbose=2,
            **fit,
        )
        progress = json.loads(path.with_suffix(".json").read_text())
    return model, round(progress["minutes"])


def command(chosen):
    """The command line of this script, with its numbers spelled out, defaults too."""
    words = ["python", f"examples/{pathlib.Path(sys.argv[0]).name}"]
    for name, value in vars(chosen).items():
        if isinstance(value, int):
            words += [f"--{name.replace('_', '-')}", str(value)]
    return " ".join(words)


def save_preset(model, folder, chosen, minutes, data, networks=None, **facts):
    """Writes a preset in place of an earlier one, with how it was made.

    Args:
        model: The trained GAN.
        folder: Where to. Its name is that of the preset.
        chosen: The script's options; defaults are written down too.
        minutes: Of training.
        data: Origin of the data, in words.
        networks: As in `GAN.save_to_preset`.
        **facts: What else there is to say.
    """
    record = {
        "license": "Apache-2.0",
        "data": data,
        "command": command(chosen),
        "steps": int(model.generator_optimizer.iterations),
        "seed": chosen.seed,
        "hardware": f"{os.cpu_count()} CPU cores ({keras.backend.backend()}, "
        f"Keras {keras.__version__}, Python {platform.python_version()})",
        "minutes": minutes,
        **facts,
    }
    shutil.rmtree(folder, ignore_errors=True)
    model.save_to_preset(folder, record, dtype="float16", networks=networks)
    print(record)
