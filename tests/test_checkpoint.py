"""A run that dies goes on, and ends where it would have ended."""

import collections
import functools
import itertools
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.callbacks import Checkpoint, Evaluate, manifests
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
    model = kgz.DCGAN(base_channels=8, latent_dim=8, seed=3)
    model.compile(ema=0.9, augment=kgz.augment.DiffAugment(seed=4), **compiled)
    return model


def vanilla_gan(**compiled):
    model = kgz.VanillaGAN(units=8, discriminator_units=8, latent_dim=8, seed=3)
    model.compile(regularizers=["gradient_penalty"], **compiled)
    return model


def cyclegan():
    model = kgz.CycleGAN(base_channels=4, blocks=1, patch=16, pool_size=3, seed=3)
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


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run that has come to its end, which no test changes."""
    folder = tmp_path_factory.mktemp("trained")
    return finished(folder), folder


@pytest.fixture
def one(trained, tmp_path):
    """The model of a run that has left its checkpoints in `tmp_path`."""
    model, folder = trained
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
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
        lambda newest: _change(newest, schema=2),
    ],
    ids=["flip", "cut", "missing", "fields", "json", "place", "schema"],
)
def test_a_damaged_checkpoint_is_left_out_for_the_one_before(damage, one, tmp_path):
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


@pytest.mark.usefixtures("one")
def test_checkpoints_of_another_model_are_refused(tmp_path):
    model = kgz.VanillaGAN(units=9, discriminator_units=8, latent_dim=8, seed=3)
    model.compile(regularizers=["gradient_penalty"])
    with pytest.raises(ValueError, match=r"shape \[8, 8\] there and \[8, 9\] here"):
        model.fit(IMAGES, callbacks=[Checkpoint(tmp_path)], **FIT)
    other = vanilla_gan(generator_optimizer="sgd", discriminator_optimizer="adamw")
    with pytest.raises(ValueError, match="are of another model"):
        other.fit(IMAGES, callbacks=[Checkpoint(tmp_path)], **FIT)


@pytest.mark.usefixtures("one")
def test_weights_that_are_not_finite_are_not_written(tmp_path):
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


def straight_run(images, **fit):
    model = vanilla_gan()
    model.fit(images, verbose=0, **fit)
    return model


def interrupted_run(folder, images, after, every=1, more=(), **fit):
    """Leaves the checkpoint of this step."""
    callbacks = [*more, Checkpoint(folder, every=every), Crash(after)]
    with pytest.raises(InterruptedError):
        vanilla_gan().fit(images, callbacks=callbacks, verbose=0, **fit)


def resumed_run(folder, images, more=(), **fit):
    model, checkpoint = vanilla_gan(), Checkpoint(folder, every=1)
    model.fit(images, callbacks=[*more, checkpoint], verbose=0, **fit)
    return model, checkpoint


FORTY = random_images(40, (16, 16, 1))


@pytest.mark.parametrize("batch_size", [10, 5, 40, 7])
def test_a_run_goes_on_in_images_whatever_the_batch_size(batch_size, tmp_path):
    interrupted_run(tmp_path, FORTY, 8, batch_size=4, epochs=2)
    model, checkpoint = resumed_run(tmp_path, FORTY, batch_size=batch_size, epochs=2)
    # 8 images are left of the first epoch, and all are in the second one.
    batches = -(-8 // batch_size) + -(-40 // batch_size)
    assert int(model.generator_optimizer.iterations) == 8 + batches
    assert checkpoint.path.stem == f"step_{8 + batches:09d}"
    assert int(model.images_seen) == 80


def test_an_image_comes_once_an_epoch_although_the_batch_size_changes():
    data = kgz.datasets.batches.Batches([np.arange(22)], batch_size=4)
    for rows in range(1, 23):
        for batch_size in range(1, 24):
            data.batch_size = batch_size
            data.reorder(0)
            dropped = data.go_on_after(rows)
            rest = [data[i][0] for i in range(dropped, len(data))]
            seen = np.concatenate([*rest, data.order[:rows]])
            assert sorted(seen) == list(range(22))
            assert all(0 < len(batch) <= batch_size for batch in rest)


@pytest.mark.parametrize("number", [39, 44])
def test_other_data_in_the_midst_of_an_epoch_are_refused(number, tmp_path):
    interrupted_run(tmp_path, FORTY, 8, batch_size=4, epochs=2)
    images = random_images(number, (16, 16, 1))
    message = f"midst of an epoch of 40 images, but the data now have {number}"
    with pytest.raises(ValueError, match=message):
        resumed_run(tmp_path, images, batch_size=4, epochs=2)
    model = vanilla_gan()  # and nothing is left armed
    model.fit(images, batch_size=4, verbose=0)
    assert int(model.generator_optimizer.iterations) == -(-number // 4)


class Stream(keras.utils.PyDataset):
    """Batches of so many images, always the same."""

    def __init__(self, batch_size, number=40):
        super().__init__()
        self.size, self.number = batch_size, number

    def __len__(self):
        return -(-self.number // self.size)

    def __getitem__(self, index):
        return FORTY[: self.number][index * self.size : (index + 1) * self.size]


@pytest.mark.parametrize("shuffle", [True, False])
def test_data_sets_of_batches_go_on_at_the_image(shuffle, tmp_path):
    fit = {"epochs": 2, "shuffle": shuffle}
    one = straight_run(Stream(4), **fit)
    interrupted_run(tmp_path, Stream(4), 7, **fit)
    assert_same_end(one, resumed_run(tmp_path, Stream(4), **fit)[0])


def test_data_sets_whose_batches_end_elsewhere_are_refused(tmp_path):
    fit = {"epochs": 2, "shuffle": False}
    interrupted_run(tmp_path, Stream(4), 7, **fit)  # after 28 images
    with pytest.raises(ValueError, match="a batch ends after 30 .* batch size of bef"):
        resumed_run(tmp_path, Stream(10), **fit)
    with pytest.raises(ValueError, match="a batch ends after 20 and none follows"):
        resumed_run(tmp_path, Stream(4, number=20), **fit)


def test_generators_go_on_after_all_that_was_read_of_them(tmp_path):
    def batches():
        for step in itertools.count():
            yield (random_images(4, (16, 16, 1), seed=step),)

    fit = {"epochs": 3, "steps_per_epoch": 4}
    one = straight_run(batches(), **fit)
    for after in (4, 9):  # at the end of an epoch, and within one
        interrupted_run(tmp_path / str(after), batches(), after, **fit)
        assert_same_end(one, resumed_run(tmp_path / str(after), batches(), **fit)[0])


def test_arrays_with_steps_per_epoch_go_on_bit_by_bit(tmp_path):
    fit = {"epochs": 3, "batch_size": 4, "steps_per_epoch": 4}
    one = straight_run(IMAGES, **fit)
    assert int(one.generator_optimizer.iterations) == 12
    interrupted_run(tmp_path, IMAGES, 6, **fit)
    assert_same_end(one, resumed_run(tmp_path, IMAGES, **fit)[0])


@pytest.mark.parametrize("after", [1, 6, 10])
def test_the_losses_of_a_resumed_epoch_are_those_of_all_of_it(after, tmp_path):
    one = vanilla_gan()
    expected = one.fit(IMAGES, **FIT).history
    interrupted_run(tmp_path, IMAGES, after, epochs=EPOCHS, batch_size=4)
    model = vanilla_gan()
    history = model.fit(IMAGES, callbacks=[Checkpoint(tmp_path)], **FIT).history
    for name, values in history.items():
        assert values == expected[name][-len(values) :]


# The manifest.


@pytest.mark.usefixtures("one")
def test_every_flipped_bit_of_a_manifest_is_found_out(tmp_path):
    before, newest = sorted(tmp_path.glob("*.json"))
    content = newest.read_bytes()
    intact = manifests.read(newest)
    outcomes = collections.Counter()
    for index in range(len(content)):
        for bit in range(8):
            damaged = bytearray(content)
            damaged[index] ^= 1 << bit
            newest.write_bytes(damaged)
            try:
                same = manifests.read(newest) == intact
                outcomes["same meaning" if same else "another meaning"] += 1
            except Exception:
                outcomes["refused"] += 1
    assert sum(outcomes.values()) == 8 * len(content)
    assert outcomes["another meaning"] == 0, outcomes


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "7", "[" * 100_000, '{"schema": 3, "seconds": null}', "\0"],
    ids=["empty", "null", "list", "number", "deep", "fields", "zero"],
)
def test_a_manifest_that_is_none_falls_back(text, one, tmp_path):
    newest = max(tmp_path.glob("*.json"))
    newest.write_text(text)
    with pytest.warns(UserWarning, match=f"{newest.name} is left out"):
        assert_same_end(one, finished(tmp_path))


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("step", -1),
        ("step", True),
        ("step", 1.5),
        ("epoch", None),
        ("images", "4"),
        ("rows", -1),
        ("order", [1.5]),
        ("terms", {"a": ["b", None, 1.0]}),
        ("seconds", None),
        ("seconds", float("inf")),
        ("shapes", None),
        ("callbacks", []),
        ("sha256", 7),
        ("name", "step_000000001"),
    ],
)
def test_every_field_is_validated_although_the_hash_is_right(name, value, tmp_path):
    newest = max(tmp_path.glob("*.json"))
    manifest = json.loads(newest.read_text())
    del manifest["digest"]
    manifests.write(newest, {**manifest, name: value})
    with pytest.raises(ValueError, match=f"something else under .*{name}"):
        manifests.read(newest)


# What other callbacks remember.


class Scores:
    """Scores that are given, one a measurement."""

    def __init__(self, *values):
        self.left = list(values)

    def __call__(self, model):
        return {"quality": self.left.pop(0)}


def test_the_best_model_of_before_is_kept(tmp_path):
    def evaluate(*values):
        best = tmp_path / "best.keras"
        scores = Scores(*values)
        return Evaluate(scores, better="higher", best=best, patience=3)

    fit = {"epochs": 6, "batch_size": 4}
    one = evaluate(0.5, 0.9, 0.6, 0.7, 0.1, 0.1)
    vanilla_gan().fit(IMAGES, callbacks=[one], verbose=0, **fit)
    interrupted_run(tmp_path / "run", IMAGES, 14, more=[evaluate(0.5, 0.9)], **fit)
    best = (tmp_path / "best.keras").read_bytes()
    two = evaluate(0.6, 0.7, 0.1, 0.1)
    resumed_run(tmp_path / "run", IMAGES, more=[two], **fit)
    assert (two.best_epoch, two.best_score) == (2, 0.9) == (one.best_epoch, 0.9)
    assert two.history == one.history and two.stopped_epoch == one.stopped_epoch == 5
    assert (tmp_path / "best.keras").read_bytes() == best
    # And it stays stopped.
    again, checkpoint = resumed_run(tmp_path / "run", IMAGES, [evaluate()], **fit)
    assert int(again.generator_optimizer.iterations) == 30


@pytest.mark.parametrize("after", [6, 8])
def test_keras_callbacks_go_on(after, tmp_path):
    def callbacks():
        return [
            keras.callbacks.LearningRateScheduler(lambda epoch, rate: 0.5 * rate),
            # It counts, but never stops before the last epoch.
            keras.callbacks.EarlyStopping("generator_loss", patience=3, mode="max"),
        ]

    def make():
        model = vanilla_gan(
            generator_optimizer=keras.optimizers.Adam(1e-3),
            discriminator_optimizer=keras.optimizers.Adam(1e-3),
        )
        return model

    fit = {"epochs": 4, "batch_size": 4, "verbose": 0}
    one, stopping = make(), callbacks()
    one.fit(IMAGES, callbacks=stopping, **fit)
    checkpoint = Checkpoint(tmp_path, every=1)
    with pytest.raises(InterruptedError):
        make().fit(IMAGES, callbacks=[*callbacks(), checkpoint, Crash(after)], **fit)
    two, resumed = make(), callbacks()
    two.fit(IMAGES, callbacks=[*resumed, Checkpoint(tmp_path)], **fit)
    assert_same_end(one, two)
    rate = float(two.generator_optimizer.learning_rate)
    assert rate == pytest.approx(1e-3 / 2**4)
    for name in ("best", "wait", "best_epoch", "stopped_epoch"):
        assert getattr(stopping[1], name) == pytest.approx(getattr(resumed[1], name))


def test_callbacks_that_cannot_go_on_are_named(tmp_path, capsys):
    class Counting(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.epochs = 0

        def on_epoch_end(self, epoch, logs=None):
            self.epochs += 1

    class Remembering(Counting):
        def get_state(self):
            return self.epochs

        def set_state(self, state):
            self.epochs = state

    fit = {"epochs": 3, "batch_size": 4}
    more = [Counting(), Remembering()]
    interrupted_run(tmp_path, IMAGES, 14, more=more, **fit)
    capsys.readouterr()
    more = [Counting(), Remembering()]
    resumed_run(tmp_path, IMAGES, more=more, **fit)
    said = capsys.readouterr().out
    assert "goes on after step 14 of" in said
    assert "These callbacks remember nothing: Counting." in said
    assert [callback.epochs for callback in more] == [1, 3]


@pytest.mark.parametrize("rate", [1e-3, 2e-4])
def test_a_learning_rate_other_than_the_chosen_one_is_named(rate, tmp_path, capsys):
    def fit(rate):
        adam = keras.optimizers.Adam(rate, beta_1=0.5)
        model = vanilla_gan(discriminator_optimizer=adam)
        model.fit(IMAGES, callbacks=[Checkpoint(tmp_path)], **FIT)
        return float(adam.learning_rate)

    fit(2e-4)
    capsys.readouterr()
    assert fit(rate) == pytest.approx(2e-4)
    words = "Learning rates are those of the checkpoint, discriminator 0.0002, not"
    assert (words in capsys.readouterr().out) == (rate != 2e-4)


# What is left of a run that ended early.


def test_nothing_stays_armed_after_an_exception(tmp_path):
    handler = signal.getsignal(signal.SIGTERM)
    checkpoint = Checkpoint(tmp_path, every=1)
    model = vanilla_gan()
    with pytest.raises(InterruptedError):
        model.fit(IMAGES, callbacks=[checkpoint, Crash(9)], **FIT)
    assert signal.getsignal(signal.SIGTERM) == handler
    # A resumed run that breaks while it drops batches.
    with pytest.raises(InterruptedError):
        model.fit(IMAGES, callbacks=[checkpoint, Crash(1)], **FIT)
    steps = int(model.generator_optimizer.iterations)
    model.fit(IMAGES, batch_size=4, verbose=0)
    assert int(model.generator_optimizer.iterations) == steps + 6
    assert signal.getsignal(signal.SIGTERM) == handler


def test_data_that_are_refused_are_what_the_error_is_about(tmp_path):
    bad = IMAGES[..., 0]  # without channels
    with pytest.raises(ValueError, match="channel axis"):
        vanilla_gan().fit(bad, callbacks=[Checkpoint(tmp_path)], **FIT)


@pytest.mark.parametrize("heard", [signal.SIG_IGN, lambda number, frame: None])
def test_a_process_that_lives_on_after_sigterm_saves_once(heard, tmp_path):
    class Terminated(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 1:
                os.kill(os.getpid(), signal.SIGTERM)

        def on_train_batch_end(self, batch, logs=None):
            files.append(len(list(tmp_path.glob("*.json"))))

    files = []
    before = signal.signal(signal.SIGTERM, heard)
    try:
        fit = {"epochs": 1, "batch_size": 4, "verbose": 0}
        vanilla_gan().fit(IMAGES, callbacks=[Terminated(), Checkpoint(tmp_path)], **fit)
        assert signal.getsignal(signal.SIGTERM) == heard
    finally:
        signal.signal(signal.SIGTERM, before)
    saved = 0 if heard == signal.SIG_IGN else 1
    assert files == [0, 0, *[saved] * 4]


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
