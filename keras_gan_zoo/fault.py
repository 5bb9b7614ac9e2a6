"""What ends a run in which a number is no longer finite."""

import math

import keras


class StopAtFault(keras.callbacks.Callback):
    """Ends `fit` when a loss or a gradient is not finite.

    It has moved nothing: the phase leaves the weights alone, and so do all that follow
    it. The mean of the loss since the epoch began remembers what happened.
    """

    def on_train_begin(self, logs=None):
        """Begins without a fault."""
        self.faults = []
        self.epoch = 0
        self.previous = {}

    def on_epoch_begin(self, epoch, logs=None):
        """Remembers the epoch."""
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        """Looks at the step before, which is computed by now: nothing has to wait."""
        self._look(self.previous)
        self.previous = dict(logs or {})

    def on_epoch_end(self, epoch, logs=None):
        """Looks at the whole epoch."""
        self.previous = {}
        self._look(logs or {})

    def _look(self, logs):
        faults = faults_in(self.model, logs)
        if faults and not self.faults:
            self.faults = faults
            self.model.stop_training = True

    def raise_fault(self):
        """Raises the error that says what happened, if something did."""
        raise_faults(self.model, self.faults, f" in epoch {self.epoch + 1}")


def faults_in(model, logs):
    """What the losses' means tell: a list of sentences, empty if all are finite."""
    faults = []
    for phase in model.phases():
        for name in phase.terms:
            value = float(logs.get(name, 0.0))
            if not math.isfinite(value):
                what = "The gradient of" if math.isinf(value) else "The loss"
                faults.append(f"{what} {name} is not finite (phase {phase.name!r}).")
    return faults


def raise_faults(model, faults, place=""):
    """Raises a `FloatingPointError` if there is a fault."""
    if faults:
        raise FloatingPointError(
            f"{type(model).__name__} stopped{place}. {' '.join(faults)} It has moved "
            "no weight, nor has any step since. Look for extreme values in the data; "
            "then go on with a lower learning rate or a smaller weight of the penalty, "
            "from here or from a checkpoint."
        )
