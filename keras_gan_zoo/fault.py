"""What ends a run: numbers that are not finite, data that do not fit.

The means of the loss terms remember what happened, so nothing has to wait for a look
at them: NaN stands for a loss that was not finite, infinity for a gradient, and minus
infinity for a batch that does not fit the model.
"""

import math
from typing import Any

import keras

DATA = -math.inf


class StopAtFault(keras.callbacks.Callback):
    """Ends `fit` when a loss or a gradient is not finite, or a batch does not fit.

    It has moved nothing: the phase leaves the weights alone, and so do all that follow
    it.
    """

    def on_train_begin(self, logs=None) -> None:
        """Begins without a fault."""
        self.fault: ValueError | FloatingPointError | None = None
        self.epoch = 0
        self.previous: dict[str, Any] = {}

    def on_epoch_begin(self, epoch, logs=None) -> None:
        """Remembers the epoch."""
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None) -> None:
        """Looks at the step before, which is computed by now: nothing has to wait."""
        self._look(self.previous)
        self.previous = dict(logs or {})

    def on_epoch_end(self, epoch, logs=None) -> None:
        """Looks at the whole epoch."""
        self.previous = {}
        self._look(logs or {})

    def _look(self, logs):
        if self.fault is None:
            self.fault = fault_of(self.model, logs, f" in epoch {self.epoch + 1}")
        if self.fault is not None:
            self.model.stop_training = True


def fault_of(model, logs, place="") -> ValueError | FloatingPointError | None:
    """What the losses' means tell.

    Args:
        model: The `GAN`.
        logs: Dict of term to mean.
        place: Where in the run it is, in words.

    Returns:
        None; or the error to raise, a `ValueError` if a batch does not fit and a
        `FloatingPointError` if a loss or a gradient is not finite.
    """
    if all(math.isfinite(float(value)) for value in logs.values()):
        return None
    terms = model.terms.phases
    if any(logs.get(name) == DATA for name in terms):
        return ValueError(
            f"{type(model).__name__} stopped{place}. {model.watch.sentence()} This "
            "batch has moved no weight, nor has any since. Repair the data, or leave "
            "such samples out; then go on from here or from a checkpoint."
        )
    sentences = [
        f"{'The gradient of' if math.isinf(logs[name]) else 'The loss'} {name} is not "
        f"finite (phase {phase!r})."
        for name, phase in terms.items()
        if not math.isfinite(logs.get(name, 0.0))
    ]
    if not sentences:
        return None
    return FloatingPointError(
        f"{type(model).__name__} stopped{place}. {' '.join(sentences)} It has moved no "
        "weight, nor has any step since. Look for extreme values in the data; then go "
        "on with a lower learning rate or a smaller weight of the penalty, from here "
        "or from a checkpoint."
    )
