"""WGANGP: the contract, and the penalty of equation 3."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo.models.dcgan import stage_shapes
from keras_gan_zoo.models.wgan_gp import wgan_gp_critic
from tests.contract import LatentContract, random_images


class TestWGANGP(LatentContract):
    model_class = kgz.WGANGP
    arguments = {"base_channels": 4, "latent_dim": 8}
    shortened = {"critic_steps": 1}

    @pytest.mark.parametrize("length", [0.0, 1.0, 3.0])
    def test_a_linear_critic_pays_for_its_slope(self, length):
        weights = np.random.RandomState(0).randn(16 * 16, 1).astype("float32")
        weights *= length / np.linalg.norm(weights)
        images = keras.Input(self.image_shape)
        linear = layers.Dense(1, use_bias=False)
        critic = keras.Model(images, linear(layers.Flatten()(images)))
        linear.set_weights([weights])
        model = self.make(discriminator=critic)
        model.compile()
        batch = model.prepare(random_images(8, self.image_shape), None)
        terms = model.discriminator_loss(batch, model.sample_like(batch))
        penalty = ops.convert_to_numpy(terms["gradient_penalty"])
        assert penalty == pytest.approx(10 * (length - 1) ** 2, abs=1e-4)

    @pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (64, 96, 3)], ids=str)
    def test_the_critic_treats_each_image_by_itself(self, shape):
        critic = wgan_gp_critic(shape, base_channels=4)
        kinds = {type(layer) for layer in critic.layers}
        assert layers.BatchNormalization not in kinds
        # It goes through the sizes of DCGAN's networks.
        maps = [
            layer.output.shape[1:]
            for layer in critic.layers
            if isinstance(layer, layers.Conv2D)
        ]
        assert maps == stage_shapes(shape, 4)[1:]
        images = random_images(4, shape) / 127.5 - 1
        together = ops.convert_to_numpy(critic(images, training=True))
        alone = ops.convert_to_numpy(critic(images[:1], training=True))
        np.testing.assert_allclose(together[:1], alone, atol=1e-5)

    def test_the_scores_of_fresh_networks_do_not_fade(self):
        critic = wgan_gp_critic((64, 64, 3))
        images = random_images(32, (64, 64, 3)) / 127.5 - 1
        scores = ops.convert_to_numpy(critic(images))
        assert 0.1 < np.abs(scores).mean() < 10


def test_five_critic_steps_draw_fresh_noise_for_the_same_images():
    model = TestWGANGP().make()
    model.compile(run_eagerly=True)
    seen = []
    original = model.discriminator_loss

    def spy(batch, fake):
        seen.append((batch, ops.convert_to_numpy(ops.stop_gradient(fake))))
        return original(batch, fake)

    model.discriminator_loss = spy
    model.train_on_batch(random_images(4, TestWGANGP.image_shape))
    batches, fakes = zip(*seen, strict=True)
    assert len(fakes) == 5 and len({id(batch) for batch in batches}) == 1
    assert len({fake.tobytes() for fake in fakes}) == 5
