"""How near are generated solid shapes to real ones, and how many of them are met?

Two shapes are as far from each other as they do not overlap: 1 - IoU of their cells.
"""

import numpy as np

from keras_gan_zoo.checks import as_array
from keras_gan_zoo.domains import Voxels

SOLID = 0.5  # cells from here on are solid
BLOCK = 256  # shapes that are unpacked at a time: 32 MB of 32x32x32 cells


def iou_distances(reference, samples) -> np.ndarray:
    """How little any two shapes of two sets overlap.

    The distance is 1 - IoU, the share of the cells of either that not both have, of
    cells that are at least half full. Two empty shapes are equal.

    Args:
        reference: Shapes (num, height, depth, width, channels), bool or float in
            [0, 1], whose first channel is how far a cell is filled.
        samples: Others of the same height, depth and width.

    Returns:
        float64 array (num_reference, num_samples) in [0, 1].

    Raises:
        ValueError: If these are no such shapes, or their sizes differ.
    """
    reference, samples = _packed(reference, samples)
    rows = [
        np.concatenate([_distances(x, y) for y in _unpacked(samples)], axis=1)
        for x in _unpacked(reference)
    ]
    return np.concatenate(rows)


def minimum_matching_distance(reference, samples) -> float:
    """MMD-IoU: the mean distance of real shapes to what comes nearest of the samples.

    It tells how well real shapes are met, and says nothing of samples that are like
    none of them. Both sets should be equally large wherever numbers are compared.

    Args:
        reference: Real shapes (num, height, depth, width, channels); see
            `iou_distances`.
        samples: Generated shapes, as many as you like.

    Returns:
        The mean of 1 - IoU, a float in [0, 1]; lower is better.

    Raises:
        ValueError: If these are no such shapes, or their sizes differ.

    Reference:
        Achlioptas et al. 2018, https://arxiv.org/abs/1707.02392, section 2, who measure
        the distance of clouds of points.
    """
    return float(iou_distances(reference, samples).min(axis=1).mean())


def shape_coverage(reference, samples) -> float:
    """COV-IoU: the share of real shapes that are the nearest one of some sample.

    It tells how many kinds of shapes there are among the samples, and not how good they
    are: see `minimum_matching_distance`. A sample that shares no cell with any real
    shape is near none.

    Args:
        reference: Real shapes (num, height, depth, width, channels); see
            `iou_distances`.
        samples: Generated shapes, mostly as many.

    Returns:
        A float in [0, 1]; higher is better.

    Raises:
        ValueError: If these are no such shapes, or their sizes differ.

    Reference:
        Achlioptas et al. 2018, https://arxiv.org/abs/1707.02392, section 2, who measure
        the distance of clouds of points.
    """
    distances = iou_distances(reference, samples)
    nearest = distances.argmin(axis=0)[distances.min(axis=0) < 1]
    return len(np.unique(nearest)) / len(distances)


def _distances(one, two):
    """1 - IoU of float32 rows of 0 and 1, whose sums of products are exact."""
    shared = (one @ two.T).astype("float64")
    either = one.sum(axis=1)[:, None] + two.sum(axis=1) - shared
    return 1 - np.divide(shared, either, np.ones_like(shared), where=either > 0)


def _packed(reference, samples):
    """Both sets as one bit a cell, arrays (num, bytes)."""
    sets = [as_array(shapes) for shapes in (reference, samples)]
    for shapes in sets:
        Voxels().check(shapes)
    sizes = [shapes.shape[1:4] for shapes in sets]
    if sizes[0] != sizes[1] or 0 in (len(sets[0]), len(sets[1])):
        raise ValueError(
            "Shapes to compare need one height, depth and width, and at least one in "
            f"each set. Received: {sets[0].shape} and {sets[1].shape}."
        )
    solid = [(x[..., 0] >= SOLID).reshape(len(x), -1) for x in sets]
    return [np.packbits(x, axis=1) for x in solid]


def _unpacked(bits):
    """Blocks of rows of 0 and 1, float32; the bits beyond the last cell are 0."""
    for start in range(0, len(bits), BLOCK):
        yield np.unpackbits(bits[start : start + BLOCK], axis=1).astype("float32")
