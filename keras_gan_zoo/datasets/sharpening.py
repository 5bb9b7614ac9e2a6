"""Unsharp masking, by which the targets of Real-ESRGAN are made sharper.

Wang et al. 2021, https://arxiv.org/abs/2107.10833, section 3.5
"""

import numpy as np
from keras import ops

from keras_gan_zoo.datasets.degradations import check_images
from keras_gan_zoo.typing import Tensor

SIZE, SIGMA = 51, 8.0  # of the Gaussian in pixels
THRESHOLD = 10.0  # grey levels of 255


def sharpen(images, weight=0.5) -> np.ndarray:
    """Sharpen images by unsharp masking, where they are not smooth already.

    What a wide Gaussian takes away is added once more, times the weight. This is done
    around those pixels alone that the Gaussian changes by more than 10 grey levels, so
    that faint noise stays faint.

    Args:
        images: uint8 array `(n, height, width, channels)`.
        weight: Of what is added; 0 changes nothing.

    Returns:
        A uint8 array of the same shape.

    Raises:
        ValueError: If `images` is not such an array.

    Examples:
        >>> edge = np.repeat(np.array([60, 180], "uint8"), 32)
        >>> sharper = sharpen(np.tile(edge, (1, 64, 1))[..., None])
        >>> bool(np.ptp(sharper) > 120)
        True
    """
    check_images(images)
    sharper = np.empty_like(images)
    for index in range(len(images)):  # whose float copies may not fit into memory
        floats = images[index : index + 1].astype("float32") / 127.5 - 1
        result = ops.convert_to_numpy(unsharp_mask(floats, weight))
        sharper[index] = np.rint((result[0] + 1) * 127.5)
    return sharper


def unsharp_mask(images, weight=0.5) -> Tensor:
    """As `sharpen`, on the device.

    Args:
        images: Float tensor (batch, height, width, channels) in [-1, 1], sides known.
        weight: Of what is added.

    Returns:
        A float32 tensor of the same shape, in [-1, 1].
    """
    images = ops.cast(images, "float32")
    rows, columns = (gaussian_matrix(side) for side in images.shape[1:3])

    def blurred(x):
        x = ops.einsum("ih,bhwc->biwc", rows, x)
        return ops.einsum("jw,biwc->bijc", columns, x)

    detail = images - blurred(images)
    mask = ops.cast(ops.abs(detail) > THRESHOLD / 127.5, "float32")
    sharper = ops.clip(images + weight * detail, -1.0, 1.0)
    return images + blurred(mask) * (sharper - images)


def gaussian_matrix(side) -> np.ndarray:
    """The weights that blur along one side, mirrored beyond its ends.

    Args:
        side: Its length in pixels.

    Returns:
        float32 array (side, side) whose rows sum to 1.
    """
    reach = SIZE // 2
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / SIGMA) ** 2)
    # Which pixel is seen at each place, beyond the ends too.
    seen = np.pad(np.arange(side), reach, mode="reflect")
    matrix = np.zeros((side, side))
    for row in range(side):
        np.add.at(matrix[row], seen[row : row + SIZE], weights / weights.sum())
    return matrix.astype("float32")
