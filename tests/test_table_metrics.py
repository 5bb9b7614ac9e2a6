"""Scores of tables: on tables whose scores are known."""

import numpy as np
import pandas
import pytest

from keras_gan_zoo import metrics


def table(num=1_000, seed=0):
    """Two columns of numbers that go together, a category that one of them decides."""
    random = np.random.default_rng(seed)
    a = random.normal(size=num)
    b = a + 0.1 * random.normal(size=num)
    b[::10] = np.nan
    return {"a": a, "b": b, "sign": np.where(a > 0, "plus", "minus")}


def shuffled(rows):
    """The same columns, none of which knows of the others."""
    random = np.random.default_rng(0)
    return {name: random.permutation(column) for name, column in rows.items()}


def test_real_rows_have_the_quality_of_real_rows():
    scores = metrics.table_quality(table(), table())
    assert scores == pytest.approx(dict.fromkeys(scores, 1.0))
    assert set(scores) == {"quality", "column_shapes", "column_pairs"}


def test_columns_that_know_nothing_of_each_other_lose_their_pairs():
    scores = metrics.table_quality(pandas.DataFrame(shuffled(table())), table())
    assert scores["column_shapes"] == pytest.approx(1)
    assert scores["column_pairs"] < 0.7
    mean = (scores["column_shapes"] + scores["column_pairs"]) / 2
    assert scores["quality"] == pytest.approx(mean)


@pytest.mark.parametrize(("target", "chance"), [("b", 0.0), ("sign", 0.5)])
def test_what_is_learned_of_a_table_tells_a_column(target, chance):
    train, test = table(), table(seed=1)
    assert metrics.table_efficacy(train, test, target) > 0.9
    assert metrics.table_efficacy(shuffled(train), test, target) < chance + 0.15


def test_the_distance_to_the_nearest_record_is_a_mean_over_columns():
    records = {"a": [0.0, 10.0], "b": [1.0, None], "sign": ["plus", "minus"]}
    rows = {"a": [0.0, 5.0, 8.0], "b": [1.0, 1.0, None], "sign": ["plus"] * 3}
    distances = metrics.nearest_records(rows, records)
    # The last one: 0.2 of the range of `a`, missing as the record is, another sign.
    np.testing.assert_allclose(distances, [0, 0.5 / 3, 1.2 / 3])


def test_rows_that_are_copied_are_recognized():
    train, test = table(), table(seed=1)
    assert metrics.membership_advantage(train, train, test) > 0.95
    assert abs(metrics.membership_advantage(table(seed=2), train, test)) < 0.1


@pytest.mark.parametrize("place", ["train", "test"])
def test_an_outlier_makes_no_row_a_member(place):
    train, test = table(), table(seed=1)
    {"train": train, "test": test}[place]["a"][0] = 1_000.0
    assert abs(metrics.membership_advantage(table(seed=2), train, test)) < 0.1

    def learn(rows, number):
        return table(seed=3 + number)

    found = metrics.shadow_advantage(learn, table(seed=2), train, test, num=2)
    assert abs(found) < 0.1


def lonely(num, seed):
    """Rows of which some have many others around them, and some have none."""
    random = np.random.default_rng(seed)
    return pandas.DataFrame(
        random.lognormal(sigma=2.0, size=(num, 2)), columns=["a", "b"]
    )


def blurred(rows, seed):
    """Each row, moved by up to a hundredth of itself."""
    return rows * np.random.default_rng(seed).uniform(0.99, 1.01, rows.shape)


def test_shadow_models_tell_what_distances_alone_do_not():
    train, test = lonely(1_000, 0), lonely(1_000, 1)
    seen = []

    def learn(rows, number):
        seen.append(rows)
        return blurred(rows, number)

    generated = blurred(train, 100)
    by_distance = metrics.membership_advantage(generated, train, test)
    by_shadows = metrics.shadow_advantage(learn, generated, train, test, num=4)
    assert by_shadows > by_distance + 0.25
    assert [len(rows) for rows in seen] == pytest.approx([1_000] * 4, abs=100)
    assert len({tuple(rows["a"]) for rows in seen}) == 4
    counts = pandas.concat(seen).value_counts()
    assert len(counts) == 2_000
    assert set(counts) == {2}


def test_shadow_models_gain_nothing_of_rows_that_nobody_has_learned():
    train, test = lonely(1_000, 0), lonely(250, 1)
    parts = []

    def learn(rows, number):
        parts.append(len(rows))
        return lonely(len(rows), 10 + number)

    found = metrics.shadow_advantage(learn, lonely(1_000, 2), train, test, num=5)
    assert abs(found) < 0.15
    assert parts == pytest.approx([1_000] * 5, abs=100)
    assert sum(parts) == 5_000


@pytest.mark.parametrize("kind", ["dict", "pandas", "polars"])
def test_shadow_models_see_the_columns_of_any_table(kind):
    polars = pytest.importorskip("polars")
    make = {"dict": dict, "pandas": pandas.DataFrame, "polars": polars.DataFrame}[kind]
    train, test = make(table(200)), make(table(100, seed=1))
    dtypes = []

    def learn(rows, number):
        dtypes.append([rows[name].dtype.kind for name in ("a", "b")])
        return rows.to_dict("list")

    assert metrics.shadow_advantage(learn, train, train, test, num=2) > 0.9
    assert dtypes == [["f", "f"]] * 2


@pytest.mark.parametrize("num", [1, 2.5, "two"])
def test_one_shadow_model_is_refused(num):
    with pytest.raises(ValueError, match="integer from 2"):
        metrics.shadow_advantage(None, table(), table(), table(), num=num)


def test_what_shadow_models_return_is_looked_at_at_once():
    seen = []

    def learn(rows, number):
        seen.append(number)
        return rows[["a", "b"]]

    with pytest.raises(ValueError, match="the same columns"):
        metrics.shadow_advantage(learn, table(), table(), table(seed=1))
    assert seen == [0]


def test_membership_of_a_single_row_cannot_be_judged():
    one = {name: column[:1] for name, column in table().items()}
    for pair in ((one, table()), (table(), one)):
        with pytest.raises(ValueError, match="two rows at least"):
            metrics.membership_advantage(table(), *pair)


def test_all_scores_come_together():
    train, test = table(), table(seed=1)
    scores = metrics.table_scores(table(seed=2), train, test, target="sign")
    assert set(scores) == {
        "quality",
        "column_shapes",
        "column_pairs",
        "efficacy",
        "efficacy_of_real",
        "membership_advantage",
    }
    assert scores["quality"] > 0.9
    assert all(isinstance(score, float) for score in scores.values())


def test_tables_with_other_columns_are_refused():
    other = {name: column for name, column in table().items() if name != "b"}
    with pytest.raises(ValueError, match=r"the same columns. Received: \['a', 'b'"):
        metrics.table_quality(other, table())
    with pytest.raises(ValueError, match="no column 'price' to tell"):
        metrics.table_efficacy(table(), table(), "price")


def test_trees_take_columns_of_many_categories():
    names = np.array([f"n{place % 300:03d}" for place in range(3_000)])
    rows = {"name": names, "late": np.arange(3_000) % 300 >= 150}
    assert metrics.table_efficacy(rows, rows, "late") == 1
