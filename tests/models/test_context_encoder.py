"""Context encoder: the contract, holes of any shape, and what stays untouched."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo.models.context_encoder import stage_channels
from tests.contract import ModelContract, random_images

pytestmark = pytest.mark.compiles_long

SHAPE = (16, 16, 1)


def random_masks(num):
    """A rectangle, nothing, everything, then single pixels."""
    masks = np.random.RandomState(0).rand(max(num, 3), 16, 16, 1) < 0.3
    masks[:3] = False
    masks[0, 4:9, 2:13] = True
    masks[2] = True
    return masks[:num]


class TestContextEncoder(ModelContract):
    model_class = kgz.ContextEncoder
    arguments = {"base_channels": 2, "bottleneck": 8}

    def sample(self, model):
        return model.inpaint(random_images(4, SHAPE, seed=2), random_masks(4))

    @pytest.mark.parametrize("dtype", ["uint8", "float32"])
    def test_known_pixels_stay_bit_by_bit_and_holes_are_filled(self, dtype):
        images, masks = random_images(6, SHAPE), random_masks(6)
        if dtype == "float32":
            images = np.random.RandomState(0).uniform(-1, 1, images.shape).astype("f4")
        model = self.make()
        whole = model.inpaint(images, masks)
        assert whole.dtype == images.dtype and whole.shape == images.shape
        np.testing.assert_array_equal(whole[~masks], images[~masks])
        changed = (whole != images)[masks].mean()
        assert changed > 0.9
        np.testing.assert_array_equal(whole, model.inpaint(images, masks.astype("u1")))
        if dtype == "float32":
            called = ops.convert_to_numpy(model(images, masks))
            np.testing.assert_allclose(called, whole, atol=1e-5)

    def test_the_hole_is_filled_from_the_known_pixels_alone(self):
        images = np.random.RandomState(0).uniform(-1, 1, (1, *SHAPE)).astype("f4")
        masks = random_masks(1)
        model = self.make()
        whole = model.inpaint(images, masks)
        hidden = np.where(masks, -images, images)
        np.testing.assert_array_equal(model.inpaint(hidden, masks), whole)
        known = np.where(masks, images, -images)
        assert (model.inpaint(known, masks) != whole)[masks].all()

    def test_the_losses_worked_out_by_hand(self):
        whole, images = keras.Input((16, 16, 2)), keras.Input(SHAPE)
        model = self.make(
            # Makes 0 everywhere; its logit is the sum of what it sees.
            generator=keras.Model(
                whole, layers.Lambda(lambda x: 0 * x[..., 1:])(whole)
            ),
            discriminator=keras.Model(
                images,
                layers.Lambda(lambda x: ops.sum(x, axis=(1, 2)))(images),
            ),
        )
        model.compile()
        masks = np.zeros((1, *SHAPE), "uint8")
        masks[0, 6:8, 6:8] = 1
        batch = model.prepare(random_images(1, SHAPE), masks)
        image = ops.convert_to_numpy(batch.real)[0, ..., 0]
        # 2x2 pixels within the hole, and 10x10 with four more on each side.
        inside, near = (image[6:8, 6:8] ** 2).sum(), (image[2:12, 2:12] ** 2).sum()
        error = (inside + 10 * (near - inside)) / 100
        terms = model.weighted(model.generator_loss(batch, model.sample_like(batch)))
        assert {name: float(value) for name, value in terms.items()} == {
            "generator_loss": pytest.approx(0.001 * np.log(2), rel=1e-5),
            "l2_loss": pytest.approx(0.999 * error, rel=1e-5),
        }
        real = np.log1p(np.exp(-image[6:8, 6:8].sum()))  # the hole alone
        terms = model.discriminator_loss(batch, model.sample_like(batch))
        received = float(terms["discriminator_loss"])
        assert received == pytest.approx(real + np.log(2), rel=1e-5)

    def test_rectangles_have_the_asked_size_and_lie_anywhere(self):
        model = self.make(image_shape=(16, 24, 1), hole=(0.25, 0.5))
        masks = ops.convert_to_numpy(model.draw_masks(500))[..., 0]
        rows, columns = masks.max(axis=2), masks.max(axis=1)
        expected = rows[:, :, None] * columns[:, None, :]
        np.testing.assert_array_equal(masks, expected)
        for spans, side in [(rows, 16), (columns, 24)]:
            assert (np.abs(np.diff(spans, prepend=0, append=0)).sum(axis=1) == 2).all()
            lengths = set(spans.sum(axis=1).astype(int))
            assert lengths == set(range(side // 4, side // 2 + 1))
            assert spans[:, 0].any() and spans[:, -1].any()

    def test_masks_of_ones_own_train_and_what_does_not_fit_is_refused(self):
        images, masks = random_images(4, SHAPE), random_masks(4)
        model = self.make()
        logs = model.train_on_batch(images, masks, return_dict=True)
        assert np.isfinite(list(logs.values())).all()
        for kind in (bool, "uint8", "float32"):
            batch = model.prepare(images, masks.astype(kind))
            np.testing.assert_array_equal(ops.convert_to_numpy(batch.condition), masks)
        for wrong, words in [
            (np.arange(4), "shape"),
            (masks[:, :8], "shape"),
            (masks * np.uint8(255), "from 0 to 255"),
        ]:
            with pytest.raises(ValueError, match=words):
                model.inpaint(images, wrong)
        with pytest.raises(ValueError, match="shape"):
            self.make().fit(images, np.arange(4), verbose=0)
        with pytest.raises(ValueError, match="hole="):
            self.make(hole=(0.5, 0.25))
        with pytest.raises(ValueError, match="divisible"):
            self.make(image_shape=(50, 50, 1))


def test_128_pixels_give_the_network_of_the_paper():
    assert stage_channels((128, 128, 3), 64) == [64, 64, 128, 256, 512]
    generator = kgz.ContextEncoder((128, 128, 3), bottleneck=40).generator
    maps = [layer.output.shape[1:] for layer in generator.layers]
    assert (1, 1, 40) in maps and (4, 4, 512) in maps
    assert generator.output_shape == (None, 128, 128, 3)
