"""Views of solid shapes: what is seen along rays through a grid of cells.

There are nine, as in Gadelha et al. 2017, https://arxiv.org/abs/1612.05872: eight
around the height, 45 degrees apart, and one from above. To rotate a grid with
interpolation and to sum it along the rays is linear, so that both are one product with
a matrix, which has gradients on every backend.
"""

import functools
import math

import numpy as np
from keras import ops

from keras_gan_zoo.typing import Tensor

AZIMUTHS = 8  # views around the height; 0 is the front, 2 the right side
ABOVE = AZIMUTHS  # the view from above
VIEWS = AZIMUTHS + 1


def opacity(voxels, views, tau=None) -> Tensor:
    """How much of the light from behind a shape stops in each of its rays.

    Args:
        voxels: Float tensor (batch, side, side, side, 1) in [0, 1]: height from the
            ground, depth from the front, width.
        views: Integers in [0, 9), (batch,) or one for all.
        tau: How much a full cell holds back: 1 - exp(-tau * sum) of a ray. Without it
            one full cell is enough: min(1, sum).

    Returns:
        A tensor (batch, side, side, 1) in [0, 1]: rows from the top of the shape,
        columns from its left as it is seen. From above the first row is its back.
    """
    sums = ray_sums(voxels, views)
    return ops.minimum(1.0, sums) if tau is None else -ops.expm1(-tau * sums)


def ray_sums(voxels, views) -> Tensor:
    """The sum of the cells in each ray; see `opacity`."""
    side = voxels.shape[1]
    cells, views = ops.cast(voxels[..., 0], "float32"), ops.convert_to_tensor(views)
    # From above depth stands where height does, and rays begin as those of the front.
    is_above = ops.reshape(views == ABOVE, (-1, 1, 1, 1))
    cells = ops.where(is_above, ops.swapaxes(cells, 1, 2), cells)
    rays = ops.take(ray_matrices(side), views % AZIMUTHS, axis=0)
    sums = ops.matmul(ops.reshape(cells, (-1, side, side**2)), rays)
    return ops.flip(sums, axis=1)[..., None]


@functools.lru_cache(maxsize=8)
def ray_matrices(side) -> np.ndarray:
    """How much each cell of a level counts in each ray, for the views around.

    A ray has samples one cell apart and is as long as the diagonal of a level; a sample
    lies between four cells, bilinearly.

    Args:
        side: Cells of depth and width, and columns of the view.

    Returns:
        float32 array (8, side * side, side), the cells by depth and width.
    """
    centre, cells = (side - 1) / 2, np.arange(side)
    beyond = math.ceil((math.sqrt(2) - 1) / 2 * side)
    right = (cells - centre)[:, None]
    forward = np.arange(-beyond, side + beyond) - centre
    matrices = []
    for azimuth in 2 * np.pi * np.arange(AZIMUTHS) / AZIMUTHS:
        depth = right * np.sin(azimuth) + forward * np.cos(azimuth) + centre
        width = right * np.cos(azimuth) - forward * np.sin(azimuth) + centre
        depth, width = (
            np.maximum(
                1 - np.abs(samples[..., None] - cells), 0
            )  # (column, step, cell)
            for samples in (depth, width)
        )
        matrices.append(np.einsum("csd,csw->dwc", depth, width, optimize=True))
    return np.array(matrices, "float32").reshape(AZIMUTHS, side**2, side)
