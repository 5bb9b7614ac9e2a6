"""A run that dies goes on, and ends where it would have ended."""

import functools
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.callbacks import Checkpoint
from tests.contract import assert_equal_weights, random_images

ROOT = pathlib.Path(__file__).parent.parent
IMAGES = random_images(22, (16, 16, 1))
EPOCHS = 3  # of 6 batches, the last one smaller
FIT = {"epochs": EPOCHS, "batch_size": 4, "verbose": 0}


class Crash(keras.callbacks.Callback):
    """Raises after so many steps."""

    def __init__(self, after):
        super().__init__()
        self.left = after

    def on_train_batch_begin(self, batch, logs=None):
        self.left -= 1
        if self.left < 0:
            raise InterruptedError


def dcgan(**compiled):
    model = kgz.DCGAN(width=8, latent_dim=8, seed=3)
    model.compile(ema=0.9, augment=kgz.augment.DiffAugment(seed=4), **compiled)
    return model


def vanilla_gan(**compiled):
    model = kgz.VanillaGAN(width=8, discriminator_width=8, latent_dim=8, seed=3)
    model.compile(regularizers=["gradient_penalty"], **compiled)
    return model


def cyclegan():
    model = kgz.CycleGAN(width=4, blocks=1, patch=16, pool_size=3, seed=3)
    model.compile()
    return model


def unpaired():
    return kgz.datasets.Unpaired(IMAGES, IMAGES[:9], 4, seed=1)


MODELS = {
    "dcgan": (dcgan, lambda: IMAGES),
    "vanilla_gan": (vanilla_gan, lambda: IMAGES),
    "cyclegan": (cyclegan, unpaired),
}


def assert_same_end(one, two):
    assert_equal_weights(one, two)
    for pair in zip(one.optimizer.variables, two.optimizer.variables, strict=True):
        np.testing.assert_array_equal(*map(keras.ops.convert_to_numpy, pair))


@functools.cache
def straight(name):
    """A run that nothing interrupts."""
    make, data = MODELS[name]
    model = make()
    model.fit(data(), **FIT)
    return model


@pytest.mark.parametrize(
    ("name", "after"),
    [("dcgan", 2), ("dcgan", 6), ("dcgan", 9), ("vanilla_gan", 9), ("cyclegan", 9)],
)
def test_a_run_that_crashed_ends_as_one_that_did_not(name, after, tmp_path):
    make, data = MODELS[name]
    callbacks = [Checkpoint(tmp_path, every=2), Crash(after)]
    with pytest.raises(InterruptedError):
        make().fit(data(), callbacks=callbacks, **FIT)
    resumed = make()
    checkpoint = Checkpoint(tmp_path, every=2)
    history = resumed.fit(data(), callbacks=[checkpoint], **FIT)
    assert_same_end(straight(name), resumed)
    assert history.epoch == list(range(after // 6, EPOCHS))
    # What is left: two checkpoints, and no part of another.
    files = [f"step_{n:09d}.{suffix}" for n in (16, 18) for suffix in ("json", "keras")]
    assert sorted(path.name for path in tmp_path.iterdir()) == files
    assert_same_end(resumed, keras.saving.load_model(checkpoint.path))


def test_data_sets_that_repeat_themselves_are_read_up_to_the_place(tmp_path):
    class InOrder(keras.utils.PyDataset):
        def __len__(self):
            return 6

        def __getitem__(self, index):
            return IMAGES[index * 4 : index * 4 + 4]

    fit = {"epochs": EPOCHS, "shuffle": False, "verbose": 0}
    several = 1 if keras.backend.backend() == "torch" else 2
    one = dcgan(steps_per_execution=several)
    one.fit(InOrder(), **fit)
    with pytest.raises(InterruptedError):
        dcgan(steps_per_execution=several).fit(
            InOrder(), callbacks=[Checkpoint(tmp_path, every=4), Crash(5)], **fit
        )
    resumed = dcgan(steps_per_execution=several)
    resumed.fit(InOrder(), callbacks=[Checkpoint(tmp_path, every=4)], **fit)
    assert_same_end(one, resumed)


def finished(folder, epochs=1):
    """The model of a run that has left two checkpoints."""
    model = vanilla_gan()
    fit = {**FIT, "epochs": epochs}
    model.fit(IMAGES, callbacks=[Checkpoint(folder, every=3)], **fit)
    return model


def test_a_finished_run_is_loaded_and_a_longer_one_goes_on(tmp_path):
    assert_same_end(finished(tmp_path), finished(tmp_path))
    assert_same_end(straight("vanilla_gan"), finished(tmp_path, EPOCHS))


@pytest.mark.parametrize(
    "damage",
    [
        lambda newest: _flip_a_byte(newest),
        lambda newest: newest.write_bytes(newest.read_bytes()[:-100]),
        lambda newest: newest.unlink(),
        lambda newest: newest.with_suffix(".json").write_text('{"schema": 1}'),
        lambda newest: newest.with_suffix(".json").write_text('{"schema"'),
        lambda newest: _change(newest, batch=-1),
        lambda newest: _change(newest, schema=3),
    ],
    ids=["flip", "cut", "missing", "fields", "json", "place", "schema"],
)
def test_a_damaged_checkpoint_is_left_out_for_the_one_before(damage, tmp_path):
    one = finished(tmp_path)
    before, newest = sorted(tmp_path.glob("*.keras"))
    damage(newest)
    with pytest.warns(UserWarning, match=f"{newest.stem}.json is left out"):
        assert_same_end(one, finished(tmp_path))
    newest, *_ = sorted(tmp_path.glob("*.keras"), reverse=True)
    damage(newest)
    _flip_a_byte(before)
    message = "No checkpoint in .* is intact: step_000000006"
    with pytest.warns(UserWarning), pytest.raises(ValueError, match=message):
        finished(tmp_path)


def test_checkpoints_of_another_model_are_refused(tmp_path):
    finished(tmp_path)
    model = kgz.VanillaGAN(width=9, discriminator_width=8, latent_dim=8, seed=3)
    model.compile(regularizers=["gradient_penalty"])
    with pytest.raises(ValueError, match=r"shape \[8, 8\] there and \[8, 9\] here"):
        model.fit(IMAGES, callbacks=[Checkpoint(tmp_path)], **FIT)
    other = vanilla_gan(generator_optimizer="sgd", discriminator_optimizer="adamw")
    with pytest.raises(ValueError, match="are of another model"):
        other.fit(IMAGES, callbacks=[Checkpoint(tmp_path)], **FIT)


def test_weights_that_are_not_finite_are_not_written(tmp_path):
    finished(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    model = vanilla_gan(generator_optimizer=keras.optimizers.SGD(np.inf))
    message = "After step .* holds weights that are not finite"
    with pytest.warns(UserWarning, match=message), pytest.raises(FloatingPointError):
        model.fit(IMAGES, callbacks=[Checkpoint(tmp_path / "new", every=1)], **FIT)
    assert not list((tmp_path / "new").iterdir())
    assert before == {p.name: p.read_bytes() for p in tmp_path.glob("step_*")}


@pytest.mark.parametrize("arguments", [{"keep": 1}, {"every": 0}])
def test_arguments_are_checked(arguments, tmp_path):
    with pytest.raises(ValueError, match="at least 2 checkpoints"):
        Checkpoint(tmp_path, **arguments)


RUN = """
import sys
from tests.test_checkpoint import FIT, IMAGES, Checkpoint, dcgan
class Telling(Checkpoint):
    def on_train_batch_begin(self, batch, logs=None):
        print("step", flush=True)
fit = {**FIT, "epochs": int(sys.argv[2])}
dcgan().fit(IMAGES, callbacks=[Telling(sys.argv[1], every=2)], **fit)
"""


def run_until(folder, steps, number, epochs=EPOCHS):
    """Runs in a process that gets a signal after so many steps. Returns its code."""
    with subprocess.Popen(
        [sys.executable, "-c", RUN, folder, str(epochs)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for seen, _ in enumerate(process.stdout, start=1):
            if seen == steps:
                time.sleep(random.random() * 0.02)  # also within a step or a save
                process.send_signal(number)
    return process.returncode


def test_killed_processes_end_as_one_that_lived(tmp_path):
    assert run_until(tmp_path, 5, signal.SIGKILL) == -signal.SIGKILL
    assert run_until(tmp_path, 7, signal.SIGTERM) == -signal.SIGTERM
    assert run_until(tmp_path, 10_000, signal.SIGKILL) == 0
    newest = max(tmp_path.glob("*.keras"))
    assert newest.stem == f"step_{6 * EPOCHS:09d}"
    assert_same_end(straight("dcgan"), keras.saving.load_model(newest))


@pytest.mark.soak
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_twenty_kills_in_one_run(number, tmp_path):
    epochs = 40
    for _ in range(20):  # of at most 12 steps each: 240 are as many as there are
        steps = random.randint(1, 11)
        assert run_until(tmp_path, steps, number, epochs) == -number
    assert run_until(tmp_path, 10_000, number, epochs) == 0
    one = dcgan()
    one.fit(IMAGES, **{**FIT, "epochs": epochs})
    assert_same_end(one, keras.saving.load_model(max(tmp_path.glob("*.keras"))))


def _flip_a_byte(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _change(newest, **changes):
    manifest = newest.with_suffix(".json")
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), **changes}))
