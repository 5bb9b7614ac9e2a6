"""ESRGAN: the contract, its networks, and its loss."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo.models.esrgan import ResidualDenseNetwork, rrdb_generator, shuffle
from tests.models.test_srgan import SuperResolutionContract

pytestmark = pytest.mark.compiles_long

ARGUMENTS = {
    "scale": 2,
    "base_channels": 4,
    "blocks": 1,
    "growth": 2,
    "discriminator_base_channels": 4,
}


class TestESRGAN(SuperResolutionContract):
    model_class = kgz.ESRGAN
    arguments = ARGUMENTS

    def test_the_generator_has_the_size_of_the_published_one(self):
        # RRDBNet(3, 3, nf=64, nb=23, gc=32) of the paper's authors.
        generator = rrdb_generator()
        assert generator.count_params() == 16_697_987
        kinds = {type(layer) for layer in generator.layers}
        assert layers.BatchNormalization not in kinds
        assert generator.compute_output_shape((1, 9, 8, 3)) == (1, 36, 32, 3)

    def test_blocks_start_with_a_tenth_of_the_usual_weights(self):
        keras.utils.set_random_seed(0)
        generator = rrdb_generator(blocks=1)
        convolutions = [x for x in generator.layers if isinstance(x, layers.Conv2D)]
        for layer in convolutions[1:16]:  # 3 dense blocks of 5
            kernel = ops.convert_to_numpy(layer.kernel)
            usual = np.sqrt(2 / np.prod(kernel.shape[:3]))
            assert kernel.std() == pytest.approx(0.1 * usual, rel=0.03)

    def test_the_loss_is_that_of_equation_3(self):
        model = self.make()
        model.compile()
        real, fake = np.random.RandomState(0).rand(2, 3, 8, 8, 3).astype("float32")
        terms = model.reconstruction_loss(*map(ops.convert_to_tensor, (real, fake)))
        terms = model.weighted(terms)
        distance = np.abs(real - fake).mean()
        assert float(terms["content_loss"]) == pytest.approx(distance, rel=1e-5)
        assert float(terms["pixel_loss"]) == pytest.approx(0.01 * distance, rel=1e-5)
        # Judged against each other: what looks as real as the rest costs 2 log 2.
        model.discriminate = lambda images, condition=None: 0 * images[:, 0, 0, :1] + 7
        batch = model.prepare(ops.convert_to_tensor(self.data(4)), None)
        terms = model.weighted(model.generator_loss(batch, model.sample_like(batch)))
        adversarial = terms["generator_loss"]
        assert float(ops.stop_gradient(adversarial)) == pytest.approx(
            0.005 * 2 * np.log(2), rel=1e-5
        )

    @pytest.mark.parametrize("scale", [2, 3])
    def test_other_generators_fit_in(self, scale):
        for generator in [
            ResidualDenseNetwork(scale, 3, base_channels=4, blocks=2, growth=2),
            rrdb_generator(
                scale, 3, base_channels=4, blocks=1, growth=2, enlarge=shuffle
            ),
        ]:
            copy = keras.saving.deserialize_keras_object(
                keras.saving.serialize_keras_object(generator)
            )
            assert copy.count_params() == generator.count_params()
            model = kgz.ESRGAN(scale=scale, generator=copy)
            assert model.upscale(np.zeros((5, 6), "uint8"), 16, 4).shape == (
                5 * scale,
                6 * scale,
            )

    def test_a_preset_may_hold_the_generator_alone(self, tmp_path):
        model = self.make()
        with pytest.raises(ValueError, match="cannot write the networks"):
            model.save_to_preset(tmp_path / "preset", networks=["encoder"])
        model.save_to_preset(tmp_path / "preset", networks=["generator"])
        copy = kgz.GAN.from_preset(tmp_path / "preset")
        np.testing.assert_array_equal(self.sample(model), self.sample(copy))
        facts = kgz.presets.describe(tmp_path / "preset")
        assert facts["parameters"] == {"generator": model.generator.count_params()}
