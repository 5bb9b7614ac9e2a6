"""InfoGAN: the contract, the code's loss worked out by hand, and codes that steer."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from tests.contract import LatentContract, random_images

pytestmark = pytest.mark.compiles_long


class TestInfoGAN(LatentContract):
    model_class = kgz.InfoGAN
    arguments = {"base_channels": 4, "latent_dim": 8}

    def test_the_code_is_a_part_of_the_latents(self):
        latents = self.make().latents(200, seed=0)
        noise, chosen, numbers = latents[:, :8], latents[:, 8:18], latents[:, 18:]
        assert noise.shape == (200, 8) and 0.9 < np.abs(noise).max() <= 1
        np.testing.assert_array_equal(chosen.sum(axis=1), np.ones(200))
        assert set(chosen.ravel()) == {0, 1} and (chosen.sum(axis=0) > 5).all()
        assert numbers.shape == (200, 2) and 0.9 < np.abs(numbers).max() <= 1

    def test_the_codes_loss_worked_out_by_hand(self):
        model = self.make()
        latents = model.latents(4, seed=0)
        units = model.recognizer.input_shape[-1]
        features = np.random.RandomState(0).randn(4, units).astype("float32")
        guess = ops.convert_to_numpy(model.recognizer(features, training=True))
        logits, means = guess[:, :10].astype("float64"), guess[:, 10:]
        chosen = latents[:, 8:18].argmax(axis=1)
        log_q = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        expected = -log_q[np.arange(4), chosen]
        expected += ((latents[:, 18:] - means) ** 2).sum(axis=1) / 2
        latents = ops.convert_to_tensor(latents)
        loss = ops.convert_to_numpy(model.code_loss(latents, features))
        assert loss == pytest.approx(expected.mean(), rel=1e-4)

    def test_codes_steer_the_images_and_leave_the_noise_alone(self):
        model = self.make()
        of_class = [model.generate(3, codes={"class": k}, seed=0) for k in (0, 1)]
        assert (of_class[0] != of_class[1]).any()
        same = model.generate(codes={"class": [0, 0, 0]}, seed=0)
        np.testing.assert_array_equal(of_class[0], same)
        numbers = np.zeros((3, 2)), np.ones((3, 2))
        zeros, ones = (model.generate(codes={"numbers": n}, seed=0) for n in numbers)
        assert (zeros != ones).any()

    @pytest.mark.parametrize(
        ("codes", "message"),
        [
            ({"class": [0, 10]}, r"in \[0, 10\).*0 to 10"),
            ({"class": [0.5, 1.0]}, "float64"),
            ({"numbers": np.zeros((2, 3))}, r"\(2, 2\).*\(2, 3\)"),
            ({"number": np.zeros((2, 2))}, r"\['number'\]"),
            ({"class": [0, 1], "numbers": np.zeros((3, 2))}, "how many|num"),
        ],
    )
    def test_codes_that_do_not_fit_are_refused(self, codes, message):
        with pytest.raises(ValueError, match=message):
            self.make().generate(codes=codes)

    def test_a_discriminator_without_features_is_refused(self):
        images = keras.Input(self.image_shape)
        logits = keras.layers.Dense(1)(keras.layers.Flatten()(images))
        message = r"discriminator's output is \(None, 1\), expected \[\(None, 1\)"
        with pytest.raises(ValueError, match=message):
            self.make(discriminator=keras.Model(images, logits))

    def test_recognizing_what_the_model_has_made(self):
        codes = self.make().recognize(random_images(5, self.image_shape))
        assert codes["class"].shape == (5,) and codes["numbers"].shape == (5, 2)
        with pytest.raises(ValueError, match=r"\(5, 8, 8, 1\).*\(None, 16, 16, 1\)"):
            self.make().recognize(random_images(5, (8, 8, 1)))

    def test_a_few_steps_teach_the_code(self):
        model = self.make(classes=2, numbers=0)
        model.compile(generator_optimizer=keras.optimizers.Adam(1e-2, beta_1=0.5))
        data = random_images(64, self.image_shape)
        fake, latents = model.sample_like(model.prepare(data, None))
        _, features = model.judge(fake)
        before = float(ops.stop_gradient(model.code_loss(latents, features)))
        history = model.fit(data, batch_size=16, epochs=15, verbose=0).history
        assert history["code_loss"][-1] < 0.5 < before
