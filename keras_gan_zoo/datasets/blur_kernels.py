"""Kernels that blur and ring, as pure functions of their parameters.

Wang et al. 2021, "Real-ESRGAN", https://arxiv.org/abs/2107.10833, sections 3.2 and 3.4
"""

import numpy as np

from keras_gan_zoo.datasets.base import check_positive

# The weight of a pixel by its squared distance in standard deviations.
PROFILES = {
    "gaussian": lambda distance, beta: np.exp(-0.5 * distance**beta),
    "plateau": lambda distance, beta: 1 / (1 + distance**beta),
}


def blur_kernel(kind, size, sigma, rotation=0.0, beta=1.0) -> np.ndarray:
    """Make a kernel that blurs, alike in all directions or not.

    With d the offset of a pixel and S the covariance, its weight is, but for a factor,
    `exp(-(d' S^-1 d)^beta / 2)` for `"gaussian"` and `1 / (1 + (d' S^-1 d)^beta)` for
    `"plateau"`.

    Args:
        kind: `"gaussian"` or `"plateau"`.
        size: Height and width in pixels, odd.
        sigma: Standard deviation in pixels, or a pair of them along the two axes.
        rotation: Angle in radians by which the first axis is turned from that of the
            columns towards that of the rows.
        beta: Positive. A small one makes long tails, a large one a flat top. A Gaussian
            with 1 is a plain one.

    Returns:
        A float32 array `(size, size)` that sums to 1.

    Raises:
        ValueError: If an argument is invalid.

    Examples:
        >>> blur_kernel("gaussian", 3, sigma=1.0).round(2)
        array([[0.08, 0.12, 0.08],
               [0.12, 0.2 , 0.12],
               [0.08, 0.12, 0.08]], dtype=float32)
    """
    if kind not in PROFILES:
        raise ValueError(f"kind: expected one of {[*PROFILES]}, received {kind!r}.")
    sigmas = np.broadcast_to(np.asarray(sigma, "float64"), 2)
    if not (sigmas > 0).all() or not beta > 0:
        raise ValueError(
            f"sigma and beta: expected positive, received {sigma!r} and {beta!r}."
        )
    rows, columns = _offsets(size)
    along = np.cos(rotation) * columns + np.sin(rotation) * rows
    across = np.cos(rotation) * rows - np.sin(rotation) * columns
    distance = (along / sigmas[0]) ** 2 + (across / sigmas[1]) ** 2
    return _normalized(PROFILES[kind](distance, beta))


def sinc_kernel(cutoff, size) -> np.ndarray:
    """Make a low-pass filter that rings, as sharpening and compression do.

    It keeps all frequencies below the cutoff, whatever their direction, and removes the
    others, as far as its size lets it.

    Args:
        cutoff: In radians a pixel, in (0, pi].
        size: Height and width in pixels, odd.

    Returns:
        A float32 array `(size, size)` that sums to 1.

    Raises:
        ValueError: If an argument is invalid.

    Examples:
        >>> sinc_kernel(np.pi / 2, 21).shape
        (21, 21)
    """
    if not 0 < cutoff <= np.pi:
        raise ValueError(f"cutoff: expected in (0, pi], received {cutoff!r}.")
    distance = np.hypot(*_offsets(size))
    # At the centre the limit, for J1(x) / x goes to 1/2.
    nearest = np.where(distance > 0, distance, 1.0)
    kernel = cutoff * bessel_j1(cutoff * nearest) / (2 * np.pi * nearest)
    return _normalized(np.where(distance > 0, kernel, cutoff**2 / (4 * np.pi)))


def bessel_j1(x) -> np.ndarray:
    """Bessel function of the first kind and first order.

    Args:
        x: Array of real numbers up to 60 in magnitude, beyond which the sum that stands
            for the integral has too few terms.

    Returns:
        A float64 array of the same shape, exact to 1e-12.
    """
    angles = np.linspace(0, 2 * np.pi, 128, endpoint=False)
    phases = angles - np.asarray(x)[..., None] * np.sin(angles)
    return np.cos(phases).mean(axis=-1)


def _offsets(size):
    """Row and column of each pixel as seen from the centre."""
    check_positive("size", size)
    if size % 2 == 0:
        raise ValueError(f"size: expected an odd integer, received {size!r}.")
    return np.indices((size, size)) - size // 2


def _normalized(kernel):
    return (kernel / kernel.sum()).astype("float32")
