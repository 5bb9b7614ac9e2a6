"""MoCoGAN: the contract; content stays, motion changes, one discriminator sees time."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.models.mocogan import video_discriminator
from tests.contract import LatentContract, random_images, values_of

pytestmark = pytest.mark.compiles_long


class TestMoCoGAN(LatentContract):
    model_class = kgz.MoCoGAN
    arguments = {"base_channels": 2, "latent_dim": 6, "motion_dim": 3}
    image_shape = (5, 16, 16, 1)
    other_shapes = [(2, 16, 24, 3), (9, 21, 18, 1)]

    def codes(self, model, latents):
        """What the image generator draws frames of, (num, frames, content + motion)."""
        codes = next(
            layer.output
            for layer in model.generator.layers
            if isinstance(layer, keras.layers.Concatenate)
        )
        return ops.convert_to_numpy(keras.Model(model.generator.input, codes)(latents))

    def test_the_content_stays_while_the_motion_goes_on(self):
        model = self.make()
        latents = model.latents(4, seed=0)
        assert latents.shape == (4, 6 + 3 * (1 + 5))
        codes = self.codes(model, latents)
        assert codes.shape == (4, 5, 6 + 3)
        for frame in range(5):
            np.testing.assert_allclose(codes[:, frame, :6], latents[:, :6], rtol=1e-6)
        steps = np.abs(np.diff(codes[..., 6:], axis=1)).max(axis=-1)
        assert (steps > 1e-3).all()

    def test_the_motion_is_a_recurrent_network_of_noise_worked_out_by_hand(self):
        model = self.make()
        gru = next(
            layer
            for layer in model.generator.layers
            if isinstance(layer, keras.layers.GRU)
        )
        kernel, recurrent, bias = gru.get_weights()
        latents = model.latents(2, seed=0)
        state, noise = latents[:, 6:9], latents[:, 9:].reshape(2, 5, 3)

        def sigmoid(x):
            return 1 / (1 + np.exp(-x))

        for frame in range(5):
            x = np.split(noise[:, frame] @ kernel + bias[0], 3, axis=1)
            h = np.split(state @ recurrent + bias[1], 3, axis=1)
            stays, reset = sigmoid(x[0] + h[0]), sigmoid(x[1] + h[1])
            state = stays * state + (1 - stays) * np.tanh(x[2] + reset * h[2])
            codes = self.codes(model, latents)[:, frame, 6:]
            np.testing.assert_allclose(codes, state, atol=1e-5)

    def test_seeds_of_content_and_of_motion_act_apart(self):
        model = self.make()
        clips = model.generate(3, seed=0)
        same = model.generate(3, content_seed=0, motion_seed=0)
        np.testing.assert_array_equal(clips, same)
        moved = model.generate(3, seed=0, motion_seed=1)
        other = model.generate(3, seed=0, content_seed=1)
        assert (moved != clips).any() and (other != clips).any()
        np.testing.assert_array_equal(
            moved, model.generate(3, content_seed=0, motion_seed=1)
        )
        np.testing.assert_array_equal(
            other, model.generate(3, content_seed=1, motion_seed=0)
        )

    def test_longer_clips_begin_as_shorter_ones_do(self):
        model = self.make()
        clips = model.generate(3, seed=0).astype(int)
        for frames in (2, 9):
            others = model.generate(3, seed=0, frames=frames)
            assert others.shape == (3, frames, *self.image_shape[1:])
            counted = model.generate(3, seed=0, frames=np.int64(frames))
            np.testing.assert_array_equal(counted, others)
            common = min(frames, 5)
            assert np.abs(others[:, :common] - clips[:, :common]).max() <= 1

    def test_the_video_discriminator_sees_time_and_the_image_discriminator_does_not(
        self,
    ):
        model = self.make()
        model.compile()
        clips = random_images(4, self.image_shape).astype("float32") / 127.5 - 1
        shuffled = clips[:, [2, 0, 4, 1, 3]]
        logits = [
            ops.convert_to_numpy(model.discriminate(x)) for x in (clips, shuffled)
        ]
        assert logits[0].shape == (4, 1)
        assert (np.abs(logits[0] - logits[1]) > 1e-6).all()
        # That of images finds the same logits for the same frames, wherever they stand.
        frames = [x.reshape(-1, *self.image_shape[1:]) for x in (clips, shuffled)]
        judged = [
            ops.convert_to_numpy(model.image_discriminator(x)).reshape(4, 5)
            for x in frames
        ]
        order = [2, 0, 4, 1, 3]
        np.testing.assert_allclose(judged[0][:, order], judged[1], atol=1e-6)

    def test_one_frame_of_each_clip_is_drawn_and_each_may_be(self):
        model = self.make()
        numbered = np.arange(20, dtype="float32").reshape(4, 5, 1, 1, 1)
        clips = ops.convert_to_tensor(np.tile(numbered, (1, 1, 16, 16, 1)))
        seen = np.zeros(20, int)
        for _ in range(60):
            frames = ops.convert_to_numpy(model.random_frames(clips))
            assert frames.shape == (4, 16, 16, 1)
            numbers = frames[:, 0, 0, 0].astype(int)
            np.testing.assert_array_equal(frames[:, 5, 7, 0], numbers)
            np.testing.assert_array_equal(numbers // 5, range(4))
            seen[numbers] += 1
        # 60 draws from 5: 12 each, give or take five standard deviations.
        assert (np.abs(seen - 12) < 5 * 60**0.5 * 0.4).all() and seen.all()

    def test_time_becomes_shorter_by_three_with_each_convolution_of_16_frames(self):
        model = kgz.MoCoGAN((16, 64, 64, 3), base_channels=4)
        shapes = [
            layer.output.shape[1:]
            for layer in model.discriminator.layers
            if isinstance(layer, kgz.layers.Conv3D)
        ]
        assert shapes == [
            (13, 32, 32, 4),
            (10, 16, 16, 8),
            (7, 8, 8, 16),
            (4, 4, 4, 32),
        ]
        assert model.prior.dim == 50 + 10 * 17

    def test_penalties_hold_both_discriminators_down(self):
        shape = self.image_shape
        judges = {
            name: keras.Sequential(
                [keras.Input(size), keras.layers.Flatten(), keras.layers.Dense(1)]
            )
            for name, size in [
                ("discriminator", shape),
                ("image_discriminator", shape[1:]),
            ]
        }
        model = self.make(**judges)
        model.compile(regularizers=[kgz.regularizers.R1(2.0)])
        # The slope of a dense layer is its kernel, wherever it is taken.
        slopes = [np.sum(net.get_weights()[0] ** 2) for net in judges.values()]
        clips = random_images(4, shape)
        losses = model.fit(clips, batch_size=4, epochs=1, verbose=0).history
        received = [losses[name][0] for name in ("r1", "image_r1")]
        np.testing.assert_allclose(received, slopes, rtol=1e-4)

    def test_weights_of_both_discriminators_are_clipped(self):
        model = self.make()
        model.compile(loss="wasserstein", regularizers=["weight_clipping"])
        model.fit(random_images(2, self.image_shape), batch_size=2, verbose=0)
        for network in (model.discriminator, model.image_discriminator):
            weights = values_of(network.trainable_variables)
            assert max(np.abs(weight).max() for weight in weights) <= 0.0100001

    def test_without_normalization_clips_are_judged_by_themselves(self):
        clips = random_images(4, self.image_shape).astype("float32") / 127.5 - 1

        def difference(**options):
            """Of a clip's logits among others, and among others again."""
            network = video_discriminator(self.image_shape, 2, **options)
            few, all_ = (network(x, training=True)[:2] for x in (clips[:2], clips))
            return np.abs(ops.convert_to_numpy(few - all_)).max()

        assert difference(normalized=False) < 1e-5 < 1e-4 < difference()

    def test_what_cannot_be_generated_is_refused(self):
        model = self.make()
        latents = model.latents(2, seed=0)
        with pytest.raises(ValueError, match="latents.*Leave frames, motion_seed out"):
            model.generate(latents=latents, frames=4, motion_seed=1)
        with pytest.raises(ValueError, match="frames: expected a positive integer"):
            model.generate(2, frames=0)
        with pytest.raises(ValueError, match=r"\(frames, height, width, channels\)"):
            self.make(image_shape=(16, 16, 1))
        custom = self.make(image_shape=None, generator=model.generator)
        assert custom.generate(2, seed=0).shape == (2, *self.image_shape)
        with pytest.raises(ValueError, match="clips of 5 frames.*frames=8"):
            custom.generate(2, frames=8)
