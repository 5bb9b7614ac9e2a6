"""ACGAN: the contract, and its term for the class."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from tests.contract import LatentContract, random_images

pytestmark = pytest.mark.compiles_long


class TestACGAN(LatentContract):
    model_class = kgz.ACGAN
    arguments = {"base_channels": 4, "latent_dim": 8}

    def test_the_class_term_is_the_cross_entropy_of_both_kinds(self):
        model = self.make(num_classes=3)
        model.compile(loss_weights={"class_loss": 2.0, "generator_class_loss": 3.0})
        real = np.array([[2.0, 0.0, -1.0], [0.0, 1.0, 0.0]], "float32")
        fake = np.array([[0.0, 0.0, 3.0], [1.0, 1.0, 1.0]], "float32")
        labels = np.array([0, 2])
        heads = iter([real, fake, fake])
        source = np.zeros((2, 1), "float32")
        model.judge = lambda images: map(ops.convert_to_tensor, (source, next(heads)))

        def cross_entropy(logits):
            likely = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
            return -np.log(likely[[0, 1], labels]).mean()

        batch = model.prepare(random_images(2, self.image_shape), labels)
        both = batch, model.sample_like(batch)
        terms = {**model.discriminator_loss(*both), **model.generator_loss(*both)}
        terms = model.weighted(terms)
        found = {n: float(ops.convert_to_numpy(term)) for n, term in terms.items()}
        assert found == pytest.approx(
            {
                "discriminator_loss": 2 * np.log(2),
                "class_loss": 2 * (cross_entropy(real) + cross_entropy(fake)),
                "generator_loss": np.log(2),
                "generator_class_loss": 3 * cross_entropy(fake),
            },
            rel=1e-5,
        )

    def test_the_classifier_learns_the_class(self):
        # Brightness says the class: after a few steps the second head knows.
        labels = np.arange(40) % 2
        images = np.full((40, *self.image_shape), 200, "uint8")
        images[labels == 0] = 55
        model = self.make(num_classes=2, dropout=0.0)
        model.compile(discriminator_optimizer=keras.optimizers.Adam(1e-2))
        fit = {"batch_size": 20, "verbose": 0}
        history = model.fit(images, labels, epochs=8, **fit).history
        assert history["class_loss"][-1] < history["class_loss"][0] / 2

    def test_a_relativistic_loss_and_a_penalty_fit(self):
        model = self.make()
        model.compile(loss="relativistic_average", regularizers="r1")
        history = model.fit(self.data(), batch_size=8, verbose=0).history
        assert "r1" in history and np.isfinite(list(history.values())).all()

    def test_a_discriminator_with_one_head_is_refused(self):
        plain = kgz.DCGAN(self.image_shape, base_channels=4).discriminator
        with pytest.raises(ValueError, match=r"output is .*expected \[\(None, 1\)"):
            self.make(discriminator=plain)
