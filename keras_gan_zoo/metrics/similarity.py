"""How alike are two images? PSNR, SSIM and MS-SSIM of pairs.

All three take batches (num, height, width, channels), uint8 in [0, 255] or float with
the range stated, and return one value an image; what papers report is their mean.
"""

import numpy as np

from keras_gan_zoo.metrics.checks import check_finite

# Gaussian window of 11x11 pixels and the constants of Wang et al. 2004.
_OFFSETS = np.arange(11) - 5
WINDOW = np.exp(-(_OFFSETS**2) / (2 * 1.5**2))
WINDOW /= WINDOW.sum()
C1, C2 = 0.01**2, 0.03**2

# Of the scales of MS-SSIM, from fine to coarse.
WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]


def psnr(images_a, images_b, value_range=None) -> np.ndarray:
    """Peak signal-to-noise ratio in decibels, 10 log10(range^2 / MSE).

    Args:
        images_a: Array (num, height, width, channels).
        images_b: Array of the same shape and range.
        value_range: (low, high) of float images, such as (-1, 1); uint8 has its own.

    Returns:
        float64 array (num,); inf where the images are equal.

    Raises:
        ValueError: If shapes or kinds differ, a range is missing, or a value is not
            finite or outside it.
    """
    a, b = _unit_images("psnr", images_a, images_b, value_range)
    with np.errstate(divide="ignore"):
        return -10 * np.log10(((a - b) ** 2).mean(axis=(1, 2, 3)))


def ssim(images_a, images_b, value_range=None) -> np.ndarray:
    """Structural similarity of luminance, contrast and structure in small windows.

    Windows of 11x11 with Gaussian weights (sigma 1.5) that lie inside the image, with
    the population covariance; the mean over windows and channels.

    Args:
        images_a: Array (num, height, width, channels), at least 11 pixels a side.
        images_b: Array of the same shape and range.
        value_range: (low, high) of float images, such as (-1, 1); uint8 has its own.

    Returns:
        float64 array (num,) in [-1, 1], 1 where the images are equal.

    Raises:
        ValueError: If shapes or kinds differ, the images are too small, a range is
            missing, or a value is not finite or outside it.

    Reference:
        Wang et al. 2004, equation 13, https://doi.org/10.1109/TIP.2003.819861
    """
    a, b = _unit_images("ssim", images_a, images_b, value_range, least=11)
    return _ssim_and_contrast(a, b)[0].mean(axis=-1)


def ms_ssim(images_a, images_b, value_range=None) -> np.ndarray:
    """Structural similarity at five scales, each half as fine as the one before.

    Contrast and structure count at every scale, luminance at the coarsest only.
    Negative terms, of images that are the opposite of each other, count as 0.

    Args:
        images_a: Array (num, height, width, channels), at least 161 pixels a side.
        images_b: Array of the same shape and range.
        value_range: (low, high) of float images, such as (-1, 1); uint8 has its own.

    Returns:
        float64 array (num,) in [0, 1], 1 where the images are equal.

    Raises:
        ValueError: If shapes or kinds differ, the images are too small, a range is
            missing, or a value is not finite or outside it.

    Reference:
        Wang et al. 2003, equation 7, https://doi.org/10.1109/ACSSC.2003.1292216
    """
    a, b = _unit_images("ms_ssim", images_a, images_b, value_range, least=161)
    product = 1.0
    for weight in WEIGHTS[:-1]:
        product *= np.maximum(_ssim_and_contrast(a, b)[1], 0) ** weight
        a, b = _halved(a), _halved(b)
    product *= np.maximum(_ssim_and_contrast(a, b)[0], 0) ** WEIGHTS[-1]
    return product.mean(axis=-1)


def _ssim_and_contrast(a, b):
    """SSIM, and its factor without luminance: two arrays (num, channels)."""
    mean_a, mean_b = _filtered(a), _filtered(b)
    variances = _filtered(a * a + b * b) - mean_a**2 - mean_b**2
    covariance = _filtered(a * b) - mean_a * mean_b
    contrast = (2 * covariance + C2) / (variances + C2)
    luminance = (2 * mean_a * mean_b + C1) / (mean_a**2 + mean_b**2 + C1)
    return [part.mean(axis=(1, 2)) for part in (luminance * contrast, contrast)]


def _filtered(images):
    """Weighted means over all windows inside the images: rows first, then columns."""
    height, width = images.shape[1] - 10, images.shape[2] - 10
    rows = sum(w * images[:, i : i + height] for i, w in enumerate(WINDOW))
    return sum(w * rows[:, :, i : i + width] for i, w in enumerate(WINDOW))


def _halved(images):
    """Means of 2x2 pixels; an odd side is first lengthened by its last pixel."""
    num, height, width, channels = images.shape
    edges = (0, 0), (0, height % 2), (0, width % 2), (0, 0)
    even = np.pad(images, edges, mode="edge")
    cells = even.reshape(num, -(-height // 2), 2, -(-width // 2), 2, channels)
    return cells.mean(axis=(2, 4))


def _unit_images(metric, images_a, images_b, value_range, least=1):
    """Both batches as float64 in [0, 1]."""
    batches = [np.asarray(images) for images in (images_a, images_b)]
    shapes = [images.shape for images in batches]
    if len(shapes[0]) != 4 or shapes[0] != shapes[1] or 0 in shapes[0]:
        raise ValueError(
            f"{metric}() needs two batches of images (num, height, width, channels) of "
            f"one shape. Received: {shapes[0]} and {shapes[1]}. Grey images need a "
            "channel axis: images[..., None]; a single one a batch axis: image[None]."
        )
    if min(shapes[0][1:3]) < least:
        raise ValueError(
            f"{metric}() needs images of at least {least} pixels a side. Received: "
            f"{shapes[0][1]}x{shapes[0][2]}. Enlarging them would give another number; "
            "use a metric of smaller images."
        )
    low, high = _range(metric, [images.dtype for images in batches], value_range)
    for images in batches:
        _check_values(metric, images, low, high)
    return [(images.astype("float64") - low) / (high - low) for images in batches]


def _range(metric, dtypes, value_range):
    are_uint8 = {dtype == np.uint8 for dtype in dtypes}
    are_numbers = all(d == np.uint8 or d.kind == "f" for d in dtypes)
    if are_uint8 == {True} and value_range in (None, (0, 255)):
        return 0, 255
    if are_uint8 == {False} and are_numbers and value_range is not None:
        low, high = value_range
        if low < high:
            return low, high
    raise ValueError(
        f"{metric}() needs both batches as uint8, without a value_range, or both as "
        "float with their value_range=(low, high), such as (-1, 1) for what a GAN "
        f"makes. Received: dtypes {dtypes[0]} and {dtypes[1]}, "
        f"value_range={value_range}"
    )


def _check_values(metric, images, low, high):
    check_finite(metric, images)
    if images.min() < low or images.max() > high:
        raise ValueError(
            f"{metric}() received values from {images.min():.6g} to "
            f"{images.max():.6g} outside the range [{low}, {high}]. State the range in "
            "which both batches lie, or clip them to it with np.clip."
        )
