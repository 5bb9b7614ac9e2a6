"""R3DCGAN: the contract, networks of images and of points, settings by the data."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.models.r3_dcgan import recipe
from tests.contract import LatentContract, random_images


class TestR3DCGAN(LatentContract):
    model_class = kgz.R3DCGAN
    arguments = {"base_channels": 4, "latent_dim": 8}
    compiled = {}  # it averages

    def test_the_critic_sees_each_image_by_itself(self):
        kinds = [type(layer) for layer in self.make().discriminator.layers]
        assert kgz.layers.BatchNormalization not in kinds
        kinds = [type(layer) for layer in self.make().generator.layers]
        assert kgz.layers.BatchNormalization in kinds

    def test_points_are_made_by_perceptrons(self):
        model = self.make(image_shape=None)
        points = kgz.datasets.ring(200).images
        model.fit(points, batch_size=100, verbose=0)
        assert model.generate(5, seed=0).shape == (5, 2)
        assert {regularizer.gamma for regularizer in model.regularizers} == {0.1}

    @pytest.mark.parametrize(
        ("side", "num", "epochs", "gamma", "half_life"),
        [(8, 40, 2, 1.0, 4), (32, 1_000, 1, 1.0, 50), (64, 8, 5, 4.0, 2)],
    )
    def test_fit_chooses_by_the_data(self, side, num, epochs, gamma, half_life):
        model = self.make(image_shape=None, base_channels=1)
        images = random_images(num, (side, side, 1))
        steps = {"steps_per_epoch": 1, "batch_size": 4}
        chosen = {}
        look = keras.callbacks.LambdaCallback(
            on_train_begin=lambda logs: chosen.update(ema=model.ema.images)
        )
        model.fit(images, epochs=epochs, verbose=0, callbacks=[look], **steps)
        assert {regularizer.gamma for regularizer in model.regularizers} == {gamma}
        assert (model.augment is None) == (num >= 1_000)
        assert chosen["ema"] == 4 * epochs / 20
        whole = recipe((side, side, 1), num, num * epochs)
        assert whole["ema"].images == half_life

    @pytest.mark.compiles_long
    def test_other_sources_of_data_tell_the_size_too(self):
        images = random_images(8, (64, 64, 1))

        class Batches(keras.utils.PyDataset):
            def __len__(self):
                return 2

            def __getitem__(self, index):
                return images[4 * index : 4 * index + 4]

        def gammas(data, shape=None):
            model = self.make(image_shape=shape, base_channels=1)
            model.fit(data, steps_per_epoch=1, verbose=0)
            return {regularizer.gamma for regularizer in model.regularizers}

        assert gammas(Batches()) == {4.0}
        # From a generator no batch can be taken to look at.
        assert gammas((batch,) for batch in [images]) == {1.0}
        assert gammas(((batch,) for batch in [images]), (64, 64, 1)) == {4.0}

    @pytest.mark.compiles_long
    def test_what_compile_chose_stays(self, tmp_path):
        model = self.make()
        model.compile(regularizers=[kgz.regularizers.R1(7.0)], ema=0.5)
        model.fit(self.data(), verbose=0)
        assert [regularizer.gamma for regularizer in model.regularizers] == [7.0]
        model = self.make()
        model.fit(random_images(8, self.image_shape), verbose=0)
        model.save(tmp_path / "model.keras")
        copy = keras.saving.load_model(tmp_path / "model.keras")
        assert isinstance(copy.augment, kgz.augment.DiffAugment)
        assert copy.ema.images == model.ema.images
        learned = np.asarray(copy.generate(2, seed=0), int)
        assert np.abs(learned - model.generate(2, seed=0)).max() <= 1
