"""Mode-specific normalization: a number says which of several bells it is near."""

import dataclasses
import warnings
from typing import Self

import numpy as np

from keras_gan_zoo.datasets.base import require

MOST = 10  # modes of a column
LEAST_WEIGHT = 0.005  # of a mode that is kept
WIDTH = 4  # standard deviations of a mode that become 1
FITTED = 20_000  # rows that modes are fitted on


@dataclasses.dataclass(frozen=True)
class Modes:
    """A column of numbers as a mixture of normal distributions (section 4.2).

    A number c becomes (c - mean) / (4 deviation) of one of the modes, and the index of
    that mode, drawn by how likely each is to have made it.

    Attributes:
        means: Tuple of floats, one a mode.
        deviations: Their standard deviations.
        weights: How often each occurs; they add up to 1.
    """

    means: tuple[float, ...]
    deviations: tuple[float, ...]
    weights: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.means)

    @classmethod
    def of(cls, numbers, seed=0) -> Self:
        """Fits a variational mixture, which leaves out what it has no need for.

        Args:
            numbers: float64 array (num,), all finite.
            seed: Of the fit.

        Returns:
            `Modes`, at most 10.

        Raises:
            ImportError: If scikit-learn is not installed.
        """
        require("sklearn", "pip install scikit-learn")
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import BayesianGaussianMixture

        random = np.random.RandomState(seed)
        if len(numbers) > FITTED:
            numbers = random.choice(numbers, FITTED, replace=False)
        numbers = np.resize(numbers, max(len(numbers), 2))  # it takes two at least
        # The mixture's priors are made for numbers of about this size.
        center, scale = numbers.mean(), numbers.std() or 1.0
        mixture = BayesianGaussianMixture(
            n_components=min(MOST, len(np.unique(numbers))),
            weight_concentration_prior=0.001,
            random_state=random,
        )
        with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
            mixture.fit(((numbers - center) / scale)[:, None])
        kept = mixture.weights_ > LEAST_WEIGHT
        weights = mixture.weights_[kept] / mixture.weights_[kept].sum()
        means = center + scale * mixture.means_[kept, 0]
        deviations = scale * np.sqrt(mixture.covariances_[kept, 0, 0])
        return cls(*(tuple(map(float, x)) for x in (means, deviations, weights)))

    def encode(self, numbers, random) -> tuple[np.ndarray, np.ndarray]:
        """Maps numbers (num,) to floats in [-1, 1] and indices of modes.

        Args:
            numbers: float64 array (num,).
            random: A `numpy.random.Generator`, which chooses the modes.

        Returns:
            Two arrays (num,).
        """
        means, deviations = np.array(self.means), np.array(self.deviations)
        distances = (numbers[:, None] - means) / deviations
        likely = np.log(self.weights) - np.log(deviations) - distances**2 / 2
        # The largest of logarithms with Gumbel noise is a draw by the probabilities.
        chosen = (likely + random.gumbel(size=likely.shape)).argmax(axis=1)
        scaled = distances[np.arange(len(numbers)), chosen] / WIDTH
        return np.clip(scaled, -1, 1), chosen

    def decode(self, scaled, chosen) -> np.ndarray:
        """The inverse of `encode`, for numbers within 4 deviations of their mode."""
        means, deviations = np.array(self.means), np.array(self.deviations)
        return scaled * WIDTH * deviations[chosen] + means[chosen]
