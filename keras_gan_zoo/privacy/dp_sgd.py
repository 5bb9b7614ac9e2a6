"""DP-SGD: gradients that bound what they tell about any single row.

Abadi et al. 2016, "Deep Learning with Differential Privacy",
https://arxiv.org/abs/1607.00133
"""

from typing import Any, Self

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.privacy import accounting
from keras_gan_zoo.privacy.checks import check_budget
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class DPSGD:
    """A budget of privacy, and the noise that keeps it.

    Every row's own gradient is cut to a norm, and noise is added to their sum. What is
    made by a discriminator that was trained so, the generator and all of its rows, is
    as private as the discriminator.

    Args:
        epsilon: The budget: by at most `exp(epsilon)` the probability of any outcome
            changes if one row is left out.
        delta: The probability that this does not hold. Less than 1 by the number of
            rows.
        clip: The largest norm of a row's gradient.
        noise_multiplier: Standard deviation of the noise by `clip`. Without it the
            first `fit` takes the least with which its epochs stay within the budget.

    Raises:
        ValueError: If an argument is out of range.

    Reference:
        https://arxiv.org/abs/1607.00133
    """

    def __init__(self, epsilon, delta=1e-5, clip=1.0, noise_multiplier=None):
        check_budget(epsilon, delta, clip=clip, noise_multiplier=noise_multiplier)
        self.epsilon, self.delta, self.clip = epsilon, delta, clip
        self.noise_multiplier = noise_multiplier

    def noise_for(self, sampling_rate, steps) -> float:
        """The noise multiplier of a run, a number of single precision.

        Args:
            sampling_rate: Probability of a row to take part in a step.
            steps: How many steps the run has.

        Raises:
            ImportError: If dp-accounting is not installed.
        """
        noise = self.noise_multiplier
        if noise is None:
            noise = accounting.noise_multiplier_for(
                sampling_rate, steps, self.epsilon, self.delta
            )
        return float(np.nextafter(np.float32(noise), np.float32(np.inf)))

    def private_gradients(
        self, loss, variables, rows, takes_part, batch_size, noise_multiplier, seed
    ) -> tuple[Tensor, list[Tensor]]:
        """The noisy mean of the rows' own gradients, each of which is cut.

        Args:
            loss: A function of one row, each without the batch's axis, to a scalar.
            variables: What is differentiated by.
            rows: A tuple of tensors, the batch first.
            takes_part: Floats (batch,), 1 for rows that take part and 0 for others.
            batch_size: How many rows take part on average, a scalar.
            noise_multiplier: See above, a scalar.
            seed: A `keras.random.SeedGenerator`.

        Returns:
            The mean loss of the rows that take part, and a list of gradients.
        """
        losses, slopes = backend.per_example_gradients(loss, variables, rows)
        share = takes_part * clipping(slopes, self.clip)
        spread = noise_multiplier * self.clip
        gradients = [
            ops.tensordot(share, slope, 1)
            + spread * keras.random.normal(slope.shape[1:], seed=seed)
            for slope in slopes
        ]
        there = ops.maximum(ops.sum(takes_part), 1.0)
        mean = ops.sum(losses * takes_part) / there
        return mean, [gradient / batch_size for gradient in gradients]

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return dict(vars(self))

    @classmethod
    def from_config(cls, config) -> Self:
        """Rebuilds it from `get_config()`."""
        return cls(**config)


def clipping(slopes, largest) -> Tensor:
    """What gradients are multiplied by so that their norms are at most the largest.

    Args:
        slopes: List of tensors (batch, ...), the parts of each row's gradient.
        largest: The largest norm.

    Returns:
        Floats (batch,) in (0, 1].
    """
    squares = [ops.sum(ops.square(x), axis=tuple(range(1, x.ndim))) for x in slopes]
    norms = ops.sqrt(sum(squares[1:], squares[0]))
    return largest / ops.maximum(norms, largest)
