"""Extractors: from images to the features that a metric compares.

An extractor has a name, and what was trained has a sha256 of its weights: a number
means nothing without both.
"""

from keras_gan_zoo.metrics.extractors.base import (
    FID_INCEPTION_SHA256_PREFIX,
    Extractor,
    pixels,
)
from keras_gan_zoo.metrics.extractors.by_file import from_file, reader_of
from keras_gan_zoo.metrics.extractors.defaults import default
from keras_gan_zoo.metrics.extractors.efficientnet import (
    efficientnet_lite0,
    efficientnet_lite0_features,
)
from keras_gan_zoo.metrics.extractors.fashion_mnist import (
    SHIPPED,
    fashion_mnist_cnn,
    fashion_mnist_network,
    save,
)
from keras_gan_zoo.metrics.extractors.inception import fid_inception
from keras_gan_zoo.metrics.extractors.keras_models import from_keras
from keras_gan_zoo.metrics.extractors.onnx_files import from_onnx
from keras_gan_zoo.metrics.extractors.pytorch import from_torch

__all__ = [
    "FID_INCEPTION_SHA256_PREFIX",
    "SHIPPED",
    "Extractor",
    "default",
    "efficientnet_lite0",
    "efficientnet_lite0_features",
    "fashion_mnist_cnn",
    "fashion_mnist_network",
    "fid_inception",
    "from_file",
    "from_keras",
    "from_onnx",
    "from_torch",
    "pixels",
    "reader_of",
    "save",
]
