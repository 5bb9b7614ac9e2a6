"""How good are the samples? Arithmetic on feature arrays; extractors apart from it.

All arithmetic is NumPy in float64. A number means something only with its features, the
sizes of both sets and the seed; a metric that is known by the name of an extractor
(FID, KID) has that name on no other features.
"""

from keras_gan_zoo.metrics import extractors
from keras_gan_zoo.metrics.classifier_accuracy import classifier_accuracy_score
from keras_gan_zoo.metrics.clip_mmd import cmmd
from keras_gan_zoo.metrics.extractors import AvatarAttributes, avatar_attributes
from keras_gan_zoo.metrics.features import pooled_pixels
from keras_gan_zoo.metrics.frechet import (
    GaussianStatistics,
    frechet_distance,
    frechet_distance_of_statistics,
)
from keras_gan_zoo.metrics.frechet_extrapolated import frechet_infinity
from keras_gan_zoo.metrics.inception import inception_score
from keras_gan_zoo.metrics.kid import kernel_distance
from keras_gan_zoo.metrics.manifold import density_coverage, precision_recall
from keras_gan_zoo.metrics.membership import membership_advantage, shadow_advantage
from keras_gan_zoo.metrics.modes import mode_coverage
from keras_gan_zoo.metrics.motion import (
    bounces,
    bright_centres,
    motion_distances,
    speeds,
)
from keras_gan_zoo.metrics.perceptual import PerceptualExtractor, perceptual_distance
from keras_gan_zoo.metrics.prd_curve import PRDCurve, prd, prd_of_histograms
from keras_gan_zoo.metrics.records import nearest_records
from keras_gan_zoo.metrics.shapes import (
    iou_distances,
    minimum_matching_distance,
    shape_coverage,
)
from keras_gan_zoo.metrics.similarity import ms_ssim, psnr, ssim
from keras_gan_zoo.metrics.sounds import mel_distance
from keras_gan_zoo.metrics.streaming import (
    MSSSIM,
    PSNR,
    SSIM,
    DensityCoverage,
    FrechetDistance,
    InceptionScore,
    KernelDistance,
    ModeCoverage,
    PerceptualDistance,
    PrecisionRecall,
)
from keras_gan_zoo.metrics.tables import table_efficacy, table_quality, table_scores
from keras_gan_zoo.metrics.vgg import vgg16_hed, vgg16_hed_features

__all__ = [
    "AvatarAttributes",
    "DensityCoverage",
    "FrechetDistance",
    "GaussianStatistics",
    "InceptionScore",
    "KernelDistance",
    "MSSSIM",
    "ModeCoverage",
    "PRDCurve",
    "PSNR",
    "PerceptualDistance",
    "PerceptualExtractor",
    "PrecisionRecall",
    "SSIM",
    "avatar_attributes",
    "bounces",
    "bright_centres",
    "classifier_accuracy_score",
    "cmmd",
    "density_coverage",
    "extractors",
    "frechet_distance",
    "frechet_distance_of_statistics",
    "frechet_infinity",
    "inception_score",
    "iou_distances",
    "kernel_distance",
    "mel_distance",
    "membership_advantage",
    "minimum_matching_distance",
    "mode_coverage",
    "motion_distances",
    "ms_ssim",
    "nearest_records",
    "perceptual_distance",
    "pooled_pixels",
    "prd",
    "prd_of_histograms",
    "precision_recall",
    "shadow_advantage",
    "shape_coverage",
    "psnr",
    "speeds",
    "ssim",
    "table_efficacy",
    "table_quality",
    "table_scores",
    "vgg16_hed",
    "vgg16_hed_features",
]
