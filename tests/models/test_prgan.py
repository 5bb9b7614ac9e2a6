"""PrGAN: the contract, views drawn for each shape, and what its generator matches."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.phases import Batch
from tests.contract import LatentContract, random_images, values_of

pytestmark = pytest.mark.compiles_long


class TestPrGAN(LatentContract):
    model_class = kgz.PrGAN
    arguments = {
        "base_channels": 2,
        "discriminator_base_channels": 4,
        "latent_dim": 8,
    }
    image_shape = (8, 8, 8, 1)
    other_shapes = [(16, 16, 16, 1), (12, 12, 12, 1)]
    dtype, rounding = "float32", 1e-5
    # Those of fresh networks are near 1/2: the discriminator stands still by chance.
    shortened = {"most_accurate": 1.0}

    def samples(self, num):
        """Silhouettes."""
        return random_images(num, (8, 8, 1))

    def test_64_cells_give_the_networks_of_the_paper(self):
        model = kgz.PrGAN((64, 64, 64, 1), latent_dim=8)
        enlarging = [x for x in model.generator.layers if "conv3d" in x.name]
        shapes = [x.output.shape[1:] for x in enlarging]
        assert shapes == [
            (8, 8, 8, 64),
            (16, 16, 16, 32),
            (32, 32, 32, 16),
            (64,) * 3 + (1,),
        ]
        halving = [x for x in model.discriminator.layers if "conv2d" in x.name]
        assert [x.kernel_size for x in halving] == [(5, 5)] * 4
        shapes = [x.output.shape[1:] for x in halving]
        assert shapes == [(32, 32, 128), (16, 16, 256), (8, 8, 512), (4, 4, 1024)]

    def test_settings_are_those_of_the_paper(self):
        model = self.make()
        paper = model.compile_defaults()
        rates = {"generator": 2.5e-3, "matching": 2.5e-3, "discriminator": 1e-4}
        for side, rate in rates.items():
            optimizer = paper[f"{side}_optimizer"]
            assert float(optimizer.learning_rate) == pytest.approx(rate)
            assert optimizer.beta_1 == 0.5
        assert model.tau == 0.5 and kgz.PrGAN().latent_dim == 200
        assert kgz.PrGAN.most_accurate == 1.0  # shortened
        assert kgz.VoxelGAN.most_accurate == 0.8

    def test_a_side_is_drawn_anew_for_each_shape(self, monkeypatch):
        model, drawn = self.make(), []
        opacity = kgz.models.prgan.opacity

        def watched(shapes, views, tau):
            drawn.append(ops.convert_to_numpy(views))
            return opacity(shapes, views, tau)

        monkeypatch.setattr("keras_gan_zoo.models.prgan.opacity", watched)
        batch = Batch(ops.zeros((300, 8, 8, 1)))
        first, second = model.sample_like(batch), model.sample_like(batch)
        assert first.shape == second.shape == (300, 8, 8, 1)
        counts = [np.bincount(views, minlength=9) for views in drawn]
        # 300 / 9 of each, with a standard deviation of 5.4.
        assert all(len(count) == 9 for count in counts)
        assert 11 < np.min(counts) and np.max(counts) < 56
        assert (drawn[0] != drawn[1]).mean() > 0.8

    def test_silhouettes_are_those_of_what_the_generator_makes(self):
        model = self.make()
        shapes = model.generate(3, seed=0)
        images = model.project(shapes)
        assert images.shape == (27, 8, 8, 1) and images.dtype == np.uint8
        sums = shapes[1, ..., 0].sum(axis=1)[::-1]  # from the front, top first
        expected = 255 * (1 - np.exp(-model.tau * sums))
        assert np.abs(images[9, ..., 0] - expected).max() <= 0.51
        one = model.project(shapes, views=[3])
        np.testing.assert_array_equal(one, images[3::9])
        # In training they lie in [-1, 1], as those of the data.
        fake = values_of([model.sample_like(Batch(ops.zeros((8, 8, 8, 1))))])[0]
        full = 1 - 2 * np.exp(-model.tau * 4)
        assert fake.mean() == pytest.approx(full, abs=0.1)  # fresh cells are half full

    def test_silhouettes_are_drawn_of_what_voxels_may_be(self):
        model = self.make()
        shapes = np.random.RandomState(0).rand(2, 8, 8, 8, 1) > 0.5
        whole = shapes.astype("uint8")
        np.testing.assert_array_equal(model.project(whole), model.project(shapes))
        with pytest.raises(ValueError, match="in a list, received 8"):
            model.project(shapes, views=8)

    def test_two_batches_match_in_mean_and_variance(self):
        model = self.make()
        model.judge = lambda images: [None, 3 * images]
        random = np.random.RandomState(0)
        real, fake = random.rand(2, 16, 8, 8, 1).astype("float32")
        model.sample_like = lambda batch: ops.convert_to_tensor(fake)
        batch = Batch(ops.convert_to_tensor(real))
        loss = float(model.matching_loss(batch, None)["matching_loss"])
        means = 3 * (real.mean(axis=0) - fake.mean(axis=0))
        variances = 9 * (real.var(axis=0) - fake.var(axis=0))
        expected = (means**2).mean() + (variances**2).mean()
        assert loss == pytest.approx(expected, rel=1e-4)
        model.sample_like = lambda batch: ops.flip(batch.real, axis=0)
        assert float(model.matching_loss(batch, None)["matching_loss"]) < 1e-10

    def test_the_generator_takes_a_second_step_along_the_maps_of_the_first_layer(self):
        model = self.make()
        model.compile()
        names = [phase.name for phase in model.phases()]
        assert names == ["discriminator", "generator", "matching"]
        last = model.phases()[-1]
        assert last.networks == [model.generator] and last.repeats == 1
        assert last.optimizer is not model.generator_optimizer
        logits, maps = model.judge(ops.zeros((2, 8, 8, 1)))
        assert logits.shape == (2, 1) and maps.shape == (2, 4, 4, 4)

    def test_penalties_of_the_generator_count_once(self):
        model = self.make()
        model.compile(regularizers=[kgz.regularizers.PathLength(every=1)])
        model.train_on_batch(self.samples(8))
        assert model.terms.phases["path_length"] == "generator"
        assert float(model.path_length_count) == 1 and model.path_length_mean > 0

    def test_the_discriminator_stands_still_where_it_is_too_accurate(self):
        model = self.make()
        model.compile()
        model.most_accurate = -1.0
        before = values_of(model.discriminator.trainable_variables)
        model.train_on_batch(self.samples(8))
        after = values_of(model.discriminator.trainable_variables)
        for old, new in zip(before, after, strict=True):
            np.testing.assert_array_equal(old, new)
        assert int(model.generator_optimizer.iterations) == 1
        assert int(model.matching_optimizer.iterations) == 1

    @pytest.mark.parametrize(
        "data, words",
        [
            (
                np.zeros((8, 8, 8, 8, 1), bool),
                "square.*8, 8, 8, 1.*datasets.silhouettes",
            ),
            (
                np.zeros((8, 8, 12, 1), "uint8"),
                r"square.*Received: \(batch, 8, 12, 1\)",
            ),
            (np.zeros((8, 8, 8, 3), "uint8"), "one channel"),
            (np.zeros((8, 16, 16, 1), "uint8"), "training data.*expected"),
            (np.full((8, 8, 8, 1), 2.0), r"must lie in \[-1, 1\]"),
        ],
    )
    def test_what_is_no_silhouette_is_refused(self, data, words):
        with pytest.raises(ValueError, match=words):
            self.make().fit(data, verbose=0)

    @pytest.mark.parametrize(
        "arguments, words",
        [
            (
                {"image_shape": (8, 8, 16, 1)},
                r"side, side, side, 1.*image_shape=\(8, 8, 16, 1\)",
            ),
            ({"image_shape": (8, 8, 8, 4)}, "side, side, side, 1"),
            ({"image_shape": (4, 4, 4, 1)}, "8, 16, 32 or 64"),
            ({"tau": 0}, "tau above 0. Received: 0"),
            ({"tau": float("nan")}, "finite number"),
        ],
    )
    def test_what_cannot_be_looked_at_is_refused(self, arguments, words):
        with pytest.raises(ValueError, match=words):
            self.make(**arguments)

    def test_a_discriminator_of_logits_alone_is_refused(self):
        images = keras.Input((8, 8, 1))
        logits = keras.layers.Dense(1)(keras.layers.Flatten()(images))
        network = keras.Model(images, logits)
        with pytest.raises(ValueError, match=r"logits and the maps.*\(None, 1\)"):
            self.make(discriminator=network)

    def test_floats_in_0_1_are_doubted(self):
        silhouettes = (self.samples(8) / 255).astype("float32")
        with pytest.warns(UserWarning, match=r"looks like \[0, 1\]"):
            self.make().fit(silhouettes, verbose=0)
