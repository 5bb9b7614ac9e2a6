"""How good are the samples? Arithmetic on feature arrays; extractors apart from it."""

from keras_gan_zoo.metrics.features import pooled_pixels
from keras_gan_zoo.metrics.frechet import frechet_distance

__all__ = ["frechet_distance", "pooled_pixels"]
