"""The end of a generator of tables, as it is differentiable."""

import keras
from keras import ops

from keras_gan_zoo.typing import Tensor

TEMPERATURE = 0.2  # of the softmax with Gumbel noise


def activated(encoding, scores, seed) -> Tensor:
    """Numbers in [-1, 1], and choices that are nearly made.

    Args:
        encoding: A `TableEncoding`.
        scores: Float tensor (num, width).
        seed: A `keras.random.SeedGenerator`.

    Returns:
        Rows (num, width): `tanh` of the numbers, of choices a softmax with noise.
    """
    uniform = keras.random.uniform(ops.shape(scores), 1e-6, 1 - 1e-6, seed=seed)
    noisy = scores - ops.log(-ops.log(ops.cast(uniform, scores.dtype)))
    parts, end = [], 0
    for _, start, size in encoding.choices:
        parts.append(ops.tanh(scores[:, end:start]))
        end = start + size
        parts.append(_softmax(noisy[:, start:end] / TEMPERATURE))
    return ops.concatenate(parts, axis=1)


def _softmax(scores):
    # Keras warns where there is no choice.
    return ops.softmax(scores) if scores.shape[-1] > 1 else ops.ones_like(scores)
