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
