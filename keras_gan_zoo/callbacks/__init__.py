"""Callbacks that show what a GAN is doing while it trains."""

from keras_gan_zoo.callbacks.diagnose import Diagnose
from keras_gan_zoo.callbacks.sample_grid import SampleGrid

__all__ = ["Diagnose", "SampleGrid"]
