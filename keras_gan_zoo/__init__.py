"""A Keras 3 model zoo of generative adversarial networks."""

from keras_gan_zoo import (
    augment,
    callbacks,
    datasets,
    flops,
    images,
    layers,
    losses,
    metrics,
    presets,
    regularizers,
)
from keras_gan_zoo.evaluation import Evaluation, evaluate
from keras_gan_zoo.gan import GAN, Phase
from keras_gan_zoo.models.dcgan import DCGAN
from keras_gan_zoo.models.vanilla_gan import VanillaGAN
from keras_gan_zoo.presets import list_presets
from keras_gan_zoo.version import __version__ as __version__

__all__ = [
    "DCGAN",
    "Evaluation",
    "GAN",
    "Phase",
    "VanillaGAN",
    "augment",
    "callbacks",
    "datasets",
    "evaluate",
    "flops",
    "images",
    "layers",
    "list_presets",
    "losses",
    "metrics",
    "presets",
    "regularizers",
]
