"""Ctrl-C, errors and threads: the model survives, then saves, samples and trains."""

import contextlib
import os
import random
import signal
import threading
import time

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from tests.contract import random_images, small_srgan, values_of

pytestmark = [
    # A signal may come within a destructor or a callback of the garbage collector,
    # which Python cannot raise from.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    # While it compares the structures of inputs, Keras takes any exception, so also
    # KeyboardInterrupt, for a difference, warns and goes on.
    pytest.mark.filterwarnings("ignore:The structure of `inputs`:UserWarning"),
]

IMAGES = random_images(64, (16, 16, 3))
PHOTO = random_images(1, (60, 60, 3))[0]


def latent():
    model = kgz.DCGAN((16, 16, 3), latent_dim=8, base_channels=4, seed=0)
    model.compile(ema=0.9)
    model.fit(IMAGES, batch_size=8, verbose=0)
    return model


def enlarging():
    model = small_srgan()
    model.fit(IMAGES, batch_size=8, verbose=0)
    return model


# While TensorFlow traces, its C++ code makes errors of its own of an interrupt.
INTERRUPTS = (
    (KeyboardInterrupt, SystemError, TypeError)
    if keras.backend.backend() == "tensorflow"
    else KeyboardInterrupt
)

# What is interrupted, over and over, and of which model.
WORK = {
    "generate": (latent, lambda model: model.generate(256, batch_size=8)),
    "predict": (latent, lambda model: model.predict(model.latents(64), batch_size=8)),
    "upscale": (enlarging, lambda model: model.upscale(PHOTO, tile=24)),
    "fit": (latent, lambda model: model.fit(IMAGES, batch_size=8, verbose=0)),
}


def use(model, folder):
    """Does what must still work: all of it, on numbers that are finite."""
    for variable in [*model.variables, *model.optimizer.variables]:
        assert np.isfinite(values_of([variable])[0]).all(), variable.path
    model.save(folder / "model.keras")
    copy = keras.saving.load_model(folder / "model.keras")
    for each in (model, copy):
        if hasattr(each, "generate"):
            assert each.generate(4, seed=0).std() > 0
        else:
            assert each.upscale(PHOTO, tile=24).shape == (120, 120, 3)
        each.fit(IMAGES[:16], batch_size=8, verbose=0)


@contextlib.contextmanager
def interrupt_after(seconds):
    """Sends SIGINT after so long, and expects the KeyboardInterrupt that it makes."""
    sent, over = threading.Event(), threading.Event()

    def send():
        delay = seconds
        while not over.wait(delay):
            sent.set()
            os.kill(os.getpid(), signal.SIGINT)
            delay = 10.0  # then once more, should it be lost on the way

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    except INTERRUPTS:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if not sent.is_set():
            raise
    else:
        raise AssertionError("nothing interrupted it")
    finally:
        over.set()
        thread.join()
        signal.signal(signal.SIGINT, before)


def interrupt(name, model, seconds):
    """Has some work done again and again until it is interrupted."""
    _, work = WORK[name]
    with interrupt_after(seconds):
        while True:
            work(model)


@pytest.mark.parametrize("name", WORK)
def test_a_model_survives_an_interrupt(name, tmp_path):
    make, _ = WORK[name]
    model = make()
    for seconds in (0.05, 0.2):
        interrupt(name, model, seconds)
        use(model, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("name", WORK)
def test_fifty_interrupts_at_random_moments(name, tmp_path):
    make, _ = WORK[name]
    model = make()
    survived = 0
    for _ in range(50):
        interrupt(name, model, 0.01 + 0.5 * random.random())
        use(model, tmp_path)
        survived += 1
    print(f"{name}: {survived} of 50")


class Broken(Exception):
    """What the tests below raise in the midst of a run."""


def break_off(*args, **kwargs):
    raise Broken


class BreaksAt(keras.callbacks.Callback):
    """Raises when one of its hooks is called for the second time."""

    def __init__(self, hook):
        super().__init__()
        self.calls = 0
        setattr(self, hook, self.count)

    def count(self, *args, **kwargs):
        self.calls += 1
        if self.calls == 2:
            raise Broken


def breaking_data():
    yield (IMAGES[:8],)
    yield (IMAGES[8:16],)
    yield (IMAGES[16:24],)
    raise Broken


def break_in_callback(hook):
    def run(model):
        fit = {"batch_size": 8, "epochs": 3, "verbose": 0}
        model.fit(IMAGES, callbacks=[BreaksAt(hook)], **fit)

    return run


def break_in_data(model):
    model.fit(breaking_data(), steps_per_epoch=8, verbose=0)


def break_in_loss(model):
    model.compile(augment=break_off)
    try:
        model.fit(IMAGES, batch_size=8, verbose=0)
    finally:
        model.compile()


def break_by_shape(model):
    model.fit(IMAGES[:, :8], batch_size=8, verbose=0)


ENDS = {
    **{
        hook: break_in_callback(hook)
        for hook in (
            "on_train_batch_begin",
            "on_train_batch_end",
            "on_epoch_begin",
            "on_epoch_end",
        )
    },
    "data": break_in_data,
    "loss": break_in_loss,
    "shape": break_by_shape,
}


@pytest.mark.parametrize("end", ENDS)
def test_a_model_survives_a_fit_that_ends_early(end, tmp_path):
    model = latent()  # which is trained: a second fit's first step breaks
    before = values_of(model.generator.weights)
    with pytest.raises(Exception) as info:
        ENDS[end](model)
    assert isinstance(info.value, Broken | ValueError) or "Broken" in str(info.value)
    if end in ("loss", "shape"):  # before any step
        for old, new in zip(before, values_of(model.generator.weights), strict=True):
            np.testing.assert_array_equal(old, new)
    use(model, tmp_path)


def test_eight_threads_generate_what_one_does():
    model = latent()
    expected = [model.generate(12, seed=seed, batch_size=5) for seed in range(8)]
    fresh = kgz.DCGAN(
        (16, 16, 3), latent_dim=8, base_channels=4, seed=0
    )  # compiles anew
    fresh.compile(ema=0.9)
    fresh.build_training_state()
    fresh.set_weights(model.get_weights())
    received = {}

    def work(seed):
        received[seed] = fresh.generate(12, seed=seed, batch_size=5)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seed, images in enumerate(expected):
        np.testing.assert_array_equal(received[seed], images)


def test_threads_sample_while_the_model_trains():
    model, images, errors = latent(), [], []
    over = threading.Event()

    def sample():
        try:
            while not over.is_set():
                images.append(model.generate(4, seed=0))
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        model.fit(IMAGES, batch_size=8, epochs=5, verbose=0)
        while len(images) < 2 and not errors:
            time.sleep(0.01)
    finally:
        over.set()
        thread.join()
    assert not errors
    assert all(len(batch) == 4 and batch.std() > 0 for batch in images)


def test_samples_within_an_epoch_are_those_of_the_weights_at_that_step():
    model, seen = latent(), []

    def look(batch, logs):
        seen.append((model.generate(2, seed=0), values_of(model.sampler.weights)))

    watch = keras.callbacks.LambdaCallback(on_train_batch_end=look)
    model.fit(IMAGES[:24], batch_size=8, callbacks=[watch], verbose=0)
    assert len(seen) == 3
    for images, weights in seen:
        copy = kgz.DCGAN((16, 16, 3), latent_dim=8, base_channels=4)
        copy.generator.set_weights(weights)
        np.testing.assert_array_equal(copy.generate(2, seed=0), images)
    firsts = [weights[0] for _, weights in seen]
    assert np.abs(firsts[0] - firsts[2]).max() > 0


def test_what_a_callback_sets_within_an_epoch_is_trained_with():
    model = latent()

    def stop_learning(batch, logs):
        for optimizer in model.optimizer.optimizers:
            optimizer.learning_rate = 0.0
        self_before.extend(values_of(model.generator.trainable_variables))

    self_before = []
    watch = keras.callbacks.LambdaCallback(on_train_batch_begin=stop_learning)
    model.fit(IMAGES[:16], batch_size=8, callbacks=[watch], verbose=0)
    number = len(model.generator.trainable_variables)
    after = values_of(model.generator.trainable_variables)
    for old, new in zip(self_before[:number], after, strict=True):
        np.testing.assert_array_equal(old, new)


def test_sampling_leaves_no_trace_in_the_networks_state():
    model = latent()
    before = values_of(model.variables)
    model.generate(9, batch_size=4)
    model.predict(model.latents(5))
    for old, new in zip(before, values_of(model.variables), strict=True):
        np.testing.assert_array_equal(old, new)
    total = ops.convert_to_numpy(sum(ops.sum(v) for v in model.trainable_variables))
    assert np.isfinite(total)
