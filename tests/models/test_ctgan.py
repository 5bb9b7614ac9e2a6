"""CTGAN: the contract, and tables of every kind that come back as they were."""

import datetime
import importlib

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.tables import ConditionalRows, TableEncoding
from keras_gan_zoo.tables.activation import activated
from keras_gan_zoo.tables.modes import Modes
from tests.contract import TableContract, values_of

NUM = 60


def frame(num=NUM, seed=0):
    """Columns of each kind, some of them with missing values."""
    random = np.random.default_rng(seed)
    size = random.choice(["S", "M", "L"], num, p=[0.6, 0.3, 0.1])
    days = np.datetime64("2024-02-28") + random.integers(0, 5, num)
    rated = [None if x < 0.2 else bool(x > 0.5) for x in random.random(num)]
    weight = random.normal(50, 5, num).round(2)
    weight[::7] = np.nan
    return {
        "size": size,
        "price": random.choice([10.0, 500.0], num) + random.normal(0, 1, num).round(1),
        "stock": random.integers(-3, 40, num).astype("int32"),
        "day": days.astype("datetime64[us]"),
        "rated": rated,
        "weight": weight.astype("float32"),
        "empty": np.full(num, np.nan),
    }


ENCODING = TableEncoding.of(frame())


@pytest.mark.compiles_long
class TestCTGAN(TableContract):
    model_class = kgz.CTGAN
    table = frame()
    arguments = {"encoding": ENCODING, "units": (8,), "latent_dim": 4, "pack": 2}
    image_shape = (ENCODING.width,)
    compiled = {"ema": 0.9}

    def data(self, num=16):
        """Rows as `fit` makes them, and categories."""
        return ConditionalRows(ENCODING, ENCODING.table.rows_of(frame()), num, 0)[0]

    def test_the_critic_sees_packs_of_rows(self, fitted):
        model, _ = fitted
        width, categories = ENCODING.width, ENCODING.num_conditions
        assert model.discriminator.input_shape == [(None, 2 * width), (None, 2)]
        dense = next(x for x in model.discriminator.layers if hasattr(x, "kernel"))
        assert dense.kernel.shape[0] == 2 * (width + categories)
        with pytest.raises(ValueError, match="multiple of pack, 2.*batch_size=15"):
            model.fit(frame(), batch_size=15, verbose=0)

    def test_a_category_that_was_asked_for_is_learned(self):
        random = np.random.default_rng(0)
        table = {"colour": random.choice(["red", "green", "blue"], 400)}
        model = kgz.CTGAN(units=(32,), latent_dim=4, seed=0)
        model.compile(generator_optimizer=keras.optimizers.Adam(1e-2, beta_1=0.5))
        model.fit(table, batch_size=100, epochs=40, verbose=0)
        for place, colour in enumerate(["blue", "green", "red"]):
            categories = np.full(200, place, "int32")
            scores = model.sampler.predict(
                [model.latents(200, seed=0), categories], verbose=0
            )
            rows = model.encoding.draw(scores, np.random.RandomState(0))
            assert (rows[:, 0] == place).mean() >= 0.99
            made = model.generate(20, conditions={"colour": colour}, seed=0)
            assert set(made["colour"].tolist()) == {colour}

    def test_the_condition_loss_is_a_cross_entropy_worked_out_by_hand(self):
        model = self.make()
        model.compile()
        rows, categories = self.data(4)
        batch = model.prepare(rows, categories)
        scores = np.random.RandomState(0).randn(4, ENCODING.width).astype("float32")
        losses = []
        for category, row in zip(categories, scores, strict=True):
            for choice in ENCODING.conditions:
                if category < choice.size:
                    own = np.exp(row[choice.place])
                    losses.append(-np.log(own[category] / own.sum()))
                    break
                category -= choice.size
        computed = float(model.condition_loss(batch, ops.convert_to_tensor(scores)))
        assert computed == pytest.approx(np.mean(losses), rel=1e-5)

    def test_activations_are_bounded_and_nearly_choices(self):
        scores = np.random.RandomState(0).randn(50, ENCODING.width) * 5
        model = self.make()
        rows = values_of(
            [activated(ENCODING, ops.cast(scores, "float32"), model.seed_generator)]
        )[0]
        for choice in ENCODING.choices:
            np.testing.assert_allclose(rows[:, choice.place].sum(1), 1, rtol=1e-4)
        expected = np.tanh(scores[:, ENCODING.scalars])
        np.testing.assert_allclose(rows[:, ENCODING.scalars], expected, atol=1e-5)

    def test_a_table_of_numbers_alone_needs_no_categories(self):
        table = {"x": np.random.RandomState(0).randn(40), "y": np.arange(40)}
        model = kgz.CTGAN(units=(8,), latent_dim=4, seed=0)
        model.fit(table, batch_size=20, verbose=0)
        made = model.generate(7, seed=0)
        assert made["y"].dtype == table["y"].dtype and made["x"].shape == (7,)
        assert "condition_loss" not in model.terms.phases

    def test_the_same_seed_means_the_same_rows_whatever_the_batches(self, fitted):
        model, _ = fitted
        rows = [model.generate(30, seed=3, batch_size=b) for b in (30, 7)]
        one, two = (model.encoding.table.rows_of(x) for x in rows)
        # Rounding may move a number by a last digit.
        np.testing.assert_allclose(one, two, rtol=1e-4, atol=0.011)
        other = model.encoding.table.rows_of(model.generate(30, seed=4))
        assert not np.allclose(one, other, equal_nan=True)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"num": 3, "conditions": {"size": "XL"}}, "no rows where 'size' is 'XL'"),
            ({"num": 3, "conditions": {"price": 10}}, "no rows where 'price' is 10"),
            ({"num": 3, "unique": ["colour"]}, r"no columns \['colour'\]"),
            ({"num": 3, "labels": [1, 2, 3]}, "takes no labels"),
            ({"num": 0}, "num"),
            ({"num": 2, "where": lambda rows: rows["price"] > 1e9}, "only 0 are as"),
            ({"num": 2, "where": lambda rows: None}, "booleans .*shape \\(\\)"),
            ({"num": 2, "where": lambda rows: np.ones(5, bool)}, r"shape \(5,\)"),
            ({"num": 2, "conditions": {"size": ["S", "M"]}}, "no rows where 'size'"),
            ({"num": 2, "conditions": ["size"]}, "dict of column to the value"),
            ({"num": 9, "unique": ["size"]}, "only 3 are as asked for"),
        ],
    )
    def test_what_cannot_be_made_is_refused(self, arguments, message, fitted):
        with pytest.raises(ValueError, match=message):
            fitted[0].generate(seed=0, **arguments)

    def test_rows_may_be_asked_for(self, fitted):
        model, _ = fitted
        asked = {"size": "L", "rated": None}
        rows = model.generate(
            5, conditions=asked, where=lambda rows: rows["stock"] > 0, seed=0
        )
        assert rows["rated"] == [None] * 5 and set(rows["size"]) == {"L"}
        assert min(rows["stock"]) > 0
        unrated = model.generate(5, conditions={"rated": np.nan}, seed=0)
        assert unrated["rated"] == [None] * 5
        days = model.generate(4, unique="day", seed=0)["day"]
        assert len(set(days.tolist())) == 4

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (np.zeros((4, 2)), "pandas or polars DataFrame.*ndarray"),
            ({"a": []}, "no rows"),
            ({"a": [1, "x"]}, "'a' must hold numbers, dates, or text"),
            ({}, "columns"),
        ],
    )
    def test_what_is_no_table_is_refused(self, data, message):
        model = kgz.CTGAN(units=(8,), pack=2)
        with pytest.raises(ValueError, match="multiple of pack"):
            model.fit({"other": [1.0, 2.0]}, batch_size=3, verbose=0)
        with pytest.raises(ValueError, match=message):
            model.fit(data, batch_size=4, verbose=0)
        with pytest.raises(ValueError, match="no arguments|validation_split"):
            model.fit({"other": [1.0] * 20}, batch_size=20, validation_split=0.5)
        model.fit(frame(), batch_size=20, verbose=0)  # it is still open


def test_normalization_by_modes_is_inverted_to_1e_6():
    random = np.random.default_rng(0)
    numbers = np.concatenate([random.normal(-4, 0.1, 500), random.normal(900, 40, 500)])
    modes = Modes.of(numbers)
    scaled, chosen = modes.encode(numbers, random)
    inside = np.abs(scaled) < 1
    assert inside.mean() > 0.999 and 2 <= len(modes) <= 10
    back = modes.decode(scaled, chosen)
    np.testing.assert_allclose(back[inside], numbers[inside], rtol=1e-6)
    # A number belongs to the bell that it is in.
    assert (np.array(modes.means)[chosen[:500]] < 100).all()


def test_rows_come_back_from_their_encoding():
    table = ENCODING.table
    rows = table.rows_of(frame())
    encoded = ENCODING.encode(rows, np.random.default_rng(0))
    assert encoded.shape == (NUM, ENCODING.width) and np.abs(encoded).max() <= 1
    for choice in ENCODING.choices:
        np.testing.assert_array_equal(encoded[:, choice.place].sum(axis=1), 1)
    back = ENCODING.decode(encoded, np.random.default_rng(0))
    day = list(frame()).index("day")
    np.testing.assert_allclose(back[:, day], rows[:, day], rtol=0, atol=3.6e9)
    others = [i for i in range(rows.shape[1]) if i != day]
    np.testing.assert_allclose(back[:, others], rows[:, others], atol=1e-4)
    copy = TableEncoding.from_dict(ENCODING.to_dict())
    assert copy.to_dict() == ENCODING.to_dict() and copy.parts == ENCODING.parts


def test_rare_categories_share_a_place_and_come_as_often_as_they_did():
    names = [f"id{i:04}" for i in range(900)]
    values = names[:400] * 3 + names[400:]
    encoding = TableEncoding.of({"id": values})
    (part,) = encoding.parts
    assert part.size == encoding.num_conditions == 500
    assert [len(group) for group in part.places] == [1] * 499 + [401]
    places = np.full(4_000, 499)
    made = part.decode(places, np.random.RandomState(0))
    assert len(np.unique(made)) > 390 and made.min() >= 399


def test_training_by_sampling_draws_columns_alike_and_rare_categories_often():
    num = 1_000
    table = {"a": ["x"] * 990 + ["y"] * 10, "b": [False, True] * 500}
    encoding = TableEncoding.of(table)
    rows = encoding.table.rows_of(table)
    encoded, categories = ConditionalRows(encoding, rows, 10 * num, seed=0)[0]
    shares = np.bincount(categories, minlength=4) / len(categories)
    logs = np.log([991, 11])
    np.testing.assert_allclose(shares[:2], logs / logs.sum() / 2, atol=0.02)
    np.testing.assert_allclose(shares[2:], 0.25, atol=0.02)
    # The row has the category that it was drawn for.
    assert (encoded[np.arange(len(encoded)), categories] == 1).all()


def test_dicts_come_back_with_their_dtypes():
    table = frame()
    made = kgz.CTGAN(ENCODING, units=(8,), seed=0).generate(25, seed=0)
    assert list(made) == list(table)
    for name, values in table.items():
        assert type(made[name]) is type(values)
        assert getattr(made[name], "dtype", None) == getattr(values, "dtype", None)
    assert set(made["size"]) <= {"S", "M", "L"}
    assert -3 <= made["stock"].min() and made["stock"].max() < 40
    np.testing.assert_array_equal(made["price"], made["price"].round(1))
    days = made["day"].astype(datetime.datetime)
    assert datetime.datetime(2024, 2, 28) <= min(days) <= max(days)
    assert np.isnan(made["empty"]).all()


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames_come_back_as_they_were(library):
    frames = importlib.import_module(library)
    data = frames.DataFrame({**frame(), "empty": [1.5] * NUM})
    if library == "pandas":
        data["size"] = data["size"].astype("category")
        data["rated"] = data["rated"].astype("boolean")
    model = kgz.CTGAN(units=(8,), latent_dim=4, seed=0, pack=2)
    model.fit(data, batch_size=20, verbose=0)
    made = model.generate(30, seed=0)
    assert isinstance(made, frames.DataFrame)
    assert list(made.columns) == list(data.columns) and len(made) == 30
    assert list(made.dtypes) == list(data.dtypes)
