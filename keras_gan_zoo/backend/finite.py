"""Whether a gradient step may be taken, said with Keras' own operations."""

import math

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor


def check(terms, gradients, optimizer) -> tuple[dict[str, Tensor], Tensor]:
    """Looks for values that are not finite.

    Args:
        terms: Dict of named scalars.
        gradients: List of tensors, or None where there is none.
        optimizer: Theirs. One that scales the loss leaves out steps whose gradients
            overflow, and halves the scale: no fault, unless it has come down to 1.

    Returns:
        The terms, marked as `keras_gan_zoo.backend` says, and a boolean scalar: whether
        all is finite.
    """
    known = [gradient for gradient in gradients if gradient is not None]
    terms_finite = ops.isfinite(sum(terms.values()))
    # A sum is finite if all of its summands are, and needs no array of booleans.
    finite = ops.isfinite(sum(map(ops.sum, known), 0.0))
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        finite = ops.logical_or(finite, optimizer.dynamic_scale > 1)
    only_gradient = ops.logical_and(terms_finite, ops.logical_not(finite))
    marked = {}
    for name, term in terms.items():
        term = ops.where(ops.isfinite(term), term, math.nan)
        marked[name] = ops.where(only_gradient, math.inf, term)
    return marked, ops.logical_and(terms_finite, finite)
