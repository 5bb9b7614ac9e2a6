"""DFGAN: the contract, the penalty in closed form, captions that do not belong."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo.backend import gradient
from keras_gan_zoo.models.dfgan import (
    affine,
    dfgan_discriminator,
    dfgan_generator,
    matching_penalty,
    stages,
)
from tests.contract import CaptionContract

pytestmark = pytest.mark.compiles_long


class TestDFGAN(CaptionContract):
    model_class = kgz.DFGAN
    arguments = {"base_channels": 4, "latent_dim": 8}
    # Within the margins of the hinge loss real and other pairs cancel.
    moved = {"loss": "non_saturating"}

    def in_a_step(self):
        """A model, four images with their captions, and what it made of these."""
        model = self.make()
        model.compile()
        images, captions = self.data(4)
        batch = model.prepare(images, model.encoded([own[0] for own in captions]))
        fake = model.sample_like(batch)
        return model, batch, fake

    def test_the_losses_are_those_of_equation_2(self):
        model, batch, fake = self.in_a_step()
        sentences = model.text_encoder(batch.condition)

        def logits(images, sentences):
            found = model.discriminator([images, sentences], training=True)
            return ops.convert_to_numpy(found)

        real = logits(batch.real, sentences)
        generated = logits(fake[0], sentences)
        # The caption of the image before.
        mismatched = logits(batch.real, ops.take(sentences, [3, 0, 1, 2], axis=0))
        terms = model.discriminator_loss(batch, fake)
        terms = {name: float(ops.stop_gradient(x)) for name, x in terms.items()}

        def hinge(values):
            return np.maximum(0, 1 + values).mean()

        both = terms["discriminator_loss"] + terms["matching_loss"]
        expected = hinge(-real) + (hinge(generated) + hinge(mismatched)) / 2
        assert both == pytest.approx(expected, rel=1e-5)
        half = (hinge(-real) + hinge(mismatched)) / 2
        assert terms["matching_loss"] == pytest.approx(half, rel=1e-5)
        (loss,) = model.generator_loss(batch, fake).values()
        assert float(ops.stop_gradient(loss)) == pytest.approx(-generated.mean(), 1e-5)

    def test_a_discriminator_of_one_piece_learns_by_the_same_losses(self):
        model, batch, fake = self.in_a_step()

        def terms(model):
            found = model.discriminator_loss(batch, fake)
            return {name: float(ops.stop_gradient(x)) for name, x in found.items()}

        inputs = [keras.Input(x.shape[1:]) for x in model.discriminator.inputs]
        see, judge = (model.discriminator.get_layer(x) for x in ("features", "judge"))
        logits = layers.Activation("linear")(judge([see(inputs[0]), inputs[1]]))
        whole = keras.Model(inputs, logits)
        for layer in whole.layers:
            layer.name = f"own_{layer.name}"
        own = self.make(discriminator=whole, text_encoder=model.text_encoder)
        own.compile()
        assert own.halves()[0](batch.real) is batch.real
        assert terms(own) == pytest.approx(terms(model), rel=1e-5)

    def test_a_penalty_of_weight_0_is_left_out(self):
        model = self.make()
        model.compile(loss_weights={"matching_penalty": 0.0})
        losses = model.train_on_batch(*self.data(4), return_dict=True)
        assert set(losses) == {"discriminator_loss", "matching_loss", "generator_loss"}


def test_the_penalty_is_the_sixth_power_of_one_norm_of_both_gradients():
    # D = <a, x> + <b, s> has the gradients a and b everywhere.
    random = np.random.RandomState(0)
    a, b = random.randn(2 * 3 * 1).astype("f4") / 3, random.randn(5).astype("f4") / 3

    def see(images):
        return ops.matmul(ops.reshape(images, (-1, 6)), a[:, None])

    def judge(features, sentences):
        return features + ops.matmul(sentences, b[:, None])

    images, sentences = np.ones((4, 2, 3, 1), "f4"), np.ones((4, 5), "f4")
    penalty, features = matching_penalty(
        see, judge, *map(ops.convert_to_tensor, (images, sentences))
    )
    features = ops.convert_to_numpy(ops.stop_gradient(features))
    np.testing.assert_allclose(features, np.full((4, 1), a.sum()), rtol=1e-5)
    expected = (np.sum(a**2) + np.sum(b**2)) ** 3
    assert float(ops.stop_gradient(penalty)) == pytest.approx(expected, rel=1e-5)
    assert expected > 1.2 * np.sum(a**2) ** 3  # both count
    assert expected > 1.2 * np.sum(b**2) ** 3


def test_the_penalty_makes_the_discriminator_flat_at_images_and_at_sentences():
    model = TestDFGAN().make()
    model.compile(
        loss_weights={"matching_penalty": 1e4},
        discriminator_optimizer=keras.optimizers.Adam(1e-3),
    )
    images, captions = TestDFGAN().data(8)
    data = images, [own[0] for own in captions]
    batch = model.prepare(images, model.encoded(data[1]))

    def slopes():
        sentences = ops.stop_gradient(model.text_encoder(batch.condition))
        of_images = gradient(lambda x: model.discriminate(x, sentences), batch.real)
        of_sentences = gradient(lambda s: model.discriminate(batch.real, s), sentences)
        found = (ops.stop_gradient(x) for x in (of_images, of_sentences))
        return np.array([np.linalg.norm(ops.convert_to_numpy(x)) for x in found])

    kernel = model.discriminator.get_layer("judge").layers[-1].kernel
    kernel.assign(3 * kernel)
    before = slopes()
    for _ in range(20):
        model.train_on_batch(*data)
    assert (slopes() < 0.7 * before).all() and (before > 0.1).all()


def test_captions_scale_and_shift_each_channel_and_change_nothing_at_first():
    maps, condition = keras.Input((2, 2, 3)), keras.Input((4,))
    network = keras.Model([maps, condition], affine(maps, condition))
    random = np.random.RandomState(0)
    x, c = random.randn(5, 2, 2, 3).astype("f4"), random.randn(5, 4).astype("f4")
    np.testing.assert_allclose(ops.convert_to_numpy(network([x, c])), x, atol=1e-6)
    for variable in network.trainable_variables:
        variable.assign(random.randn(*variable.shape))
    y = ops.convert_to_numpy(network([x, c]))
    for i in range(5):
        for channel in range(3):
            inputs, outputs = x[i, ..., channel].ravel(), y[i, ..., channel].ravel()
            fit = np.polyfit(inputs, outputs, 1)
            np.testing.assert_allclose(np.polyval(fit, inputs), outputs, atol=1e-4)


def test_each_block_of_the_generator_is_steered_four_times():
    # 64 pixels: four doublings from 4x4, four affine maps a block, two perceptrons of
    # two layers each; and one dense layer of the latents.
    network = dfgan_generator((64, 64, 3))
    dense = [x for x in network.layers if isinstance(x, keras.layers.Dense)]
    assert len(dense) == 1 + 4 * 4 * 2 * 2
    assert network.get_layer(dense[0].name).output.shape == (None, 4 * 4 * 256)
    channels = [shape[-1] for shape in stages((64, 64, 3), 32)]
    assert channels == [32, 64, 128, 256, 256]


@pytest.mark.parametrize("base_channels", [1, 32])
def test_an_image_and_its_caption_meet_in_64_channels(base_channels):
    judge = dfgan_discriminator((8, 8, 1), 6, base_channels).get_layer("judge")
    joined = [x for x in judge.layers if isinstance(x, layers.Conv2D)]
    assert [x.filters for x in joined] == [64]
    assert judge.output_shape == (None, 1)
