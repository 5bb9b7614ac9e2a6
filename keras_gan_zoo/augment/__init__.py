"""Differentiable augmentation: the discriminator sees changed images, of both kinds.

With few training images a discriminator learns them by heart. If it sees real and
generated images only through a random change, it cannot; and because the change can be
differentiated, the generator still learns to make unchanged ones.
"""

from keras_gan_zoo.augment.adaptive_augment import AdaptiveAugment, adaptive
from keras_gan_zoo.augment.changes import CHANGES, POLICY
from keras_gan_zoo.augment.diff_augment import (
    POLICIES,
    DiffAugment,
    color,
    cutout,
    translation,
)

__all__ = [
    "CHANGES",
    "POLICIES",
    "POLICY",
    "AdaptiveAugment",
    "DiffAugment",
    "adaptive",
    "color",
    "cutout",
    "translation",
]
