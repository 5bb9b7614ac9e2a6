"""What the training scripts share: their options, checkpoints, and a preset's record.

A script that is started again goes on where it was stopped, from the checkpoints in its
folder under `runs/`; delete them to begin anew.
"""

import argparse
import json
import os
import pathlib
import platform
import shlex
import shutil
import subprocess
import sys

import keras

import keras_gan_zoo as kgz


def parser(epochs):
    """The options that every script has."""
    options = argparse.ArgumentParser()
    options.add_argument("--epochs", type=int, default=epochs)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--out", type=pathlib.Path, default="runs")
    return options


def train(model, data, folder, epochs, seed=0, callbacks=(), **fit):
    """Trains a model, from where an earlier run has stopped.

    Args:
        model: A GAN.
        data: What `fit` takes.
        folder: Where the checkpoints are and go.
        epochs: How many in all.
        seed: Of what has no seed of its own.
        callbacks: More callbacks.
        **fit: More arguments of `fit`.

    Returns:
        The minutes that it took, and the path of the model's file.
    """
    keras.utils.set_random_seed(seed)
    checkpoint = kgz.callbacks.Checkpoint(folder)
    callbacks = [*callbacks, checkpoint]
    model.fit(data, epochs=epochs, callbacks=callbacks, verbose=2, **fit)
    return round(checkpoint.seconds / 60), checkpoint.path


def command(chosen):
    """The command line of this script with all options, defaults too."""
    words = ["python", f"examples/{pathlib.Path(sys.argv[0]).name}"]
    for name, value in vars(chosen).items():
        if isinstance(value, int | float | str):
            words += [f"--{name.replace('_', '-')}", str(value)]
    return shlex.join(words)


def gpus():
    """The names of the GPUs, where there are any."""
    query = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    if shutil.which(query[0]) is None:
        return []
    found = subprocess.run(query, check=True, capture_output=True, text=True)
    return found.stdout.splitlines()


def hardware():
    """What trains, in words."""
    return (
        f"{', '.join([*gpus(), f'{os.cpu_count()} CPU cores'])} "
        f"({keras.backend.backend()}, Keras {keras.__version__}, "
        f"Python {platform.python_version()})"
    )


def save_extractor(network, fresh, chosen, seconds, data, test_accuracy, **facts):
    """Writes the network of an extractor that ships, and the record beside it.

    Args:
        network: A trained Keras model, whose name is that of its folder.
        fresh: The same network with fresh weights, to measure what was written.
        chosen: The script's options; defaults are written down too.
        seconds: Of training.
        data: Origin of the data, in words.
        test_accuracy: Function of a network, to a number or a dict of them.
        **facts: What else there is to say.
    """
    folder = chosen.out / network.name
    sha256 = kgz.metrics.extractors.save(network, folder)
    fresh.load_weights(folder / "network.weights.h5")
    record = {
        "sha256": sha256,
        "license": "Apache-2.0",
        "data": data,
        "command": command(chosen),
        "steps": int(network.optimizer.iterations),
        "seed": chosen.seed,
        "hardware": hardware(),
        "minutes": round(seconds / 60, 1),
        "parameters": network.count_params(),
        "test_accuracy": test_accuracy(fresh),
        **facts,
    }
    (folder / "extractor.json").write_text(json.dumps(record, indent=2) + "\n")
    print(record)


def shape_scores(samples, categories):
    """How near solid shapes come to those of the test set, and how many they meet.

    Args:
        samples: Shapes as `datasets.shapes` has them.
        categories: Those to compare with, or None for all.

    Returns:
        A dict of `scores` and their `protocol`, an entry `evaluation` of a record.
    """
    test = kgz.datasets.shapes("test", categories=categories).voxels
    return {
        "scores": {
            name: round(getattr(kgz.metrics, name)(test, samples), 3)
            for name in ("minimum_matching_distance", "shape_coverage")
        },
        "protocol": {"num_real": len(test), "num_generated": len(samples)},
    }


def save_meshes(model, samples, folder):
    """Writes those of the first 16 shapes that have a solid cell as meshes."""
    solid = samples[:16][samples[:16].max(axis=(1, 2, 3, 4)) >= 0.5]
    if len(solid):
        model.domain.save(solid, folder / "meshes" / "shape.glb")


def save_preset(
    model, folder, chosen, minutes, data, steps=None, networks=None, **facts
):
    """Writes a preset in place of an earlier one, with how it was made.

    Args:
        model: The trained GAN.
        folder: Where to. Its name is that of the preset.
        chosen: The script's options; defaults are written down too.
        minutes: Of training.
        data: Origin of the data, in words.
        steps: Of training. Without it those of the model's last `fit`.
        networks: As in `GAN.save_to_preset`.
        **facts: What else there is to say.
    """
    if steps is None:
        steps = int(model.generator_optimizer.iterations)
    record = {
        "license": "Apache-2.0",
        "data": data,
        "command": command(chosen),
        "steps": steps,
        "seed": chosen.seed,
        "hardware": hardware(),
        "minutes": minutes,
        **facts,
    }
    shutil.rmtree(folder, ignore_errors=True)
    model.save_to_preset(folder, record, dtype="float16", networks=networks)
    print(record)
