"""How good are the samples? Arithmetic on feature arrays; extractors apart from it.

All arithmetic is NumPy in float64. A number means something only with its features, the
sizes of both sets and the seed; a metric that is known by the name of an extractor
(FID, KID, Inception Score) has that name on no other features.
"""

from keras_gan_zoo.metrics import extractors
from keras_gan_zoo.metrics.features import pooled_pixels
from keras_gan_zoo.metrics.frechet import (
    GaussianStatistics,
    frechet_distance,
    frechet_distance_of_statistics,
)
from keras_gan_zoo.metrics.inception_score import inception_score
from keras_gan_zoo.metrics.kid import kernel_distance
from keras_gan_zoo.metrics.manifold import density_coverage, precision_recall
from keras_gan_zoo.metrics.modes import mode_coverage
from keras_gan_zoo.metrics.similarity import ms_ssim, psnr, ssim

__all__ = [
    "GaussianStatistics",
    "density_coverage",
    "extractors",
    "frechet_distance",
    "frechet_distance_of_statistics",
    "inception_score",
    "kernel_distance",
    "mode_coverage",
    "ms_ssim",
    "pooled_pixels",
    "precision_recall",
    "psnr",
    "ssim",
]
