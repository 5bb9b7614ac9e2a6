"""DCGAN: the contract, and the recipe of its section 3."""

import keras
import numpy as np
import pytest
from keras import layers

import keras_gan_zoo as kgz
from keras_gan_zoo.models.dcgan import stage_shapes
from tests.contract import LatentContract


class TestDCGAN(LatentContract):
    model_class = kgz.DCGAN
    arguments = {"base_channels": 4, "latent_dim": 8}

    def test_64_pixels_give_the_network_of_figure_1(self):
        assert stage_shapes((64, 64, 3), 128) == [
            (64, 64, 3),
            (32, 32, 128),
            (16, 16, 256),
            (8, 8, 512),
            (4, 4, 1024),
        ]

    @pytest.mark.parametrize(
        "shape", [(8, 8, 1), (16, 256, 1), (50, 71, 4), (256, 256, 3)], ids=str
    )
    def test_any_size_and_number_of_channels_fits(self, shape):
        model = self.make(image_shape=shape)
        assert model.generator.output_shape == (None, *shape)
        # Both networks go through the same sizes, in opposite directions.
        maps = stage_shapes(shape, 4)
        assert min(maps[-1][:2]) >= 4
        convolutions = [
            layer.output.shape[1:]
            for layer in model.discriminator.layers
            if isinstance(layer, layers.Conv2D)
        ]
        assert convolutions == maps[1:]

    @pytest.mark.parametrize("shape", [(4, 32, 1), (2,)], ids=str)
    def test_what_is_too_small_is_refused_and_the_model_stays_open(self, shape):
        model = self.make(image_shape=None)
        data = np.zeros((4, *shape), "float32")
        with pytest.raises(ValueError, match="from 8x8 pixels"):
            model.fit(data, verbose=0)
        model.fit(self.data(), verbose=0)
        assert model.image_shape == self.image_shape

    def test_batch_normalization_everywhere_but_next_to_the_image(self):
        model = self.make(image_shape=(64, 64, 3))
        for network, convolution in [
            (model.generator, kgz.layers.Conv2DTranspose),
            (model.discriminator, kgz.layers.Conv2D),
        ]:
            kinds = [type(layer) for layer in network.layers]
            normalizations = kinds.count(kgz.layers.BatchNormalization)
            assert kinds.count(convolution) == 4
            # The generator also normalizes the projected latents.
            assert normalizations == (4 if network is model.generator else 3)
        first = model.discriminator.layers[1]
        assert type(first) is kgz.layers.Conv2D and first.use_bias

    def test_weights_start_as_in_the_paper(self):
        model = kgz.DCGAN(image_shape=(32, 32, 3), seed=0)
        kernels = [v for v in model.trainable_variables if v.path.endswith("kernel")]
        values = np.concatenate(
            [keras.ops.convert_to_numpy(kernel).ravel() for kernel in kernels]
        )
        assert values.std() == pytest.approx(0.02, rel=0.01)
        assert values.mean() == pytest.approx(0.0, abs=1e-4)
