"""PATE: teachers whose noisy votes are all that is told of the rows they have seen.

Papernot et al. 2017, "Semi-supervised Knowledge Transfer for Deep Learning from Private
Training Data", https://arxiv.org/abs/1610.05755
"""

from typing import Any, Self

import keras
from keras import ops

from keras_gan_zoo.privacy.checks import check_budget
from keras_gan_zoo.privacy.votes import scale_for_votes
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class PATE:
    """A budget of privacy, and the noise on votes that keeps it.

    Args:
        epsilon: The budget: by at most `exp(epsilon)` the probability of any outcome
            changes if one row is another.
        delta: The probability that this does not hold. Less than 1 by the number of
            rows.
        scale: Scale of the Laplace noise on each count of votes, the papers' 1 /
            lambda. Without it the first `fit` takes the least with which its epochs
            stay within the budget, however teachers vote.

    Raises:
        ValueError: If an argument is out of range.

    Reference:
        https://arxiv.org/abs/1610.05755
    """

    def __init__(self, epsilon, delta=1e-5, scale=None):
        check_budget(epsilon, delta, scale=scale)
        self.epsilon, self.delta, self.scale = epsilon, delta, scale

    def scale_for(self, votes) -> float:
        """The scale of the noise of a run.

        Args:
            votes: On how many rows teachers are to vote.
        """
        return self.scale or scale_for_votes(votes, self.epsilon, self.delta)

    def labels(self, votes, num_teachers, scale, seed) -> Tensor:
        """Which of two noisy counts is larger.

        Args:
            votes: Floats (rows,), how many teachers say that a row is real.
            num_teachers: How many there are.
            scale: That of the noise, a scalar.
            seed: A `keras.random.SeedGenerator`.

        Returns:
            Floats (rows,): 1 where a row is to be taken for a real one, 0 elsewhere.
        """
        noise = scale * laplace((ops.shape(votes)[0], 2), seed)
        real, generated = votes + noise[:, 0], num_teachers - votes + noise[:, 1]
        return ops.cast(real > generated, "float32")

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return dict(vars(self))

    @classmethod
    def from_config(cls, config) -> Self:
        """Rebuilds it from `get_config()`."""
        return cls(**config)


def laplace(shape, seed) -> Tensor:
    """Laplace noise of scale 1, whose variance is 2.

    Args:
        shape: Its shape.
        seed: A `keras.random.SeedGenerator`.
    """
    uniform = keras.random.uniform(shape, -1.0, 1.0, seed=seed)
    return -ops.sign(uniform) * ops.log1p(-ops.abs(uniform))
