"""GANCLS: the contract, three kinds of pairs, what lies between two captions."""

import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from tests.contract import CaptionContract, random_images

pytestmark = pytest.mark.compiles_long


def value(tensor):
    """A tensor as a NumPy array."""
    return ops.convert_to_numpy(ops.stop_gradient(tensor))


def softplus(x):
    """log(1 + e^x), which is -log(1 - sigmoid(x))."""
    return np.logaddexp(0, x)


class TestGANCLS(CaptionContract):
    model_class = kgz.GANCLS
    arguments = {"base_channels": 4, "latent_dim": 8}

    def step(self, **compiled):
        """A compiled model, a batch of four images, and what is made for it."""
        model = self.make()
        model.compile(**compiled)
        images, captions = self.data(4)
        batch = model.prepare(images, model.encoded([own[0] for own in captions]))
        return model, batch, model.sample_like(batch)

    def test_the_discriminator_refuses_captions_of_others(self):
        # Algorithm 1: log s_r + (log(1 - s_w) + log(1 - s_f)) / 2.
        model, batch, fake = self.step()
        sentences = value(model.text_encoder(batch.condition))

        def logits(images, sentences):
            return value(model.discriminate(images, ops.convert_to_tensor(sentences)))

        right = softplus(-logits(batch.real, sentences)).mean()
        wrong = softplus(logits(batch.real, sentences[[3, 0, 1, 2]])).mean()
        made = softplus(logits(fake[0], sentences)).mean()
        terms = model.discriminator_loss(batch, fake)
        terms = {name: float(value(x)) for name, x in terms.items()}
        assert terms == pytest.approx(
            {
                "discriminator_loss": (right + made) / 2,
                "matching_loss": (right + wrong) / 2,
            },
            rel=1e-4,
        )

    def test_the_generator_also_draws_means_of_two_captions(self):
        model, batch, fake = self.step()
        images, sentences, between, means = map(value, fake)
        assert len(images) == 4 and between.shape == (2, *self.image_shape)
        expected = [sentences[[0, 2]].mean(axis=0), sentences[[1, 3]].mean(axis=0)]
        np.testing.assert_allclose(means, expected, rtol=1e-5, atol=1e-7)
        terms = model.generator_loss(batch, fake)
        terms = {name: float(value(x)) for name, x in terms.items()}
        judged = softplus(-value(model.discriminate(*fake[2:]))).mean()
        assert terms["interpolation_loss"] == pytest.approx(judged, rel=1e-5)
        judged = softplus(-value(model.discriminate(*fake[:2]))).mean()
        assert terms["generator_loss"] == pytest.approx(judged, rel=1e-5)

    def test_without_interpolation_it_is_gan_cls(self):
        model, batch, fake = self.step(loss_weights={"interpolation_loss": 0.0})
        assert len(fake) == 2
        assert set(model.generator_loss(batch, fake)) == {"generator_loss"}

    @pytest.mark.parametrize(
        ("num", "pairs"), [(3, [[0, 1], [1, 2]]), (2, [[0, 1]]), (1, [[0, 0]])]
    )
    def test_an_odd_batch_takes_one_caption_twice(self, num, pairs):
        model = self.make()
        model.compile()
        images, captions = random_images(num, self.image_shape), self.captions[:num]
        batch = model.prepare(images, model.encoded(captions))
        *_, between, means = map(value, model.sample_like(batch))
        expected = model.sentences(captions)[pairs].mean(axis=1)
        assert between.shape == (len(pairs), *self.image_shape)
        np.testing.assert_allclose(means, expected, rtol=1e-4, atol=1e-6)

    def test_losses_of_pairs_know_what_to_compare_with(self):
        model = self.make()
        model.compile(loss="relativistic_pairing")
        losses = model.train_on_batch(*self.data(5), return_dict=True)
        assert np.isfinite(list(losses.values())).all()

    def test_both_networks_compress_the_sentences(self):
        # Section 4.1: to 128 numbers, beside the latents, and beside the maps of 4x4.
        text = kgz.text.WordEncoder(dim=200, word_dim=4).of(self.captions)
        model = kgz.GANCLS((64, 64, 3), 100, text)
        for network in (model.generator, model.discriminator):
            shapes = [tuple(weight.shape) for weight in network.trainable_weights]
            assert (200, 128) in shapes
        shapes = [tuple(weight.shape) for weight in model.generator.trainable_weights]
        assert (100 + 128, 4 * 4 * 512) in shapes
        shapes = [tuple(w.shape) for w in model.discriminator.trainable_weights]
        assert (1, 1, 512 + 128, 512) in shapes and (4 * 4 * 512, 1) in shapes
