"""What a paper may say of its training: each as data, on every backend."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from tests.contract import random_images, values_of

SHAPE = (8, 8, 1)
IMAGES = random_images(8, SHAPE)


def dcgan(**arguments):
    small = {"image_shape": SHAPE, "base_channels": 2, "latent_dim": 4, "seed": 0}
    return kgz.DCGAN(**{**small, **arguments})


def losses_of(model, steps=1, x=IMAGES, y=None):
    """What the last of so many steps shows, its own losses alone."""
    for _ in range(steps):
        model.reset_metrics()
        shown = model.train_on_batch(x, y, return_dict=True)
    return {name: float(value) for name, value in shown.items()}


# Regularizers of the generator.


def linear_generator(seed=0):
    """Latents (4,) to images of 8x8, a linear map, whose Jacobian is its kernel."""
    latents = keras.Input((4,))
    initializer = keras.initializers.RandomNormal(stddev=0.3, seed=seed)
    x = layers.Dense(64, use_bias=False, kernel_initializer=initializer)(latents)
    return keras.Model(latents, layers.Reshape(SHAPE)(x))


def path_model(**arguments):
    model = dcgan(generator=linear_generator())
    penalty = kgz.regularizers.PathLength(**arguments)
    model.compile(generator_optimizer=keras.optimizers.SGD(0.0), regularizers=[penalty])
    return model


def test_path_length_is_the_slope_along_random_images():
    model = path_model(weight=3.0, every=1, decay=1.0)
    lengths = []
    for _ in range(60):
        term = losses_of(model)["path_length"]
        lengths.append(float(model.path_length_mean))
        assert 0 <= term < 3.0 * lengths[-1] ** 2
    kernel = values_of(model.generator.weights)[0]
    y = np.random.RandomState(0).randn(20_000, 64) / 8  # a pixel has 1 / sqrt(8 * 8)
    expected = np.linalg.norm(y @ kernel.T, axis=1)
    # Means of 8 samples each, 60 times.
    assert np.mean(lengths) == pytest.approx(expected.mean(), rel=0.06)


def test_path_length_moves_its_mean_in_its_own_steps_alone():
    model = path_model(every=3, decay=0.01)
    means, terms = [], []
    for _ in range(7):
        terms.append(losses_of(model)["path_length"])
        means.append(float(model.path_length_mean))
    assert [term > 0 for term in terms] == [True, False, False] * 2 + [True]
    moved = np.diff([0.0, *means]) != 0
    assert moved.tolist() == [True, False, False] * 2 + [True]


def test_path_length_is_in_the_gradient_of_the_generator_alone():
    trained = []
    for weight in (0.0, 5.0):
        model = dcgan(generator=linear_generator())
        model.compile(
            generator_optimizer=keras.optimizers.SGD(0.01),
            discriminator_optimizer=keras.optimizers.SGD(0.01),
            regularizers=[kgz.regularizers.PathLength(weight, every=1, decay=0.5)],
        )
        losses_of(model)
        trained.append(model)
    networks = [m.generator for m in trained], [m.discriminator for m in trained]
    for (one, two), differ in zip(networks, (True, False), strict=True):
        pairs = zip(values_of(one.weights), values_of(two.weights), strict=True)
        assert (max(np.abs(x - y).max() for x, y in pairs) > 1e-4) == differ


def test_what_is_no_generator_of_latents_refuses_a_path_length():
    with pytest.raises(ValueError, match=r"\['path_length'\].*CycleGAN has none"):
        kgz.CycleGAN().compile(regularizers=["path_length"])


def test_the_orthogonal_penalty_moves_the_kernels_of_the_generator_alone():
    trained = []
    for weight in (0.0, 0.5):
        model = dcgan(generator=linear_generator())
        model.compile(
            generator_optimizer=keras.optimizers.SGD(0.01),
            discriminator_optimizer=keras.optimizers.SGD(0.01),
            regularizers=[kgz.regularizers.Orthogonal(weight)],
        )
        losses_of(model)
        trained.append(model)
    start = values_of(linear_generator().weights)[0]
    products = start.T @ start * (1 - np.eye(64))
    one, two = (values_of(model.generator.weights)[0] for model in trained)
    np.testing.assert_allclose(
        one - two, 0.01 * 0.5 * 4 * start @ products, rtol=1e-3, atol=1e-5
    )
    one, two = (values_of(model.discriminator.trainable_weights) for model in trained)
    for before, after in zip(one, two, strict=True):
        np.testing.assert_array_equal(before, after)


def test_every_network_that_makes_samples_is_kept_orthogonal():
    model = kgz.CycleGAN((16, 16, 1), base_channels=2, blocks=1, patch=16, seed=0)
    model.compile(regularizers=["orthogonal"])
    networks = [model.generator_ab, model.generator_ba]
    penalty = model.regularizers[0]
    terms = values_of([penalty(each.trainable_variables) for each in networks])
    images = np.random.RandomState(0).randint(0, 256, (2, 4, 16, 16, 1)).astype("uint8")
    losses = model.train_on_batch(*images, return_dict=True)
    assert min(terms) > 0
    assert losses["orthogonal"] == pytest.approx(sum(terms), rel=1e-4)


# Named state.


def test_named_state_is_saved_by_its_name(tmp_path):
    model = path_model(every=1)
    losses_of(model, steps=3)
    model.save(tmp_path / "model.keras")
    copy = keras.saving.load_model(tmp_path / "model.keras")
    assert float(copy.path_length_mean) == float(model.path_length_mean) > 0
    assert int(copy.images_seen) == 3 * len(IMAGES)
    # A model with more state, or less of it, takes what it knows.
    model.save_weights(tmp_path / "model.weights.h5")
    other = dcgan(generator=linear_generator(1))
    other.add_state("another", initializer="ones")
    other.load_weights(tmp_path / "model.weights.h5")
    assert int(other.images_seen) == 3 * len(IMAGES) and float(other.another) == 1


def test_names_of_the_state_are_the_same_on_every_backend():
    model = kgz.VanillaGAN(SHAPE, units=4, discriminator_units=4, latent_dim=4)
    model.compile(augment=kgz.augment.DiffAugment())
    dropouts = {f"discriminator.{i}" for i in range(3)}
    assert set(model.named_state()) == {"images_seen", "seed", "augment.0", *dropouts}
    model.compile(augment=kgz.augment.DiffAugment(), regularizers=["path_length"])
    model.build_training_state()
    assert "path_length_mean" in model.named_state()


def test_named_state_is_put_back_where_a_step_is_not_finite():
    model = path_model(every=1)
    losses_of(model)
    mean = float(model.path_length_mean)
    weights = values_of(model.generator.weights)
    model.generator.set_weights([np.full_like(w, np.inf) for w in weights])
    with pytest.raises(FloatingPointError):
        losses_of(model)
    assert float(model.path_length_mean) == mean > 0


def test_what_the_loss_has_seen_may_move_named_state():
    class Watching(kgz.DCGAN):
        def phases(self):
            discriminator, generator = super().phases()
            watching = {"loss": self.watched_loss, "after": self.notice}
            return [dataclasses.replace(discriminator, **watching), generator]

        def watched_loss(self, batch, fake):
            logits = self.discriminate(batch.real)
            return self.discriminator_loss(batch, fake), ops.sign(logits)

        def notice(self, signs):
            self.real_signs.assign(0.5 * self.real_signs + 0.5 * ops.mean(signs))

    model = Watching(SHAPE, base_channels=2, latent_dim=4, seed=0)
    model.add_state("real_signs")
    model.compile()
    signs = np.sign(
        ops.convert_to_numpy(model.discriminate(model.domain.encode(IMAGES)))
    )
    losses_of(model)
    assert float(model.real_signs) == pytest.approx(0.5 * signs.mean(), abs=1e-6)


# Several discriminators in one, schedules of weights, averages.


def two_headed():
    images = keras.Input(SHAPE)
    x = layers.Flatten()(images)
    heads = [layers.Dense(1)(x), layers.Reshape((3, 1))(layers.Dense(3)(x))]
    return keras.Model(images, heads)


@pytest.mark.parametrize("loss", ["non_saturating", "relativistic_pairing"])
def test_losses_and_penalties_reach_every_output_of_a_discriminator(loss):
    model = dcgan(discriminator=two_headed())
    model.compile(loss=loss, regularizers=["r1"])
    for variable in model.discriminator.trainable_variables:
        variable.assign(0.0 * variable)
    shown = losses_of(model)
    # Two outputs, at each of which nobody knows anything.
    one = {"non_saturating": 2 * np.log(2), "relativistic_pairing": np.log(2)}[loss]
    assert shown["discriminator_loss"] == pytest.approx(2 * one, rel=1e-4)
    assert shown["r1"] == pytest.approx(0.0, abs=1e-6)
    after = values_of(model.discriminator.trainable_variables)
    assert all(np.abs(value).max() > 0 for value in after[::2])  # both kernels


def test_weights_of_a_loss_may_be_schedules():
    model = kgz.CycleGAN((12, 12, 1), base_channels=2, blocks=1, patch=16, seed=0)
    weights = {
        "cycle_loss": kgz.schedules.Linear(10.0, 0.0, images=16),
        "identity_loss": kgz.schedules.Linear(0.0, 5.0, images=16),
    }
    model.compile(loss_weights=weights)
    pair = random_images(8, (12, 12, 1)), random_images(8, (12, 12, 1))
    terms = [losses_of(model, 1, *pair) for _ in range(3)]
    assert terms[0]["identity_loss"] == 0 < terms[2]["identity_loss"]
    assert terms[2]["cycle_loss"] == 0 < terms[0]["cycle_loss"]
    config = model.get_compile_config()["loss_weights"]
    assert (
        config["cycle_loss"]["class_name"] == "Linear"
        and config["generator_loss"] == 2.0
    )


def test_any_networks_can_be_averaged(tmp_path):
    model = kgz.BiGAN(SHAPE, base_channels=2, latent_dim=4, seed=0)
    model.compile(ema=kgz.EMA(images=64, networks=["generator", "encoder"]))
    model.fit(IMAGES, batch_size=4, verbose=0)
    for name in ("generator", "encoder"):
        average, raw = model.averaged(name), getattr(model, name)
        assert average is getattr(model, f"ema_{name}") is not raw
        pairs = zip(values_of(average.weights), values_of(raw.weights), strict=True)
        assert 0 < max(np.abs(one - two).max() for one, two in pairs) < 0.1
    assert model.averaged("discriminator") is model.discriminator
    model.save_weights(tmp_path / "model.weights.h5")
    copy = kgz.BiGAN(SHAPE, base_channels=2, latent_dim=4, seed=1)
    copy.compile(ema=kgz.EMA(images=64, networks=["generator", "encoder"]))
    copy.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(copy.encode(IMAGES), model.encode(IMAGES))
    raw = ops.convert_to_numpy(model.encoder(model.domain.encode(IMAGES)))
    assert np.abs(raw - model.encode(IMAGES)).max() > 1e-6  # the average encodes


# Conditions and stages.


@keras.saving.register_keras_serializable("tests")
class Captioned(kgz.LatentGAN):
    """Images from noise, a caption and an attribute; its condition is a dict."""

    requires_labels = True

    def build_generator(self):
        inputs = [keras.Input((self.latent_dim,)), keras.Input((3,)), keras.Input(())]
        x = layers.Concatenate()([*inputs[:2], layers.Reshape((1,))(inputs[2])])
        x = layers.Dense(64, "tanh")(x)
        return keras.Model(inputs, layers.Reshape(self.image_shape)(x))

    def build_discriminator(self):
        images, caption = keras.Input(self.image_shape), keras.Input((3,))
        x = layers.Concatenate()([layers.Flatten()(images), caption])
        return keras.Model([images, caption], layers.Dense(1)(x))

    def input_shapes(self):
        return {}

    def compile_defaults(self):
        return {
            "generator_optimizer": "adam",
            "discriminator_optimizer": "adam",
            "loss": "hinge",
        }

    def sample_like(self, batch):
        noise = self.noise(ops.shape(batch.real)[0])
        caption, size = batch.condition["caption"], batch.condition["more"][0]
        return self.generator([noise, caption, size], training=True)

    def discriminate(self, images, condition):
        return self.discriminator([images, condition["caption"]], training=True)

    def discriminator_loss(self, batch, fake):
        """Real images with captions of others are wrong, too."""
        terms = super().discriminator_loss(batch, fake)
        mismatched = {
            **batch.condition,
            "caption": ops.flip(batch.condition["caption"], 0),
        }
        others = batch._replace(condition=mismatched)
        wrong = self.discriminate(others.real, others.condition)
        return {**terms, "mismatch_loss": ops.mean(ops.relu(1 + wrong))}


def test_a_condition_is_any_tree():
    random = np.random.RandomState(0)
    condition = {
        "caption": random.randn(8, 3).astype("float32"),
        "more": (random.rand(8).astype("float32"), np.arange(8)),
    }
    model = Captioned(SHAPE, latent_dim=4, seed=0)
    model.compile(regularizers=["r1"])
    history = model.fit(IMAGES, condition, batch_size=4, epochs=2, verbose=0).history
    names = {"discriminator_loss", "generator_loss", "mismatch_loss", "r1"}
    assert set(history) == names and np.isfinite(list(history.values())).all()
    with pytest.raises(ValueError, match="same length"):
        model.fit(IMAGES, {**condition, "more": np.arange(7)}, verbose=0)


def test_a_second_stage_keeps_networks_and_count_and_begins_its_optimizers_anew():
    model = dcgan()
    model.compile(ema=0.9)
    model.fit(IMAGES, batch_size=4, epochs=2, verbose=0)
    weights, averages = map(values_of, (model.generator.weights, model.sampler.weights))
    model.compile(
        loss="hinge",
        generator_optimizer=keras.optimizers.Adam(0.0),
        discriminator_optimizer=keras.optimizers.Adam(0.0),
        ema=0.9,
    )
    for before, network in [(weights, model.generator), (averages, model.sampler)]:
        for one, two in zip(before, values_of(network.weights), strict=True):
            np.testing.assert_array_equal(one, two)
    assert int(model.images_seen) == 16
    history = model.fit(IMAGES, batch_size=4, verbose=0).history
    assert int(model.images_seen) == 24
    assert int(model.generator_optimizer.iterations) == 2
    assert history["discriminator_loss"][0] != 2.0


def test_a_network_that_has_grown_takes_the_place_of_the_smaller_one():
    model = dcgan()
    model.compile(ema=0.9)
    model.fit(IMAGES, batch_size=4, verbose=0)
    seen = int(model.images_seen)
    larger = dcgan(image_shape=(16, 16, 1), seed=1)
    model.grow(generator=larger.generator, discriminator=larger.discriminator)
    assert model.image_shape == (16, 16, 1) and not model.compiled
    model.compile(ema=0.9)
    model.fit(random_images(8, (16, 16, 1)), batch_size=4, verbose=0)
    assert model.generate(2, seed=0).shape == (2, 16, 16, 1)
    assert int(model.images_seen) == seen + 8
    assert model.generator is larger.generator
    pairs = zip(
        values_of(model.sampler.weights),
        values_of(model.generator.weights),
        strict=True,
    )
    assert max(np.abs(one - two).max() for one, two in pairs) > 0


def test_networks_that_do_not_fit_leave_a_model_as_it_was():
    model = dcgan()
    model.fit(IMAGES, batch_size=4, verbose=0)
    before = model.generate(2, seed=0)
    larger = dcgan(image_shape=(16, 16, 1))
    with pytest.raises(ValueError, match="Shapes do not fit"):
        model.grow(generator=larger.generator)
    with pytest.raises(ValueError, match=r"no networks \['encoder'\]"):
        model.grow(encoder=larger.generator)
    assert model.image_shape == SHAPE and model.custom_networks == []
    np.testing.assert_array_equal(model.generate(2, seed=0), before)
    model.fit(IMAGES, batch_size=4, verbose=0)


def test_a_model_that_has_grown_is_saved_with_its_networks(tmp_path):
    model = dcgan()
    larger = dcgan(image_shape=(16, 16, 1), base_channels=4, seed=1)
    model.grow(generator=larger.generator, discriminator=larger.discriminator)
    model.fit(random_images(8, (16, 16, 1)), batch_size=4, verbose=0)
    model.save(tmp_path / "model.keras")
    copy = keras.saving.load_model(tmp_path / "model.keras")
    assert copy.image_shape == (16, 16, 1)
    np.testing.assert_array_equal(copy.generate(2, seed=0), model.generate(2, seed=0))
