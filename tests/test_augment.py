"""DiffAugment: what each change does to an image, and what it leaves alone."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.augment import DiffAugment
from keras_gan_zoo.backend import gradient
from tests.contract import random_images

NUM = 64


def floats(num=NUM, shape=(16, 24, 3), seed=0):
    return np.random.RandomState(seed).uniform(-1, 1, (num, *shape)).astype("f4")


def change(policy, images, seed=0):
    return ops.convert_to_numpy(DiffAugment(policy, seed=seed)(images))


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("size", [(16, 24), (15, 9)])
def test_shape_and_dtype_stay(size, channels):
    images = floats(4, (*size, channels))
    changed = change("color,translation,cutout", images)
    assert changed.shape == images.shape
    assert changed.dtype == "float32"
    assert (changed != images).any(axis=(1, 2, 3)).all()


def test_it_computes_in_float32_under_mixed_precision():
    images = floats(2)
    layer = DiffAugment("translation", dtype="mixed_float16")
    assert keras.backend.standardize_dtype(layer(images).dtype) == "float32"


def test_brightness_moves_all_pixels_of_an_image_alike():
    # On a flat grey image saturation and contrast do nothing.
    moved = change("color", np.full((512, 4, 4, 3), 0.25, "f4")) - 0.25
    np.testing.assert_allclose(moved, moved[:, :1, :1, :1] + 0 * moved, atol=1e-6)
    offsets = moved[:, 0, 0, 0]
    assert -0.5 <= offsets.min() < -0.45 and 0.45 < offsets.max() <= 0.5
    # Five standard errors of a uniform distribution.
    assert abs(offsets.mean()) < 5 / np.sqrt(12 * 512)


def test_contrast_and_saturation_have_the_ranges_of_the_paper():
    images = floats(512, (4, 4, 3))
    changed = change("color", images)
    grey, new_grey = images.mean(axis=-1), changed.mean(axis=-1)
    # Saturation leaves an image's greys alone: their spread is the contrast's.
    contrast = new_grey.std(axis=(1, 2)) / grey.std(axis=(1, 2))
    assert 0.5 <= contrast.min() < 0.53 and 1.47 < contrast.max() <= 1.5001
    colour = (changed - new_grey[..., None]).std(axis=(1, 2, 3))
    saturation = colour / (images - grey[..., None]).std(axis=(1, 2, 3)) / contrast
    assert 0 <= saturation.min() < 0.05 and 1.95 < saturation.max() <= 2.001


def test_saturation_leaves_grey_images_alone():
    changed = change("color", np.repeat(floats(8, (4, 4, 1)), 3, axis=-1))
    np.testing.assert_allclose(changed, changed[..., :1] + 0 * changed, atol=1e-6)


def moved(image, down, right):
    """A NumPy reference: moves an image, with zeros behind it."""
    height, width, _ = image.shape
    canvas = np.zeros((3 * height, 3 * width, image.shape[-1]), image.dtype)
    rows, columns = height + down, width + right
    canvas[rows : rows + height, columns : columns + width] = image
    return canvas[height : 2 * height, width : 2 * width]


def test_translation_moves_by_whole_pixels_up_to_an_eighth():
    images = floats(256, (16, 24, 3))
    found = set()
    for image, changed in zip(images, change("translation", images), strict=True):
        [shift] = [
            (down, right)
            for down in range(-2, 3)
            for right in range(-3, 4)
            if np.array_equal(changed, moved(image, down, right))
        ]
        found.add(shift)
    assert {down for down, _ in found} == set(range(-2, 3))
    assert {right for _, right in found} == set(range(-3, 4))


def test_cutout_zeroes_a_rectangle_of_half_the_sides():
    changed = change("cutout", np.ones((512, 16, 24, 3), "f4"))
    assert set(np.unique(changed)) == {0, 1}
    gone = changed == 0
    np.testing.assert_array_equal(gone, gone[..., :1] & np.ones_like(gone))
    heights = gone.any(axis=(2, 3)).sum(axis=1)
    widths = gone.any(axis=(1, 3)).sum(axis=1)
    np.testing.assert_array_equal(gone.sum(axis=(1, 2, 3)), 3 * heights * widths)
    # Centres 0 to 16: half sticks out at both ends, and 8 rows go where none does.
    assert (heights.min(), heights.max()) == (4, 8)
    assert (widths.min(), widths.max()) == (6, 12)
    expected = np.minimum(16, np.arange(17) + 4) - np.maximum(0, np.arange(17) - 4)
    error = 5 * expected.std() / np.sqrt(512)
    np.testing.assert_allclose(heights.mean(), expected.mean(), atol=error)


def test_without_color_the_colours_stay():
    images = floats()
    changed = change("translation,cutout", images)
    for image, new in zip(images, changed, strict=True):
        kept = new[(new != 0).any(axis=-1)]
        assert {tuple(pixel) for pixel in kept} <= {
            tuple(pixel) for pixel in image.reshape(-1, 3)
        }


def test_changes_are_made_in_the_order_of_the_policy():
    ones = np.ones((NUM, 8, 8, 1), "f4")
    assert (change("color,cutout", ones) == 0).any()
    assert (change("cutout,color", ones) == 0).sum() == 0


def test_each_call_and_each_image_draws_its_own_change():
    images = np.repeat(floats(1), 2, axis=0)
    layer = DiffAugment(seed=3)
    real, fake = (ops.convert_to_numpy(layer(images)) for _ in range(2))
    assert (real != fake).any(axis=(1, 2, 3)).all()
    assert (real[0] != real[1]).any()
    np.testing.assert_array_equal(real, change("color,translation,cutout", images, 3))


def test_the_gradient_of_a_translated_sum_is_one_for_each_pixel_that_stays():
    ones = np.ones((8, 16, 16, 1), "f4")
    kept = change("translation", ones, seed=5).sum(axis=(1, 2, 3))
    layer = DiffAugment("translation", seed=5)
    slope = ops.convert_to_numpy(gradient(layer, ops.convert_to_tensor(ones)))
    assert set(np.unique(slope)) == {0, 1}
    np.testing.assert_array_equal(slope.sum(axis=(1, 2, 3)), kept)


def test_the_gradient_reaches_the_images_through_all_changes():
    images = ops.convert_to_tensor(floats(8))
    layer = DiffAugment(seed=1)
    slope = gradient(lambda x: ops.square(layer(x)), images)
    slope = ops.convert_to_numpy(slope)
    assert np.isfinite(slope).all()
    assert (slope != 0).any(axis=(1, 2, 3)).all()


@pytest.mark.parametrize("policy", ["colour", "", "color, cutout", "color;cutout"])
def test_unknown_changes_are_refused(policy):
    with pytest.raises(ValueError, match="Expected names separated by commas"):
        DiffAugment(policy)


def test_points_are_refused():
    with pytest.raises(ValueError, match=r"Received: \(4, 2\)"):
        DiffAugment()(np.zeros((4, 2), "f4"))


@pytest.mark.parametrize("regularizers", [[], ["r1"]])
def test_a_gan_trains_with_it_and_its_file_keeps_it(regularizers, tmp_path):
    model = kgz.VanillaGAN(
        (8, 8, 3), units=8, discriminator_units=4, latent_dim=4, seed=0
    )
    augment = DiffAugment("color,translation", seed=2)
    model.compile(augment=augment, regularizers=regularizers)
    history = model.fit(random_images(8, (8, 8, 3)), batch_size=4, verbose=0).history
    assert np.isfinite(list(history.values())).all()
    model.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert isinstance(loaded.augment, DiffAugment)
    assert loaded.augment.policy == "color,translation"
    # Training drew from the generator, and the file goes on where it stopped.
    states = [m.augment.seed_generator.state for m in (model, loaded)]
    states = [ops.convert_to_numpy(state) for state in states]
    np.testing.assert_array_equal(*states)
    fresh = ops.convert_to_numpy(DiffAugment(seed=2).seed_generator.state)
    assert (states[0] != fresh).any()
