"""Evaluate: scores on a schedule, the best model, early stopping, failures."""

import math
import re

import keras
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.callbacks import Evaluate
from keras_gan_zoo.metrics import extractors
from tests.contract import assert_equal_weights, random_images

NAN = math.nan
IMAGES = random_images(16, (8, 8, 1))


def make():
    return kgz.VanillaGAN((8, 8, 1), units=4, discriminator_units=4, latent_dim=4)


def train(model, data, *callbacks, **kwargs):
    kwargs = {"batch_size": 8, "epochs": 2, "verbose": 0, **kwargs}
    return model.fit(data, callbacks=list(callbacks), **kwargs).history


def play(callback, epochs=4):
    """Tells the callback what `fit` would, without training in between."""
    model = make()
    callbacks = keras.callbacks.CallbackList(
        [callback], add_history=True, model=model, epochs=epochs
    )
    model.stop_training = False
    callbacks.on_train_begin()
    for epoch in range(epochs):
        callbacks.on_epoch_end(epoch, {"generator_loss": 1.0})
        if model.stop_training:
            break
    callbacks.on_train_end()
    return model.history.history


def scripted(values):
    """A score that is the next value each time, or raises it if it is an error."""
    values = iter(values)

    def score(model):
        value = next(values)
        if isinstance(value, Exception):
            raise value
        return {"score": value, "twice": 2 * value}

    return score


def test_scores_are_those_of_evaluate_and_reach_history_and_later_callbacks():
    pixels, epochs = extractors.pixels(), []

    def score(model):
        names = ("frechet_distance", "precision")
        return kgz.evaluate(model, IMAGES, names, extractor=pixels, num_samples=16)

    evaluate = Evaluate(score)
    later = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: epochs.append(logs["precision"])
    )
    model = make()
    history = train(model, IMAGES, evaluate, later)
    assert [epoch for epoch, _ in evaluate.history] == [1, 2]
    for name in ("frechet_distance", "precision"):
        expected = [scores[name] for _, scores in evaluate.history]
        assert history[name] == expected
    assert epochs == history["precision"]
    assert evaluate.history[1][1] == score(model)
    assert evaluate.history[1][1].protocol["samples_of"] == "VanillaGAN"
    assert (evaluate.monitor, evaluate.better) == ("frechet_distance", "lower")


def test_a_schedule_ends_with_the_last_epoch():
    evaluate = Evaluate(scripted([1.0, 2.0, 3.0]), every=2, better="lower")
    history = play(evaluate, epochs=5)
    assert [epoch for epoch, _ in evaluate.history] == [2, 4, 5]
    assert history["score"] == [1.0, 2.0, 3.0]
    assert len(history["generator_loss"]) == 5


@pytest.mark.parametrize(
    ("options", "best_epoch", "best_score"),
    [
        ({"better": "lower"}, 3, 1.0),
        ({"better": "higher"}, 2, 5.0),
        ({"better": "higher", "monitor": "twice"}, 2, 10.0),
    ],
)
def test_which_epoch_is_best(options, best_epoch, best_score):
    evaluate = Evaluate(scripted([2.0, 5.0, 1.0, 1.0]), **options)
    play(evaluate)
    assert (evaluate.best_epoch, evaluate.best_score) == (best_epoch, best_score)


def test_the_best_model_is_on_disk_and_comes_back(tmp_path):
    path, weights = tmp_path / "new" / "best.keras", []
    keep = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: weights.append(keep.model.get_weights())
    )
    scores = scripted([3.0, 1.0, 2.0, 4.0])
    evaluate = Evaluate(scores, better="lower", best=path, restore_best=True)
    model = make()
    train(model, IMAGES, evaluate, keep, epochs=4)
    assert evaluate.best_epoch == 2
    best, last = (keras.saving.load_model(path) for _ in range(2))
    best.set_weights(weights[1])
    assert_equal_weights(best, last)
    assert_equal_weights(best, model)
    assert list(path.parent.iterdir()) == [path]
    # Optimizers and random state are there as well, so both train on alike.
    assert int(model.optimizer.iterations) == 4
    for one in (model, last):
        train(one, IMAGES, epochs=1, shuffle=False)
    assert_equal_weights(model, last)


def test_a_file_is_replaced_only_by_a_complete_one(tmp_path, monkeypatch):
    path = tmp_path / "best.keras"
    path.write_text("the best so far")

    def interrupted(model, file):
        file.write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setattr(kgz.VanillaGAN, "save", interrupted)
    with pytest.raises(KeyboardInterrupt):
        play(Evaluate(scripted([1.0]), better="lower", best=path))
    assert path.read_text() == "the best so far"
    assert list(tmp_path.iterdir()) == [path]


def test_patience_counts_measurements_in_a_row():
    evaluate = Evaluate(
        scripted([5.0, 6.0, 4.0, 4.0, 7.0, 1.0]), better="lower", patience=2
    )
    history = play(evaluate, epochs=6)
    assert len(history["score"]) == 5
    assert evaluate.best_epoch == 3


def test_each_fit_is_a_run_of_its_own():
    evaluate = Evaluate(scripted([1.0, 9.0, 8.0]), better="lower", patience=2)
    play(evaluate, epochs=1)
    play(evaluate, epochs=2)
    assert [scores["score"] for _, scores in evaluate.history] == [9.0, 8.0]
    assert (evaluate.best_epoch, evaluate.best_score) == (2, 8.0)


def test_a_failure_is_a_warning_and_the_worst_score():
    score = scripted([3.0, ValueError("singular"), 2.0, 1.0])
    evaluate = Evaluate(score, better="lower", patience=2)
    with pytest.warns(UserWarning, match="after epoch 2 failed.*singular.*goes on"):
        history = play(evaluate)
    assert history["score"] == pytest.approx([3, NAN, 2, 1], nan_ok=True)
    assert math.isnan(history["twice"][1])
    assert evaluate.best_epoch == 4


@pytest.mark.parametrize("value", [NAN, math.inf, -math.inf])
def test_no_number_is_never_the_best(value):
    evaluate = Evaluate(
        scripted([value, 2.0, value, value]), better="lower", patience=2
    )
    with pytest.warns(UserWarning, match=f"is {value}, which") as warned:
        play(evaluate)
    messages = " ".join(str(warning.message) for warning in warned)
    assert re.findall(r"after epoch (\d)", messages) == ["1", "3", "4"]
    assert (evaluate.best_epoch, evaluate.best_score) == (2, 2.0)


def test_nothing_to_restore(tmp_path):
    path = tmp_path / "best.keras"
    evaluate = Evaluate(scripted([NAN]), better="lower", best=path, restore_best=True)
    with pytest.warns(UserWarning, match="worse than every number"):
        play(evaluate, epochs=1)
    assert evaluate.best_epoch is None and not path.exists()


def test_a_first_failure_stops_the_run_at_once():
    with pytest.raises(ValueError, match="the set-up is wrong"):
        play(Evaluate(scripted([ValueError("the set-up is wrong")]), better="lower"))


def test_points_are_judged_by_a_function_and_the_progress_bar_shows_it(capsys):
    centers, std = kgz.datasets.RING_CENTERS, kgz.datasets.RING_STD

    def score(model):
        points = model.generate(100, seed=0)
        modes, quality, _ = kgz.metrics.mode_coverage(points, centers, std)
        return {"quality": quality, "modes": modes}

    evaluate = Evaluate(score, better="higher")
    model = kgz.VanillaGAN(units=4, discriminator_units=4, latent_dim=4)
    data = kgz.datasets.load("ring", num_samples=16).images
    history = train(model, data, evaluate, verbose=2)
    assert evaluate.history[1][1] == score(model)
    assert history["modes"][1] == score(model)["modes"]
    assert f"modes: {history['modes'][1]:.4f}" in capsys.readouterr().out


def test_tensorboard_gets_the_scores(tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing import event_accumulator

    play(Evaluate(scripted([3.0, 2.0]), better="lower", tensorboard=tmp_path), epochs=2)
    events = event_accumulator.EventAccumulator(str(tmp_path))
    events.Reload()
    points = [(event.step, event.value) for event in events.Scalars("twice")]
    assert sorted(points) == [(1, 6.0), (2, 4.0)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"score": {"a": 1.0}}, "needs a function of the model.*Received: {'a'"),
        ({"every": 0}, r"every=...\) is a positive integer. Received: 0"),
        ({"every": None}, "Received: None"),
        ({"patience": 1.5}, r"patience=...\) is a positive integer. Received: 1.5"),
        ({"better": "min"}, "Received: 'min'"),
        ({"best": "best.weights.h5"}, "a .keras file.*best='best.weights.h5'"),
        ({"restore_best": True}, "restore_best=True needs one. Received: best=None"),
    ],
)
def test_errors_of_arguments(arguments, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        Evaluate(**{"score": scripted([]), **arguments})


@pytest.mark.parametrize(
    ("scores", "options", "message"),
    [
        (3.0, {}, "a dict of name to float.*Received: 3.0"),
        ({}, {}, "Received: {}"),
        ({"a": (1.0, 2.0)}, {}, "Received: {'a': "),
        ({"a": 1.0}, {"monitor": "b"}, r"monitor='b'.*names \['a'\]"),
        ({"a": 1.0}, {}, "'a' is better. Pass Evaluate.better="),
    ],
)
def test_errors_of_scores(scores, options, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        play(Evaluate(lambda model: scores, **options))
