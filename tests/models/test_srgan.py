"""SRGAN: the contract, its loss, and images of any size."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo.models.srgan import srgan_discriminator, srresnet, steps_of
from tests.contract import ModelContract, random_images, values_of


class SuperResolutionContract(ModelContract):
    """The contract of the models that enlarge images."""

    image_shape = (16, 16, 3)

    def sample(self, model):
        return model.upscale(random_images(4, (9, 7, 3)), tile=16, overlap=4)


class TestSRGAN(SuperResolutionContract):
    model_class = kgz.SRGAN
    arguments = {
        "scale": 2,
        "base_channels": 4,
        "blocks": 1,
        "discriminator_base_channels": 4,
    }

    def test_the_networks_are_those_of_figure_4(self):
        generator, discriminator = srresnet(), srgan_discriminator()
        convolutions = [x for x in generator.layers if isinstance(x, layers.Conv2D)]
        # 9x9, 16 blocks of two, one more, two that enlarge, 9x9.
        assert [x.filters for x in convolutions] == 34 * [64] + 2 * [256] + [3]
        ends = {convolutions[0].kernel_size, convolutions[-1].kernel_size}
        assert ends == {(9, 9)}
        assert generator.compute_output_shape((2, 24, 31, 3)) == (2, 96, 124, 3)
        convolutions = [x for x in discriminator.layers if isinstance(x, layers.Conv2D)]
        assert [x.filters for x in convolutions] == [
            size for size in (64, 128, 256, 512) for _ in range(2)
        ]
        assert [x.strides[0] for x in convolutions] == 4 * [1, 2]

    def test_the_loss_is_that_of_equation_3(self):
        model = self.make()
        model.compile()
        real, fake = np.random.RandomState(0).rand(2, 3, 8, 8, 3).astype("float32")
        terms = model.reconstruction_loss(*map(ops.convert_to_tensor, (real, fake)))
        assert terms.keys() == {"content_loss"}
        expected = ((real - fake) ** 2).mean()
        assert float(terms["content_loss"]) == pytest.approx(expected, rel=1e-5)
        assert model.loss_weights == {"content_loss": 1.0, "generator_loss": 1e-3}
        batch = model.prepare(ops.convert_to_tensor(self.data(4)), None)
        logits = ops.convert_to_numpy(model.discriminate(model.sample_like(batch)))
        adversarial = ops.stop_gradient(
            model.weighted(model.generator_loss(batch, model.sample_like(batch)))[
                "generator_loss"
            ]
        )
        expected = 1e-3 * np.log1p(np.exp(-logits)).mean()
        assert float(adversarial) == pytest.approx(expected, rel=1e-4)

    def test_tiles_leave_no_seams(self):
        # 4 + 2 + 1 + 1 pixels of 9x9 and 3x3, and 4 / 2 at the end.
        model, image = self.make(), random_images(1, (45, 52, 3))[0]
        assert kgz.receptive_field.radius(model.generator) == 10
        tiled = model.upscale(image, tile=33).astype(int)
        mirrored = np.pad(image, ((10, 10), (10, 10), (0, 0)), mode="symmetric")
        whole = kgz.images.to_uint8(
            ops.convert_to_numpy(model(mirrored[None] / np.float32(127.5) - 1))
        )
        assert np.abs(tiled - whole[0, 20:-20, 20:-20]).max() <= 1

    def test_opaque_images_stay_opaque_and_grey_ones_grey(self):
        model, image = self.make(), random_images(1, (9, 7, 4))[0]
        image[..., 3] = 255
        large = model.upscale(image, tile=16, overlap=4)
        assert (large[..., 3] == 255).all()
        np.testing.assert_array_equal(
            large[..., :3], model.upscale(image[..., :3], tile=16, overlap=4)
        )

    @pytest.mark.parametrize(
        "image", [np.zeros((8, 8, 3)), np.zeros(8, "uint8"), np.zeros((0, 8), "uint8")]
    )
    def test_what_is_no_image_is_refused(self, image):
        with pytest.raises(ValueError, match="takes a uint8 image"):
            self.make().upscale(image)

    def test_scales(self):
        assert [steps_of(n) for n in (2, 3, 4, 6, 8)] == [
            [2],
            [3],
            [2, 2],
            [2, 3],
            [2, 2, 2],
        ]
        for scale in (1, 2.0):
            with pytest.raises(ValueError, match="integer from 2"):
                kgz.SRGAN(scale=scale)

    def test_images_of_any_size_and_kind_are_enlarged(self):
        model = self.make()
        shapes = [(8, 9), (20, 33, 1), (5, 40, 3), (17, 9, 4), (2, 9, 9, 2)]
        for shape in shapes:
            large = model.upscale(random_images(1, shape)[0], tile=16, overlap=4)
            rank = len(shape)
            sides = slice(1, 3) if rank == 4 else slice(0, 2)
            expected = list(shape)
            expected[sides] = [model.scale * side for side in shape[sides]]
            assert large.shape == tuple(expected) and large.dtype == np.uint8

    def test_warm_up_trains_the_generator_alone(self):
        model = self.make()
        model.compile(loss_weights={"generator_loss": 0})
        assert [phase.name for phase in model.phases()] == ["generator"]
        before = values_of(model.discriminator.weights)
        history = model.fit(self.data(), batch_size=8, verbose=0).history
        assert not {"discriminator_loss", "generator_loss"} & history.keys()
        for old, new in zip(
            before, values_of(model.discriminator.weights), strict=True
        ):
            np.testing.assert_array_equal(old, new)
        model.compile()
        assert len(model.fit(self.data(), verbose=0).history) == len(history) + 2

    def test_pairs_teach_what_large_images_teach_alone(self):
        model = self.make()
        large = ops.convert_to_tensor(self.data(8))
        alone = model.prepare(large, None)
        pairs = model.prepare(model.shrink(alone.real), large)
        for one, two in zip(alone, pairs, strict=True):
            one, two = ops.convert_to_numpy(one), ops.convert_to_numpy(two)
            np.testing.assert_array_equal(one, two)
        assert alone.condition.shape == (8, 8, 8, 3)
        assert 0.5 < np.abs(ops.convert_to_numpy(alone.condition)).max() <= 1
        small = ops.convert_to_numpy(alone.condition)
        model.train_on_batch(small, self.data(8))

    @pytest.mark.compiles_long
    def test_features_are_compared_where_there_are_any(self, tmp_path):
        images = keras.Input((None, None, 3))
        features = keras.Model(images, layers.Conv2D(2, 3, 2, name="eye")(images))
        model = self.make()
        model.compile(content_features=features)
        x = ops.convert_to_tensor(random_images(2, (8, 8, 3)) / np.float32(255))
        np.testing.assert_allclose(
            ops.convert_to_numpy(model.features(x)[0]),
            ops.convert_to_numpy(features(x)) / 12.75,
            rtol=1e-5,
        )
        before = values_of(features.weights)
        model.fit(self.data(), batch_size=8, verbose=0)
        for old, new in zip(before, values_of(features.weights), strict=True):
            np.testing.assert_array_equal(old, new)
        model.save(tmp_path / "model.keras")
        copy = keras.saving.load_model(tmp_path / "model.keras")
        for old, new in zip(
            before, values_of(copy.content_features.weights), strict=True
        ):
            np.testing.assert_array_equal(old, new)

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ((random_images(4, (15, 16, 3)),), "scale=2 must divide"),
            (random_images(2, (4, 8, 8, 3)), "large images for small ones"),
            ((random_images(4, (16,)),), "images of shape"),
        ],
        ids=["size", "ratio", "points"],
    )
    def test_data_that_do_not_fit_are_refused(self, data, message):
        with pytest.raises(ValueError, match=message):
            self.make(image_shape=None).fit(*data, verbose=0)

    def test_a_generator_of_another_scale_is_refused(self):
        with pytest.raises(ValueError, match=r"scale=2 is \(None, 24, 24, 3\)"):
            self.make(generator=srresnet(3, 3, base_channels=2, blocks=1))
