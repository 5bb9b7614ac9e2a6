"""WaveGAN: the contract, the networks of the paper, with and without classes."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo import backend
from keras_gan_zoo.layers import Conv1D, Conv1DTranspose, PhaseShuffle
from keras_gan_zoo.models.wavegan import stage_shapes, wavegan_critic
from tests.contract import LatentContract

pytestmark = pytest.mark.compiles_long


class TestWaveGAN(LatentContract):
    model_class = kgz.WaveGAN
    arguments = {"base_channels": 2, "latent_dim": 8}
    image_shape = (256, 1)
    other_shapes = [(64, 2), (1024, 1)]
    dtype, rounding = "float32", 1e-5
    shortened = {"critic_steps": 1}

    def samples(self, num):
        """Waves."""
        return np.random.RandomState(0).randint(-9000, 9000, (num, 256, 1), "int16")

    def test_16384_samples_give_the_networks_of_the_paper(self):
        assert stage_shapes((16384, 1), 64) == [
            (16384, 1),
            (4096, 64),
            (1024, 128),
            (256, 256),
            (64, 512),
            (16, 1024),
        ]
        model = self.make(image_shape=(1024, 1))
        for network, kind in [
            (model.generator, Conv1DTranspose),
            (model.discriminator, Conv1D),
        ]:
            convolutions = [x for x in network.layers if isinstance(x, kind)]
            assert [x.kernel_size for x in convolutions] == [(25,)] * 3
            assert [x.strides for x in convolutions] == [(4,)] * 3
            names = {type(layer).__name__ for layer in network.layers}
            assert not any("Normalization" in name for name in names)
        # Features are moved behind each layer but the last.
        order = [
            type(layer)
            for layer in model.discriminator.layers
            if isinstance(layer, Conv1D | PhaseShuffle)
        ]
        assert order == [Conv1D, PhaseShuffle, Conv1D, PhaseShuffle, Conv1D]

    @pytest.mark.parametrize("shape", [(16, 1), (100, 1), (512, 1), (64,)], ids=str)
    def test_other_lengths_are_refused(self, shape):
        with pytest.raises(ValueError, match="16 times a power of 4.*Received"):
            self.make(image_shape=shape)

    @pytest.mark.parametrize("num_classes", [0, -1, 2.5, "3"])
    def test_a_number_of_classes_is_positive_or_not_there(self, num_classes):
        with pytest.raises(ValueError, match="num_classes: expected a positive"):
            self.make(image_shape=None, num_classes=num_classes)

    def test_settings_are_those_of_the_paper(self):
        model = kgz.WaveGAN((64, 1), base_channels=2, seed=0)
        latents = model.latents(1_000, seed=0)
        assert latents.shape == (1_000, 100)
        assert np.abs(latents).max() == pytest.approx(1.0, abs=1e-3)
        assert latents.std() == pytest.approx(1 / np.sqrt(3), rel=0.01)
        model.compile()
        (penalty,) = model.regularizers
        assert penalty.weight == 10
        critic, generator = model.phases()
        for phase in (critic, generator):
            assert float(phase.optimizer.learning_rate) == pytest.approx(1e-4)
            assert (phase.optimizer.beta_1, phase.optimizer.beta_2) == (0.5, 0.9)

    def test_waves_are_saved_at_their_rate(self, tmp_path):
        model = self.make(rate=8000)
        (path,) = model.domain.save(model.generate(1, seed=0), tmp_path / "a.wav")
        data = path.read_bytes()
        assert int.from_bytes(data[24:28], "little") == 8000
        assert len(data) == 44 + 2 * 256
        copy = kgz.WaveGAN.from_config(model.get_config())
        assert copy.domain.rate == 8000
        with pytest.raises(ValueError, match="rate=0"):
            self.make(rate=0)

    def test_the_critic_moves_features_in_training_alone(self):
        waves = np.random.RandomState(0).uniform(-1, 1, (2, 256, 1)).astype("float32")
        critic = wavegan_critic((256, 1), base_channels=4)
        still = [ops.convert_to_numpy(critic(waves)) for _ in range(2)]
        np.testing.assert_array_equal(*still)
        moved = {
            ops.convert_to_numpy(critic(waves, training=True)).tobytes()
            for _ in range(30)
        }
        assert 3 <= len(moved) <= 5  # shifts of -2 to 2
        calm = wavegan_critic((256, 1), base_channels=4, shuffle=0)
        pair = [ops.convert_to_numpy(calm(waves, training=t)) for t in (True, False)]
        np.testing.assert_array_equal(*pair)


class TestWaveGANOfClasses(TestWaveGAN):
    arguments = {**TestWaveGAN.arguments, "num_classes": 10}

    def test_labels_change_what_is_made_and_judged(self):
        model = self.make()
        latents = np.repeat(model.latents(1, seed=0), 2, axis=0)
        one, other = model.generate(latents=latents, labels=[0, 1])
        assert (one != other).any()
        waves = np.repeat(self.samples(1) / 9000, 2, axis=0).astype("float32")
        scores = ops.convert_to_numpy(model.discriminator([waves, np.array([0, 1])]))
        assert scores.shape == (2, 1) and scores[0] != scores[1]


class TestPhaseShuffle:
    def moved(self, size, steps=12):
        """What comes of a sequence of numbers, in 60 calls."""
        layer = PhaseShuffle(size, seed=0)
        sequences = np.arange(steps, dtype="float32") + np.zeros((3, 1), "float32")
        for _ in range(60):
            yield ops.convert_to_numpy(layer(sequences[..., None], training=True))

    @pytest.mark.parametrize("size", [1, 2, 4])
    def test_all_move_by_at_most_so_many_steps_and_ends_are_mirrored(self, size):
        mirrored = np.pad(np.arange(12), size, mode="reflect")
        expected = {
            s: mirrored[size - s : size - s + 12] for s in range(-size, size + 1)
        }
        seen = set()
        for made in self.moved(size):
            assert made.shape == (3, 12, 1)
            assert (made == made[:1]).all()  # the whole batch alike
            shifts = [s for s, row in expected.items() if (made[0, :, 0] == row).all()]
            assert len(shifts) == 1
            seen.update(shifts)
        assert seen == set(expected)  # also by none

    def test_gradients_move_along_and_can_be_differentiated_again(self):
        layer = PhaseShuffle(2, seed=0)
        x = ops.convert_to_tensor(np.random.RandomState(0).randn(2, 8, 1).astype("f4"))
        slope = backend.gradient(lambda x: layer(x, training=True) ** 2, x)
        # How often each step is there: those that are mirrored twice, others not.
        times = ops.convert_to_numpy(slope) / ops.convert_to_numpy(2 * x)
        assert times.sum() == pytest.approx(2 * 8, abs=1e-4)
        assert set(np.unique(times.round(4))) <= {0.0, 1.0, 2.0}

        def slopes(x):
            return backend.gradient(lambda y: layer(y, training=True) ** 3, x)

        curve = ops.convert_to_numpy(backend.gradient(slopes, x))
        times = curve / ops.convert_to_numpy(6 * x)
        assert times.sum() == pytest.approx(2 * 8, abs=1e-4)

    def test_it_does_nothing_in_use_and_says_what_is_too_short(self):
        x = np.ones((1, 3, 2), "float32")
        np.testing.assert_array_equal(ops.convert_to_numpy(PhaseShuffle(2)(x)), x)
        with pytest.raises(ValueError, match=r"more than 3 steps.*\(1, 3, 2\)"):
            PhaseShuffle(3)(x)
        copy = PhaseShuffle.from_config(PhaseShuffle(5, seed=3).get_config())
        assert (copy.size, copy.seed) == (5, 3)
        assert keras.saving.get_registered_name(PhaseShuffle).startswith(
            "keras_gan_zoo"
        )
