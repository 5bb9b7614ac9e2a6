"""DCGAN: the contract, and the recipe of its section 3."""

import keras
import numpy as np
import pytest
from keras import layers

import keras_gan_zoo as kgz
from keras_gan_zoo.models.dcgan import stage_shapes
from tests.contract import ModelContract


class TestDCGAN(ModelContract):
    model_class = kgz.DCGAN
    arguments = {"width": 4, "latent_dim": 8}

    def test_64_pixels_give_the_network_of_figure_1(self):
        assert stage_shapes((64, 64, 3), 128) == [
            (64, 64, 3),
            (32, 32, 128),
            (16, 16, 256),
            (8, 8, 512),
            (4, 4, 1024),
        ]

    def test_batch_normalization_everywhere_but_next_to_the_image(self):
        model = self.make(image_shape=(64, 64, 3))
        for network, convolution in [
            (model.generator, layers.Conv2DTranspose),
            (model.discriminator, layers.Conv2D),
        ]:
            kinds = [type(layer) for layer in network.layers]
            normalizations = kinds.count(layers.BatchNormalization)
            assert kinds.count(convolution) == 4
            # The generator also normalizes the projected latents.
            assert normalizations == (4 if network is model.generator else 3)
        first = model.discriminator.layers[1]
        assert type(first) is layers.Conv2D and first.use_bias

    def test_weights_start_as_in_the_paper(self):
        model = kgz.DCGAN(image_shape=(32, 32, 3), seed=0)
        kernels = [v for v in model.trainable_variables if v.path.endswith("kernel")]
        values = np.concatenate(
            [keras.ops.convert_to_numpy(kernel).ravel() for kernel in kernels]
        )
        assert values.std() == pytest.approx(0.02, rel=0.01)
        assert values.mean() == pytest.approx(0.0, abs=1e-4)
