"""SemiSupervisedGAN: the contract, and the discriminator that is a classifier."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.models.semi_supervised_gan import labelled_cross_entropy
from tests.contract import LatentContract, random_images

pytestmark = pytest.mark.compiles_long


class TestSemiSupervisedGAN(LatentContract):
    model_class = kgz.SemiSupervisedGAN
    arguments = {"base_channels": 4, "discriminator_base_channels": 4, "latent_dim": 8}

    def test_the_logit_of_being_real_is_that_against_a_further_class(self):
        inputs = keras.Input(self.image_shape)
        features = keras.layers.Flatten()(inputs)
        logits = keras.layers.Dense(10)(features)
        model = self.make(discriminator=keras.Model(inputs, [logits, features]))
        model.compile()
        images = (random_images(3, self.image_shape) / 127.5 - 1).astype("float32")
        logits = keras.ops.convert_to_numpy(model.discriminator(images)[0])
        odds = np.exp(np.concatenate([logits, np.zeros((3, 1))], axis=1))
        share = 1 - odds[:, -1] / odds.sum(axis=1)
        real = keras.ops.sigmoid(model.discriminate(images))
        real = keras.ops.convert_to_numpy(real)[:, 0]
        np.testing.assert_allclose(real, share, rtol=1e-5)

    def test_images_without_labels_have_no_cross_entropy(self):
        logits = np.array([[2.0, 0.0], [0.0, 3.0], [5.0, 5.0]], "float32")
        labels = np.array([0, -1, 1])
        expected = (np.log1p(np.exp(-2.0)) + np.log(2)) / 2
        loss = float(labelled_cross_entropy(labels, logits))
        assert loss == pytest.approx(expected, rel=1e-6)
        assert float(labelled_cross_entropy(np.array([-1, -1, -1]), logits)) == 0

    def test_predict_gives_probabilities(self):
        model = self.make()
        images = random_images(5, self.image_shape)
        shares = model.predict(images)
        assert shares.shape == (5, 10) and (shares >= 0).all()
        np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)
        as_floats = model.predict((images / 127.5 - 1).astype("float32"))
        np.testing.assert_allclose(shares, as_floats, atol=1e-5)

    def test_the_preset_has_learned_from_100_labels(self):
        model = kgz.GAN.from_preset("semi_supervised_gan_fashion_mnist_100")
        images, labels = kgz.datasets.load("fashion_mnist_mini")
        classes = model.predict(images[:1_000]).argmax(axis=1)
        assert 0.7 < (classes == labels[:1_000]).mean() < 0.8

    def test_it_learns_a_class_from_two_labels(self):
        """Dark and bright images; one of each has a label, the rest is unlabelled."""
        random = np.random.RandomState(0)
        bright = np.arange(64) % 2
        images = (
            bright[:, None, None, None] * 155 + random.randint(0, 100, (64, 16, 16, 1))
        ).astype("uint8")
        labels = np.where(np.arange(64) < 2, bright, -1)
        data = kgz.datasets.PartlyLabelled(images, labels, batch_size=16, seed=0)
        model = self.make(num_classes=2)
        model.compile(discriminator_optimizer=keras.optimizers.Adam(1e-2))
        model.fit(data, epochs=6, verbose=0)
        assert (model.predict(images).argmax(axis=1) == bright).mean() > 0.95

    @pytest.mark.parametrize(
        "labels", [np.full(8, 10), np.full(8, -2), np.zeros(8), np.zeros((8, 1), int)]
    )
    def test_labels_that_are_none_are_refused(self, labels):
        with pytest.raises(ValueError, match="Labels must"):
            self.make().fit(random_images(8, self.image_shape), labels, verbose=0)

    def test_labels_of_which_none_is_known_are_refused(self):
        model = kgz.SemiSupervisedGAN(base_channels=4)
        with pytest.raises(ValueError, match="all are below 0: not known"):
            model.fit(random_images(8, (16, 16, 1)), np.full(8, -1), verbose=0)
        assert model.num_classes is None
