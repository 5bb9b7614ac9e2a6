"""Real-ESRGAN: the contract, its networks, and its loss."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo.callbacks import Checkpoint
from keras_gan_zoo.datasets import Degraded
from keras_gan_zoo.datasets.sharpening import unsharp_mask
from keras_gan_zoo.models.real_esrgan import (
    RRDBNet,
    SRVGGNetCompact,
    unet_discriminator,
)
from tests.contract import random_images, values_of
from tests.models.test_esrgan import ARGUMENTS as ESRGAN_ARGUMENTS
from tests.models.test_srgan import SuperResolutionContract
from tests.test_checkpoint import Crash, assert_same_end
from tests.test_degrading import smooth

pytestmark = pytest.mark.compiles_long


class TestRealESRGAN(SuperResolutionContract):
    model_class = kgz.RealESRGAN
    arguments = ESRGAN_ARGUMENTS

    def test_the_networks_have_the_sizes_of_the_published_ones(self):
        assert RRDBNet().count_params() == 16_697_987
        assert RRDBNet(blocks=6).count_params() == 4_467_779
        assert SRVGGNetCompact().count_params() == 621_424
        discriminator = unet_discriminator((64, 48, 3))
        # UNetDiscriminatorSN(3, num_feat=64) of the paper's authors.
        trained = sum(np.prod(v.shape) for v in discriminator.trainable_variables)
        assert trained == 4_376_897
        assert discriminator.output_shape == (None, 64, 48, 1)  # a logit for each pixel

    def test_all_but_the_first_and_last_kernel_have_spectral_norm_1(self):
        model = self.make()
        model.compile()
        model.train_on_batch(self.data(8))
        for _ in range(100):
            model.constrain_discriminator()
        convolutions = [
            x for x in model.discriminator.layers if isinstance(x, layers.Conv2D)
        ]
        kinds = [isinstance(x, kgz.layers.SpectralConv2D) for x in convolutions]
        assert kinds == [False, *8 * [True], False]
        for layer in convolutions[1:-1]:
            matrix = ops.convert_to_numpy(layer.kernel).reshape(-1, layer.filters)
            v, u = map(ops.convert_to_numpy, layer.singular_vectors())
            largest = np.linalg.svd(matrix, compute_uv=False)[0]
            assert v @ matrix @ u == pytest.approx(largest, rel=0.02)

    def test_each_step_moves_the_directions_of_the_norms(self):
        model = self.make()
        model.compile()
        directions = [
            x.u
            for x in model.discriminator.layers
            if isinstance(x, kgz.layers.SpectralConv2D)
        ]
        before = values_of(directions)
        model.train_on_batch(self.data(8))
        for old, new in zip(before, values_of(directions), strict=True):
            assert np.abs(old - new).max() > 1e-3
            assert np.linalg.norm(new) == pytest.approx(1, abs=1e-5)

    def test_the_loss_is_that_of_section_4_1(self):
        model = self.make()
        model.compile()
        real, fake = np.random.RandomState(0).rand(2, 3, 8, 8, 3).astype("float32")
        terms = model.reconstruction_loss(*map(ops.convert_to_tensor, (real, fake)))
        terms = model.weighted(terms)
        target = ops.convert_to_numpy(unsharp_mask(real))
        assert np.abs(target - real).max() > 0.1
        distance = np.abs(target - fake).mean()
        assert float(terms["content_loss"]) == pytest.approx(distance, rel=1e-5)
        assert float(terms["pixel_loss"]) == pytest.approx(distance, rel=1e-5)
        model.discriminate = lambda images, condition=None: 0 * images[..., :1] + 2
        batch = model.prepare(ops.convert_to_tensor(self.data(4)), None)
        terms = model.weighted(model.generator_loss(batch, model.sample_like(batch)))
        assert float(ops.stop_gradient(terms["generator_loss"])) == pytest.approx(
            0.1 * np.log1p(np.exp(-2)), rel=1e-5
        )
        assert model.ema == 0.999

    def test_the_discriminator_sees_the_images_as_they_are(self):
        model, seen = self.make(), []
        model.compile()
        model.discriminate = lambda images, condition=None: (
            seen.append(images) or 0 * images[..., :1]
        )
        batch = model.prepare(ops.convert_to_tensor(self.data(4)), None)
        model.discriminator_loss(batch, model.sample_like(batch))
        model.generator_loss(batch, model.sample_like(batch))
        assert len(seen) == 3  # real, generated, and generated once more
        expected = self.data(4) / np.float32(127.5) - 1
        np.testing.assert_allclose(
            ops.convert_to_numpy(seen[0]), expected, rtol=0, atol=1e-6
        )

    def test_the_loss_adds_the_distances_of_several_feature_maps(self):
        images = keras.Input((None, None, 3))
        maps = [layers.Rescaling(5.1)(images), layers.AveragePooling2D(4)(images)]
        model = self.make()
        model.compile(content_features=keras.Model(images, maps), sharpening=0)
        real, fake = np.random.RandomState(0).rand(2, 3, 8, 8, 3).astype("float32")
        terms = model.reconstruction_loss(*map(ops.convert_to_tensor, (real, fake)))
        cells = (real - fake).reshape(3, 2, 4, 2, 4, 3).mean(axis=(2, 4))
        pixels = np.abs(real - fake).mean()
        expected = (5.1 * pixels + np.abs(cells).mean()) / 12.75
        assert float(terms["content_loss"]) == pytest.approx(expected, rel=1e-5)
        assert float(terms["pixel_loss"]) == pytest.approx(pixels, rel=1e-5)

    def test_the_sharpening_is_remembered(self, tmp_path):
        model = self.make()
        model.compile(sharpening=0.25)
        model.fit(self.data(), batch_size=8, verbose=0)
        model.save(tmp_path / "model.keras")
        assert keras.saving.load_model(tmp_path / "model.keras").sharpening == 0.25

    def test_both_stages_learn_from_degraded_images(self):
        model = self.make()
        assert model.compile_defaults()["generator_optimizer"].beta_2 == 0.99
        data = Degraded(smooth(16, 16, 16, 3), 2, batch_size=8, seed=0)
        rate = keras.optimizers.Adam(1e-2, beta_2=0.99)
        model.compile(
            generator_optimizer=rate,
            loss_weights={"content_loss": 0, "generator_loss": 0},
        )
        first = model.fit(data, epochs=30, verbose=0).history
        assert first.keys() == {"content_loss", "pixel_loss"}
        assert first["pixel_loss"][-1] < 0.7 * first["pixel_loss"][0]
        before = values_of(model.discriminator.weights)
        model.compile()
        second = model.fit(data, verbose=0).history
        assert second.keys() - first.keys() == {"discriminator_loss", "generator_loss"}
        assert second["pixel_loss"][0] < 0.7 * first["pixel_loss"][0]
        after = values_of(model.discriminator.weights)
        assert any((old != new).any() for old, new in zip(before, after, strict=True))

    @pytest.mark.parametrize("after", [1, 3])
    def test_a_run_on_degraded_images_goes_on_bit_by_bit(self, after, tmp_path):
        images = smooth(11, 24, 20, 3)

        def fit(callbacks=(), workers=1):
            model = self.make(seed=2)
            model.compile()
            data = Degraded(images, 2, 4, size=16, workers=workers)
            model.fit(data, epochs=2, callbacks=[*callbacks], verbose=0)
            return model

        straight = fit(workers=3)
        with pytest.raises(InterruptedError):
            fit([Checkpoint(tmp_path, every=1), Crash(after)])
        assert_same_end(straight, fit([Checkpoint(tmp_path, every=1)]))

    def test_sides_that_8_does_not_divide_are_refused(self):
        with pytest.raises(ValueError, match=r"8 must divide both.*\(16, 20, 3\)"):
            self.make(image_shape=(16, 20, 3))

    @pytest.mark.parametrize(("scale", "inner"), [(2, None), (3, None), (2, 4), (3, 4)])
    def test_the_small_generator_fits_in_and_leaves_no_seams(self, scale, inner):
        network = SRVGGNetCompact(
            scale, base_channels=4, blocks=2, inner_scale=inner, name="generator"
        )
        copy = keras.saving.deserialize_keras_object(
            keras.saving.serialize_keras_object(network)
        )
        assert copy.get_config() == network.get_config()
        # 4 convolutions of 3x3, and two large pixels where they are shrunk.
        reach = 4 if inner is None else 5
        assert kgz.receptive_field.radius(copy) == reach
        model = kgz.RealESRGAN(scale=scale, generator=copy)
        image = random_images(1, (23, 30, 3))[0]
        whole, tiled = (model.upscale(image, tile=n).astype(int) for n in (64, 17))
        assert whole.shape == (23 * scale, 30 * scale, 3)
        assert np.ptp(whole) > 100 and np.abs(whole - tiled).max() <= 1

    def test_without_its_convolutions_it_repeats_pixels(self):
        network = SRVGGNetCompact(3, base_channels=4, blocks=1)
        network.set_weights([0 * weight for weight in network.get_weights()])
        image = random_images(1, (4, 5, 3))
        large = kgz.RealESRGAN(scale=3, generator=network).upscale(image, verbose=0)
        np.testing.assert_array_equal(large, image.repeat(3, 1).repeat(3, 2))
