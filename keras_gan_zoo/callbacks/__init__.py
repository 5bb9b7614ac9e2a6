"""Callbacks that show what a GAN is doing while it trains."""

from keras_gan_zoo.callbacks.checkpoint import Checkpoint
from keras_gan_zoo.callbacks.diagnose import Diagnose
from keras_gan_zoo.callbacks.evaluate import Evaluate
from keras_gan_zoo.callbacks.finding import Finding
from keras_gan_zoo.callbacks.report import Report
from keras_gan_zoo.callbacks.sample_grid import SampleGrid

__all__ = ["Checkpoint", "Diagnose", "Evaluate", "Finding", "Report", "SampleGrid"]
