"""BiGAN: the contract, both losses worked out by hand, and codes that come back."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from tests.contract import LatentContract, random_images

pytestmark = pytest.mark.compiles_long


class TestBiGAN(LatentContract):
    model_class = kgz.BiGAN
    arguments = {"base_channels": 4, "latent_dim": 8}

    def test_the_losses_worked_out_by_hand(self):
        model = self.make()
        model.compile()
        # A pair is judged by the sum of its latents.
        model.discriminate = lambda images, latents: ops.sum(latents, 1, keepdims=True)
        images, (latents, codes) = np.zeros((2, 16, 16, 1)), np.eye(8)[[0, 1]] * 3
        latents, codes = np.float32([latents, codes * 2])[:, None]
        batch = model.prepare(images.astype("float32")[:1], None)
        fake = tuple(map(ops.convert_to_tensor, (batch.real, latents, codes)))
        real_logit, fake_logit = 6.0, 3.0
        loss = model.discriminator_loss(batch, fake)["discriminator_loss"]
        expected = np.log1p(np.exp(-real_logit)) + np.log1p(np.exp(fake_logit))
        assert float(loss) == pytest.approx(expected, rel=1e-5)
        # The labels are exchanged: both networks learn from both kinds of pairs.
        loss = model.generator_loss(batch, fake)["generator_loss"]
        expected = np.log1p(np.exp(-fake_logit)) + np.log1p(np.exp(real_logit))
        assert float(loss) == pytest.approx(expected, rel=1e-5)

    def test_a_step_moves_all_three_networks(self):
        model = self.make()
        before = [getattr(model, name).get_weights() for name in model.networks]
        model.train_on_batch(random_images(4, self.image_shape))
        for name, weights in zip(model.networks, before, strict=True):
            for old, new in zip(
                weights, getattr(model, name).get_weights(), strict=True
            ):
                assert (old != new).any(), name

    def test_the_discriminator_looks_at_both_of_a_pair(self):
        network = self.make().discriminator
        images = random_images(2, self.image_shape) / np.float32(127.5) - 1
        latents = np.random.RandomState(0).uniform(-1, 1, (2, 8)).astype("float32")
        pairs = [(images[:1], latents[:1]), (images[1:], latents[:1])]
        pairs += [(images[:1], latents[1:])]
        logits = [float(ops.convert_to_numpy(network(pair)).item()) for pair in pairs]
        assert len(set(logits)) == 3

    def test_an_encoder_that_inverts_the_generator_brings_images_back(self):
        shape, dim = (8, 8, 1), 64  # pixels are latents
        images = keras.Input(shape)
        encoder = keras.Model(images, keras.layers.Flatten()(images))
        latents = keras.Input((dim,))
        generator = keras.Model(latents, keras.layers.Reshape(shape)(latents))
        model = kgz.BiGAN(
            shape, dim, base_channels=2, generator=generator, encoder=encoder
        )
        data = random_images(3, shape)
        codes = model.encode(data)
        assert codes.shape == (3, dim) and codes.dtype == np.float32
        np.testing.assert_array_equal(model.generate(latents=codes), data)

    def test_what_does_not_fit_is_refused(self):
        model = self.make()
        with pytest.raises(ValueError, match=r"\(5, 8, 8, 1\).*\(None, 16, 16, 1\)"):
            model.encode(random_images(5, (8, 8, 1)))
        with pytest.raises(ValueError, match="no networks yet"):
            kgz.BiGAN().encode(random_images(5, (8, 8, 1)))
        images = keras.Input(self.image_shape)
        short = keras.layers.Dense(7)(keras.layers.Flatten()(images))
        with pytest.raises(ValueError, match=r"encoder's output is \(None, 7\)"):
            self.make(encoder=keras.Model(images, short))
