"""LSGAN: the contract, and its regression."""

import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from tests.contract import LatentContract


class TestLSGAN(LatentContract):
    model_class = kgz.LSGAN
    arguments = {"base_channels": 4, "latent_dim": 8}

    def test_real_images_regress_to_1_and_generated_ones_to_0(self):
        model = self.make()
        model.compile()
        # The discriminator returns what it is shown, and every fake is 0.25.
        model.discriminate = lambda images, condition: images
        batch = model.prepare(np.array([[0.5], [-1.0]], "float32"), None)
        both = batch, ops.full_like(batch.real, 0.25)
        terms = {**model.discriminator_loss(*both), **model.generator_loss(*both)}
        found = {name: ops.convert_to_numpy(term) for name, term in terms.items()}
        assert found == pytest.approx(
            {
                "discriminator_loss": (0.5**2 + 2**2) / 2 / 2 + 0.25**2 / 2,
                "generator_loss": 0.75**2 / 2,
            }
        )
