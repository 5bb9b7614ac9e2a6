"""What steps of DP-SGD spend, by the package dp-accounting.

Of N rows each takes part in a step with the probability `sampling_rate`, drawn anew for
each step (Poisson sampling). Two tables are neighbours if one has a row more.
"""

from keras_gan_zoo.datasets.base import require

COMMAND = "pip install dp-accounting"
MOST_NOISE = 2.0**16
MOST_STEPS = 2**40
PRECISION = 1e-4  # of a noise multiplier, relative


def epsilon_spent(sampling_rate, noise_multiplier, steps, delta) -> float:
    """The epsilon of so many steps, by Renyi differential privacy.

    Args:
        sampling_rate: Probability of a row to take part in a step, in (0, 1].
        noise_multiplier: Standard deviation of the noise by the largest norm of a row's
            gradient.
        steps: How many.
        delta: Probability that the bound does not hold, in (0, 1).

    Returns:
        Epsilon; infinity without noise.

    Raises:
        ImportError: If dp-accounting is not installed.

    Reference:
        Mironov et al. 2019, https://arxiv.org/abs/1908.10530
    """
    require("dp_accounting", COMMAND)
    import dp_accounting

    if not steps:
        return 0.0
    step = dp_accounting.PoissonSampledDpEvent(
        sampling_rate, dp_accounting.GaussianDpEvent(noise_multiplier)
    )
    accountant = dp_accounting.rdp.RdpAccountant()
    accountant.compose(dp_accounting.SelfComposedDpEvent(step, int(steps)))
    return float(accountant.get_epsilon(delta))


def noise_multiplier_for(sampling_rate, steps, epsilon, delta) -> float:
    """The least noise with which so many steps stay within a budget.

    Args:
        sampling_rate: As in `epsilon_spent`.
        steps: How many.
        epsilon: The budget, positive.
        delta: As in `epsilon_spent`.

    Returns:
        A noise multiplier, at most one part in 10,000 more than needed.

    Raises:
        ImportError: If dp-accounting is not installed.
        ValueError: If no noise is enough.
    """
    low, high = 0.0, 1.0
    while epsilon_spent(sampling_rate, high, steps, delta) > epsilon:
        low, high = high, 2 * high
        if high > MOST_NOISE:
            raise ValueError(
                f"No noise keeps {steps:,} steps within epsilon={epsilon} at "
                f"delta={delta}. Allow for more, or train for fewer steps."
            )
    while high - low > PRECISION * high:
        middle = (low + high) / 2
        if epsilon_spent(sampling_rate, middle, steps, delta) > epsilon:
            low = middle
        else:
            high = middle
    return high


def steps_within(sampling_rate, noise_multiplier, epsilon, delta) -> int:
    """How many steps stay within a budget.

    Args:
        sampling_rate: As in `epsilon_spent`.
        noise_multiplier: As in `epsilon_spent`.
        epsilon: The budget.
        delta: As in `epsilon_spent`.

    Returns:
        The largest number of steps that spends at most `epsilon`.

    Raises:
        ImportError: If dp-accounting is not installed.
    """
    low, high = 0, 1
    while (
        high < MOST_STEPS
        and epsilon_spent(sampling_rate, noise_multiplier, high, delta) <= epsilon
    ):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if epsilon_spent(sampling_rate, noise_multiplier, middle, delta) <= epsilon:
            low = middle
        else:
            high = middle
    return low
