"""WGAN: the contract, and algorithm 1."""

import keras
import numpy as np

import keras_gan_zoo as kgz
from tests.contract import LatentContract, random_images, values_of


class TestWGAN(LatentContract):
    model_class = kgz.WGAN
    arguments = {"base_channels": 4, "latent_dim": 8}
    shortened = {"critic_steps": 1}

    def test_the_optimizers_have_no_momentum(self):
        # Section 4.2: a critic's loss changes with the generator, and momentum made
        # training unstable.
        model = self.make()
        model.compile()
        for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
            assert isinstance(optimizer, keras.optimizers.RMSprop)
            assert optimizer.momentum == 0.0


def test_five_clipped_critic_steps_for_one_of_the_generator():
    model = TestWGAN().make()
    images = random_images(16, TestWGAN.image_shape)
    model.fit(images, batch_size=8, verbose=0)
    assert int(model.generator_optimizer.iterations) == 2
    assert int(model.discriminator_optimizer.iterations) == 10
    weights = values_of(model.discriminator.trainable_variables)
    largest = [np.abs(weight).max() for weight in weights]
    # DCGAN's first weights are larger, and its scales of batch normalization are 1.
    np.testing.assert_allclose(max(largest), 0.01, rtol=1e-6)
