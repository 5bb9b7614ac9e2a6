"""SAGAN: the contract, where attention stands, norms that are 1 in both networks."""

import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.layers.spectral_normalization import Spectral
from keras_gan_zoo.models.sagan import attention_stage
from tests.contract import LatentContract, random_images, values_of

pytestmark = pytest.mark.compiles_long


def attention_of(network):
    kind = kgz.layers.SelfAttention2D
    return [layer for layer in network.layers if isinstance(layer, kind)]


class TestSAGAN(LatentContract):
    model_class = kgz.SAGAN
    arguments = {
        "base_channels": 4,
        "discriminator_base_channels": 4,
        "latent_dim": 8,
        "num_classes": 10,
    }
    moved = {"loss": "non_saturating"}  # see SNGAN
    other_shapes = [(21, 18, 4)]

    def test_all_kernels_of_both_networks_have_spectral_norm_1(self):
        model = self.make()
        model.compile()
        for _ in range(20):
            model.train_on_batch(*self.data(8))
        gammas = [
            attention_of(network)[0].gamma
            for network in (model.generator, model.discriminator)
        ]
        assert all(gamma != 0 for gamma in values_of(gammas))  # it is learned
        for network, number in (
            (model.generator, 8 + 4),
            (model.discriminator, 12 + 4),
        ):
            found = [
                x
                for x in [*network.layers, *attention_of(network)[0].layers]
                if isinstance(x, Spectral)
            ]
            assert len(found) == number
            for layer in found:
                matrix = ops.convert_to_numpy(layer.normalized())
                matrix = matrix.reshape(-1, layer.u.shape[0])
                norm = np.linalg.svd(matrix, compute_uv=False)[0]
                assert norm == pytest.approx(1, abs=0.01), layer.name

    @pytest.mark.parametrize(
        ("shape", "stage", "sides"),
        [((28, 28, 1), 1, (14, 14)), ((64, 64, 3), 1, (32, 32))],
    )
    def test_attention_is_where_maps_have_32_pixels_or_half_the_image(
        self, shape, stage, sides
    ):
        assert attention_stage(shape) == stage
        model = self.make(image_shape=shape)
        for network in (model.generator, model.discriminator):
            (layer,) = attention_of(network)
            assert layer.output.shape[1:3] == sides
        assert attention_stage((128, 128, 3)) == 2

    def test_both_networks_take_one_step_at_rates_of_their_own(self):
        model = self.make()
        model.compile()
        assert [phase.repeats for phase in model.phases()] == [1, 1]
        rates = [float(phase.optimizer.learning_rate) for phase in model.phases()]
        assert rates == pytest.approx([4e-4, 1e-4])

    def test_attention_begins_as_nothing(self):
        model = self.make()
        networks = (model.generator, model.discriminator)
        gammas = [attention_of(network)[0].gamma for network in networks]
        assert values_of(gammas) == [0, 0]

    def test_without_classes_it_makes_images_from_noise(self):
        model = self.make(num_classes=None)
        model.compile()
        model.train_on_batch(random_images(8, self.image_shape))
        assert model.generate(3, seed=0).shape == (3, *self.image_shape)
