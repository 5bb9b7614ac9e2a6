"""Training data: the first batch is validated on the host, all others on the device.

A batch that does not fit moves no weight, and ends the run at most one step later.
"""

import math
from typing import NamedTuple

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor

TOLERANCE = 1e-3  # beyond the limits, for images that were resampled


class Limits(NamedTuple):
    """Where values must lie.

    Attributes:
        what: What they are, in words.
        lowest: The least of them.
        highest: The largest of them.
    """

    what: str
    lowest: float
    highest: float


class Watch(keras.metrics.Metric):
    """Compares the batches of an epoch with the first one, and with their limits."""

    def __init__(self):
        super().__init__(name="watch")
        # Of several replicas the first one tells; all refuse what does not fit.
        kept = {"shape": (2,), "aggregation": "only_first_replica"}
        self.low = self.add_variable(initializer="zeros", name="low", **kept)
        self.high = self.add_variable(initializer="zeros", name="high", **kept)
        self.reset_state()

    def expect(self, x, y) -> None:
        """Takes the first batch; all others must be of its shapes and dtypes."""
        self._kinds = _kinds_of((x, y))

    def look_at(self, x, y, limits) -> bool | Tensor:
        """Takes a batch within a training step.

        Args:
            x: Images.
            y: What the data hold beside them, or None.
            limits: A pair of `Limits` or None, for `x` and for `y`.

        Returns:
            Whether all values lie within their limits, a boolean scalar.

        Raises:
            ValueError: If the batch is of another kind than the first one.
        """
        _check_kinds(_kinds_of((x, y)), self._kinds)
        self.limits = limits
        low, high, inside = [math.inf] * 2, [-math.inf] * 2, True
        for i, (values, limit) in enumerate(zip((x, y), limits, strict=True)):
            if limit is not None:
                values = ops.cast(values, "float32")
                low[i], high[i] = ops.min(values), ops.max(values)
                # False for what is not a number.
                above = low[i] >= limit.lowest - TOLERANCE
                below = high[i] <= limit.highest + TOLERANCE
                inside = ops.logical_and(inside, ops.logical_and(above, below))
        if any(limits):
            self.low.assign(ops.minimum(self.low, ops.stack(low)))
            self.high.assign(ops.maximum(self.high, ops.stack(high)))
        return inside

    def sentence(self) -> str:
        """Says which values lay outside of their limits."""
        for limit, low, high in zip(
            self.limits, *map(ops.convert_to_numpy, (self.low, self.high)), strict=True
        ):
            if limit and not limit.lowest <= low <= high <= limit.highest:
                return (
                    f"A batch holds {limit.what} from {low:.4g} to {high:.4g}, "
                    f"expected {limit.lowest} to {limit.highest}."
                )
        return "A batch holds values that lie outside of their limits."

    def reset_state(self) -> None:
        """Forgets the batches before."""
        self.low.assign(ops.full((2,), math.inf))
        self.high.assign(ops.full((2,), -math.inf))

    def save_own_variables(self, store) -> None:
        """Saves nothing: it tells of the running epoch."""

    def load_own_variables(self, store) -> None:
        """Loads nothing."""


def _kinds_of(data):
    """Shape, without the batch axis, and kind of number of each array of a batch."""
    arrays = [x for x in keras.tree.flatten(data) if x is not None]
    return [(tuple(x.shape[1:]), _number(x.dtype)) for x in arrays]


def _number(dtype):
    # Keras may change how long numbers are; bytes are images and stay bytes.
    name = keras.backend.standardize_dtype(dtype)
    return name if name == "uint8" else name.rstrip("0123456789")


def _check_kinds(received, first):
    if len(received) != len(first) or not all(map(_is_like, received, first)):
        raise ValueError(
            "A batch is of another kind than the first one. Expected "
            f"{_in_words(first)}. Received: {_in_words(received)}. All batches must "
            "have one shape, but for the number of rows, and one kind of numbers: "
            "resize or convert those that differ."
        )


def _is_like(received, first):
    (shape, number), (first_shape, first_number) = received, first
    if number != first_number or len(shape) != len(first_shape):
        return False
    pairs = zip(shape, first_shape, strict=True)
    return all(None in pair or pair[0] == pair[1] for pair in pairs)


def _in_words(kinds):
    return " and ".join(
        f"{number} (batch{''.join(f', {size}' for size in shape)})"
        for shape, number in kinds
    )
