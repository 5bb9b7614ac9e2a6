"""HiFiGAN: the contract, the networks and losses of the paper, mel spectrograms."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo import backend
from keras_gan_zoo.layers import Conv1D, SpectralConv1D, wave_discriminator
from keras_gan_zoo.layers.wave_discriminator import Fold
from keras_gan_zoo.models.hifigan import VARIANTS, hifigan_generator
from tests.contract import ModelContract

pytestmark = pytest.mark.compiles_long


def tones(num, samples=700, rate=22050):
    """Tones of 300 to 3,000 Hz, (num, samples, 1) float32."""
    random = np.random.RandomState(0)
    pitches, phases = random.uniform(300, 3000, (num, 1)), random.rand(num, 1)
    waves = np.sin(2 * np.pi * (pitches * np.arange(samples) / rate + phases))
    return (0.5 * waves[..., None]).astype("float32")


def values_of(terms):
    """Terms of a loss as numbers, by name."""
    return {name: float(ops.convert_to_numpy(x)) for name, x in terms.items()}


class TestHiFiGAN(ModelContract):
    model_class = kgz.HiFiGAN
    arguments = {
        "variant": "v3",
        "base_channels": 8,
        "discriminator_base_channels": 1,
        "periods": (2, 3),
        "scales": 2,
    }
    image_shape = (512, 1)

    def samples(self, num):
        """Waves, longer than the segments."""
        return tones(num)

    def sample(self, model):
        """Sounds of four spectrograms."""
        return model.vocode(model.mels(tones(4)))

    def test_generators_are_as_large_as_in_table_1_and_make_256_samples_a_frame(self):
        for variant, millions, rounding in [
            ("v1", 13.92, 0.01),
            ("v2", 0.92, 0.006),
            ("v3", 1.46, 0.006),
        ]:
            generator = hifigan_generator(variant)
            counted = generator.count_params() / 1e6
            assert counted == pytest.approx(millions, abs=rounding)
            assert np.prod(VARIANTS[variant].strides) == 256
            shape = generator.compute_output_shape((2, 37, 80))
            assert shape == (2, 37 * 256, 1)
        for frames in (2, 5):
            waves = self.make()(np.zeros((1, frames, 80), "float32"))
            assert waves.shape == (1, frames * 256, 1)

    def test_residual_blocks_look_as_far_as_the_paper_says(self):
        for variant, blocks in [
            ("v1", {3: [1, 1, 3, 1, 5, 1], 7: [1, 1, 3, 1, 5, 1]}),
            ("v3", {3: [1, 2], 5: [2, 6], 7: [3, 12]}),
        ]:
            generator = hifigan_generator(variant, 16)
            first = next(
                layer.output
                for layer in generator.layers
                if isinstance(layer, layers.Average)
            )
            part = keras.Model(generator.input, first)
            found = [x for x in part.layers if isinstance(x, Conv1D)][1:]
            for kernel, dilations in blocks.items():
                own = [x.dilation_rate[0] for x in found if x.kernel_size == (kernel,)]
                assert sorted(own) == sorted(dilations)

    def test_discriminators_are_as_large_as_those_of_the_authors(self):
        of_periods = wave_discriminator(8192, scales=0)
        assert of_periods.count_params() == 41_092_165
        whole = wave_discriminator(8192)
        # Beside weights of spectral normalization, which are no parameters.
        assert whole.count_params() - of_periods.count_params() == pytest.approx(
            29.61e6, rel=1e-3
        )
        logits, maps = whole.outputs[:8], whole.outputs[8:]
        assert len(maps) == 5 * 5 + 3 * 7
        assert all(x.shape[-1] == 1 for x in logits)
        assert [x.shape[-1] for x in maps[:5]] == [32, 128, 512, 1024, 1024]
        scale = [128, 128, 256, 512, 1024, 1024, 1024]
        assert [x.shape[-1] for x in maps[-7:]] == scale
        spectral = [x for x in whole.layers if isinstance(x, SpectralConv1D)]
        assert len(spectral) == 8  # those of the raw sound
        groups = [x.groups for x in spectral]
        assert groups == [1, 4, 16, 16, 16, 16, 1, 1]

    @pytest.mark.parametrize("period", [2, 3, 5, 7, 11])
    def test_a_discriminator_of_a_period_sees_every_pth_sample(self, period):
        waves = np.arange(100, dtype="float32").reshape(1, 100, 1)
        image = ops.convert_to_numpy(Fold(period)(waves))
        rows = -(-100 // period)
        assert image.shape == (1, rows, period, 1)
        np.testing.assert_array_equal(np.diff(image[0, :-1, :, 0], axis=0), period)
        np.testing.assert_array_equal(image[0, 0, :, 0], np.arange(period))
        missing = rows * period - 100
        tail = image.ravel()[100:]
        np.testing.assert_array_equal(tail, 98 - np.arange(missing))  # mirrored
        network = wave_discriminator(30 * period, 2, [period], scales=0)
        x = np.random.RandomState(0).randn(1, 30 * period, 1).astype("float32")
        # What one column of logits depends on: one sample in p, and no other.
        slope = backend.gradient(
            lambda x: network(x)[0][:, :, 1], ops.convert_to_tensor(x)
        )
        seen = np.flatnonzero(ops.convert_to_numpy(slope))
        np.testing.assert_array_equal(seen, np.arange(1, 30 * period, period))

    def test_settings_are_those_of_the_paper(self):
        model = self.make()
        model.compile()
        assert model.loss_weights == {
            "generator_loss": 2.0,
            "matching_loss": 2.0,
            "mel_loss": 45.0,
        }
        for phase in model.phases():
            optimizer = phase.optimizer
            assert isinstance(optimizer, keras.optimizers.AdamW)
            assert (optimizer.beta_1, optimizer.beta_2) == (0.8, 0.99)
            rate = keras.optimizers.schedules.deserialize(
                optimizer.get_config()["learning_rate"]
            )
            assert float(rate(0)) == pytest.approx(2e-4)
            # 200 epochs of 12,950 sounds in batches of 16.
            later = float(rate(200 * 12_950 / 16))
            assert later == pytest.approx(2e-4 * 0.999**200, rel=1e-3)
        assert model.mel.get_config()["highest"] == 8000
        assert model.compared_mel.get_config()["highest"] is None

    def test_the_terms_of_the_generator_worked_out_by_hand(self):
        model = self.make()
        model.compile()
        batch = model.prepare(ops.convert_to_tensor(tones(3)), None)
        fake = 0.3 * ops.flip(batch.real, axis=1)
        terms = values_of(model.generator_loss(batch, fake))
        real_maps, fake_maps = (
            [ops.convert_to_numpy(x) for x in model.judge(waves)]
            for waves in (batch.real, fake)
        )
        gaps = [np.abs(a - b).mean() for a, b in zip(real_maps, fake_maps, strict=True)]
        assert len(gaps) == 4 + 2 * 5 + 2 * 7
        assert terms["matching_loss"] == pytest.approx(sum(gaps), rel=1e-4)
        weighted = values_of(model.weighted(terms))
        fooled = sum(((x - 1) ** 2).mean() for x in fake_maps[:4])
        assert weighted["generator_loss"] == pytest.approx(fooled, rel=1e-4)
        mels = [
            ops.convert_to_numpy(kgz.layers.MelSpectrogram(highest=None)(x))
            for x in (batch.real, fake)
        ]
        expected = 45 * np.abs(mels[0] - mels[1]).mean()
        assert weighted["mel_loss"] == pytest.approx(expected, rel=1e-4)
        told = values_of(model.discriminator_loss(batch, fake))
        squares = sum(
            ((a - 1) ** 2).mean() + (b**2).mean()
            for a, b in zip(real_maps[:4], fake_maps[:4], strict=True)
        )
        assert told == {"discriminator_loss": pytest.approx(squares / 2, rel=1e-4)}

    def test_each_wave_is_cut_somewhere_else_and_told_by_its_frames(self):
        model = self.make()
        numbers = np.arange(516, dtype="float32").reshape(1, -1, 1) / 1000
        waves = ops.convert_to_tensor(np.tile(numbers, (4, 1, 1)))
        begins = []
        for _ in range(25):
            batch = model.prepare(waves, None)
            segments = ops.convert_to_numpy(batch.real)[..., 0]
            assert batch.condition.shape == (4, 512 // 256, 80)
            np.testing.assert_allclose(np.diff(segments), 1e-3, atol=1e-6)
            begins.append(np.rint(segments[:, 0] * 1000).astype(int))
        assert set(np.ravel(begins)) == {0, 1, 2, 3, 4}
        assert any(len(set(row)) > 1 for row in begins)

    def test_sounds_of_any_length_have_as_many_frames_as_their_spectrograms(self):
        model = self.make()
        for samples in (512, 1000, 3000):
            mels = model.mels(tones(2, samples))
            assert mels.shape == (2, samples // 256, 80) and mels.dtype == np.float32
            waves = model.vocode(mels)
            assert waves.shape == (2, samples // 256 * 256, 1)
            assert waves.dtype == np.float32 and np.abs(waves).max() <= 1
            assert model.mels(waves).shape == mels.shape
        by_hand = ops.convert_to_numpy(model(mels))
        np.testing.assert_allclose(by_hand, waves, atol=1e-5)
        served = ops.convert_to_numpy(model.serving("generator")(mels))
        np.testing.assert_allclose(served, waves, atol=1e-5)
        whole = np.rint(tones(2) * 32767).astype("int16")
        np.testing.assert_allclose(model.mels(whole), model.mels(tones(2)), atol=0.05)

    def test_whole_numbers_are_learned_from(self):
        model = self.make()
        model.fit(np.rint(tones(8) * 32767).astype("int16"), batch_size=8, verbose=0)
        assert int(model.images_seen) == 8

    def test_what_does_not_fit_is_refused_and_the_model_stays_open(self):
        model = self.make(image_shape=None)
        for waves, message in [
            (tones(2, 500), "512 samples or more.*waves of 500"),
            (np.tile(tones(2), (1, 1, 2)), "segments of one channel"),
            (tones(2)[..., 0], "waves of shape"),
        ]:
            with pytest.raises(ValueError, match=message):
                model.fit(waves, verbose=0)
        assert model.image_shape is None
        with pytest.raises(ValueError, match=r"multiple of 256.*\(600, 1\)"):
            self.make(image_shape=(600, 1))
        with pytest.raises(ValueError, match=r"one channel.*\(512, 16, 1\)"):
            self.make(image_shape=(512, 16, 1))
        with pytest.raises(ValueError, match="training data.*512"):
            self.make(image_shape=(1024, 1)).fit(tones(2), verbose=0)
        with pytest.raises(ValueError, match="'v1', 'v2', 'v3'.*'v4'"):
            self.make(variant="v4")
        with pytest.raises(ValueError, match="multiple of 8.*base_channels=12"):
            self.make(base_channels=12)
        with pytest.raises(ValueError, match="the mel spectrograms is"):
            self.make().vocode(np.zeros((2, 4, 40), "float32"))
        mels = keras.Input((None, 80))
        short = keras.Model(mels, layers.UpSampling1D(128)(layers.Dense(1)(mels)))
        with pytest.raises(ValueError, match="output for 2 frames"):
            self.make(generator=short)

    @pytest.mark.parametrize("shape", [(1, 384, 1), (1, 2000, 2), (0, 600, 1)], ids=str)
    def test_spectrograms_are_of_waves_that_have_one_each_time(self, shape):
        model = self.make()
        assert model.mels(tones(1)).shape == (1, 2, 80)
        for dtype in ("float32", "int16"):
            with pytest.raises(ValueError, match=r"^MelSpectrogram.*Received: \("):
                model.mels(np.zeros(shape, dtype))

    @pytest.mark.parametrize("shape", [(1, 0, 80), (0, 4, 80)], ids=str)
    def test_there_is_no_sound_of_no_frames(self, shape):
        with pytest.raises(ValueError, match=r"one frame or more.*Received: shape \("):
            self.make().vocode(np.zeros(shape, "float32"))

    @pytest.mark.parametrize(
        "periods, scales", [((), 0), (3, 1), ((0,), 1), ((2.5,), 0)], ids=str
    )
    def test_something_judges(self, periods, scales):
        with pytest.raises(ValueError, match="at some periods.*Received: periods="):
            self.make(image_shape=None, periods=periods, scales=scales)
        with pytest.raises(ValueError, match="at some periods.*Received: periods="):
            wave_discriminator(512, 1, periods, scales)

    def test_a_few_steps_bring_the_spectrograms_nearer(self):
        model = self.make(base_channels=16, periods=(2,), scales=0)
        model.compile(generator_optimizer=keras.optimizers.Adam(5e-3, beta_1=0.8))
        history = model.fit(tones(16), batch_size=8, epochs=15, verbose=0).history
        assert history["mel_loss"][-1] < 0.8 * history["mel_loss"][0]
