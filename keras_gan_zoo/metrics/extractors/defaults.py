"""The extractor for images of which no more is known than their shape."""

import functools
import importlib.util

from keras_gan_zoo.metrics.extractors import efficientnet
from keras_gan_zoo.metrics.extractors.base import Extractor, pixels
from keras_gan_zoo.metrics.extractors.fashion_mnist import fashion_mnist_cnn


def default(images) -> Extractor:
    """Chooses an extractor by the kind of images.

    Grey images of 28x28 pixels are taken for Fashion-MNIST's, others for photographs if
    what `efficientnet_lite0` needs is installed. For all else there are pixels.

    Args:
        images: Array (num, height, width, channels).

    Returns:
        An `Extractor`, whose name goes with every number.
    """
    if images.shape[1:] == (28, 28, 1):
        return fashion_mnist_cnn()
    packages = (efficientnet.PACKAGE, "torch")  # the weights, and what reads them
    is_there = all(importlib.util.find_spec(name) is not None for name in packages)
    if is_there and images.shape[-1] in (1, 3):
        return _photographs()
    return pixels(cell=_largest_cell(images.shape[1:3]))


@functools.cache
def _photographs():
    return efficientnet.efficientnet_lite0()


def _largest_cell(sides):
    """The largest cell of up to 4 pixels that divides both sides."""
    return next(cell for cell in (4, 3, 2, 1) if not any(side % cell for side in sides))
