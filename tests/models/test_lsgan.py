"""LSGAN: the contract, and its regression."""

import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from tests.contract import LatentContract


class TestLSGAN(LatentContract):
    model_class = kgz.LSGAN
    arguments = {"width": 4, "latent_dim": 8}

    def test_real_images_regress_to_1_and_generated_ones_to_0(self):
        model = self.make()
        model.compile()
        model.sample_like = lambda batch: -batch.images
        # A discriminator that gives each image its first pixel.
        model.discriminate = lambda images, condition: images[:, 0, 0]
        pixels = np.array([0.5, -0.25], "float32")
        batch = model.prepare(
            np.ones((2, 1, 1, 1), "float32") * pixels[:, None, None, None], None
        )
        found = model.discriminator_loss(batch)["discriminator_loss"]
        expected = ((pixels - 1) ** 2).mean() / 2 + (pixels**2).mean() / 2
        assert ops.convert_to_numpy(found) == pytest.approx(expected)
        found = model.generator_loss(batch)["generator_loss"]
        expected = ((-pixels - 1) ** 2).mean() / 2
        assert ops.convert_to_numpy(found) == pytest.approx(expected)
