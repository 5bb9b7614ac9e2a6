"""PATE: what votes spend, what noise does to them, and who sees which rows."""

import math

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo.privacy import PATE, epsilon_of_votes, scale_for_votes
from keras_gan_zoo.privacy.pate import laplace
from keras_gan_zoo.privacy.votes import ORDERS, vote_moments
from keras_gan_zoo.tables import PartitionedRows, TableEncoding


def votes_of(num_teachers, *real):
    """How often so many teachers have said that a row is real."""
    return np.bincount(real, minlength=num_teachers + 1)


def moment(votes, num_teachers, scale, order):
    """The bound of one vote, written as in the paper."""
    rate = 1 / scale
    gap = abs(num_teachers - 2 * votes)
    q = (2 + rate * gap) / (4 * math.exp(rate * gap))
    worst = 2 * rate**2 * order * (order + 1)
    if q >= (math.exp(2 * rate) - 1) / (math.exp(4 * rate) - 1):
        return worst
    left = (1 - q) * ((1 - q) / (1 - math.exp(2 * rate) * q)) ** order
    return min(worst, math.log(left + q * math.exp(2 * rate * order)))


def test_moments_are_those_of_the_paper():
    counts = np.zeros(31)
    counts[[2, 14, 29, 30]] = [3, 1, 5, 2]
    bounds = dict(zip(ORDERS, vote_moments(counts, scale=3.0), strict=True))
    for order in (1, 2, 7, 20):
        by_hand = sum(n * moment(v, 30, 3.0, order) for v, n in enumerate(counts))
        assert bounds[order] == pytest.approx(by_hand, rel=1e-9)


def test_an_epsilon_worked_out_by_hand():
    # Ten teachers agree on one row, scale 2, so lambda = 1/2, |n_0 - n_1| = 10 and
    # q = (2 + 5) / (4 e^5) = 0.011791. Of l = 1: 0.988209 (0.988209 / (1 - 0.032052)) +
    # 0.032052 = 1.040945, whose logarithm is 0.040129. At worst it were 2 / 4 * 2 = 1.
    (found,) = vote_moments(votes_of(10, 10), scale=2.0)[ORDERS == 1]
    assert found == pytest.approx(0.040129, rel=1e-4)
    (worst,) = vote_moments(votes_of(10, 5), scale=2.0)[ORDERS == 1]
    assert worst == pytest.approx(1.0)
    # Both sides of a vote tell as much.
    assert epsilon_of_votes(votes_of(10, 0), 2.0, 1e-5) == pytest.approx(
        epsilon_of_votes(votes_of(10, 10), 2.0, 1e-5)
    )


def test_teachers_that_agree_spend_less():
    spent = [
        epsilon_of_votes(votes_of(40, real) * 100, 4.0, 1e-5) for real in range(41)
    ]
    worst = epsilon_of_votes(np.zeros(41), 4.0, 1e-5, more=100)
    assert spent[20] == pytest.approx(worst) and spent[40] < worst / 2
    assert (np.diff(spent[20:]) <= 1e-12).all()
    assert epsilon_of_votes(np.zeros(41), 4.0, 1e-5) == 0


def test_worst_votes_cost_what_their_number_says():
    # sum of l + 1: votes 2 (l + 1) / scale^2 + log(1 / delta) / l, at the best l.
    orders = np.arange(1, 2_000)
    exact = (500 * 2 * (orders + 1) / 40**2 + math.log(1e5) / orders).min()
    found = epsilon_of_votes(np.zeros(11), 40.0, 1e-5, more=500)
    assert exact <= found < 1.01 * exact


@pytest.mark.parametrize(("votes", "epsilon"), [(1, 0.05), (100, 1.0), (10**6, 8.0)])
def test_noise_for_votes_is_the_least(votes, epsilon):
    scale = scale_for_votes(votes, epsilon, 1e-5)
    no_votes = np.zeros(11)
    assert epsilon_of_votes(no_votes, scale, 1e-5, votes) == pytest.approx(epsilon)
    assert epsilon_of_votes(no_votes, 0.99 * scale, 1e-5, votes) > epsilon


def test_a_budget_that_no_noise_keeps_is_refused():
    with pytest.raises(ValueError, match=r"No noise keeps.*epsilon=0.0001"):
        scale_for_votes(10, 1e-4, 1e-5)


def test_laplace_noise_has_its_scale():
    noise = ops.convert_to_numpy(laplace((40_000,), keras.random.SeedGenerator(0)))
    assert np.abs(noise).mean() == pytest.approx(1, abs=0.02)
    assert noise.var() == pytest.approx(2, rel=0.08)
    assert noise.mean() == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize("real", [50, 58, 70, 30])
def test_labels_are_noisy_majorities(real):
    privacy = PATE(1.0, scale=10.0)
    votes = ops.full((20_000,), float(real))
    seed = keras.random.SeedGenerator(1)
    labels = ops.convert_to_numpy(privacy.labels(votes, 100, 10.0, seed))
    # The difference of two draws of Laplace noise exceeds x with (2 + x) / (4 e^x):
    # the q of the accounting.
    gap = abs(2 * real - 100) / 10.0
    turned = (2 + gap) / (4 * math.exp(gap))
    expected = turned if real < 50 else 1 - turned
    assert set(labels) == {0.0, 1.0}
    assert labels.mean() == pytest.approx(expected, abs=0.015)


def test_parts_of_a_table_are_disjoint_and_stay():
    num, parts = 103, 10
    table = {"row": np.arange(num), "kind": ["a", "b"] * 51 + ["a"]}
    encoding = TableEncoding.of(table, discrete_columns=["row"])
    rows = encoding.table.rows_of(table)
    seen = [set() for _ in range(parts)]
    for seed in (0, 1):
        data = PartitionedRows(encoding, rows, 8, seed, parts=parts)
        assert len(data) == 1
        for _ in range(30):
            (batch,) = data[0]
            assert batch.shape == (8, parts * encoding.width)
            batch = batch.reshape(-1, encoding.width)
            decoded = encoding.decode(batch, np.random.default_rng(0))[:, 0]
            for place, row in enumerate(decoded.astype(int)):
                seen[place % parts].add(int(row))
            data.on_epoch_end()
    for part, own in enumerate(seen):
        assert own == set(range(part, num, parts))  # all of its rows, and no others


def test_fewer_rows_than_parts_are_refused():
    encoding = TableEncoding.of({"x": [1.0, 2.0]})
    rows = encoding.table.rows_of({"x": [1.0, 2.0]})
    with pytest.raises(ValueError, match="Each of 3 parts.*2 rows"):
        PartitionedRows(encoding, rows, 8, parts=3)


@pytest.mark.parametrize(
    "arguments",
    [{"epsilon": 0}, {"epsilon": 1, "delta": 0}, {"epsilon": 1, "scale": -1.0}],
)
def test_budgets_out_of_range_are_refused(arguments):
    with pytest.raises(ValueError, match="numbers above 0, and delta below 1"):
        PATE(**arguments)
