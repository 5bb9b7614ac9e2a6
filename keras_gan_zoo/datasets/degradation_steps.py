"""What spoils an image, one step a function: filters, resizing, noise, compression.

Images are float32 (channels, height, width) in [0, 1] here, because products of
matrices and Fourier transforms are fast along the last axes.
"""

import io

import numpy as np

from keras_gan_zoo.resampling import area_matrix, bicubic_matrix, bilinear_matrix

MATRICES = {
    "area": area_matrix,
    # Not antialiased: aliasing is one of the faults that are to be undone.
    "bilinear": lambda old, new: bilinear_matrix(old, new, antialias=False),
    "bicubic": lambda old, new: bicubic_matrix(old, new, antialias=False),
}
LUMA = np.array([0.299, 0.587, 0.114], "float32")


def convolve(image, kernel) -> np.ndarray:
    """Filters each channel, mirrored beyond its borders.

    Args:
        image: Float array (channels, height, width).
        kernel: Float array (size, size), odd.

    Returns:
        A float32 array of the shape of `image`.
    """
    reach = len(kernel) // 2
    height, width = image.shape[1:]
    padded = np.pad(image, ((0, 0), (reach, reach), (reach, reach)), mode="reflect")
    # A Fourier transform is fast where its length has small factors.
    sides = [-(-side // 8) * 8 for side in padded.shape[1:]]
    spectrum = np.fft.rfft2(padded, sides) * np.fft.rfft2(kernel, sides)
    filtered = np.fft.irfft2(spectrum, sides)
    return filtered[:, 2 * reach :, 2 * reach :][:, :height, :width]


def resize(image, height, width, mode) -> np.ndarray:
    """Resizes an image.

    Args:
        image: Float array (channels, old height, old width).
        height: New height.
        width: New width.
        mode: `"area"`, `"bilinear"` or `"bicubic"`.

    Returns:
        A float32 array (channels, height, width).
    """
    rows = MATRICES[mode](image.shape[1], height)
    columns = MATRICES[mode](image.shape[2], width)
    return rows @ image @ columns.T


def gaussian_noise(image, sigma, is_grey, generator) -> np.ndarray:
    """Draws noise that is the same everywhere, for example that of a sensor.

    Args:
        image: Float array (channels, height, width).
        sigma: Standard deviation, in the units of the image.
        is_grey: Whether all channels have the same noise.
        generator: A `numpy.random.Generator`.

    Returns:
        What to add, a float32 array (channels or 1, height, width).
    """
    channels = 1 if is_grey else len(image)
    shape = (channels, *image.shape[1:])
    return np.float32(sigma) * generator.standard_normal(shape, "float32")


def poisson_noise(image, scale, is_grey, generator) -> np.ndarray:
    """Draws noise that grows with the brightness, as that of counted photons.

    Args:
        image: Float array (channels, height, width) in [0, 1].
        scale: Factor of the noise. With 1 it is that of as many photons at full
            brightness as the image has different values, rounded up to a power of 2.
        is_grey: Whether all channels have the same noise, which is drawn for their
            luma.
        generator: A `numpy.random.Generator`.

    Returns:
        What to add, a float32 array (channels or 1, height, width).
    """
    if is_grey and len(image) == 3:
        image = np.tensordot(LUMA, image, 1)[None]
    levels = np.rint(255 * np.clip(image, 0, 1)).astype("uint8")
    num = np.count_nonzero(np.bincount(levels.ravel(), minlength=256))
    photons = 2 ** np.ceil(np.log2(num))
    expected = levels * (photons / 255)
    noise = (generator.poisson(expected) - expected) / photons
    return (scale * noise).astype("float32")


def compress(image, quality) -> np.ndarray:
    """Encodes an image as JPEG, and decodes it.

    Args:
        image: Float array (channels, height, width), grey or RGB; clipped to [0, 1].
        quality: Integer from 1, the worst, to 95.

    Returns:
        A float32 array of the shape of `image`, in [0, 1].
    """
    from PIL import Image

    pixels = to_bytes(image)
    pixels = pixels[..., 0] if len(image) == 1 else pixels
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "jpeg", quality=quality)
    with Image.open(file) as decoded:
        return from_bytes(np.asarray(decoded).reshape(*image.shape[1:], -1))


def to_bytes(image) -> np.ndarray:
    """Float (channels, height, width) to uint8 (height, width, channels)."""
    pixels = np.rint(255 * np.clip(image, 0, 1)).astype("uint8")
    return np.ascontiguousarray(np.moveaxis(pixels, 0, -1))


def from_bytes(pixels) -> np.ndarray:
    """The other way round."""
    return np.ascontiguousarray(np.moveaxis(pixels, -1, 0)) * np.float32(1 / 255)
