"""Points between latents, on lines and on arcs."""

import numpy as np


def lerp(start, end, t) -> np.ndarray:
    """Points on the straight line between latents, for latents of a mapped space.

    Args:
        start: Array (num, dimensions) or (dimensions,), where t is 0.
        end: Array of the same shape, where t is 1.
        t: Array (num, 1) or a float.

    Returns:
        An array (num, dimensions).
    """
    return start + t * (end - start)


def slerp(start, end, t) -> np.ndarray:
    """Points on the arc between latents, which keep the length of normal latents.

    Args:
        start: Array (num, dimensions) or (dimensions,), where t is 0.
        end: Array of the same shape, where t is 1.
        t: Array (num, 1) or a float.

    Returns:
        An array (num, dimensions).

    Reference:
        Shoemake 1985, section 3.3, https://doi.org/10.1145/325165.325242
    """
    start, end = np.asarray(start), np.asarray(end)
    lengths = [np.linalg.norm(z, axis=-1, keepdims=True) for z in (start, end)]
    products = (start * end).sum(axis=-1, keepdims=True)
    scale = lengths[0] * lengths[1]
    cosine = products / np.where(scale == 0, 1, scale)
    angle = np.arccos(np.clip(cosine, -1, 1))
    # Where one is 0, or they point the same or opposite ways, the arc is the line.
    is_line = (np.sin(angle) < 1e-7) | (scale == 0)
    sine = np.where(is_line, 1, np.sin(angle))
    arc = (np.sin((1 - t) * angle) * start + np.sin(t * angle) * end) / sine
    return np.where(is_line, lerp(start, end, t), arc)
