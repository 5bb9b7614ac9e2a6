"""Extractors: from images or sounds to the features that a metric compares.

An extractor has a name, and what was trained has a sha256 of its weights: a number
means nothing without both.
"""

from keras_gan_zoo.metrics.extractors.avatars import (
    AvatarAttributes,
    avatar_attributes,
    avatar_cnn,
    avatar_network,
)
from keras_gan_zoo.metrics.extractors.base import (
    FID_INCEPTION_SHA256_PREFIX,
    Extractor,
    pixels,
)
from keras_gan_zoo.metrics.extractors.by_file import from_file, reader_of
from keras_gan_zoo.metrics.extractors.classifier_maps import shipped_maps
from keras_gan_zoo.metrics.extractors.defaults import default
from keras_gan_zoo.metrics.extractors.efficientnet import (
    efficientnet_lite0,
    efficientnet_lite0_features,
)
from keras_gan_zoo.metrics.extractors.fashion_mnist import (
    fashion_mnist_cnn,
    fashion_mnist_network,
)
from keras_gan_zoo.metrics.extractors.inception import fid_inception
from keras_gan_zoo.metrics.extractors.keras_models import from_keras
from keras_gan_zoo.metrics.extractors.moving import (
    moving_garments_cnn,
    moving_garments_network,
)
from keras_gan_zoo.metrics.extractors.onnx_files import from_onnx
from keras_gan_zoo.metrics.extractors.pytorch import from_torch
from keras_gan_zoo.metrics.extractors.shipped import SHIPPED, save
from keras_gan_zoo.metrics.extractors.spoken_digits import (
    spoken_digits_cnn,
    spoken_digits_network,
)

__all__ = [
    "FID_INCEPTION_SHA256_PREFIX",
    "SHIPPED",
    "AvatarAttributes",
    "Extractor",
    "avatar_attributes",
    "avatar_cnn",
    "avatar_network",
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
    "moving_garments_cnn",
    "moving_garments_network",
    "pixels",
    "reader_of",
    "save",
    "shipped_maps",
    "spoken_digits_cnn",
    "spoken_digits_network",
]
