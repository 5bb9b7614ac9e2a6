"""What every model promises. A model's test subclasses one of these:

    class TestDCGAN(LatentContract):
        model_class = keras_gan_zoo.DCGAN
        arguments = {"base_channels": 4, "latent_dim": 8}

and adds the one fact of its paper.
"""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz

FIT = {"batch_size": 8, "shuffle": False, "verbose": 0}


def random_images(num, shape, seed=0):
    """uint8 noise of shape (num, *shape)."""
    values = np.random.RandomState(seed).randint(0, 256, (num, *shape))
    return values.astype("uint8")


def values_of(variables):
    """Copies of the variables as NumPy arrays."""
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]


def assert_equal_weights(model, other):
    """Bit-equal weights of all networks, the averaged generator included."""
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def small_srgan():
    """An SRGAN that doubles images, as small as it can be."""
    return kgz.SRGAN(
        (16, 16, 3),
        scale=2,
        base_channels=4,
        blocks=1,
        discriminator_base_channels=4,
        seed=0,
    )


class ModelContract:
    """The tests that every model passes on every backend."""

    model_class = None
    arguments = {}
    image_shape = (16, 16, 1)
    compiled = {"ema": 0.9}  # arguments of compile, but for the next test
    moved = {}  # the same, for the test that all weights move
    shortened = {}  # attributes of the class, for steps that compile in less time

    @property
    def labelled(self):
        """Whether the model learns from labels; some do if they are told to."""
        return self.model_class.requires_labels or "num_classes" in self.arguments

    def make(self, **changes):
        """A small model of known size and seed."""
        arguments = {"image_shape": self.image_shape, "seed": 0, **self.arguments}
        return self.model_class(**{**arguments, **changes})

    def samples(self, num):
        """What the data consist of: uint8 images."""
        return random_images(num, self.image_shape)

    def data(self, num=16):
        """What `fit` takes: images, or (images, labels) where they are needed."""
        images = self.samples(num)
        labels = np.arange(num) % 10
        return (images, labels) if self.labelled else images

    def sample(self, model):
        """Four images that the model makes, the same at each call."""
        return model.generate(4, seed=1)

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def short_steps(cls):
        """Shortens the steps of all models of the class, `fitted` and copies too."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in cls.shortened.items():
                patch.setattr(cls.model_class, name, value)
            yield

    @pytest.fixture(scope="class")
    @classmethod
    def fitted(cls):
        """A model that its first batch has sized, after two epochs, and what it logged.

        To trace and to compile a step is what takes time, so the tests share it.
        """
        test = cls()
        model = test.make(image_shape=None)
        with pytest.raises(ValueError, match="no networks yet"):
            test.sample(model)
        model.compile(**cls.compiled)
        return model, model.fit(test.data(), epochs=2, **FIT).history

    def test_networks_are_sized_from_the_first_batch(self, fitted):
        model, _ = fitted
        assert model.image_shape == self.image_shape

    @pytest.mark.compiles_long
    def test_each_phase_moves_its_networks_and_nothing_else(self):
        model = self.make()
        # Adam moves a weight visibly however small its gradient is.
        optimizers = {"generator_optimizer": "adam", "discriminator_optimizer": "adam"}
        model.compile(**optimizers, **self.moved)
        model.build_training_state()
        for phase in model.phases():
            model.phases = lambda phase=phase: [phase]
            model.make_train_function(force=True)
            others = [n for n in _networks(model) if n not in phase.networks]
            still = [v for network in others for v in network.trainable_variables]
            # Behind a gate that starts at 0 gradients come with the second step.
            model.train_on_batch(*_as_arguments(self.data()))
            moving_before, still_before = values_of(phase.variables), values_of(still)
            model.train_on_batch(*_as_arguments(self.data()))
            for variable, before in zip(phase.variables, moving_before, strict=True):
                after = values_of([variable])[0]
                assert np.isfinite(after).all()
                assert (after != before).any(), f"{variable.path} got no gradient"
            for before, after in zip(still_before, values_of(still), strict=True):
                np.testing.assert_array_equal(before, after)
            del model.phases

    def test_compiled_steps_log_every_term_of_the_losses(self, fitted):
        model, history = fitted
        assert history.keys() == model.terms.phases.keys()
        phases = {phase.name for phase in model.phases()}
        assert phases == set(model.terms.phases.values())
        assert np.isfinite(list(history.values())).all()

    def test_config_round_trip(self):
        model = self.make()
        copy = self.model_class.from_config(model.get_config())
        assert copy.get_config() == model.get_config()
        assert copy.count_params() == model.count_params()

    def test_training_goes_on_from_a_file_as_if_nothing_had_happened(
        self, fitted, tmp_path
    ):
        model, _ = fitted
        model.save(tmp_path / "model.keras")
        copy = keras.saving.load_model(tmp_path / "model.keras")
        assert_equal_weights(model, copy)
        np.testing.assert_array_equal(self.sample(model), self.sample(copy))
        model.fit(self.data(), **FIT)
        copy.fit(self.data(), **FIT)
        assert_equal_weights(model, copy)

    def test_preset_round_trip(self, tmp_path):
        model = self.make()
        model.save_to_preset(tmp_path / "preset", record={"license": "Apache-2.0"})
        copy = kgz.GAN.from_preset(tmp_path / "preset")
        assert type(copy) is self.model_class
        np.testing.assert_array_equal(self.sample(model), self.sample(copy))
        bare = kgz.GAN.from_preset(tmp_path / "preset", load_weights=False, seed=7)
        assert (self.sample(bare) != self.sample(model)).any()

    def test_presets_have_their_stated_parameters(self):
        for name, record in kgz.list_presets().items():
            needs_a_package = "needs" in record  # compared where it is read
            if record["class"] == self.model_class.__name__ and not needs_a_package:
                model = self.model_class.from_preset(name)
                for network, stated in record["parameters"].items():
                    assert getattr(model, network).count_params() == stated


class LatentContract(ModelContract):
    """The tests that every model passes which maps latents to images."""

    other_shapes = [(16, 24, 3), (21, 18, 4), (32, 32, 1)]
    dtype, rounding = "uint8", 1  # of what `generate` returns

    def test_samples_have_the_shape_and_range_of_images(self):
        for shape in [self.image_shape, *self.other_shapes]:
            model = self.make(image_shape=shape)
            samples = model.generate(3, seed=0)
            assert samples.shape == (3, *shape) and samples.dtype == self.dtype
        images = keras.ops.convert_to_numpy(model(model.latents(3, seed=0)))
        assert images.shape == (3, *shape)
        assert np.abs(images).max() <= 1.0

    def test_a_seed_means_the_same_samples(self):
        model, same, other = self.make(), self.make(), self.make(seed=1)
        np.testing.assert_array_equal(model.latents(5, 3), model.latents(9, 3)[:5])
        samples = model.generate(5, seed=3)
        np.testing.assert_array_equal(samples, same.generate(5, seed=3))
        alone = model.generate(5, seed=3, batch_size=2)
        np.testing.assert_allclose(alone.astype(float), samples, 0, self.rounding)
        assert (samples != model.generate(5, seed=4)).any()
        assert (samples != other.generate(5, seed=3)).any()

    def test_latents_stand_in_for_a_seed(self):
        model = self.make()
        latents = model.latents(3, seed=0)
        samples = model.generate(latents=latents)
        np.testing.assert_array_equal(samples, model.generate(3, seed=0))
        for arguments in ({"latents": latents[:, 1:]}, {"latents": latents[0]}):
            with pytest.raises(ValueError, match="Shapes do not fit: the latents is"):
                model.generate(**arguments)
        with pytest.raises(ValueError, match="3 latents.*seed=1"):
            model.generate(latents=latents, seed=1)

    def test_labels_are_ignored_or_demanded(self, fitted):
        images, labels = self.samples(8), np.arange(8) % 10
        model, _ = fitted
        if self.labelled:
            model.fit((images, labels), **FIT)
            with pytest.raises(ValueError, match="learns from labels"):
                model.fit(images, **FIT)
        else:
            with pytest.warns(UserWarning, match="ignores the labels"):
                model.fit((images, labels), **FIT)
            model.fit(images, labels, **FIT)  # it has said so
            model.fit(images, **FIT)
        if not model.conditional:
            with pytest.raises(ValueError, match="not conditional"):
                model.generate(2, labels=[0, 1])


class CaptionContract(LatentContract):
    """The tests that every model passes which maps captions to images."""

    captions = ["a red ring", "a blue ring", "one big red dot", "a small blue dot"]
    other_shapes = [(16, 24, 3), (32, 32, 1)]

    def make(self, **changes):
        """A small model that knows a few words."""
        text = kgz.text.WordEncoder(dim=8, word_dim=4).of(self.captions)
        return super().make(**{"text": text, **changes})

    def data(self, num=16):
        """Images, of which some have two captions."""
        own = [self.captions, self.captions[1:2], self.captions[2:], self.captions[:1]]
        return random_images(num, self.image_shape), (own * num)[:num]

    def test_labels_are_ignored_or_demanded(self, fitted):
        model, _ = fitted
        images, captions = self.data(8)
        model.fit((images, captions), **FIT)
        with pytest.raises(ValueError, match="learns from captions.*images alone"):
            model.fit(images, **FIT)
        with pytest.raises(ValueError, match=r"learns from captions.*shape \(8,\)"):
            model.fit(images, np.arange(8), **FIT)
        with pytest.raises(ValueError, match=r"captions.*\(8, None, 4\).*\(7, 4, 4\)"):
            model.fit(images, captions[1:], **FIT)
        with pytest.raises(ValueError, match="batch_size from 2 on"):
            model.fit(images[:1], captions[:1], **FIT)

    def steered(self):
        """A model whose fresh weights do not leave the captions out, as some do."""
        model, random = self.make(), np.random.RandomState(0)
        for variable in model.generator.trainable_variables:
            variable.assign(variable + 0.3 * random.standard_normal(variable.shape))
        return model

    def test_captions_steer_the_images(self):
        model = self.steered()
        images = model.generate(self.captions, seed=0)
        assert len({image.tobytes() for image in images}) == len(images) == 4
        # An image is of its own caption, in whatever company.
        latents = model.latents(4, seed=0)[2:3]
        alone = model.generate(self.captions[2], latents=latents)
        assert np.abs(images[2:3].astype(int) - alone).max() <= 1
        in_turn = model.generate(self.captions[:2], num=5, seed=0)
        one = model.generate(self.captions[0], num=5, seed=0)
        np.testing.assert_array_equal(in_turn[::2], one[::2])
        assert (in_turn[1::2] != one[1::2]).any()

    def test_images_lie_between_two_captions(self):
        model = self.steered()
        start, end = self.captions[:2]
        way = model.interpolate(start, end, num=3, seed=1)
        latents = np.repeat(model.latents(1, seed=1), 2, axis=0)
        ends = model.generate([start, end], latents=latents)
        assert np.abs(way[[0, 2]].astype(int) - ends).max() <= 1
        middle = model.sentences([start, end]).mean(axis=0, keepdims=True)
        between = model.generate(middle, latents=latents[:1])
        assert np.abs(way[1:2].astype(int) - between).max() <= 1

    def test_unknown_words_are_said(self):
        model = self.make()
        with pytest.warns(UserWarning, match="not known: 'green'"):
            unknown = model.sentences("a green ring")
        np.testing.assert_allclose(unknown, model.sentences("a ring"), atol=1e-6)
        with pytest.raises(ValueError, match="None of the words.*'hello world'"):
            model.generate("hello world", seed=0)
        with pytest.warns(UserWarning, match="first 4 words.* of 1 captions"):
            model.generate("a small red dot ring", num=1, seed=0)

    def test_fit_learns_the_words_of_the_captions(self):
        model = self.make(text=kgz.text.WordEncoder(dim=8, word_dim=4))
        with pytest.raises(ValueError, match="no networks yet.*words of captions"):
            model.generate("a red ring")
        images, captions = self.data(8)
        with pytest.raises(ValueError, match="knows no words yet"):
            model.fit(images, np.ones((8, 1, 4), "int32"), **FIT)
        model.fit(images, captions, **FIT)
        assert model.text.words == (
            "a",
            "big",
            "blue",
            "dot",
            "one",
            "red",
            "ring",
            "small",
        )
        assert set(model.text.examples) == set(self.captions)
        assert model.generate("a big dot", num=2).shape == (2, *self.image_shape)

    def test_a_discriminator_learns_which_captions_belong(self):
        """Two kinds of images, two captions: the wrong one lowers the logit."""
        images = np.zeros((32, 16, 16, 1), "uint8")
        images[::2, 4:12, 4:12] = 255
        captions = ["a white square", "nothing but black"] * 16
        text = kgz.text.WordEncoder(dim=16, word_dim=8).of(captions)
        model = self.model_class((16, 16, 1), 8, text, base_channels=4, seed=0)
        model.compile(discriminator_optimizer=keras.optimizers.Adam(2e-3, beta_1=0.0))
        # Neighbours are of different kinds, so each mismatched pair is one.
        model.fit(images, captions, batch_size=16, epochs=80, shuffle=False, verbose=0)
        real = keras.ops.convert_to_tensor(images[:8] / 127.5 - 1.0, "float32")
        sentences = model.sentences(captions[:8])
        right, wrong = (
            keras.ops.convert_to_numpy(
                model.discriminate(real, keras.ops.convert_to_tensor(own))
            )
            for own in (sentences, np.roll(sentences, 1, axis=0))
        )
        assert (right - wrong > 0.3).all()


class TableContract(ModelContract):
    """The tests that every model passes which makes rows of a table."""

    table = None  # what it is trained on, a dict of name to array
    batch_size = 20

    def make(self, image_shape=(), **changes):
        """Sized by its table in place of a shape."""
        if image_shape is None:
            changes["encoding"] = None
        return self.model_class(**{"seed": 0, **self.arguments, **changes})

    def sample(self, model):
        """Four rows."""
        rows = model.generate(4, seed=1)
        columns = model.encoding.table.rows_of(rows)
        return np.nan_to_num(columns, nan=-1)

    @pytest.fixture(scope="class")
    @classmethod
    def fitted(cls):
        """A model that was made for the table that it has seen."""
        test = cls()
        model = test.make(image_shape=None)
        with pytest.raises(ValueError, match="no networks yet"):
            test.sample(model)
        model.compile(**cls.compiled)
        fit = {"epochs": 2, "batch_size": cls.batch_size, "verbose": 0}
        history = model.fit(cls.table, **fit).history
        history.pop("epsilon", None)  # no term of a loss
        return model, history

    def test_training_goes_on_from_a_file_as_if_nothing_had_happened(
        self, fitted, tmp_path
    ):
        model, _ = fitted
        model.save(tmp_path / "model.keras")
        copy = keras.saving.load_model(tmp_path / "model.keras")
        for each in (model, copy):
            each.fit(self.table, batch_size=self.batch_size, verbose=0)
        np.testing.assert_array_equal(self.sample(model), self.sample(copy))
        assert_equal_weights(model, copy)


def _networks(model):
    return [getattr(model, name) for name in model.networks]


def _as_arguments(data):
    return data if isinstance(data, tuple) else (data,)
