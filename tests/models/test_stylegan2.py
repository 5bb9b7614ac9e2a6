"""StyleGAN2: the contract, and what its layers and its latent space promise."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.layers.stylegan2_blocks import stages
from keras_gan_zoo.models.stylegan2 import recipe
from tests.contract import LatentContract, values_of

pytestmark = pytest.mark.compiles_long

TINY = {"base_channels": 4, "latent_dim": 8, "depth": 1}


class TestStyleGAN2(LatentContract):
    model_class = kgz.StyleGAN2
    arguments = TINY
    image_shape = (8, 8, 1)
    other_shapes = [(8, 12, 3), (9, 6, 4)]
    compiled = {}  # the paper averages

    @pytest.mark.parametrize(
        ("shape", "expected"),
        [
            ((28, 28, 1), [(7, 7, 16), (14, 14, 8), (28, 28, 4)]),
            ((16, 24, 3), [(4, 6, 16), (8, 12, 8), (16, 24, 4)]),
            ((9, 9, 1), [(9, 9, 4)]),
        ],
    )
    def test_sides_are_doubled_from_the_smallest_on(self, shape, expected):
        assert stages(shape, 4) == expected

    def test_channels_are_those_of_the_paper_at_1024_pixels(self):
        channels = [shape[-1] for shape in stages((1024, 1024, 3), 32)]
        assert channels == [512, 512, 512, 512, 512, 256, 128, 64, 32]

    def test_images_that_are_too_small_are_refused(self):
        with pytest.raises(ValueError, match=r"from 4x4.*\(2, 2, 1\).*VanillaGAN"):
            self.make(image_shape=(2, 2, 1))

    def test_a_generator_without_styles_is_refused(self):
        latents = keras.Input((8,))
        x = keras.layers.Dense(64)(latents)
        network = keras.Model(latents, keras.layers.Reshape(self.image_shape)(x))
        with pytest.raises(ValueError, match='named "mapping".*Received: layers'):
            self.make(generator=network)

    @pytest.mark.parametrize("truncation", [None, "0.7", float("nan")])
    def test_truncations_that_are_no_numbers_are_refused(self, truncation):
        with pytest.raises(ValueError, match=f"truncation={truncation!r}"):
            self.make().generate(1, truncation=truncation)

    def test_truncation_pulls_styles_to_their_mean(self):
        model = self.make()
        mapping, synthesis = map(model.part, ("mapping", "synthesis"))
        mean = np.random.RandomState(0).standard_normal(8).astype("float32")
        mapping.get_layer("mean").mean.assign(mean)
        of_mean = model.domain.decode(synthesis(np.tile(mean, (1, model.places, 1))))
        at_mean = model.generate(8, seed=0, truncation=0.0).astype(int)
        assert np.abs(at_mean - ops.convert_to_numpy(of_mean)).max() <= 1
        distances = [
            np.abs(model.generate(8, seed=0, truncation=t) - at_mean).mean()
            for t in (0.5, 1.0)
        ]
        assert 0 < distances[0] < distances[1]

    def test_the_mean_style_moves_towards_those_of_the_batch(self):
        model = self.make()
        mapping = model.part("mapping")
        mean, latents = mapping.get_layer("mean").mean, model.latents(64, seed=0)
        before = values_of([mean])[0]
        styles = ops.convert_to_numpy(mapping(latents))
        np.testing.assert_array_equal(values_of([mean])[0], before)
        mapping(latents, training=True)
        expected = 0.995 * before + 0.005 * styles.mean(axis=0)
        np.testing.assert_allclose(values_of([mean])[0], expected, rtol=1e-4, atol=1e-7)

    def test_mixing_takes_the_later_places_from_other_latents(self):
        model = self.make()
        one, other = np.random.RandomState(0).rand(2, 500, 8).astype("float32")
        assert model.places == 4
        same = ops.convert_to_numpy(model.mix(one, one))
        np.testing.assert_array_equal(same, np.repeat(one[:, None], 4, axis=1))
        mixed = ops.convert_to_numpy(model.mix(one, other))
        is_other = (mixed == other[:, None]).all(axis=-1)
        assert ((mixed == one[:, None]).all(axis=-1) != is_other).all()
        assert not is_other[:, 0].any() and (np.diff(is_other.astype(int)) >= 0).all()
        # 4 standard deviations about 0.9; the three places to begin at take turns.
        assert abs(is_other.any(axis=1).mean() - 0.9) < 0.055
        begins = np.bincount(4 - is_other.sum(axis=1), minlength=5)[1:4]
        assert begins.min() > 105
        model = self.make(mixing=0.0)
        np.testing.assert_array_equal(ops.convert_to_numpy(model.mix(one, other)), same)

    def test_noise_is_drawn_in_training_alone(self):
        synthesis = self.make().part("synthesis")
        for variable in synthesis.trainable_variables:
            if variable.path.endswith("strength"):
                variable.assign(0.5)
        styles = np.random.RandomState(0).rand(2, 4, 8).astype("float32")
        for training, equal in ((False, True), (True, False)):
            pair = [synthesis(styles, training=training) for _ in range(2)]
            one, two = map(ops.convert_to_numpy, pair)
            assert (one == two).all() == equal

    def test_the_recipe_says_how_often_penalties_come(self):
        model = self.make()
        model.compile(**recipe(gamma=1.0, rate=1e-3, half_life=16))
        r1, path = model.regularizers
        assert (r1.gamma, r1.every, path.weight, path.every) == (1.0, 16, 2.0, 8)
        assert float(model.ema.momentum(0, 16)) == pytest.approx(0.5)
        assert float(model.generator_optimizer.learning_rate) == pytest.approx(1e-3)
