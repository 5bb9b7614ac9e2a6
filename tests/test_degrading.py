"""Second-order degradations: each step, the whole, and batches of them."""

import dataclasses

import numpy as np
import pytest

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets import Degradation, Degraded, degradation_steps, degrade
from keras_gan_zoo.datasets.blur_kernels import blur_kernel
from keras_gan_zoo.datasets.degradation import FIRST, SECOND
from keras_gan_zoo.datasets.second_order import draw_filter

pytest.importorskip("PIL.Image", reason="pip install pillow")

NOTHING = Degradation(
    blur_probability=0,
    resize_probabilities=(0, 0, 1),
    gaussian_probability=1,
    gaussian_sigma=(0, 0),
    jpeg_quality=(95, 95),
    last_sinc_probability=0,
)


def smooth(*shape, seed=0):
    """Images of waves, which compression and resizing keep."""
    number, height, width, channels = shape
    random = np.random.default_rng(seed)
    phases = random.uniform(0, 6, (number, 1, 1, channels))
    waves = np.linspace(0, 6, height)[:, None, None] + np.linspace(0, 4, width)[:, None]
    return np.rint(127.5 + 90 * np.sin(waves + phases)).astype("uint8")


# The steps.


@pytest.mark.parametrize("size", [(20, 33), (3, 5), (1, 1)])
def test_filters_see_images_mirrored_beyond_their_borders(size):
    image = np.random.default_rng(0).random((3, *size), "float32")
    kernel = blur_kernel("gaussian", 9, (1.0, 2.0), 0.7)
    received = degradation_steps.convolve(image, kernel)
    assert received.shape == image.shape and received.dtype == "float32"
    mirrored = np.pad(image, ((0, 0), (4, 4), (4, 4)), mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(mirrored, (9, 9), axis=(1, 2))
    expected = np.einsum("chwij,ij->chw", windows, kernel)  # which is symmetric
    np.testing.assert_allclose(received, expected, atol=1e-6)


@pytest.mark.parametrize("mode", degradation_steps.MATRICES)
def test_resizing_keeps_flat_images_and_straight_lines(mode):
    for height, width in [(5, 9), (16, 24), (40, 31)]:
        flat = degradation_steps.resize(
            np.full((3, 16, 24), 0.3, "float32"), height, width, mode
        )
        assert flat.shape == (3, height, width) and flat.dtype == "float32"
        np.testing.assert_allclose(flat, 0.3, atol=1e-6)
    line = np.broadcast_to(np.arange(24, dtype="float32"), (1, 16, 24))
    shrunk = degradation_steps.resize(line, 16, 8, mode)[0, 0]
    np.testing.assert_allclose(np.diff(shrunk)[1:-1], 3, atol=1e-5)


def test_areas_are_means_and_the_others_alias():
    stripes = np.tile(np.array([1, 0, 0, 0], "float32"), 8)
    image = np.broadcast_to(stripes, (1, 32, 32))
    area, linear = (
        degradation_steps.resize(image, 8, 8, mode) for mode in ("area", "bilinear")
    )
    np.testing.assert_allclose(area, 0.25, atol=1e-6)
    np.testing.assert_allclose(linear, 0, atol=1e-6)  # none of its pixels is seen


def test_gaussian_noise_has_the_deviation_asked_for():
    generator = np.random.default_rng(0)
    image = np.zeros((3, 100, 100), "float32")
    noise = degradation_steps.gaussian_noise(image, 0.1, False, generator)
    assert noise.shape == image.shape and noise.dtype == "float32"
    assert noise.std() == pytest.approx(0.1, rel=0.02)
    assert np.abs(np.corrcoef(noise.reshape(3, -1)) - np.eye(3)).max() < 0.05
    assert degradation_steps.gaussian_noise(image, 0.1, True, generator).shape[0] == 1


def test_poisson_noise_grows_with_the_brightness():
    generator = np.random.default_rng(0)
    levels = np.repeat(np.arange(256, dtype="float32") / 255, 400).reshape(1, 256, 400)
    noise = degradation_steps.poisson_noise(levels, 2.0, False, generator)
    assert noise.dtype == "float32" and not noise[0, 0].any()  # black stays black
    # 256 values, so 256 photons: the variance of their number is its mean.
    expected = 2.0 * np.sqrt(levels[0, :, 0] * 256) / 256
    np.testing.assert_allclose(noise[0].std(axis=1), expected, rtol=0.2, atol=1e-3)
    assert abs(noise.mean()) < 1e-3
    colours = np.broadcast_to(levels, (3, 256, 400))
    grey = degradation_steps.poisson_noise(colours, 2.0, True, generator)
    assert grey.shape == (1, 256, 400)
    np.testing.assert_allclose(grey[0].std(axis=1), expected, rtol=0.2, atol=1e-3)


@pytest.mark.parametrize("channels", [1, 3])
def test_compression_costs_the_more_the_lower_its_quality(channels):
    image = np.random.default_rng(0).random((channels, 24, 40), "float32")
    losses = [
        np.abs(degradation_steps.compress(image, quality) - image).mean()
        for quality in (95, 60, 30)
    ]
    assert 0 < losses[0] < losses[1] < losses[2]
    assert degradation_steps.compress(image, 30).shape == image.shape
    pixels = (255 * np.random.default_rng(0).random((9, 7, channels))).astype("uint8")
    copy = degradation_steps.to_bytes(degradation_steps.from_bytes(pixels))
    np.testing.assert_array_equal(copy, pixels)


# The whole.


@pytest.mark.parametrize("scale", [1, 2, 4])
@pytest.mark.parametrize("channels", [1, 3])
def test_images_become_small_and_stay_what_they_are(scale, channels):
    images = smooth(6, 48, 64, channels)
    small = degrade(images, scale, seed=1)
    assert small.shape == (6, 48 // scale, 64 // scale, channels)
    assert small.dtype == "uint8"
    clean = datasets.downsample(images, scale)
    differences = np.abs(small.astype(int) - clean).mean(axis=(1, 2, 3))
    assert (differences > 1).all() and np.median(differences) < 40


def test_equal_seeds_give_equal_images_whatever_the_number():
    images = smooth(5, 32, 32, 3)
    one = degrade(images, 2, seed=3)
    np.testing.assert_array_equal(degrade(images, 2, seed=3), one)
    np.testing.assert_array_equal(degrade(images[:2], 2, seed=3), one[:2])
    assert (degrade(images, 2, seed=4) != one).any(axis=(1, 2, 3)).all()
    same = degrade(images[:1].repeat(5, axis=0), 2, seed=3)
    assert len(np.unique(same.reshape(5, -1), axis=0)) == 5  # each in its own way


def test_without_any_fault_an_image_is_only_shrunk():
    images = smooth(4, 64, 64, 3)
    small = degrade(images, 2, first=NOTHING, second=NOTHING).astype(int)
    mean = images.reshape(4, 32, 2, 32, 2, 3).mean(axis=(2, 4))
    assert np.abs(small - mean).mean() < 2


def test_one_degradation_spoils_less_than_two():
    images = smooth(40, 64, 64, 3)
    clean = datasets.downsample(images, 2).astype(int)
    errors = [
        np.abs(degrade(images, 2, second=second) - clean).mean()
        for second in (None, SECOND)
    ]
    assert 0 < errors[0] < errors[1]


def test_the_smallest_images_are_degraded_too():
    assert degrade(smooth(8, 4, 4, 3), 4).shape == (8, 1, 1, 3)


def test_filters_are_drawn_as_the_options_say():
    generator = np.random.default_rng(0)
    kernels = [draw_filter(FIRST, generator) for _ in range(1000)]
    sizes = np.bincount([len(kernel) for kernel in kernels], minlength=22)
    assert set(np.flatnonzero(sizes)) == set(range(7, 22, 2))
    assert sizes[7::2].min() > 80  # of 125 expected
    rings = np.mean([kernel.min() < 0 for kernel in kernels])
    assert rings == pytest.approx(0.1, abs=0.04)
    turned = [np.abs(kernel - kernel.T).max() > 1e-6 for kernel in kernels]
    assert np.mean(turned) == pytest.approx(0.9 * 0.31, abs=0.05)
    only = Degradation(sinc_probability=0, blurs={"isotropic": 1}, sigma=(1, 1))
    size = len(drawn := draw_filter(only, generator))
    np.testing.assert_array_equal(drawn, blur_kernel("gaussian", size, 1.0))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sigma": (3, 1)}, r"sigma: expected a pair \(low, high\)"),
        ({"sigma": (0, 1)}, "sigma: expected a pair"),
        ({"jpeg_quality": (30, 100)}, "jpeg_quality: expected a pair"),
        ({"jpeg_quality": (30.5, 90)}, "jpeg_quality: expected integers"),
        ({"kernel_size": (6, 21)}, "kernel_size: expected odd"),
        ({"resize_range": (1.1, 1.5)}, "resize_range: expected 1 between"),
        ({"resize_probabilities": (0.5, 0.5)}, "expected 3 probabilities"),
        ({"grey_probability": 1.2}, "grey_probability: expected .* probabilities"),
        ({"blurs": {"isotropic": 0.5}}, "blurs: expected .* in all 1"),
        ({"blurs": {"box": 1}}, "blurs: expected some of"),
    ],
)
def test_degradations_that_there_are_not_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Degradation(**options)


def test_the_second_degradation_is_the_gentler_one():
    for field in ("sigma", "gaussian_sigma", "poisson_scale", "resize_range"):
        assert getattr(SECOND, field)[1] < getattr(FIRST, field)[1]
    assert dataclasses.replace(SECOND, jpeg_quality=(1, 9)).sigma == SECOND.sigma


@pytest.mark.parametrize(
    ("images", "scale", "message"),
    [
        (smooth(1, 16, 16, 3), 3, "expected a divisor of height and width 16x16"),
        (smooth(1, 16, 16, 3), 0, "scale: expected a positive integer"),
        (smooth(1, 16, 16, 3) / 255, 2, "expected a uint8 array .* received float64"),
        (smooth(1, 16, 16, 4), 2, "with 1 or 3 channels"),
        (smooth(1, 16, 16, 3)[0], 2, "expected a uint8 array"),
    ],
)
def test_what_cannot_be_degraded_is_refused(images, scale, message):
    with pytest.raises(ValueError, match=message):
        degrade(images, scale)
    with pytest.raises(ValueError, match=message):
        Degraded(images, scale)


# Sharpening.


def test_sharpening_makes_edges_steeper_and_leaves_faint_noise_alone():
    edge = np.repeat(np.array([60, 180], "uint8"), 48)
    image = np.tile(edge, (1, 40, 1))[..., None]
    sharper = datasets.sharpen(image)[0, 20, :, 0].astype(int)
    # Beside an edge of 120 the Gaussian is 60 away; the mask is 1 there, but for its
    # own blur.
    assert 180 + 20 < sharper[48] <= 180 + 30 and 60 - 30 <= sharper[47] < 60 - 20
    assert sharper[0] == 60 and sharper[-1] == 180
    noise = np.random.default_rng(0).integers(125, 131, (2, 64, 48, 3), "uint8")
    np.testing.assert_array_equal(datasets.sharpen(noise), noise)
    np.testing.assert_array_equal(datasets.sharpen(image, weight=0), image)


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (60, 30)])
def test_sharpened_images_are_those_of_a_gaussian_filter(size):
    ndimage = pytest.importorskip("scipy.ndimage")
    images = np.random.default_rng(0).integers(0, 256, (2, *size, 3), "uint8")

    def blur(x):
        for axis in (1, 2):
            x = ndimage.gaussian_filter1d(x, 8.0, axis, mode="mirror", radius=25)
        return x

    plain = images.astype(float)
    detail = plain - blur(plain)
    mask = blur((np.abs(detail) > 10).astype(float))
    expected = plain + mask * (np.clip(plain + 0.5 * detail, 0, 255) - plain)
    np.testing.assert_allclose(datasets.sharpen(images), expected, atol=0.51)


def test_what_cannot_be_sharpened_is_refused():
    for images in (smooth(1, 8, 8, 3)[0], smooth(1, 8, 8, 3) / 255, [1]):
        with pytest.raises(ValueError, match="expected a uint8 array"):
            datasets.sharpen(images)


# Batches.


def epoch(data):
    """All pairs in order."""
    small, large = zip(*(data[index] for index in range(len(data))), strict=True)
    return np.concatenate(small), np.concatenate(large)


def test_an_epoch_shows_each_image_once_degraded_anew():
    images = smooth(10, 32, 32, 3)
    data = Degraded(images, 2, batch_size=4, seed=0)
    assert len(data) == 3
    small, large = epoch(data)
    assert small.shape == (10, 16, 16, 3) and small.dtype == "uint8"
    order = [np.flatnonzero((images == x).all(axis=(1, 2, 3)))[0] for x in large]
    assert sorted(order) == list(range(10)) != order
    again, _ = epoch(data)
    np.testing.assert_array_equal(small, again)
    data.on_epoch_end()
    other, shown = epoch(data)
    assert (shown != large).any()
    for x, y in zip(shown, other, strict=True):
        before = small[(large == x).all(axis=(1, 2, 3)).argmax()]
        assert (before != y).any()


def test_batches_of_any_size_hold_the_same_pairs():
    images = smooth(10, 40, 48, 1)
    one, two, other = (
        epoch(Degraded(images, 2, batch_size, size=32, seed=seed))
        for batch_size, seed in [(3, 5), (10, 5), (10, 6)]
    )
    for a, b, c in zip(one, two, other, strict=True):
        np.testing.assert_array_equal(a, b)
        assert (b != c).any()


def test_crops_lie_anywhere_in_images_of_any_size():
    rows = [np.full((side, 50, 3), np.arange(side)[:, None, None]) for side in (40, 90)]
    data = Degraded([x.astype("uint8") for x in rows], 2, 1, size=32, seed=0, steps=80)
    _, large = epoch(data)
    assert large.shape == (80, 32, 32, 3)
    tops = large[:, 0, 0, 0]
    assert tops.min() < 8 and tops.max() > 45
    assert (np.diff(large[..., 0].astype(int), axis=1) == 1).all()


@pytest.mark.parametrize(
    ("images", "options", "message"),
    [
        ([], {}, "needs images"),
        ("photos", {}, "expected a uint8 array .*received <U"),
        (list("photos"), {}, "expected a uint8 array .*received <U"),
        ([[1, 2], [3, 4]], {"size": 1}, "expected a uint8 array"),
        (smooth(2, 16, 16, 3), {"size": 18}, "size: expected at most the height"),
        (smooth(2, 16, 16, 3), {"size": 0}, "size: expected a positive"),
        (smooth(2, 16, 16, 3), {"size": 9}, "expected a divisor"),
        (smooth(2, 16, 16, 3), {"batch_size": 0}, "batch_size: expected a positive"),
        ([*smooth(1, 16, 16, 3), *smooth(1, 16, 32, 3)], {}, "unless size= is given"),
        ([*smooth(1, 8, 8, 3), *smooth(1, 8, 8, 1)], {"size": 8}, "numbers of channel"),
    ],
)
def test_images_that_make_no_batches_are_refused(images, options, message):
    with pytest.raises(ValueError, match=message):
        Degraded(images, 2, **options)
