"""The terms of the losses: their names as the losses return them, and their means."""

import keras
import numpy as np
from keras import ops

from keras_gan_zoo.typing import Tensor

SLOTS = 32  # as many terms as a model may have


class Terms(keras.metrics.Metric):
    """The mean of each term since the epoch began.

    Which terms there are is known once the first step is traced, when it is too late to
    make variables. Hence one variable with room for all of them.

    Attributes:
        phases: Dict of the name of each term to that of its phase, in order.
    """

    def __init__(self):
        super().__init__(name="terms")
        self.totals = self.add_variable((SLOTS,), initializer="zeros", name="totals")
        self.counts = self.add_variable((SLOTS,), initializer="zeros", name="counts")
        self.phases = {}

    def update_state(self, terms, phase) -> None:
        """Adds what a phase of a step returns.

        Args:
            terms: Dict of scalars.
            phase: Name of the phase.

        Raises:
            ValueError: If two phases have a term of the same name, or there are too
                many of them.
        """
        for name in terms:
            if self.phases.setdefault(name, phase) != phase:
                raise ValueError(
                    f"Each term of the losses has a name of its own, but the phases "
                    f"{self.phases[name]!r} and {phase!r} both have a term {name!r}. "
                    "Rename one of them."
                )
        if len(self.phases) > SLOTS:
            raise ValueError(
                f"The losses of a model may have up to {SLOTS} terms. Received "
                f"{len(self.phases)}: {list(self.phases)}"
            )
        values = [ops.cast(terms.get(name, 0.0), "float32") for name in self.phases]
        others = np.zeros(SLOTS - len(values), "float32")
        values = ops.concatenate([ops.stack(values), ops.convert_to_tensor(others)])
        self.totals.assign(self.totals + values)
        # An array, because a list is made a tensor number by number.
        present = np.array([name in terms for name in self.phases], "float32")
        present = np.concatenate([present, others])
        self.counts.assign(self.counts + ops.convert_to_tensor(present))

    def result(self) -> dict[str, Tensor]:
        """The means, a dict of scalars by name."""
        means = ops.divide_no_nan(self.totals, self.counts)
        return {name: means[slot] for slot, name in enumerate(self.phases)}

    def are_finite(self) -> Tensor:
        """Whether all terms were finite so far: the sum keeps what was not."""
        return ops.isfinite(ops.sum(self.totals))

    def get_state(self) -> dict[str, list]:
        """What `set_state` takes: a dict of name to phase, total and count."""
        totals, counts = map(ops.convert_to_numpy, (self.totals, self.counts))
        return {
            name: [phase, float(totals[slot]), float(counts[slot])]
            for slot, (name, phase) in enumerate(self.phases.items())
        }

    def set_state(self, state) -> None:
        """Goes on where `get_state` was called."""
        self.reset_state()
        self.phases = {name: phase for name, (phase, *_) in state.items()}
        padding = [0.0] * (SLOTS - len(state))
        self.totals.assign([total for _, total, _ in state.values()] + padding)
        self.counts.assign([count for *_, count in state.values()] + padding)

    def save_own_variables(self, store) -> None:
        """Saves nothing: they tell of the running epoch."""

    def load_own_variables(self, store) -> None:
        """Loads nothing."""


def check_terms(terms, phase) -> None:
    """Raises a `ValueError` if this is not what the loss of a phase must return."""
    is_right = isinstance(terms, dict) and bool(terms)
    if not is_right or any(map(ops.ndim, terms.values())):
        raise ValueError(
            f"The loss of the phase {phase!r} must return a dict of named scalars, one "
            f"at least. Received: {_in_words(terms)}. Take the mean over the batch."
        )


def _in_words(terms):
    if not isinstance(terms, dict):
        return type(terms).__name__
    return {name: f"shape {tuple(ops.shape(term))}" for name, term in terms.items()}
