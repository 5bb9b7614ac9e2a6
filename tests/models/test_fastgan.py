"""FastGAN: the contract, gates, and a discriminator that must also encode."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.backend import minimize
from keras_gan_zoo.layers import fastgan_blocks
from keras_gan_zoo.models import fastgan
from tests.contract import LatentContract, random_images, values_of

TINY = {"base_channels": 4, "latent_dim": 8}
SHAPE = (32, 32, 3)


def numpy(x):
    return ops.convert_to_numpy(x)


class TestFastGAN(LatentContract):
    model_class = kgz.FastGAN
    arguments = TINY
    image_shape = (32, 32, 1)
    other_shapes = [(40, 64, 3)]
    compiled = {}  # the paper averages
