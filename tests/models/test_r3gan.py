"""R3GAN: the contract, its stages and residual branches, and its schedules."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.models.r3gan import recipe, stages
from tests.contract import LatentContract, random_images, values_of

pytestmark = pytest.mark.compiles_long


class TestR3GAN(LatentContract):
    model_class = kgz.R3GAN
    arguments = {"base_channels": 8, "latent_dim": 8, "blocks": 1}
    compiled = {}  # the paper averages

    @pytest.mark.parametrize(
        ("shape", "expected"),
        [
            ((28, 28, 1), [(28, 28, 8), (14, 14, 16), (7, 7, 32)]),
            ((32, 48, 3), [(32, 48, 8), (16, 24, 16), (8, 12, 32), (4, 6, 32)]),
            ((9, 9, 1), [(9, 9, 8)]),
        ],
    )
    def test_sides_are_halved_while_they_can_be(self, shape, expected):
        assert stages(shape, 8) == expected

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"base_channels": 12}, "multiple of 8.*12"),
            ({"image_shape": (2,)}, "VanillaGAN"),
        ],
    )
    def test_networks_that_cannot_be_made_are_refused(self, change, message):
        with pytest.raises(ValueError, match=message):
            self.make(**change)

    def test_fresh_blocks_change_nothing(self):
        # Their last layers begin at zero, so depth does not matter at first.
        deep = self.make(blocks=3).discriminator
        added = [layer for layer in deep.layers if isinstance(layer, keras.layers.Add)]
        view = keras.Model(deep.input, [layer.output for layer in added])
        before, *after = view(random_images(2, self.image_shape) / 127.5 - 1)[:3]
        for maps in after:
            np.testing.assert_array_equal(*map(ops.convert_to_numpy, (before, maps)))

    def test_all_numbers_follow_their_schedules_and_a_file_keeps_them(self, tmp_path):
        model = self.make()
        model.compile(**recipe(images=64, gamma=1.0, half_life=16))
        model.fit(random_images(32, self.image_shape), batch_size=8, verbose=0)
        assert int(model.images_seen) == 32
        r1, r2 = model.regularizers_now("discriminator")
        # Half-way along a cosine lies the mean of its ends.
        for gamma in (r1.gamma, r2.gamma):
            assert float(gamma) == pytest.approx(0.55)
        assert 0.5 ** (8 / 8) == pytest.approx(float(model.ema.momentum(32, 8)))
        model.save(tmp_path / "model.keras")
        copy = keras.saving.load_model(tmp_path / "model.keras")
        for each in (model, copy):
            each.fit(random_images(32, self.image_shape), batch_size=8, verbose=0)
            rate = each.discriminator_optimizer.learning_rate
            # That of the last step, before which 56 images were seen.
            expected = kgz.schedules.Cosine(2e-4, 5e-5, 64)(56)
            assert float(rate) == pytest.approx(float(expected), rel=1e-5)
        for one, two in zip(
            *map(values_of, (model.weights, copy.weights)), strict=True
        ):
            np.testing.assert_array_equal(one, two)

    def test_the_losses_worked_out_by_hand(self):
        model = self.make()
        model.compile()
        batch = model.prepare(random_images(4, self.image_shape), None)
        fake = model.sample_like(batch)
        real, generated = (
            ops.convert_to_numpy(model.discriminate(images)).astype("float64")
            for images in (batch.real, fake)
        )
        terms = model.discriminator_terms(batch, fake)
        expected = np.log1p(np.exp(generated - real)).mean()
        loss = ops.convert_to_numpy(terms["discriminator_loss"])
        assert loss == pytest.approx(expected, rel=1e-4)
        assert {"r1", "r2"} < terms.keys()
