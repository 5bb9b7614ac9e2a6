"""AdaptiveAugment: each change in closed form, and the rule by which p moves."""

from unittest import mock

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.augment import CHANGES, POLICY, AdaptiveAugment, geometry
from keras_gan_zoo.augment.colors import recolor
from keras_gan_zoo.backend import gradient
from tests.contract import random_images
from tests.golden import DTYPES, draw

NUM = 8
ALL = ",".join(CHANGES)


def floats(num=NUM, shape=(12, 12, 3), seed=0):
    return np.random.RandomState(seed).uniform(-1, 1, (num, *shape)).astype("f4")


def changed(images, **arguments):
    layer = AdaptiveAugment(**{"seed": 0, "p": 1.0, **arguments})
    return ops.convert_to_numpy(layer(images))


def resampled(images, matrix):
    """By one matrix for all images; channels last, as NumPy has them here."""
    planes = ops.convert_to_tensor(np.moveaxis(images, -1, 1))
    result = geometry.resample(planes, matrix)
    return np.moveaxis(ops.convert_to_numpy(result), 1, -1)


def amounts(value, num=NUM):
    return ops.convert_to_tensor(np.full(num, value, "float32"))


def recolored(images, **arguments):
    planes = ops.convert_to_tensor(np.moveaxis(images, -1, 1))
    arguments = {name: amounts(value, len(images)) for name, value in arguments.items()}
    return np.moveaxis(ops.convert_to_numpy(recolor(planes, **arguments)), 1, -1)


# Geometry.


def test_a_flip_and_quarters_of_rotations_move_whole_pixels():
    images = floats()
    np.testing.assert_array_equal(
        resampled(images, geometry.flip(amounts(1))), images[:, :, ::-1]
    )
    for quarters in range(4):
        np.testing.assert_array_equal(
            resampled(images, geometry.rotate90(amounts(quarters))),
            np.rot90(images, quarters, (1, 2)),
        )
        angle = amounts(quarters * np.pi / 2)
        np.testing.assert_allclose(
            resampled(images, geometry.rotate(angle)),
            np.rot90(images, quarters, (1, 2)),
            atol=1e-5,
        )


@pytest.mark.parametrize(("right", "down"), [(3, 0), (0, -2), (-5, 4)])
def test_a_shift_by_whole_pixels_mirrors_what_moves_in(right, down):
    images = floats(shape=(10, 14, 3))
    padded = np.pad(images, [(0, 0), (6, 6), (6, 6), (0, 0)], "reflect")
    expected = padded[:, 6 - down : 16 - down, 6 - right : 20 - right]
    result = resampled(images, geometry.shift(amounts(right), amounts(down)))
    np.testing.assert_allclose(result, expected, atol=1e-6)


def test_a_shift_by_half_a_pixel_is_the_mean_of_two():
    images = floats()
    result = resampled(images, geometry.shift(amounts(-0.5), amounts(0)))
    expected = (images[:, :, :-1] + images[:, :, 1:]) / 2
    np.testing.assert_allclose(result[:, :, :-1], expected, atol=1e-6)


def ramp(x, y):
    """An image whose values are linear: bilinear interpolation is exact."""
    rows, columns = np.meshgrid(*2 * [np.arange(12) - 5.5], indexing="ij")
    return np.repeat((x * columns + y * rows).astype("f4")[None, :, :, None], NUM, 0)


def test_scales_and_rotations_are_those_of_their_amounts():
    middle = (slice(None), slice(3, 9), slice(3, 9))  # which sees no border
    twice = resampled(ramp(1, 2), geometry.scale(amounts(1), amounts(1)))
    np.testing.assert_allclose(twice, ramp(0.5, 1), atol=1e-5)
    stretched = resampled(ramp(1, 2), geometry.scale(amounts(0.5), amounts(-0.5)))
    expected = ramp(0.5**0.5, 2 * 2**0.5)
    np.testing.assert_allclose(stretched[middle], expected[middle], atol=1e-5)
    rotated = resampled(ramp(1, 0), geometry.rotate(amounts(0.3)))
    expected = ramp(np.cos(0.3), -np.sin(0.3))
    np.testing.assert_allclose(rotated[middle], expected[middle], atol=1e-5)


def test_a_product_is_one_change_after_the_other():
    images = floats()
    first, second = (
        geometry.rotate90(amounts(1)),
        geometry.shift(amounts(2), amounts(1)),
    )
    at_once = resampled(images, geometry.product([first, second]))
    in_turn = resampled(resampled(images, first), second)
    np.testing.assert_allclose(at_once, in_turn, atol=1e-6)


# Colours.


def test_brightness_contrast_and_saturation():
    images = floats()
    grey = images.mean(axis=-1, keepdims=True)
    for arguments, expected in [
        ({"brightness": 0.25}, images + 0.25),
        ({"contrast": 0.5}, images * 2**0.5),
        ({"brightness": 0.25, "contrast": -1.0}, (images + 0.25) / 2),
        ({"saturation": -1.0}, grey + (images - grey) / 2),
    ]:
        np.testing.assert_allclose(recolored(images, **arguments), expected, atol=1e-6)


def test_a_flip_of_luma_is_a_reflection_at_the_plane_of_no_grey():
    images, axis = floats(), np.full(3, 3**-0.5)
    householder = np.eye(3) - 2 * np.outer(axis, axis)
    expected = images @ householder.T
    result = recolored(images, luma_flip=1.0)
    np.testing.assert_allclose(result, expected, atol=1e-6)


def test_hue_keeps_luma_and_a_third_of_a_turn_exchanges_the_channels():
    images = floats()
    turned = recolored(images, hue=1.0)
    np.testing.assert_allclose(turned.mean(-1), images.mean(-1), atol=1e-6)
    norms = np.linalg.norm(turned, axis=-1), np.linalg.norm(images, axis=-1)
    np.testing.assert_allclose(*norms, rtol=1e-5)
    third = recolored(images, hue=2 * np.pi / 3)
    np.testing.assert_allclose(third, np.roll(images, 1, axis=-1), atol=1e-6)


def test_grey_images_have_no_hue_and_two_images_in_one_are_changed_alike():
    grey = floats(shape=(4, 4, 1))
    np.testing.assert_array_equal(recolored(grey, hue=1.0, saturation=1.0), grey)
    np.testing.assert_allclose(recolored(grey, luma_flip=1.0), -grey)
    pair = floats(shape=(4, 4, 6))
    settings = {"hue": 1.0, "saturation": 0.5, "contrast": 0.3, "luma_flip": 1.0}
    halves = [recolored(half, **settings) for half in (pair[..., :3], pair[..., 3:])]
    np.testing.assert_allclose(
        recolored(pair, **settings), np.concatenate(halves, -1), atol=1e-6
    )


# The layer.


@pytest.mark.parametrize("policy", [POLICY, ALL])
def test_with_probability_0_images_are_untouched(policy):
    images = floats()
    np.testing.assert_array_equal(changed(images, p=0.0, policy=policy), images)


def test_each_image_is_changed_with_the_probability():
    images = floats(512, (4, 4, 1))
    for p in (0.2, 0.7):
        result = changed(images, p=p, policy="brightness")
        share = (result != images).any(axis=(1, 2, 3)).mean()
        assert share == pytest.approx(p, abs=5 * (p * (1 - p) / 512) ** 0.5)
    # Two rotations, of which one at least is made with probability p.
    result = changed(images, p=0.2, policy="rotate")
    share = (np.abs(result - images) > 1e-4).any(axis=(1, 2, 3)).mean()
    assert share == pytest.approx(0.2, abs=5 * (0.16 / 512) ** 0.5)


def test_flips_and_quarters_are_drawn_evenly():
    images = floats(512, (4, 4, 1))
    for policy, options in [
        ("flip", [images, images[:, :, ::-1]]),
        ("rotate90", [np.rot90(images, k, (1, 2)) for k in range(4)]),
    ]:
        result = changed(images, policy=policy)
        shares = [(result == one).all(axis=(1, 2, 3)).mean() for one in options]
        assert sum(shares) == 1
        even = 1 / len(options)
        error = 5 * (even * (1 - even) / 512) ** 0.5
        np.testing.assert_allclose(shares, even, atol=error)


def test_what_is_lost():
    ones = np.ones((256, 16, 16, 1), "f4")
    gone = changed(ones, policy="cutout") == 0
    assert (gone.any(axis=(1, 2, 3))).all() and gone.sum(axis=(1, 2, 3)).max() == 64
    noise = changed(ones, policy="noise") - 1
    # The deviation of an image is |N(0, 0.1)|, whose mean is 0.1 sqrt(2 / pi).
    deviations = noise.std(axis=(1, 2, 3))
    assert deviations.mean() == pytest.approx(0.0798, abs=0.02)


@pytest.mark.parametrize(
    ("channels", "size"), [(1, (2, 3)), (3, (9, 16)), (4, (8, 8)), (6, (5, 5))]
)
def test_gradients_flow_and_are_finite(channels, size):
    images = ops.convert_to_tensor(floats(4, (*size, channels)))
    layer = AdaptiveAugment(p=1.0, policy=ALL, seed=1)
    assert tuple(layer(images).shape) == tuple(images.shape)
    slope = gradient(lambda x: ops.square(layer(x)), images)
    slope = ops.convert_to_numpy(slope)
    assert np.isfinite(slope).all() and (slope != 0).any(axis=(1, 2, 3)).all()


def test_a_resampled_sum_has_the_slopes_of_a_numerical_derivative():
    layer = AdaptiveAugment(p=1.0, policy="rotate,scale", seed=1)
    images, weights = floats(2, (5, 5, 1)), floats(2, (5, 5, 1), seed=1)
    state = np.array(layer.seed_generator.state)

    def weighed(x):
        layer.seed_generator.state.assign(state)
        return layer(x) * ops.convert_to_tensor(weights)

    slope = gradient(weighed, ops.convert_to_tensor(images))
    # It is linear, so a step of any length gives the slope.
    for place in [(0, 0, 0, 0), (0, 2, 3, 0), (1, 4, 1, 0)]:
        further = images.copy()
        further[place] += 1
        step = ops.sum(weighed(further) - weighed(images))
        assert float(step) == pytest.approx(float(slope[place]), abs=1e-4)


RECORDED = [0.04332816, 0.76267195, 0.25678024]


def test_the_same_draws_are_the_same_changes_on_every_backend():
    with mock.patch.multiple(keras.random, **{kind: draw(kind) for kind in DTYPES}):
        result = changed(floats(), p=0.8, policy=ALL)
    sums = np.float32([result.mean(), result.std(), np.abs(result[3]).mean()])
    np.testing.assert_allclose(sums, RECORDED, rtol=1e-4)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"policy": "flip,colour"}, r"\['colour'\].*names separated by commas"),
        ({"p": 1.5}, r"p, in \[0, 1\]"),
        ({"target": 1}, "target, a mean sign"),
        ({"images": 0}, "images, above 0"),
        ({"every": 0.5}, "every, an integer"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        AdaptiveAugment(**arguments)


@pytest.mark.parametrize("shape", [(4, 2), (4, 1, 8, 3)])
def test_what_is_no_image_is_refused(shape):
    with pytest.raises(ValueError, match="two pixels a side"):
        AdaptiveAugment()(np.zeros(shape, "f4"))


# The rule.

SHAPE = (8, 8, 1)


def small(sign=1.0, loss="non_saturating", **arguments):
    """A model whose discriminator says the same of every image."""
    model = kgz.VanillaGAN(SHAPE, units=4, discriminator_units=4, latent_dim=4, seed=0)
    augment = {"images": 100, "policy": "brightness", "seed": 1, **arguments}
    model.compile(
        augment=AdaptiveAugment(**augment),
        discriminator_optimizer=keras.optimizers.SGD(0.0),
        generator_optimizer=keras.optimizers.SGD(0.0),
        loss=loss,
        regularizers=[],
    )
    *others, bias = model.discriminator.trainable_variables
    for variable in others:
        variable.assign(0 * variable)
    bias.assign(0 * bias + sign)
    return model


def steps(model, num, batch=5):
    images = random_images(batch, SHAPE)
    found = [model.train_on_batch(images, return_dict=True) for _ in range(num)]
    return float(model.augment_p), found


@pytest.mark.parametrize(
    ("sign", "p", "expected"),
    [
        (1.0, 0.0, 0.4),  # all real images are known: up by 4 * 5 / 100 twice
        (-1.0, 0.5, 0.1),
        (-1.0, 0.3, 0.0),  # and not below 0
        (1.0, 0.7, 1.0),  # nor above 1
    ],
)
def test_p_moves_by_the_rule_of_the_paper_and_stays_in_its_range(sign, p, expected):
    model = small(sign, p=p)
    first, shown = steps(model, 3)
    assert first == pytest.approx(p)  # every fourth step alone
    assert shown[-1]["augment_p"] == pytest.approx(p)
    assert steps(model, 5)[0] == pytest.approx(expected, abs=1e-6)


def test_without_a_target_p_stays():
    assert steps(small(p=0.3, target=None), 5)[0] == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("loss", "logit", "rises"),
    [
        ("least_squares", 0.4, False),  # nearer to the label of generated images
        ("least_squares", 0.6, True),
        ("wasserstein", 0.6, False),  # no more than the generated ones have
        ("relativistic_pairing", 0.6, False),
        ("hinge", 0.6, True),
    ],
)
def test_what_counts_as_real_depends_on_the_loss(loss, logit, rises):
    p, _ = steps(small(logit, loss, p=0.5, every=1), 1)
    assert (p > 0.5) == rises


def test_the_mean_of_several_steps_decides():
    model = small(p=0.5, every=3, target=0.3)
    bias = model.discriminator.trainable_variables[-1]
    for sign in (1.0, 1.0, -1.0):  # a mean of 1/3
        bias.assign(0 * bias + sign)
        steps(model, 1)
    assert float(model.augment_p) == pytest.approx(0.65)
    assert float(model.augment_looks) == float(model.augment_steps) == 0


def test_a_step_that_is_not_finite_moves_nothing():
    model = small(every=2)
    steps(model, 1)
    names = ("augment_p", "augment_sign", "augment_looks", "augment_steps")
    before = [float(getattr(model, name)) for name in names]
    model.discriminator.trainable_variables[-1].assign([np.nan])
    with pytest.raises(FloatingPointError):
        steps(model, 1)
    assert [float(getattr(model, name)) for name in names] == before


# In models.

IMAGES = random_images(8, (16, 16, 3))


def test_its_state_is_saved_and_a_run_that_goes_on_ends_as_one_without_a_break(
    tmp_path,
):
    def fresh():
        model = kgz.DCGAN(
            image_shape=(16, 16, 3), base_channels=2, latent_dim=4, seed=0
        )
        arguments = {"images": 40, "every": 2, "policy": "scale,hue", "seed": 2}
        augment = AdaptiveAugment(p=0.5, target=-0.9, **arguments)
        model.compile(augment=augment, regularizers=["r1"])
        return model

    fit = {"batch_size": 4, "verbose": 0, "shuffle": False}
    model, straight = fresh(), fresh()
    model.fit(IMAGES, **fit)
    assert float(model.augment_p) != 0.5
    model.save(tmp_path / "model.keras")
    resumed = keras.saving.load_model(tmp_path / "model.keras")
    assert float(resumed.augment_p) == float(model.augment_p)
    resumed.fit(IMAGES, **fit)
    straight.fit(IMAGES, epochs=2, **fit)
    assert float(resumed.augment_p) == float(straight.augment_p)
    for one, two in zip(resumed.get_weights(), straight.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert {"augment_p", "augment_sign"} <= set(model.named_state())


def test_it_adapts_within_a_sequential_too():
    model = small()
    layers = [keras.Input(SHAPE), keras.layers.Rescaling(1.0), model.augment]
    model.compile(augment=keras.Sequential(layers))
    assert steps(model, 4)[0] == pytest.approx(0.2)


TINY = {"image_shape": (16, 16, 3), "base_channels": 2, "seed": 0}
LABELS = np.arange(8) % 10
MODELS = {
    "ACGAN": ({"latent_dim": 4}, LABELS),
    "BiGAN": ({"latent_dim": 4}, None),
    "CycleGAN": ({"blocks": 1, "patch": 16}, IMAGES),
    "LaMa": ({"blocks": 1, "patch": 16, "discriminator_base_channels": 2}, None),
    "SemiSupervisedGAN": ({"latent_dim": 4, "discriminator_base_channels": 2}, LABELS),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.compiles_long
def test_models_with_losses_of_their_own_adapt_it(name):
    arguments, second = MODELS[name]
    model = getattr(kgz, name)(**TINY, **arguments)
    augment = AdaptiveAugment(images=1000, every=1, p=0.5, policy="flip", seed=0)
    model.compile(augment=augment, run_eagerly=True)  # which begins sooner
    terms = model.train_on_batch(IMAGES, second, return_dict=True)
    assert abs(terms["augment_p"] - 0.5) == pytest.approx(8 / 1000, rel=1e-3)
    assert np.isfinite(list(terms.values())).all()
