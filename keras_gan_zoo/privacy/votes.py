"""What noisy votes spend: the moments accountant of PATE.

Teachers, each trained on rows of its own, vote on whether a row is real. Noise is added
to both counts, and the larger one is told. Two tables are neighbours if one row of the
one is another in the other: one teacher may then vote otherwise.

Papernot et al. 2017, "Semi-supervised Knowledge Transfer for Deep Learning from Private
Training Data", https://arxiv.org/abs/1610.05755
"""

import numpy as np

# Paper: moments up to a few, its authors' code to 20; here: more, because each of them
# is a bound and the least one counts.
ORDERS = np.unique(np.geomspace(1, 10_000, 200).round())


def vote_moments(counts, scale) -> np.ndarray:
    """Bounds on the moments of the loss of privacy, their sum over all votes.

    Args:
        counts: Array (teachers + 1,): on how many rows so many of the teachers have
            said that they are real.
        scale: That of the Laplace noise on each count of votes, 1 / lambda.

    Returns:
        float64 array (200 or fewer,), one for each number in `ORDERS`.
    """
    counts = np.asarray(counts, "float64")
    num = len(counts) - 1
    gaps = np.abs(num - 2.0 * np.arange(num + 1))[:, None]  # |n_0 - n_1|
    return counts @ np.minimum(_worst(scale), _by_gap(gaps, scale))


def epsilon_of_votes(counts, scale, delta, more=0) -> float:
    """The epsilon of votes, which depends on how much teachers agree.

    Args:
        counts: See `vote_moments`.
        scale: See `vote_moments`.
        delta: Probability that the bound does not hold, in (0, 1).
        more: Votes to come, on so many rows, which may come out in any way.

    Returns:
        Epsilon.
    """
    if not np.sum(counts) + more:
        return 0.0
    moments = vote_moments(counts, scale) + more * _worst(scale)
    return float(np.min((moments - np.log(delta)) / ORDERS))


def scale_for_votes(votes, epsilon, delta) -> float:
    """The least noise with which votes stay within a budget however they come out.

    Args:
        votes: On how many rows.
        epsilon: The budget, positive.
        delta: As in `epsilon_of_votes`.

    Returns:
        The scale of the Laplace noise on each count.

    Raises:
        ValueError: If no noise is enough.
    """
    # Of the worst moments: votes 2 (l + 1) / scale^2 + log(1 / delta) / l = epsilon.
    left = (epsilon + np.log(delta) / ORDERS) / (2 * votes * (ORDERS + 1))
    if left.max() <= 0:
        raise ValueError(
            f"No noise keeps votes within epsilon={epsilon} at delta={delta}. Allow "
            "for more."
        )
    return float(left.max() ** -0.5)


def _worst(scale):
    """Theorem 2, whatever the votes: 2 lambda^2 l (l + 1)."""
    return 2 / scale**2 * ORDERS * (ORDERS + 1)


def _by_gap(gaps, scale):
    """Theorem 3: log((1 - q) ((1 - q) / (1 - e^2a q))^l + q e^2al), a = 1 / scale.

    q bounds the probability that noise turns the vote around (lemma 4). The theorem
    holds where q < (e^2a - 1) / (e^4a - 1) = 1 / (1 + e^2a); elsewhere it is infinite.
    """
    rate = 1 / scale
    log_q = np.log((2 + rate * gaps) / 4) - rate * gaps
    holds = log_q < -np.logaddexp(0, 2 * rate)
    log_q = np.where(holds, log_q, -np.inf)
    stays = np.log1p(-np.exp(log_q))
    right = (1 + ORDERS) * stays - ORDERS * np.log1p(-np.exp(2 * rate + log_q))
    turned = log_q + 2 * rate * ORDERS
    return np.where(holds, np.logaddexp(right, turned), np.inf)
