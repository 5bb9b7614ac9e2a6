"""Second-order degradations: small, bad copies of good photos.

Wang et al. 2021, "Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure
Synthetic Data", https://arxiv.org/abs/2107.10833, section 3
"""

import numpy as np

from keras_gan_zoo.datasets import degradation_steps as steps
from keras_gan_zoo.datasets.base import check_positive, require
from keras_gan_zoo.datasets.blur_kernels import blur_kernel, sinc_kernel
from keras_gan_zoo.datasets.degradation import FIRST, SECOND


def degrade(images, scale=4, seed=0, first=FIRST, second=SECOND) -> np.ndarray:
    """Make small, bad copies of good images, for blind super-resolution.

    Each image is blurred, resized, made noisy and compressed as JPEG, twice. The second
    resizing is relative to the small size; to that size itself an image comes before
    the last compression or after it, mostly with a sinc filter, which rings.

    All is drawn for each image by itself, from a stream of its own: an image becomes
    the same in a short array and in a long one.

    Args:
        images: uint8 array `(n, height, width, channels)`, grey or RGB.
        scale: How many times smaller they become: a positive integer that divides
            height and width.
        seed: Integer from 0; equal seeds give equal results.
        first: A `Degradation`.
        second: A `Degradation`, or `None` for one alone.

    Returns:
        A uint8 array `(n, height / scale, width / scale, channels)`.

    Raises:
        ValueError: If `images` is not such an array, or `scale` does not divide it.
        ImportError: If Pillow is not installed.

    Examples:
        >>> images = np.full((2, 32, 48, 3), 200, "uint8")
        >>> degrade(images, scale=2, seed=1).shape
        (2, 16, 24, 3)
    """
    require("PIL", "pip install pillow")
    check_degradable(images, scale)
    num, height, width, channels = images.shape
    small = np.empty((num, height // scale, width // scale, channels), "uint8")
    for index, image in enumerate(images):
        generator = np.random.default_rng([seed, index])
        small[index] = degrade_one(image, scale, generator, first, second)
    return small


def check_degradable(images, scale) -> None:
    """Refuses what `degrade` cannot take."""
    check_positive("scale", scale)
    shape, dtype = np.shape(images), getattr(images, "dtype", type(images).__name__)
    if len(shape) != 4 or dtype != "uint8" or shape[-1] not in (1, 3):
        raise ValueError(
            "images: expected a uint8 array (n, height, width, channels) with 1 or 3 "
            f"channels, received {dtype} of shape {shape}."
        )
    if any(side % scale or not side for side in shape[1:3]):
        raise ValueError(
            f"scale: expected a divisor of height and width {shape[1]}x{shape[2]}, "
            f"received {scale}. Crop the images first."
        )


def degrade_one(image, scale, generator, first=FIRST, second=SECOND) -> np.ndarray:
    """As `degrade`, of one image and by a `numpy.random.Generator`."""
    small = image.shape[0] // scale, image.shape[1] // scale
    x = _spoil(steps.from_bytes(image), image.shape[:2], first, generator)
    last = second or first
    if second is not None:
        x = _compress(x, first, generator)
        x = _spoil(x, small, second, generator)
    if generator.random() < 0.5:
        x = _compress(_shrink(x, small, last, generator), last, generator)
    else:
        x = _shrink(_compress(x, last, generator), small, last, generator)
    return steps.to_bytes(x)


def _spoil(x, size, options, generator):
    """Blurs, resizes and adds noise. The new size is relative to `size`."""
    if generator.random() < options.blur_probability:
        x = steps.convolve(x, draw_filter(options, generator))
    factor = _draw_factor(options, generator)
    height, width = (max(1, round(factor * side)) for side in size)
    x = steps.resize(x, height, width, _draw_mode(generator))
    is_grey = generator.random() < options.grey_probability
    if generator.random() < options.gaussian_probability:
        sigma = generator.uniform(*options.gaussian_sigma) / 255
        noise = steps.gaussian_noise(x, sigma, is_grey, generator)
    else:
        scale = generator.uniform(*options.poisson_scale)
        noise = steps.poisson_noise(x, scale, is_grey, generator)
    return np.clip(x + noise, 0, 1)


def _shrink(x, size, options, generator):
    """Brings to the size of the result, mostly with a filter that rings."""
    height, width = size
    x = steps.resize(x, height, width, _draw_mode(generator))
    if generator.random() < options.last_sinc_probability:
        cutoff = generator.uniform(np.pi / 3, np.pi)
        x = steps.convolve(x, sinc_kernel(cutoff, _draw_size(options, generator)))
    return x


def _compress(x, options, generator):
    low, high = options.jpeg_quality
    return steps.compress(x, int(generator.integers(low, high + 1)))


def draw_filter(options, generator) -> np.ndarray:
    """Draws a blur or a sinc filter.

    Args:
        options: A `Degradation`.
        generator: A `numpy.random.Generator`.

    Returns:
        A float32 array (size, size) that sums to 1.
    """
    size = _draw_size(options, generator)
    if generator.random() < options.sinc_probability:
        # A small one cannot hold the long waves of a low cutoff.
        lowest = np.pi / 3 if size < 13 else np.pi / 5
        return sinc_kernel(generator.uniform(lowest, np.pi), size)
    blurs = options.blurs
    kind = generator.choice([*blurs], p=[*blurs.values()])
    sigma, rotation = generator.uniform(*options.sigma), 0.0
    if "anisotropic" in kind:
        sigma = (sigma, generator.uniform(*options.sigma))
        rotation = generator.uniform(-np.pi, np.pi)
    if "generalized" in kind:
        beta = _draw_beta(options.generalized_beta, generator)
        return blur_kernel("gaussian", size, sigma, rotation, beta)
    if "plateau" in kind:
        beta = _draw_beta(options.plateau_beta, generator)
        return blur_kernel("plateau", size, sigma, rotation, beta)
    return blur_kernel("gaussian", size, sigma, rotation)


def _draw_size(options, generator):
    low, high = options.kernel_size
    return 2 * int(generator.integers(low // 2, high // 2 + 1)) + 1


def _draw_beta(pair, generator):
    """Below 1 half of the time, where both sides of it may come."""
    low, high = pair
    if low < 1 < high:
        low, high = (low, 1) if generator.random() < 0.5 else (1, high)
    return generator.uniform(low, high)


def _draw_mode(generator):
    return [*steps.MATRICES][generator.integers(len(steps.MATRICES))]


def _draw_factor(options, generator):
    (low, high), chances = options.resize_range, options.resize_probabilities
    ranges = [(1, high), (low, 1), (1, 1)]
    return generator.uniform(*ranges[generator.choice(3, p=chances)])
