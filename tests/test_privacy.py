"""Differential privacy: what DP-SGD bounds, what it counts, and what it refuses."""

import json

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo import backend
from keras_gan_zoo.privacy import (
    DPSGD,
    epsilon_spent,
    noise_multiplier_for,
    steps_within,
)
from keras_gan_zoo.privacy.dp_sgd import clipping
from keras_gan_zoo.tables import PoissonRows, TableEncoding
from tests.contract import values_of

RANDOM = np.random.default_rng(0)
NUM = 200
TABLE = {
    "kind": RANDOM.choice(["a", "b"], NUM),
    "value": RANDOM.normal(size=NUM).round(2),
}
ALONE = {"pack": 1, "conditional": False, "dropout": 0.0}


def private(privacy, **changes):
    model = kgz.CTGAN(units=(8,), latent_dim=4, seed=0, **{**ALONE, **changes})
    model.compile(privacy=privacy)
    return model


@pytest.fixture(scope="module")
def trained():
    model = private(DPSGD(epsilon=2.0))
    history = model.fit(TABLE, batch_size=50, epochs=2, verbose=0)
    return model, history


def test_the_accounting_is_that_of_the_tutorial_of_its_package():
    # 60,000 images in batches of 64, noise 1.1, 20 epochs: 0.7711 at delta 1e-5.
    assert epsilon_spent(64 / 60_000, 1.1, 18_740, 1e-5) == pytest.approx(0.7711, 1e-3)
    assert epsilon_spent(0.01, 1.0, 0, 1e-5) == 0


def test_noise_and_steps_are_the_inverses_of_what_is_spent():
    noise = noise_multiplier_for(0.01, 500, 2.0, 1e-5)
    assert 1.99 < epsilon_spent(0.01, noise, 500, 1e-5) <= 2
    steps = steps_within(0.01, noise, 2.0, 1e-5)
    assert steps >= 500
    assert epsilon_spent(0.01, noise, steps + 1, 1e-5) > 2


def test_each_example_has_a_gradient_of_its_own():
    layer = keras.layers.Dense(2, use_bias=False)
    layer.build((None, 3))
    rows = RANDOM.normal(size=(4, 3)).astype("float32")
    targets = RANDOM.normal(size=(4, 2)).astype("float32")

    def loss(row, target):
        return ops.sum(ops.square(layer(row[None])[0] - target))

    losses, (slopes,) = backend.per_example_gradients(
        loss,
        layer.trainable_variables,
        tuple(map(ops.convert_to_tensor, (rows, targets))),
    )
    errors = rows @ ops.convert_to_numpy(layer.kernel) - targets
    expected = 2 * rows[:, :, None] * errors[:, None]
    np.testing.assert_allclose(
        ops.convert_to_numpy(losses), (errors**2).sum(1), rtol=1e-5
    )
    np.testing.assert_allclose(ops.convert_to_numpy(slopes), expected, atol=1e-5)


def test_no_row_has_a_gradient_larger_than_the_clip():
    scale = np.array([0.01, 1, 100], "float32")
    parts = [
        RANDOM.normal(size=(3, *shape)).astype("float32") for shape in [(4, 2), (5,)]
    ]
    parts = [part * scale.reshape(-1, *[1] * (part.ndim - 1)) for part in parts]
    factors = ops.convert_to_numpy(
        clipping([ops.convert_to_tensor(p) for p in parts], 0.5)
    )
    flat = np.concatenate([part.reshape(3, -1) for part in parts], 1)
    norms = np.linalg.norm(flat * factors[:, None], axis=1)
    assert factors[0] == 1  # a small one stays
    np.testing.assert_allclose(norms[1:], 0.5, rtol=1e-5)


def test_the_gradient_is_the_mean_of_clipped_ones_with_noise():
    privacy = DPSGD(1.0, clip=0.1)
    layer = keras.layers.Dense(3, use_bias=False)
    layer.build((None, 500))
    rows = RANDOM.normal(size=(6, 500)).astype("float32")
    takes_part = np.array([1, 1, 1, 0, 0, 0], "float32")
    seed = keras.random.SeedGenerator(0)

    def gradient(rows, takes_part, noise):
        _, (slope,) = privacy.private_gradients(
            lambda row: ops.sum(layer(row[None])),
            layer.trainable_variables,
            (ops.convert_to_tensor(rows),),
            ops.convert_to_tensor(takes_part),
            4.0,
            noise,
            seed,
        )
        return ops.convert_to_numpy(slope)

    noise = gradient(rows, 0 * takes_part, 2.0)
    # 2.0 times 0.1 by 4 rows, of 1,500 numbers.
    assert noise.std() == pytest.approx(0.05, rel=0.1)
    assert abs(noise.mean()) < 0.006
    cut = 0.1 * rows[:3] / np.linalg.norm(rows[:3], axis=1, keepdims=True) / 3**0.5
    expected = np.repeat(cut.sum(0)[:, None] / 4, 3, axis=1)
    np.testing.assert_allclose(gradient(rows, takes_part, 0.0), expected, atol=1e-6)


def test_rows_take_part_by_chance():
    encoding = TableEncoding.of(TABLE)
    rows = encoding.table.rows_of(TABLE)
    data = PoissonRows(encoding, rows, batch_size=50, seed=0)
    sizes = []
    for _ in range(50):
        for i in range(len(data)):
            (batch,) = data[i]
            there = batch.any(axis=1)
            assert there[: there.sum()].all()  # zeros stand at the end
            sizes.append(there.sum())
        data.on_epoch_end()
    assert len(batch) == data.most
    assert np.mean(sizes) == pytest.approx(50, abs=1.5)
    assert np.var(sizes) == pytest.approx(200 * 0.25 * 0.75, rel=0.3)


def test_the_budget_is_spent_and_no_more(trained):
    model, history = trained
    spent = model.privacy_spent
    assert spent["steps"] == 8
    assert 1.9 < spent["epsilon"] <= 2
    assert history.history["epsilon"][-1] == pytest.approx(spent["epsilon"])
    before = values_of(model.generator.trainable_variables)
    with pytest.raises(ValueError, match="budget of privacy is spent: 8 steps"):
        model.fit(TABLE, batch_size=50, verbose=0)
    after = values_of(model.generator.trainable_variables)
    np.testing.assert_array_equal(before[0], after[0])


@pytest.mark.compiles_long
def test_training_stops_where_the_budget_ends():
    noise = noise_multiplier_for(0.25, 6, 2.0, 1e-5)
    most = steps_within(0.25, noise, 2.0, 1e-5)
    model = private(DPSGD(epsilon=2.0, noise_multiplier=noise))
    model.fit(TABLE, batch_size=50, epochs=5, verbose=0)
    assert model.privacy_spent["steps"] == most < 20


def test_a_file_knows_what_was_spent(trained, tmp_path):
    model, _ = trained
    model.save(tmp_path / "model.keras")
    copy = keras.saving.load_model(tmp_path / "model.keras")
    assert copy.privacy_spent == model.privacy_spent
    made = [each.generate(5, seed=0) for each in (model, copy)]
    np.testing.assert_array_equal(made[0]["value"], made[1]["value"])


def test_rows_are_made_as_without_privacy(trained):
    rows = trained[0].generate(20, conditions={"kind": "b"}, seed=0)
    assert set(rows["kind"]) == {"b"}
    assert rows["value"].min() >= TABLE["value"].min()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pack": 10}, r"CTGAN\(pack=1, conditional=False.*pack=10"),
        ({"conditional": True}, "conditional=True"),
        ({"dropout": 0.5}, "judges each row by itself.*dropout"),
    ],
)
def test_what_lets_rows_meet_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        private(DPSGD(epsilon=1.0), **changes).fit(TABLE, batch_size=50, verbose=0)


def test_penalties_are_refused():
    model = kgz.CTGAN(**ALONE)
    with pytest.raises(ValueError, match=r"penalties \['gradient_penalty'\]"):
        model.compile(privacy=DPSGD(1.0), regularizers="gradient_penalty")


@pytest.mark.compiles_long
def test_privacy_cannot_come_later():
    model = kgz.CTGAN(units=(8,), latent_dim=4, seed=0, **ALONE)
    model.fit(TABLE, batch_size=50, verbose=0)
    with pytest.raises(ValueError, match="trained already"):
        model.compile(privacy=DPSGD(epsilon=1.0))


@pytest.mark.parametrize(
    "arguments",
    [{"epsilon": 0}, {"epsilon": 1, "delta": 1.5}, {"epsilon": 1, "clip": 0}],
)
def test_budgets_out_of_range_are_refused(arguments):
    with pytest.raises(ValueError, match="numbers above 0, and delta below 1"):
        DPSGD(**arguments)


def test_a_run_that_failed_has_spent_nothing():
    model = private(DPSGD(epsilon=1.0))
    with pytest.raises(ValueError, match="kind"):
        model.fit({**TABLE, "kind": [("a",)] * NUM}, batch_size=50, verbose=0)
    model.fit(TABLE, batch_size=20, verbose=0)
    assert model.privacy_spent["batch_size"] == 20


def test_a_run_goes_on_with_its_noise_and_its_batches(trained, tmp_path):
    model, _ = trained
    model.save(tmp_path / "model.keras")
    copy = keras.saving.load_model(tmp_path / "model.keras")
    copy.private_steps.assign(4)  # half of the budget
    with pytest.raises(ValueError, match="batches of 20 of 200 rows, and 50 of 200"):
        copy.fit(TABLE, batch_size=20, verbose=0)
    noise = copy.privacy_spent["noise_multiplier"]
    copy.fit(TABLE, batch_size=50, epochs=9, verbose=0)
    assert copy.privacy_spent["noise_multiplier"] == noise
    assert copy.privacy_spent["steps"] == 8


def test_single_batches_are_refused():
    with pytest.raises(ValueError, match="in place of train_on_batch"):
        private(DPSGD(epsilon=1.0)).train_on_batch(np.zeros((4, 5), "float32"))


def test_a_batch_larger_than_the_table_is_refused():
    with pytest.raises(ValueError, match="300 rows is larger than the table"):
        private(DPSGD(epsilon=1.0)).fit(TABLE, batch_size=300, verbose=0)


def test_a_preset_says_what_was_spent(trained, tmp_path):
    model, _ = trained
    model.save_to_preset(tmp_path / "preset", samples=False)
    record = json.loads((tmp_path / "preset" / "preset.json").read_text())["record"]
    assert record["privacy"] == model.privacy_spent
