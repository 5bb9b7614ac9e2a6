"""VanillaGAN: the contract, and what the first GAN is made of."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.models.vanilla_gan import Maxout
from tests.contract import LatentContract


class TestVanillaGAN(LatentContract):
    model_class = kgz.VanillaGAN
    arguments = {"units": 16, "discriminator_units": 8, "latent_dim": 8}

    def test_mnist_networks_have_the_papers_size(self):
        model = kgz.VanillaGAN(image_shape=(28, 28, 1))
        generator = 100 * 1200 + 1200 + 1200 * 1200 + 1200 + 1200 * 784 + 784
        discriminator = 784 * 1200 + 1200 + 240 * 1200 + 1200 + 240 + 1
        assert model.generator.count_params() == generator
        assert model.discriminator.count_params() == discriminator

    def test_maxout_takes_the_largest_of_its_linear_maps(self):
        layer = Maxout(units=2, pieces=3)
        inputs = np.random.RandomState(0).randn(4, 5).astype("float32")
        outputs = keras.ops.convert_to_numpy(layer(inputs))
        kernel = keras.ops.convert_to_numpy(layer.kernel)
        expected = (inputs @ kernel).reshape(4, 3, 2).max(axis=1)
        np.testing.assert_allclose(outputs, expected, atol=1e-6)

    def test_latents_are_uniform(self):
        latents = self.make().latents(20_000, seed=0)
        assert np.abs(latents).max() == pytest.approx(np.sqrt(3), abs=1e-3)
        assert latents.mean() == pytest.approx(0, abs=0.01)
        assert latents.std() == pytest.approx(1, abs=0.01)

    def test_points_of_any_range_can_be_learned(self):
        points, _ = kgz.datasets.load("grid", num_samples=64)
        model = kgz.VanillaGAN(units=8, discriminator_units=8, seed=0)
        model.fit(points, batch_size=32, verbose=0)
        samples = model.generate(5, seed=0)
        assert samples.shape == (5, 2) and samples.dtype == np.float32
