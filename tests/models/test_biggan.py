"""BigGAN: the contract, orthogonal kernels, chunks, truncation, standing statistics."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.layers.spectral_normalization import Spectral
from keras_gan_zoo.standing_statistics import measure
from tests.contract import LatentContract, values_of

pytestmark = pytest.mark.compiles_long


def numpy(x):
    return ops.convert_to_numpy(x)


def normalizations_of(network):
    kind = keras.layers.BatchNormalization
    return [layer for layer in network.layers if isinstance(layer, kind)]


@pytest.fixture(scope="module")
def trained():
    """A model after twenty steps, which no test changes."""
    model = TestBigGAN().make()
    model.compile(generator_optimizer="adam", discriminator_optimizer="adam")
    for _ in range(20):
        model.train_on_batch(*TestBigGAN().data(8))
    return model


class TestBigGAN(LatentContract):
    model_class = kgz.BigGAN
    arguments = {
        "base_channels": 4,
        "discriminator_base_channels": 4,
        "latent_dim": 8,
        "num_classes": 10,
        "embedding_dim": 4,
    }
    moved = {"loss": "non_saturating"}  # see SNGAN
    other_shapes = [(21, 18, 4)]
    shortened = {"discriminator_steps": 1}

    def test_kernels_of_both_networks_begin_orthogonal(self):
        model = self.make()
        for network, number in ((model.generator, 21), (model.discriminator, 16)):
            kernels = [v for v in network.trainable_variables if len(v.shape) > 1]
            assert len(kernels) == number
            for kernel in values_of(kernels):
                matrix = kernel.reshape(-1, kernel.shape[-1])
                singular = np.linalg.svd(matrix, compute_uv=False)
                np.testing.assert_allclose(singular, 1, atol=1e-5)

    def test_kernels_of_both_networks_keep_spectral_norm_1(self, trained):
        for network in (trained.generator, trained.discriminator):
            attention = [x for x in network.layers if hasattr(x, "query")]
            inner = [x for layer in attention for x in layer.layers]
            spectral = [x for x in network.layers if isinstance(x, Spectral)]
            assert len(attention) == 1 and len(spectral) > 10
            for layer in [*spectral, *inner]:
                matrix = numpy(layer.normalized()).reshape(-1, layer.u.shape[0])
                norm = np.linalg.svd(matrix, compute_uv=False)[0]
                assert norm == pytest.approx(1, abs=0.05), layer.name

    def test_a_chunk_of_the_latents_acts_in_its_own_block_alone(self, trained):
        network = trained.generator
        latents, labels = trained.latents(1, seed=0), np.zeros(1, "int32")
        # What goes into batch normalization: twice for each block, once at the end.
        places = [layer.input for layer in normalizations_of(network)]
        look = keras.Model(network.inputs, [*places, network.output])
        before = [numpy(x) for x in look([latents, labels])]
        # The chunks of 8 numbers are 2, 3 and 3 long. The first output that changes:
        for chunk, first in ((slice(0, 2), 0), (slice(2, 5), 1), (slice(5, 8), 3)):
            changed = latents.copy()
            changed[:, chunk] += 1
            after = [numpy(x) for x in look([changed, labels])]
            differ = [(a != b).any() for a, b in zip(before, after, strict=True)]
            assert differ == [False] * first + [True] * (6 - first)

    def test_gain_and_bias_are_linear_in_a_chunk_and_the_class(self, trained):
        network = trained.generator
        normalized = normalizations_of(network)[0].output
        relu = next(x for x in network.layers if isinstance(x, keras.layers.ReLU))
        dense = [x for x in network.layers if isinstance(x, kgz.layers.SpectralDense)]
        embed = next(x for x in network.layers if isinstance(x, keras.layers.Embedding))
        latents, labels = trained.latents(3, seed=0), np.array([0, 4, 9], "int32")
        look = keras.Model(network.inputs, [normalized, relu.input])
        maps, expected = (numpy(x) for x in look([latents, labels]))
        classes = numpy(embed.embeddings)[labels]
        condition = np.concatenate([latents[:, 2:5], classes], axis=1)
        gain, bias = (condition @ numpy(layer.normalized()) for layer in dense[1:3])
        computed = maps * (1 + gain[:, None, None]) + bias[:, None, None]
        np.testing.assert_allclose(computed, expected, rtol=1e-4, atol=1e-5)

    def test_latents_are_cut_into_a_chunk_for_each_size_of_the_maps(self):
        with pytest.raises(ValueError, match=r"here 3.*latent_dim=2"):
            self.make(latent_dim=2)

    def test_large_images_have_the_paper_s_blocks(self):
        model = self.make(
            image_shape=(128, 128, 3),
            latent_dim=120,
            base_channels=1,
            discriminator_base_channels=1,
        )
        ends = [x.input.shape[1:] for x in normalizations_of(model.generator)]
        sides, channels = [4, 8, 16, 32, 64, 128], [16, 16, 8, 4, 2, 1]
        assert ends[::2] == [(s, s, c) for s, c in zip(sides, channels, strict=True)]
        blocks = [
            x.output.shape[1:]
            for x in model.discriminator.layers
            if isinstance(x, keras.layers.Add)
        ]
        sides, channels = [64, 32, 16, 8, 4, 4], [1, 2, 4, 8, 16, 16]
        assert blocks == [(s, s, c) for s, c in zip(sides, channels, strict=True)]
        for network in (model.generator, model.discriminator):
            (attention,) = [x for x in network.layers if hasattr(x, "query")]
            assert attention.output.shape[1:3] == (64, 64)

    def test_truncated_latents_are_those_of_the_seed_where_these_lie_within(self):
        model, labels = self.make(), [3] * 50
        plain, same = model.inputs_for(None, labels, seed=1)
        truncated, kept = model.inputs_for(None, labels, seed=1, truncation=0.5)
        again, _ = model.inputs_for(None, labels, seed=1, truncation=0.5)
        few, _ = model.inputs_for(7, seed=1, truncation=0.5)
        inside = np.abs(plain) <= 0.5
        assert np.abs(truncated).max() <= 0.5 and 0 < inside.mean() < 1
        np.testing.assert_array_equal(truncated[inside], plain[inside])
        np.testing.assert_array_equal(truncated, again)
        np.testing.assert_array_equal(truncated[:7], few)
        np.testing.assert_array_equal(same, kept)
        images = model.generate(labels=labels, seed=1, truncation=0.5)
        np.testing.assert_array_equal(
            images, model.generate(labels=labels, latents=truncated)
        )
        with pytest.raises(ValueError, match="Leave latents or truncation out"):
            model.generate(latents=plain, truncation=0.5)

    @pytest.mark.parametrize("truncation", [0, -1.0, "0.5", float("nan")])
    def test_truncations_that_bound_nothing_are_refused(self, truncation):
        with pytest.raises(ValueError, match=f"={truncation!r}"):
            self.make().generate(1, truncation=truncation)

    def test_standing_statistics_are_those_of_generated_batches(self):
        model = self.make()
        model.compile(ema=0.5)
        model.build_training_state()
        model.ema_generator.set_weights(
            [w + 0.01 * (w.ndim > 1) for w in model.generator.get_weights()]
        )
        batches = [model.inputs_for(8, seed=seed) for seed in (0, 1)]
        raw = model.generator.get_weights()
        places = normalizations_of(model.ema_generator)
        measure(model.ema_generator, batches)
        # The first is not normalized before; by hand for each batch apart.
        first = keras.Model(model.ema_generator.inputs, places[0].input)
        maps = [numpy(first(batch)) for batch in batches]
        means = [x.mean(axis=(0, 1, 2)) for x in maps]
        variances = [x.var(axis=(0, 1, 2)) for x in maps]
        for variable, expected in (
            (places[0].moving_mean, np.mean(means, axis=0)),
            (places[0].moving_variance, np.mean(variances, axis=0)),
        ):
            np.testing.assert_allclose(numpy(variable), expected, rtol=1e-4, atol=1e-6)
        for one, two in zip(raw, model.generator.get_weights(), strict=True):
            np.testing.assert_array_equal(one, two)

    def test_samples_of_the_measured_batch_are_those_of_training(self):
        model = self.make()
        model.update_standing_statistics(num_batches=1, batch_size=16, seed=3)
        random = np.random.RandomState(3)
        labels = random.randint(10, size=16)
        inputs = model.inputs_for(16, labels, random.randint(2**31))
        training = numpy(model.generator(inputs, training=True))
        np.testing.assert_allclose(model.predict(inputs), training, atol=1e-4)

    def test_without_classes_it_makes_images_from_noise(self):
        model = self.make(num_classes=None)
        model.update_standing_statistics(num_batches=2, batch_size=4, truncation=0.5)
        images = model.generate(3, seed=0, truncation=0.5)
        assert images.shape == (3, *self.image_shape)


def test_two_steps_of_the_discriminator_and_the_paper_s_rates():
    model = TestBigGAN().make()
    model.compile()
    assert [phase.repeats for phase in model.phases()] == [2, 1]
    rates = [float(phase.optimizer.learning_rate) for phase in model.phases()]
    assert rates == pytest.approx([2e-4, 5e-5])
