"""Silhouettes of solid shapes, seen from several sides."""

import math
from collections.abc import Iterable

import numpy as np
from keras import ops

from keras_gan_zoo.datasets.base import Dataset
from keras_gan_zoo.views import VIEWS, opacity

PIECE = 256  # shapes that are projected at a time


def silhouettes(voxels, views=range(VIEWS), tau=None) -> Dataset:
    """Draw the silhouettes of solid shapes, white on black, from several sides.

    Views 0 to 7 go around the shape by 45 degrees each: 0 from the front, 2 from its
    right side, 4 from behind. View 8 is from above. Where no cell lies squarely in a
    ray, as at the rims of turned shapes, the silhouette is grey.

    Args:
        voxels: bool, uint8 0 or 1, or float array in [0, 1] of shape
            `(n, side, side, side, 1)`, as in `shapes`.
        views: Which of them to draw, a list of integers in 0..8.
        tau: How much of the light a full cell holds back: a ray is as bright as
            1 - exp(-tau * sum of its cells). Without it one full cell makes it white.

    Returns:
        A `Dataset`, the pair `(images, labels)`: uint8 images of shape
        `(n * len(views), side, side, 1)`, all views of the first shape first, and the
        view of each.

    Raises:
        ValueError: If an argument is invalid.

    Examples:
        >>> table = np.zeros((1, 4, 4, 4, 1))
        >>> table[:, 3], table[:, :3, 1:3, 1:3] = 1, 1
        >>> images, views = silhouettes(table, views=[0, 8])
        >>> images[0, :, :, 0]
        array([[255, 255, 255, 255],
               [  0, 255, 255,   0],
               [  0, 255, 255,   0],
               [  0, 255, 255,   0]], dtype=uint8)

    Reference:
        - [Gadelha et al., 2017](https://arxiv.org/abs/1612.05872)
    """
    voxels = np.asarray(voxels)
    views = list(views) if isinstance(views, Iterable) else views
    _check(voxels, views, tau)
    pieces = np.array_split(voxels, -(-len(voxels) // PIECE))
    drawn = [[_draw(piece, view, tau) for view in views] for piece in pieces]
    images = np.concatenate([np.stack(piece, axis=1) for piece in drawn])
    images = images.reshape(-1, *images.shape[2:])
    return Dataset(images, np.tile(np.array(views, "int32"), len(voxels)))


def _draw(voxels, view, tau):
    images = opacity(ops.convert_to_tensor(voxels.astype("float32")), view, tau)
    return np.round(255 * ops.convert_to_numpy(images)).astype("uint8")


def _check(voxels, views, tau):
    is_cube = voxels.ndim == 5 and voxels.shape[1:] == (*[voxels.shape[1]] * 3, 1)
    if not is_cube or not len(voxels) or not _are_shares(voxels):
        raise ValueError(
            "voxels: expected a bool, uint8 or float array in [0, 1] of shape (n, "
            f"side, side, side, 1), received shape {voxels.shape} of dtype "
            f"{voxels.dtype}. Pad shapes of other sides with empty cells."
        )
    is_list = isinstance(views, list) and len(views) > 0
    if not is_list or not all(view in range(VIEWS) for view in views):
        raise ValueError(
            f"views: expected integers in 0..8, in a list, received {views!r}."
        )
    if tau is not None and not (tau > 0 and math.isfinite(tau)):
        raise ValueError(f"tau: expected None or a number above 0, received {tau!r}.")


def _are_shares(voxels):
    """Whether an array is bool, or uint8 or float in [0, 1]."""
    if voxels.dtype.kind != "f" and voxels.dtype != np.uint8:
        return voxels.dtype.kind == "b"
    return bool(voxels.min() >= 0 and voxels.max() <= 1)
