"""FramePredictionGAN: the contract, its scales and losses, frames fed back."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.models.frame_prediction_gan import (
    gradient_difference,
    pyramid,
    scales,
)
from tests.contract import FIT, ModelContract, random_images

pytestmark = pytest.mark.compiles_long

FRAMES = 7


class TestFramePredictionGAN(ModelContract):
    model_class = kgz.FramePredictionGAN
    arguments = {"base_channels": 4, "discriminator_base_channels": 2}

    def data(self, num=16):
        """Clips of noise."""
        return random_images(num, (FRAMES, *self.image_shape))

    def sample(self, model):
        """Two further frames of four clips."""
        return model.predict_next(self.data(4), num=2)

    def test_64_pixels_are_predicted_at_four_scales_as_in_table_1(self):
        assert scales((64, 64, 3)) == [(8, 8), (16, 16), (32, 32), (64, 64)]
        assert scales((32, 32, 1)) == [(4, 4), (8, 8), (16, 16), (32, 32)]
        model = kgz.FramePredictionGAN((32, 32, 3))
        assert model.generator.output_shape == [
            (None, side, side, 3) for side in (4, 8, 16, 32)
        ]
        kernels = [
            layer.kernel.shape
            for layer in model.generator.layers
            if isinstance(layer, kgz.layers.Conv2D)
        ]
        # 12 channels of the past; from the second scale on 3 more, of the guess.
        assert kernels[:4] == [
            (3, 3, 12, 128),
            (3, 3, 128, 256),
            (3, 3, 256, 128),
            (3, 3, 128, 3),
        ]
        assert [shape[0] for shape in kernels[4:]] == [
            *(5, 3, 3, 5),
            *(5, 3, 3, 3, 3, 5),
            *(7, 5, 5, 5, 5, 7),
        ]
        assert [shape[3] for shape in kernels[-6:]] == [128, 256, 512, 256, 128, 3]
        assert {kernels[i][2] for i in (4, 8, 14)} == {15}

    def test_a_finer_scale_changes_the_guess_of_the_one_before_by_a_residual(self):
        model = self.make()
        for layer in model.generator.layers:
            if isinstance(layer, kgz.layers.Conv2D) and layer.filters == 1:
                last = layer  # of the largest scale
        for variable in last.trainable_variables:
            variable.assign(ops.zeros(variable.shape))
        past = np.random.RandomState(0).uniform(-1, 1, (2, 4, *self.image_shape))
        *_, before, frame = model.generator(ops.convert_to_tensor(past, "float32"))
        enlarged = keras.layers.UpSampling2D(interpolation="bilinear")(
            ops.arctanh(before)
        )
        np.testing.assert_allclose(
            ops.convert_to_numpy(frame),
            ops.convert_to_numpy(ops.tanh(enlarged)),
            atol=1e-5,
        )

    def test_the_gradient_difference_worked_out_by_hand(self):
        # |d|: rows 1, 3 (real) and 0, 2 (fake); columns 2, 4 and 1, 3.
        real = np.array([[0.0, 2.0], [1.0, 5.0]], "float32").reshape(1, 2, 2, 1)
        fake = np.array([[1.0, 0.0], [1.0, -2.0]], "float32").reshape(1, 2, 2, 1)
        loss = float(gradient_difference(real, fake))
        assert loss == pytest.approx((1 + 1) / 2 + (1 + 1) / 2)
        steeper = float(gradient_difference(real, 3 * real, alpha=2))
        # The slopes differ by twice their own: 4 (1 + 9) / 2 + 4 (4 + 16) / 2.
        assert steeper == pytest.approx(20 + 40)
        # Neither the sign of a slope nor brightness counts.
        assert float(gradient_difference(real, 7 - real)) == pytest.approx(0, abs=1e-6)

    def test_the_terms_of_both_losses_worked_out_by_hand(self):
        model = self.make()
        model.compile()
        clips = ops.convert_to_tensor(self.data(3)[:, :5])
        batch = model.prepare(clips, None)
        fake = model.sample_like(batch)
        reals = pyramid(batch.real, 3)
        terms = model.generator_loss(batch, fake)
        pairs = [
            (ops.convert_to_numpy(a), ops.convert_to_numpy(ops.stop_gradient(b)))
            for a, b in zip(reals, fake, strict=True)
        ]
        squares = sum(((a - b) ** 2).mean() for a, b in pairs)
        assert ops.convert_to_numpy(terms["pixel_loss"]) == pytest.approx(
            squares, rel=1e-4
        )
        logits = [
            ops.convert_to_numpy(x) for x in model.discriminate(fake, batch.condition)
        ]
        assert [x.shape for x in logits] == [(3, 1)] * 3
        fooled = sum(np.log1p(np.exp(-x)).mean() for x in logits)
        assert ops.convert_to_numpy(terms["generator_loss"]) == pytest.approx(
            fooled, rel=1e-4
        )
        means = pairs[0][0].mean(), pairs[-1][0].mean()
        assert means[0] == pytest.approx(means[1], abs=1e-5)  # shrunk by means

    def test_a_frame_is_judged_by_the_frames_before_it(self):
        model = self.make()
        model.compile()
        clips = ops.convert_to_tensor(self.data(3), "float32") / 127.5 - 1
        frame, past = clips[:, 4], clips[:, :4]
        logits = model.discriminate(frame, past)
        after_others = model.discriminate(frame, ops.flip(past, axis=1))
        assert len(logits) == 3
        for one, two in zip(logits, after_others, strict=True):
            gap = np.abs(ops.convert_to_numpy(one) - ops.convert_to_numpy(two))
            assert (gap > 1e-6).all()

    def test_five_frames_in_a_row_are_learned_from_wherever_they_begin(self):
        model = self.make()
        numbered = np.arange(FRAMES, dtype="uint8").reshape(1, -1, 1, 1, 1)
        clips = ops.convert_to_tensor(np.tile(numbered, (2, 1, *self.image_shape)))
        begins = set()
        for _ in range(60):
            batch = model.prepare(clips, None)
            past = ops.convert_to_numpy(batch.condition)[0, :, 0, 0, 0]
            following = ops.convert_to_numpy(batch.real)[0, 0, 0, 0]
            numbers = np.rint((np.array([*past, following]) + 1) * 127.5).astype(int)
            np.testing.assert_array_equal(np.diff(numbers), 1)
            begins.add(int(numbers[0]))
        assert begins == {0, 1, 2}

    def test_predicted_frames_are_the_past_of_those_that_follow(self):
        model = self.make()
        clips = np.random.RandomState(0).uniform(-1, 1, (3, 5, *self.image_shape))
        clips = clips.astype("float32")
        future = model.predict_next(clips, num=3)
        assert future.shape == (3, 3, *self.image_shape)
        assert future.dtype == np.float32 and np.abs(future).max() <= 1
        longer = np.concatenate([clips, future[:, :2]], axis=1)
        again = model.predict_next(longer, num=1)
        np.testing.assert_allclose(again[:, 0], future[:, 2], atol=1e-5)
        by_hand = ops.convert_to_numpy(model(clips[:, -4:]))
        np.testing.assert_allclose(by_hand, future[:, 0], atol=1e-5)

    def test_bytes_are_predicted_from_bytes(self):
        model = self.make()
        clips = self.data(2)
        future = model.predict_next(clips, num=2)
        assert future.shape == (2, 2, *self.image_shape) and future.dtype == np.uint8
        served = model.serving("generator")(clips[:, -4:])
        served = ops.convert_to_numpy(served).astype(int)
        assert np.abs(served - future[:, 0]).max() <= 1
        floats = model.predict_next(clips.astype("float32") / 127.5 - 1, num=2)
        assert np.abs((floats + 1) * 127.5 - future).max() <= 0.51

    def test_what_cannot_be_predicted_is_refused(self):
        model = self.make()
        for clips, message in [
            (self.data(2)[:, :3], "4 frames of a clip.*clips of 3"),
            (self.data(2)[:, 0], "clips of shape"),
            (self.data(2)[..., :8, :], "Shapes do not fit"),
        ]:
            with pytest.raises(ValueError, match=message):
                model.predict_next(clips)
        with pytest.raises(ValueError, match="num: expected a positive integer"):
            model.predict_next(self.data(2), num=0)

    def test_what_cannot_be_learned_from_is_refused_and_the_model_stays_open(self):
        model = self.make(image_shape=None)
        with pytest.raises(ValueError, match="5 frames of a clip.*clips of 4"):
            model.fit(self.data(8)[:, :4], **FIT)
        with pytest.raises(ValueError, match="sides of frames are even"):
            model.fit(self.data(8)[:, :, :, :15], **FIT)
        assert model.image_shape is None
        with pytest.raises(ValueError, match=r"\(height, width, channels\)"):
            self.make(image_shape=(5, 16, 16, 1))

    def test_a_few_steps_beat_the_last_frame(self):
        # A bright column moves by one pixel a frame.
        clips = np.zeros((16, 6, 8, 8, 1), "uint8")
        for i, t in np.ndindex(16, 6):
            clips[i, t, :, (i + t) % 8] = 255
        model = self.make(image_shape=(8, 8, 1), base_channels=8)
        model.compile(generator_optimizer=keras.optimizers.Adam(5e-3, beta_1=0.5))
        model.fit(clips, batch_size=8, epochs=25, verbose=0)
        guess = model.predict_next(clips[:, :5], num=1)[:, 0]
        true, last = clips[:, 5], clips[:, 4]
        error = ((guess.astype(float) - true) ** 2).mean()
        of_copy = ((last.astype(float) - true) ** 2).mean()
        assert error < of_copy / 10
