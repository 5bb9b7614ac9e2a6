"""The engine: compile, phases, averages, sampling and what a GAN has no use for."""

import dataclasses
import itertools
import math

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo import losses, regularizers
from tests.contract import random_images, values_of

SHAPE = (16, 16, 1)
IMAGES = random_images(8, SHAPE)


def small(**arguments):
    return kgz.VanillaGAN(
        **{
            "image_shape": SHAPE,
            "units": 8,
            "discriminator_units": 4,
            "latent_dim": 4,
            "seed": 0,
            **arguments,
        }
    )


@pytest.mark.parametrize(
    ("loss", "regularizer"),
    [
        *itertools.zip_longest(losses.BY_NAME, [], fillvalue="r1"),
        *itertools.product(["wasserstein"], regularizers.BY_NAME),
    ],
)
def test_losses_and_regularizers_combine_freely(loss, regularizer):
    model = small()
    model.compile(loss=loss, regularizers=regularizer)
    history = model.fit(IMAGES, batch_size=4, verbose=0).history
    assert np.isfinite(list(history.values())).all()
    name = regularizers.get(regularizer).name
    assert (name in history) == (name is not None)


@pytest.mark.parametrize("name", ["r1", "gradient_penalty"])
def test_a_lazy_penalty_takes_its_turn_and_counts_for_the_others(name):
    penalty = type(kgz.regularizers.get(name))
    values = {}
    for every in (1, 3):
        model = kgz.DCGAN(SHAPE, latent_dim=8, base_channels=4, seed=0)
        still = {"learning_rate": 0.0}
        model.compile(
            generator_optimizer=keras.optimizers.SGD(**still),
            discriminator_optimizer=keras.optimizers.SGD(**still),
            regularizers=[penalty(2.0, every=every)],
        )
        values[every] = []
        for _ in range(5):
            model.reset_metrics()
            logs = model.train_on_batch(IMAGES, return_dict=True)
            values[every].append(float(logs[name]))
    assert values[3][1] == values[3][2] == values[3][4] == 0.0
    # In its turn it is three times the penalty of such a step.
    assert values[3][0] == pytest.approx(3 * values[1][0], rel=1e-4)
    assert 2 < values[3][3] / values[1][3] < 4  # by other random numbers
    assert min(values[1]) > 0
    with pytest.raises(ValueError, match="every=0"):
        penalty(every=0)


@pytest.mark.parametrize("eagerly", [True, False])
def test_what_a_loss_has_seen_reaches_what_comes_after_the_step(eagerly):
    class Adaptive(kgz.DCGAN):
        """Counts how many real images are taken for real."""

        def build(self, input_shape):
            super().build(input_shape)
            self.share = self.add_weight((), initializer="zeros", trainable=False)

        def discriminator_loss(self, batch, fake):
            terms = super().discriminator_loss(batch, fake)
            logits = self.discriminate(batch.real)
            return terms, {"signs": ops.sign(logits), "poisoned": ops.max(batch.real)}

        def phases(self):
            discriminator, generator = super().phases()
            return [dataclasses.replace(discriminator, after=self.adapt), generator]

        def adapt(self, seen):
            self.share.assign((1 + ops.mean(seen["signs"])) / 2 + 0 * seen["poisoned"])

    model = Adaptive(SHAPE, latent_dim=8, base_channels=4, seed=0)
    model.compile(run_eagerly=eagerly)
    model.train_on_batch(IMAGES)
    share = float(model.share)
    assert 0 <= share <= 1 and (share * len(IMAGES)) % 1 == pytest.approx(0)
    poisoned = IMAGES.astype("float32") / 127.5 - 1
    model.train_on_batch(poisoned)
    poisoned[0] = np.nan
    with pytest.raises((FloatingPointError, ValueError)):
        model.train_on_batch(poisoned)
    assert np.isfinite(float(model.share))


def test_weight_clipping_holds_after_training():
    model = small()
    model.compile(loss="wasserstein", regularizers=regularizers.WeightClipping(0.004))
    model.fit(IMAGES, batch_size=4, verbose=0)
    weights = values_of(model.discriminator.trainable_variables)
    largest = max(np.abs(weight).max() for weight in weights)
    assert largest == pytest.approx(0.004, abs=1e-9)


def test_averaged_generator_follows_its_recurrence():
    model = small()
    model.compile(ema=0.75)
    model.on_first_batch(IMAGES[:4])
    expected = values_of(model.generator.weights)
    for _ in range(3):
        model.train_on_batch(IMAGES[:4])
        current = values_of(model.generator.weights)
        expected = [0.75 * e + 0.25 * c for e, c in zip(expected, current, strict=True)]
    averaged = values_of(model.ema_generator.weights)
    for one, two in zip(averaged, expected, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-6)
    assert model.sampler is model.ema_generator


def test_averaged_generator_is_the_one_a_preset_holds(tmp_path):
    model = small()
    model.compile(ema=0.5)
    model.fit(IMAGES, batch_size=4, verbose=0)
    model.save_to_preset(tmp_path / "preset")
    copy = kgz.GAN.from_preset(tmp_path / "preset")
    np.testing.assert_array_equal(model.generate(3, seed=0), copy.generate(3, seed=0))
    raw = keras.ops.convert_to_numpy(model.generator(model.latents(3, seed=0)))
    averaged = keras.ops.convert_to_numpy(model(model.latents(3, seed=0)))
    assert np.abs(raw - averaged).max() > 0


def test_an_average_that_is_no_longer_asked_for_is_not_used():
    model = small()
    model.compile(ema=0.5)
    model.fit(IMAGES, batch_size=4, verbose=0)
    assert model.sampler is model.ema_generator
    model.compile()
    assert model.sampler is model.generator
    model.fit(IMAGES, batch_size=4, verbose=0)
    assert model.ema_generator is None


def test_an_average_that_is_asked_for_again_begins_anew():
    model = small()
    for ema in (0.999, None):
        model.compile(ema=ema)
        model.fit(IMAGES, batch_size=4, epochs=5, verbose=0)
    model.compile(ema=0.999)
    start = values_of(model.generator.weights)
    model.train_on_batch(IMAGES)
    pairs = zip(start, values_of(model.ema_generator.weights), strict=True)
    # One step of a thousandth from where the generator was.
    assert max(np.abs(one - two).max() for one, two in pairs) < 1e-4


def test_a_third_network_and_variables_of_the_model_are_trained_and_saved(tmp_path):
    @keras.saving.register_keras_serializable("tests")
    class Encoding(kgz.VanillaGAN):
        networks = ("generator", "discriminator", "encoder")

        def build(self, input_shape):
            super().build(input_shape)
            self.seen = self.add_weight((), initializer="zeros", trainable=False)

        def build_encoder(self):
            return keras.Sequential(
                [keras.Input(self.image_shape), layers.Flatten(), layers.Dense(4)]
            )

        def compile_defaults(self):
            own = {"encoder_optimizer": keras.optimizers.Adam(1e-3)}
            return {**super().compile_defaults(), **own}

        def encoder_loss(self, batch, fake):
            self.seen.assign(self.seen + 1)
            return {"encoder_loss": keras.ops.mean(self.encoder(batch.real) ** 2)}

        def phases(self):
            encoder = kgz.Phase(
                "encoder",
                self.encoder_loss,
                [self.encoder],
                self.encoder_optimizer,
            )
            return [*super().phases(), encoder]

    model = Encoding(SHAPE, units=8, discriminator_units=4, latent_dim=4, seed=0)
    model.compile(encoder_optimizer=keras.optimizers.RMSprop(2e-3))
    history = model.fit(IMAGES, batch_size=4, epochs=2, verbose=0).history
    assert history["encoder_loss"][1] < history["encoder_loss"][0]
    with pytest.raises(ValueError, match=r"not know \['coder_optimizer'\]"):
        model.compile(coder_optimizer="adam")
    model.compile(encoder_optimizer=keras.optimizers.RMSprop(2e-3))
    model.fit(IMAGES, batch_size=4, verbose=0)
    model.save(tmp_path / "model.keras")
    copy = keras.saving.load_model(tmp_path / "model.keras")
    assert float(copy.seen) == float(model.seen) == 6
    assert isinstance(copy.encoder_optimizer, keras.optimizers.RMSprop)
    assert int(copy.encoder_optimizer.iterations) == 2
    for one, two in zip(model.get_weights(), copy.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_a_loss_names_its_terms():
    class Renamed(kgz.VanillaGAN):
        def generator_loss(self, batch, fake):
            loss = super().generator_loss(batch, fake)["generator_loss"]
            return {"other": loss, "half": loss / 2}

    model = Renamed(SHAPE, units=8, discriminator_units=4, latent_dim=4)
    logs = model.fit(IMAGES, batch_size=4, verbose=0).history
    assert logs.keys() == {"discriminator_loss", "other", "half"}
    assert logs["half"][0] == pytest.approx(logs["other"][0] / 2)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        (lambda loss: {}, r"phase 'generator'.*\{\}"),
        (lambda loss: loss, "dict of named scalars"),
        (
            lambda loss: {"flat": keras.ops.stack([loss])},
            r"'flat': 'shape \(1,\)'.*mean",
        ),
        (lambda loss: {"discriminator_loss": loss}, "a name of its own"),
    ],
)
def test_a_loss_that_does_not_return_named_scalars_is_refused(terms, message):
    class Unnamed(kgz.VanillaGAN):
        def generator_loss(self, batch, fake):
            return terms(super().generator_loss(batch, fake)["generator_loss"])

    model = Unnamed(SHAPE, units=8, discriminator_units=4, latent_dim=4)
    with pytest.raises(ValueError, match=message):
        model.fit(IMAGES, batch_size=4, verbose=0)


def test_phase_repeats_run_within_one_step():
    class FiveCriticSteps(kgz.VanillaGAN):
        def phases(self):
            critic, generator = super().phases()
            return [
                kgz.Phase(**{**vars(critic), "repeats": 5}),
                generator,
            ]

    model = FiveCriticSteps(SHAPE, units=8, discriminator_units=4, latent_dim=4)
    model.train_on_batch(IMAGES)
    assert int(model.discriminator_optimizer.iterations) == 5
    assert int(model.generator_optimizer.iterations) == 1


@pytest.mark.parametrize(("name", "times"), [("DCGAN", 1), ("WGANGP", 5)])
def test_the_generator_moves_by_the_images_that_the_discriminator_saw(name, times):
    model = getattr(kgz, name)((8, 8, 1), latent_dim=4, base_channels=4, seed=0)
    model.compile(run_eagerly=True)
    made, seen = [], []
    sample_like = model.sample_like

    def noted_sample(batch):
        made.append(1)
        return sample_like(batch)

    def noted(loss):
        def noted_loss(batch, fake):
            seen.append(ops.convert_to_numpy(ops.stop_gradient(fake)))
            return loss(batch, fake)

        return noted_loss

    model.sample_like = noted_sample
    model.discriminator_loss = noted(model.discriminator_loss)
    model.generator_loss = noted(model.generator_loss)
    before = model.generator.get_weights()
    model.train_on_batch(random_images(4, (8, 8, 1)))
    assert len(made) == times and len(seen) == times + 1
    np.testing.assert_array_equal(seen[-1], seen[-2])
    for old, new in zip(before, model.generator.get_weights(), strict=True):
        assert (old != new).any()


def test_augmentation_is_what_the_discriminator_sees():
    model = small()
    model.compile(augment=layers.Rescaling(0.0))
    model.fit(IMAGES, batch_size=4, verbose=0)
    # All images are the same grey through it, so nothing moves the generator.
    for variable, start in zip(
        values_of(model.generator.trainable_variables),
        values_of(small().generator.trainable_variables),
        strict=True,
    ):
        np.testing.assert_array_equal(variable, start)


def test_layers_of_noise_are_at_work_as_augmentation():
    model = small()
    model.compile(augment=layers.GaussianNoise(0.5, seed=0))
    grey = ops.zeros((64, *SHAPE))
    seen = ops.convert_to_numpy(model.augmented(grey))
    assert seen.std() == pytest.approx(0.5, rel=0.1)


def test_accumulated_gradients_are_those_of_the_batches_together():
    def judged_by(kernels, batches, **accumulation):
        images, latents = keras.Input(SHAPE), keras.Input((4,))
        logits = layers.Dense(1)(layers.Flatten()(images))
        # Equal images for all latents, so that the noise makes no difference.
        x = layers.Dense(math.prod(SHAPE), kernel_initializer="zeros")(latents)
        model = small(
            generator=keras.Model(latents, layers.Reshape(SHAPE)(x)),
            discriminator=keras.Model(images, logits),
        )
        model.discriminator.set_weights(kernels)
        adam = keras.optimizers.Adam(0.01, **accumulation)
        model.compile(discriminator_optimizer=adam)
        for batch in batches:
            model.train_on_batch(batch)
        return model.discriminator.get_weights()

    kernels = [np.full((math.prod(SHAPE), 1), 0.01), np.zeros(1)]
    halves = np.split(IMAGES, 2)
    before = judged_by(kernels, halves[:1], gradient_accumulation_steps=2)
    after = judged_by(kernels, halves, gradient_accumulation_steps=2)
    together = judged_by(kernels, [IMAGES])
    np.testing.assert_array_equal(before[0], kernels[0].astype("float32"))
    assert np.abs(after[0] - kernels[0]).max() > 0.005
    np.testing.assert_allclose(after[0], together[0], atol=1e-5)


def test_weight_regularizers_of_custom_networks_count():
    def discriminator(strength):
        return keras.Sequential(
            [
                keras.Input(SHAPE),
                layers.Flatten(),
                layers.Dense(
                    1,
                    kernel_initializer="ones",
                    kernel_regularizer=keras.regularizers.L2(strength),
                ),
            ]
        )

    logs = [
        small(discriminator=discriminator(strength)).train_on_batch(
            IMAGES, return_dict=True
        )
        for strength in (0.0, 0.5)
    ]
    difference = logs[1]["discriminator_loss"] - logs[0]["discriminator_loss"]
    assert difference == pytest.approx(0.5 * 256, rel=1e-4)


def test_custom_networks_set_the_image_shape_and_are_saved(tmp_path):
    generator = keras.Sequential(
        [keras.Input((4,)), layers.Dense(192, "tanh"), layers.Reshape((8, 8, 3))]
    )
    model = kgz.DCGAN(generator=generator, latent_dim=4, base_channels=4)
    assert model.image_shape == (8, 8, 3)
    model.fit(random_images(4, (8, 8, 3)), verbose=0)
    model.save(tmp_path / "model.keras")
    copy = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(model.generate(2, seed=0), copy.generate(2, seed=0))


def test_a_fully_convolutional_discriminator_fits_any_size():
    discriminator = keras.Sequential(
        [keras.Input((None, None, 1)), layers.Conv2D(1, 4, strides=2)]
    )
    model = kgz.DCGAN(discriminator=discriminator, latent_dim=4, base_channels=4)
    assert model.image_shape is None
    model.fit(IMAGES, verbose=0)
    assert model.generate(2).shape == (2, *SHAPE)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"latent_dim": 9}, "generator's input is"),
        ({"image_shape": (8, 8, 1)}, "generator's output is"),
        ({"discriminator": keras.Sequential([layers.Dense(1)])}, "not known"),
        ({"generator": None, "latent_dim": 0}, "at least one number.*latent_dim=0"),
    ],
    ids=["latents", "images", "unbuilt", "no latents"],
)
def test_networks_that_do_not_fit_are_refused(arguments, message):
    generator = keras.Sequential(
        [keras.Input((4,)), layers.Dense(256), layers.Reshape(SHAPE)]
    )
    with pytest.raises(ValueError, match=message):
        small(**{"generator": generator, **arguments})


def test_a_seed_means_the_same_training():
    losses = []
    for seed in (0, 0, 1):
        keras.utils.set_random_seed(5)
        model = small(seed=seed)
        losses.append(model.fit(IMAGES, batch_size=4, epochs=2, verbose=0).history)
    assert losses[0] == losses[1]
    assert losses[0] != losses[2]


def test_sampling_leaves_training_alone():
    runs = []
    for sample in (False, True):
        keras.utils.set_random_seed(5)
        model = small()
        model.fit(IMAGES, batch_size=4, verbose=0)
        if sample:
            model.generate(3)
        runs.append(model.train_on_batch(IMAGES, return_dict=True))
    assert runs[0] == runs[1]


def test_predict_maps_latents_to_images():
    model = small()
    latents = model.latents(5, seed=0)
    images = model.predict(latents, verbose=0)
    expected = np.clip(np.rint((images + 1) * 127.5), 0, 255)
    np.testing.assert_array_equal(model.generate(5, seed=0), expected)


def test_several_steps_an_execution():
    model = small()
    if keras.backend.backend() == "torch":
        model.compile(steps_per_execution=2)
        with pytest.raises(ValueError, match="must be 1 with the PyTorch"):
            model.fit(IMAGES, batch_size=4, verbose=0)
    else:
        model.compile(steps_per_execution=2)
        model.fit(IMAGES, batch_size=2, verbose=0)
        assert int(model.generator_optimizer.iterations) == 4


@pytest.mark.skipif(keras.backend.backend() != "torch", reason="PyTorch's layout")
def test_kernels_and_their_moments_lie_in_memory_as_convolutions_take_them():
    model = kgz.DCGAN((16, 16, 3), base_channels=4, seed=0)
    model.train_on_batch(np.zeros((4, 16, 16, 3), "uint8"))
    variables = [*model.variables, *model.optimizer.variables]
    kernels = [v.value for v in variables if len(v.shape) == 4]
    assert len(kernels) == 4 * 3  # each layer's own, its mean and its mean square
    for kernel in kernels:
        height, width, channels, _ = kernel.shape
        expected = width * channels, channels, 1, height * width * channels
        assert kernel.stride() == expected


@pytest.mark.parametrize(
    "arguments",
    [
        {"validation_data": (IMAGES, None)},
        {"validation_split": 0.5},
        {"class_weight": {0: 1.0}},
        {"sample_weight": np.ones(8)},
    ],
    ids=lambda arguments: next(iter(arguments)),
)
def test_fit_says_what_a_gan_has_no_use_for(arguments):
    with pytest.raises(ValueError, match=f"no fit\\({next(iter(arguments))}"):
        small().fit(IMAGES, verbose=0, **arguments)


@pytest.mark.parametrize("method", ["evaluate", "test_on_batch"])
def test_held_out_loss_is_refused(method):
    with pytest.raises(ValueError, match=f"no {method}"):
        getattr(small(), method)(IMAGES)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ema": 1.0}, "must lie in"),
        ({"loss": "hingey"}, "hinge"),
        ({"regularizers": ["r3"]}, "r1"),
        ({"regularizers": ["r1", "r1"]}, "same name twice"),
    ],
    ids=lambda value: str(value),
)
def test_compile_refuses_what_it_does_not_know(arguments, message):
    with pytest.raises(ValueError, match=message):
        small().compile(**arguments)


@pytest.mark.parametrize("num", [0, -1, None, 2.5])
def test_generate_wants_a_positive_number(num):
    with pytest.raises(ValueError, match="positive number"):
        small().generate(num)


def test_a_model_without_networks_says_how_to_get_them():
    with pytest.raises(ValueError, match="Call fit\\(\\) first"):
        kgz.DCGAN().generate(1)
    with pytest.raises(ValueError, match="Call fit\\(\\) first"):
        kgz.DCGAN()(np.zeros((1, 100), "float32"))


def test_a_network_that_cannot_be_made_leaves_the_model_as_it_was():
    class Choosy(kgz.VanillaGAN):
        def build_discriminator(self):
            if self.image_shape != SHAPE:
                raise ValueError("only 16x16")
            return super().build_discriminator()

    model = Choosy(units=8, discriminator_units=4, latent_dim=4)
    with pytest.raises(ValueError, match="only 16x16"):
        model.fit(random_images(4, (8, 8, 1)), verbose=0)
    assert model.generator is None and model.image_shape is None
    model.fit(IMAGES, verbose=0)
    assert model.generate(2).shape == (2, *SHAPE)


def test_a_model_that_needs_labels_demands_them():
    class Labelled(kgz.VanillaGAN):
        requires_labels = True

    model = Labelled(SHAPE, units=8, discriminator_units=4, latent_dim=4)
    with pytest.raises(ValueError, match="learns from labels"):
        model.fit(IMAGES, verbose=0)
    model.fit(IMAGES, np.arange(8), verbose=0)


def test_dtype_policy_reaches_the_networks():
    model = small(dtype="mixed_bfloat16")
    assert model.generator.layers[1].compute_dtype == "bfloat16"
    assert model.generator.layers[1].variable_dtype == "float32"
    assert keras.config.dtype_policy().name == "float32"
    model.compile(regularizers="gradient_penalty")
    history = model.fit(IMAGES, batch_size=4, verbose=0).history
    assert np.isfinite(list(history.values())).all()


@pytest.mark.parametrize(
    "shape", [28, "28", (28.5, 28, 1), (0, 28, 1), (28, None, "1")]
)
def test_shapes_that_are_none_are_refused(shape):
    with pytest.raises(ValueError, match=r"DCGAN\(image_shape=\.\.\.\) is a tuple"):
        kgz.DCGAN(shape)
