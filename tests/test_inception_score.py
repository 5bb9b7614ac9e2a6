"""The Inception Score: where it is known by hand, and against its definition."""

import numpy as np
import pytest

from keras_gan_zoo.metrics import inception_score


def probabilities(num=103, classes=7, seed=0):
    logits = 3 * np.random.RandomState(seed).standard_normal((num, classes))
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


def test_equal_predictions_score_one():
    equal = np.repeat(probabilities(1), 50, axis=0)
    assert inception_score(equal) == pytest.approx((1, 0), abs=1e-12)


def test_sure_and_balanced_predictions_score_the_number_of_classes():
    sure = np.tile(np.eye(5), (20, 1))
    assert inception_score(sure) == pytest.approx((5, 0), abs=1e-12)
    # Sorted by class, each split sees one class only: splits are contiguous.
    assert inception_score(np.repeat(np.eye(5), 20, axis=0), 5) == pytest.approx((1, 0))


def test_splits_are_contiguous_and_cover_every_row():
    rows, scores = probabilities(), []
    for part in (rows[:34], rows[34:68], rows[68:]):
        marginal = part.mean(axis=0)
        divergences = [sum(p * np.log(p / marginal)) for p in part]
        scores.append(np.exp(np.mean(divergences)))
    received = inception_score(rows, splits=3)
    assert isinstance(received[0], float) and received[1] > 0
    assert received == pytest.approx((np.mean(scores), np.std(scores)), rel=1e-12)


@pytest.mark.parametrize(
    "rows, splits, message",
    [
        (np.log(probabilities()), 10, "softmax"),
        (2 * probabilities(), 10, "sums from 2 to 2"),
        (probabilities(), 104, "splits=104 and 103 images"),
        (probabilities(), 0, "splits=0"),
        (probabilities() * np.nan, 10, "not finite"),
        (probabilities()[0], 10, r"\(num, dimensions\).*\(7,\)"),
    ],
)
def test_what_is_no_prediction_is_refused(rows, splits, message):
    with pytest.raises(ValueError, match=message):
        inception_score(rows, splits)
