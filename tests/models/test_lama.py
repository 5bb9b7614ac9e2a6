"""LaMa: the contract, what one pixel reaches, and which patches count as real."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo.holes import draw_free_form, draw_strokes
from tests.contract import ModelContract, random_images
from tests.models.test_context_encoder import SHAPE, random_masks

pytestmark = pytest.mark.compiles_long


class TestLaMa(ModelContract):
    model_class = kgz.LaMa
    arguments = {
        "base_channels": 2,
        "blocks": 1,
        "discriminator_base_channels": 2,
        "patch": 16,
    }

    def sample(self, model):
        return model.inpaint(random_images(4, SHAPE, seed=2), random_masks(4))

    def test_images_of_any_size_keep_their_known_pixels(self):
        model = self.make()
        images = random_images(2, (21, 33, 1))
        masks = np.zeros((2, 21, 33, 1), bool)
        masks[:, 3:9, 20:] = True
        whole = model.inpaint(images, masks)
        np.testing.assert_array_equal(whole[~masks], images[~masks])
        assert (whole != images)[masks].mean() > 0.9
        hidden = np.where(masks, 255 - images, images)
        np.testing.assert_array_equal(model.inpaint(hidden, masks), whole)

    def test_small_images_are_halved_less_often(self):
        model = self.make(image_shape=(12, 20, 1), halvings=2)
        images = random_images(2, (12, 20, 1))
        model.fit(images, batch_size=2, verbose=0)
        assert model.inpaint(images, np.ones((2, 12, 20, 1))).shape == images.shape
        with pytest.raises(ValueError, match="3 times, so 8 must divide"):
            self.make(image_shape=(12, 20, 1))
        for halvings in (0, 1.5, "2", None):
            with pytest.raises(ValueError, match=f"halvings={halvings!r}"):
                self.make(halvings=halvings)

    def test_an_image_of_one_pixel_is_filled(self):
        image, mask = random_images(1, (1, 3, 1)), np.ones((1, 1, 3, 1), bool)
        assert self.make().inpaint(image, mask).shape == image.shape

    def test_every_layer_of_the_blocks_sees_the_whole_image(self):
        # Two layers of 3x3 reach two pixels; the spectrum reaches all of them.
        model = self.make(image_shape=(64, 64, 1), base_channels=4)
        image = np.zeros((1, 64, 64, 2), "float32")
        other = image.copy()
        other[0, 0, 0] = 1
        change = model.predict(other, verbose=0) - model.predict(image, verbose=0)
        assert (change[0, -8:, -8:] != 0).all()

    @pytest.mark.parametrize("loss", ["minimax", "least_squares"])
    def test_known_patches_of_generated_images_count_as_real(self, loss):
        images = keras.Input((16, 16, 1))
        maps = layers.AveragePooling2D(4)(images)  # a logit for 4x4 pixels
        model = self.make(discriminator=keras.Model(images, [maps, maps]))
        model.compile(loss=loss, regularizers=[])
        masks = np.zeros((1, 16, 16, 1), "uint8")
        masks[0, :4, :8] = 1  # two patches of sixteen
        batch = model.prepare(random_images(1, SHAPE), masks)
        fake = ops.convert_to_tensor(np.full((1, *SHAPE), 0.5, "float32"))
        real = ops.convert_to_numpy(maps_of(batch.real))
        of_real, of_fake = {
            "minimax": (lambda x: np.log1p(np.exp(-x)), lambda x: np.log1p(np.exp(x))),
            "least_squares": (lambda x: (x - 1) ** 2 / 2, lambda x: x**2 / 2),
        }[loss]
        expected = of_real(real).mean() + (14 * of_real(0.5) + 2 * of_fake(0.5)) / 16
        terms = model.discriminator_loss(batch, fake)
        received = float(terms["discriminator_loss"])
        assert received == pytest.approx(expected, rel=1e-5)

    def test_the_generators_terms_worked_out_by_hand(self):
        images = keras.Input((16, 16, 1))
        maps = layers.AveragePooling2D(4)(images)
        model = self.make(discriminator=keras.Model(images, [maps, maps, images]))
        features = keras.Input((None, None, 1))
        model.compile(content_features=keras.Model(features, [2 * features, features]))
        masks = random_masks(1)
        batch = model.prepare(random_images(1, SHAPE), masks)
        fake = model.sample_like(batch)
        one, two = (ops.convert_to_numpy(x) for x in (batch.real, fake))
        gap = one - two
        of_maps = ops.convert_to_numpy(maps_of(batch.real) - maps_of(fake))
        logits = ops.convert_to_numpy(maps_of(fake))
        expected = {
            "generator_loss": 10 * np.log1p(np.exp(-logits)).mean(),
            "matching_loss": 100 * ((of_maps**2).mean() + (gap**2).mean()) / 2,
            "l1_loss": 5 * (np.abs(gap) * ~masks).mean(),
            "content_loss": 30 * 5 * (gap**2).mean(),
        }
        terms = model.weighted(model.generator_loss(batch, fake))
        received = {n: float(ops.convert_to_numpy(x)) for n, x in terms.items()}
        assert received == pytest.approx(expected, rel=1e-4)

    def test_sides_that_8_does_not_divide_are_refused(self):
        with pytest.raises(ValueError, match="8 must divide.*from 16"):
            self.make(image_shape=(16, 20, 1))


def maps_of(images):
    return layers.AveragePooling2D(4)(images)


def test_a_content_network_is_kept_in_the_file_and_stands_still(tmp_path):
    pixels = keras.Input((None, None, 1))
    network = keras.Model(pixels, layers.Conv2D(2, 3)(pixels))
    model = kgz.LaMa(SHAPE, 2, 1, 2, 16, seed=0)
    model.compile(content_features=network)
    before = [np.array(ops.convert_to_numpy(w)) for w in network.weights]
    logs = model.fit(random_images(4, SHAPE), verbose=0).history
    assert logs["content_loss"][0] > 0
    model.save(tmp_path / "model.keras")
    copy = keras.saving.load_model(tmp_path / "model.keras")
    for kept in (network, copy.content_features):
        for old, new in zip(before, kept.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)


def test_free_form_holes_are_wide_and_lie_anywhere():
    seed = keras.random.SeedGenerator(0)
    masks = ops.convert_to_numpy(draw_free_form(300, (32, 48), seed))
    assert masks.shape == (300, 32, 48, 1) and set(np.unique(masks)) == {0, 1}
    shares = masks.mean(axis=(1, 2, 3))
    assert 0.15 < shares.mean() < 0.45 and shares.min() < 0.1 and shares.max() > 0.5
    assert (masks.mean(axis=0) > 0.01).all()
    again = draw_free_form(300, (32, 48), keras.random.SeedGenerator(0))
    np.testing.assert_array_equal(ops.convert_to_numpy(again), masks)


def test_a_stroke_is_as_long_as_it_is_thick_at_least_and_in_one_piece():
    seed = keras.random.SeedGenerator(1)
    masks = draw_strokes(50, (64, 64), seed, strokes=1)
    for mask in ops.convert_to_numpy(masks)[..., 0]:
        assert mask.any() and pieces(mask) == 1


def pieces(mask):
    """How many connected pieces a mask has, by flooding one after another."""
    left, number = mask > 0, 0
    while left.any():
        flood = np.zeros_like(left)
        flood[np.unravel_index(left.argmax(), left.shape)] = True
        while True:
            around = np.pad(flood, 1)
            grown = left & sum(
                np.roll(around, (i, j), (0, 1))[1:-1, 1:-1]
                for i in (-1, 0, 1)
                for j in (-1, 0, 1)
            ).astype(bool)
            if (grown == flood).all():
                break
            flood = grown
        left, number = left & ~flood, number + 1
    return number
