"""Tables of every kind, which come back as they were or are refused in words."""

import datetime
import importlib
import json
import zoneinfo

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.tables import TableEncoding

NUM = 60
DAYS = [datetime.datetime(2024, 1, 1) + datetime.timedelta(i) for i in range(NUM)]
RANDOM = np.random.default_rng(0)


def made_again(table):
    """What comes of a table by way of an encoding that was in a file."""
    encoding = TableEncoding.of(table)
    encoded = encoding.encode(encoding.rows_of(table), np.random.default_rng(0))
    encoding = TableEncoding.from_dict(json.loads(json.dumps(encoding.to_dict())))
    return encoding.frames.make(encoding.decode(encoded, np.random.RandomState(0)))


def test_frames_of_pandas_keep_their_dtypes_and_values():
    pandas = importlib.import_module("pandas")
    days = pandas.Series(DAYS)
    table = pandas.DataFrame(
        {
            "day": days,
            "utc": days.dt.tz_localize("UTC"),
            "berlin": days.dt.tz_localize("Europe/Berlin"),
            "arrow": days.astype("timestamp[us, tz=UTC][pyarrow]"),
            "zip": pandas.Categorical(RANDOM.choice([10115, 20095], NUM)),
            "size": pandas.Categorical(["S", "M"] * 30, ["S", "M", "L"], ordered=True),
            "none": pandas.Categorical([None] * NUM, ["S"]),
            1: RANDOM.integers(0, 5, NUM),
            ("a", "b"): ["x", "y"] * 30,
        }
    )
    pandas.testing.assert_frame_equal(made_again(table), table)


def test_frames_of_polars_keep_their_dtypes_and_values():
    polars = importlib.import_module("polars")
    table = polars.DataFrame(
        {
            "day": [day.date() for day in DAYS],
            "berlin": polars.Series(DAYS).dt.replace_time_zone("Europe/Berlin"),
            "exact": polars.Series(DAYS).cast(polars.Datetime("ns")),
            "size": polars.Series(["S", "M"] * 30, dtype=polars.Enum(["S", "M", "L"])),
            "kind": polars.Series(["x", "y"] * 30, dtype=polars.Categorical),
            "count": [1, None] * 30,
        }
    )
    assert made_again(table).equals(table)
    with pytest.raises(ValueError, match="Received: LazyFrame"):
        TableEncoding.of(table.lazy())


@pytest.mark.parametrize(
    ("column", "unit"), [("M8[D]", "D"), ("M8[h]", "h"), ("M8[us]", "us")]
)
def test_dates_are_as_exact_as_they_were(column, unit):
    dates = np.array(DAYS, "M8[us]").astype(column)
    dates += np.arange(NUM).astype(column.replace("M8", "m8"))
    encoding = TableEncoding.of({"date": dates})
    assert encoding.table.columns[0].unit == unit
    made = made_again({"date": dates})["date"]
    assert made.dtype == dates.dtype
    # Encoded rows are float32, with seven digits of a mode.
    assert (abs(made - dates) < np.timedelta64(1, "s")).all()


def test_dates_of_a_zone_are_those_of_utc():
    berlin = [day.replace(tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")) for day in DAYS]
    made = made_again({"date": berlin})["date"]
    assert made[0] == datetime.datetime(2023, 12, 31, 23)


def test_numbers_are_as_exact_as_they_were():
    late = np.concatenate([np.zeros(1_500), RANDOM.random(500)])
    small = 1e-14 * RANDOM.normal(5, 1, 2_000)
    for numbers in (late, small):
        (part,) = TableEncoding.of({"x": numbers}).parts
        chosen = part.encode(numbers, RANDOM)
        np.testing.assert_allclose(part.decode(*chosen), numbers, rtol=1e-6, atol=0)


def test_a_single_value_is_a_table():
    assert made_again({"x": [2.5]}) == {"x": [2.5]}
    assert made_again({"x": [2.5, None]})["x"][0] == 2.5


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"x": [1.0, np.inf]}, "'x' holds infinite values"),
        ({"x": [1e300]}, "beyond 1e\\+100"),
        ({"x": [2**70]}, "integers from 2\\^63 on"),
        ({"x": np.array([2**63 + 10], "uint64")}, "integers from 2\\^63 on"),
        ({"x": [1, 2], "y": [1]}, r"same length. Received: {'x': 2, 'y': 1}"),
        ({"x": 5}, "array or a list. Received: 5"),
        ({"x": "text"}, "array or a list. Received: 'text'"),
        ([1, 2], "DataFrame, or a dict of name to array. Received: list"),
    ],
)
def test_what_cannot_be_encoded_is_refused(table, message):
    with pytest.raises(ValueError, match=message):
        TableEncoding.of(table)


def test_a_dtype_that_cannot_be_made_again_is_refused_before_the_training():
    pandas, arrow = map(importlib.import_module, ("pandas", "pyarrow"))
    dtype = pandas.ArrowDtype(arrow.dictionary(arrow.int32(), arrow.string()))
    table = pandas.DataFrame({"size": pandas.Series(["S", "M"]).astype(dtype)})
    with pytest.raises(ValueError, match="can be made again.*dictionary<"):
        TableEncoding.of(table)
    days = pandas.DataFrame({"day": pandas.Series(DAYS).astype("category")})
    with pytest.raises(ValueError, match="can be made again.*Timestamp"):
        TableEncoding.of(days)  # which no file holds


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"price": [np.nan], "size": ["S"]}, "'price' has missing values"),
        ({"price": [1.0], "size": [None]}, "'size' has missing values"),
        ({"price": ["x"], "size": ["S"]}, r"'price' holds numbers. Received: \['str'"),
        ({"price": DAYS[:1], "size": ["S"]}, "holds numbers. Received: .'datetime'"),
        ({"price": [np.inf], "size": ["S"]}, "infinite"),
        ({"price": [], "size": []}, "no rows"),
        ({"price": [1], "size": ["S"], "more": [1]}, r"columns \['more'\]"),
        ({"price": [1]}, r"no columns \['size'\]"),
        (np.zeros((2, 2)), "Received: ndarray"),
    ],
)
def test_a_second_table_must_be_like_the_first(table, message):
    encoding = TableEncoding.of(
        {"price": RANDOM.normal(9, 1, NUM), "size": ["S"] * NUM}
    )
    with pytest.raises(ValueError, match=message):
        encoding.rows_of(table)


def test_a_run_that_is_refused_leaves_a_model_open_to_other_tables():
    model = kgz.CTGAN(units=(8,), latent_dim=4, pack=2, seed=0)
    with pytest.raises(ValueError, match="validation_split"):
        model.fit({"x": [1.0] * 20}, batch_size=20, validation_split=0.5)
    assert model.encoding is None


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: kgz.CTGAN(pack=0), "pack: expected a positive integer"),
        (lambda: kgz.PATEGAN(num_teachers=0), "num_teachers: expected a positive"),
        (lambda: kgz.privacy.PATE(epsilon="1"), "epsilon must be a finite number"),
        (lambda: kgz.privacy.DPSGD(1, noise_multiplier=-1), "noise_multiplier=-1"),
        (lambda: kgz.privacy.DPSGD(1, delta=1), "delta below 1. Received: delta=1"),
    ],
)
def test_numbers_that_are_none_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
