"""CycleGAN: the contract, the cycle, the two directions, sets without pairs."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from tests.contract import ModelContract, random_images

SHAPE = (16, 16, 1)


def network(function):
    images = keras.Input(SHAPE)
    return keras.Model(images, keras.layers.Lambda(function)(images))


def small_networks():
    """A convolution each, which compiles quickly."""
    networks = {}
    for name in kgz.CycleGAN.networks:
        images = keras.Input(SHAPE)
        networks[name] = keras.Model(images, keras.layers.Conv2D(1, 1)(images))
    return networks


class TestCycleGAN(ModelContract):
    model_class = kgz.CycleGAN
    arguments = {"base_channels": 2, "blocks": 1, "patch": 16, "pool_size": 5}
    compiled = {}

    def data(self, num=16):
        return random_images(num, SHAPE), random_images(num, SHAPE, seed=1)

    def sample(self, model):
        return model.translate(random_images(4, SHAPE, seed=2), to="A")

    def test_the_pools_are_made_for_training_and_kept_in_files(self, tmp_path):
        model = self.make(**small_networks())
        assert model.pool_a is None
        model.fit(kgz.datasets.Unpaired(*self.data(4), batch_size=2), verbose=0)
        assert int(model.pool_a.filled) == int(model.pool_b.filled) == 4
        pool = ops.convert_to_numpy(model.pool_b.images)
        assert (pool != 0).any(axis=(1, 2, 3)).tolist() == [True] * 4 + [False]
        model.save(tmp_path / "model.keras")
        copy = keras.saving.load_model(tmp_path / "model.keras")
        np.testing.assert_array_equal(ops.convert_to_numpy(copy.pool_b.images), pool)

    def generator_loss(self, model, batch):
        terms = model.weighted(model.generator_loss(batch, model.sample_like(batch)))
        return {name: float(ops.stop_gradient(term)) for name, term in terms.items()}

    def test_generators_that_leave_all_as_it_is_have_no_cycle_loss(self):
        model = self.make(
            generator_ab=network(lambda x: x), generator_ba=network(lambda x: x)
        )
        model.compile()
        terms = self.generator_loss(model, model.prepare(*self.data()))
        assert terms["cycle_loss"] == terms["identity_loss"] == 0.0
        assert terms["generator_loss"] > 0.0

    def test_the_generators_loss_worked_out_by_hand(self):
        model = self.make(
            generator_ab=network(lambda x: 0.5 * x),
            generator_ba=network(lambda x: -x),
            discriminator_a=network(lambda x: x),
            discriminator_b=network(lambda x: 0.0 * x),
        )
        model.compile()
        batch = model.prepare(*self.data())
        a, b = map(ops.convert_to_numpy, (batch.condition, batch.real))
        terms = self.generator_loss(model, batch)
        size_a, size_b = np.abs(a).mean(), np.abs(b).mean()
        assert terms == {
            "generator_loss": pytest.approx(((-b - 1) ** 2).mean() + 1, rel=1e-5),
            "cycle_loss": pytest.approx(10 * 1.5 * (size_a + size_b), rel=1e-5),
            "identity_loss": pytest.approx(5 * (2 * size_a + 0.5 * size_b), rel=1e-5),
        }
        model.compile(loss_weights={"identity_loss": 0.0})
        assert self.generator_loss(model, batch)["identity_loss"] == 0.0

    def test_the_discriminators_see_their_own_kind(self):
        model = self.make(
            generator_ab=network(lambda x: 0.0 * x),
            generator_ba=network(lambda x: 0.0 * x),
            discriminator_a=network(lambda x: x),
            discriminator_b=network(lambda x: 2.0 * x),
        )
        model.compile()
        model.build_training_state()
        batch = model.prepare(*self.data())
        a, b = map(ops.convert_to_numpy, (batch.condition, batch.real))
        expected = 0.5 * ((a - 1) ** 2).mean() + 0.5 * ((2 * b - 1) ** 2).mean()
        terms = model.discriminator_loss(batch, model.sample_like(batch))
        received = float(terms["discriminator_loss"])
        assert received == pytest.approx(expected, rel=1e-5)

    def test_the_discriminators_see_what_the_generators_were_trained_with(self):
        model = self.make(**small_networks(), pool_size=0)
        model.compile(run_eagerly=True)
        before, seen = model.generator_ab.get_weights(), []
        losses = model.generator_loss, model.discriminator_loss

        def generator_loss(batch, fake):
            seen.append([ops.convert_to_numpy(ops.stop_gradient(x)) for x in fake])
            return losses[0](batch, fake)

        def discriminator_loss(batch, fake):
            seen.append([ops.convert_to_numpy(ops.stop_gradient(x)) for x in fake])
            assert (model.generator_ab.get_weights()[0] != before[0]).any()
            return losses[1](batch, fake)

        model.generator_loss = generator_loss
        model.discriminator_loss = discriminator_loss
        model.train_on_batch(*self.data(2))
        for of_generators, of_discriminators in zip(*seen, strict=True):
            np.testing.assert_array_equal(of_generators, of_discriminators)

    def test_translate_takes_the_generator_of_the_asked_kind(self):
        images = random_images(3, SHAPE)
        model = self.make(
            generator_ab=network(lambda x: x), generator_ba=network(lambda x: -x)
        )
        np.testing.assert_array_equal(model.translate(images, to="B"), images)
        np.testing.assert_array_equal(model.translate(images, to="A"), 255 - images)
        with pytest.raises(ValueError, match="Received: to='C'"):
            model.translate(images, to="C")

    def test_penalties_and_clipping_reach_both_discriminators(self):
        model = self.make(**small_networks())
        for network in (model.discriminator_a, model.discriminator_b):
            network.set_weights([np.ones_like(w) for w in network.get_weights()])
        model.compile(regularizers=["r1", "weight_clipping"])
        logs = model.train_on_batch(*self.data(2), return_dict=True)
        assert logs["r1"] > 0.0
        for name in ("discriminator_a", "discriminator_b"):
            weights = getattr(model, name).get_weights()
            assert max(np.abs(w).max() for w in weights) == pytest.approx(0.01)

    def test_what_does_not_fit_is_refused(self):
        images = random_images(4, SHAPE)
        with pytest.raises(ValueError, match="two sets of images"):
            self.make().fit(images, verbose=0)
        with pytest.raises(ValueError, match="Shapes do not fit"):
            self.make().fit(images, random_images(4, (16, 16, 3)), verbose=0)
        with pytest.raises(ValueError, match="multiples of 4"):
            self.make(image_shape=(18, 16, 1))
        with pytest.raises(ValueError, match=r"no networks \['generator'\]"):
            self.make().compile(ema=kgz.EMA(networks=["generator"]))

    @pytest.mark.compiles_long
    def test_the_averages_of_both_generators_translate(self, tmp_path):
        images = random_images(8, SHAPE)
        model = self.make()
        model.compile(ema=0.5)
        model.fit(images, images, batch_size=4, verbose=0)
        average, raw = model.ema_generator_ba, model.generator_ba
        assert model.averaged("generator_ba") is average
        for network, is_used in [(average, True), (raw, False)]:
            made = keras.ops.convert_to_numpy(network(images / 127.5 - 1))
            levels = kgz.images.to_uint8(made).astype(int)
            same = np.abs(levels - model.translate(images, "A")) <= 1
            assert same.all() == is_used
        model.save(tmp_path / "model.keras")
        copy = keras.saving.load_model(tmp_path / "model.keras")
        np.testing.assert_array_equal(copy.translate(images), model.translate(images))

    def test_the_size_decides_how_many_residual_blocks_there_are(self):
        for side, blocks in [(128, 6), (256, 9)]:
            generator = self.make(image_shape=(side, side, 3), blocks=None).generator_ab
            kinds = [type(layer) for layer in generator.layers]
            assert kinds.count(keras.layers.Add) == blocks
            assert generator.output_shape == (None, side, side, 3)


def test_unpaired_sets_of_any_length_are_shuffled_apart():
    numbers = np.arange(10).reshape(10, 1, 1, 1)
    data = kgz.datasets.Unpaired(numbers, numbers[:4], batch_size=3, seed=0)
    assert len(data) == 4
    epochs = []
    for _ in range(2):
        a, b = (
            np.concatenate(parts).ravel()
            for parts in zip(*(data[i] for i in range(4)), strict=True)
        )
        assert len(a) == len(b) == 12
        assert set(a) == set(range(10)) and set(b) == set(range(4))
        assert np.bincount(b).tolist() == [3, 3, 3, 3]
        epochs.append((a, b))
        data.on_epoch_end()
    assert (epochs[0][0] != epochs[1][0]).any()
    again = kgz.datasets.Unpaired(numbers, numbers[:4], batch_size=3, seed=0)
    np.testing.assert_array_equal(again[0][0].ravel(), epochs[0][0][:3])
