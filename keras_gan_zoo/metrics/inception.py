"""Inception Score: sharp predictions for each image, different ones for all."""

import numpy as np

from keras_gan_zoo.metrics.checks import feature_arrays


def inception_score(probabilities, splits=10) -> tuple[float, float]:
    """Exponential of E KL(p(class | image) || p(class)).

    The name means probabilities of the FID Inception; any other classifier must be
    named. The score knows no real images and cannot see memorized ones.

    Args:
        probabilities: Array (num, classes) whose rows sum to 1, in the order in which
            the images were generated. Logits need a softmax first.
        splits: Contiguous parts of which each gets a score of its own.

    Returns:
        Mean and standard deviation over the splits, two floats. The mean lies between
        1 (all predictions equal) and the number of classes.

    Raises:
        ValueError: If the rows are no probabilities, or are fewer than the splits.

    Reference:
        Salimans et al. 2016, section 4, https://arxiv.org/abs/1606.03498
    """
    (probabilities,) = feature_arrays("inception_score", probabilities)
    _check_probabilities(probabilities)
    num = len(probabilities)
    if not 1 <= splits <= num:
        raise ValueError(
            "inception_score() needs at least 1 split and 1 image a split. Received: "
            f"splits={splits} and {num} images. Take fewer splits or more images."
        )
    ends = [i * num // splits for i in range(splits + 1)]
    scores = [_score(probabilities[i:j]) for i, j in zip(ends, ends[1:], strict=False)]
    return float(np.mean(scores)), float(np.std(scores))


def _score(p):
    # 0 log 0 = 0: where p is 0 its term is 0, whatever stands in the logarithm.
    logs = np.log(np.where(p > 0, p, 1)) - np.log(np.where(p > 0, p.mean(axis=0), 1))
    return np.exp((p * logs).sum(axis=1).mean())


def _check_probabilities(p):
    sums = p.sum(axis=1)
    if p.min() < 0 or np.abs(sums - 1).max() > 1e-3:
        raise ValueError(
            "inception_score() needs probabilities: rows of values >= 0 that sum to 1. "
            f"Received: values from {p.min():.4g} and sums from {sums.min():.4g} to "
            f"{sums.max():.4g}. Take the softmax of the logits first."
        )
