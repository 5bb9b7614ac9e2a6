"""Edges, smaller copies and masks: what a model is to undo."""

import numpy as np
import pytest

from keras_gan_zoo import datasets


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, shape, "uint8")


# Edges.


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("channel", [0, 1, 2])
def test_a_step_in_any_channel_is_one_line_of_one_pixel(turns, channel):
    image = np.full((1, 16, 16, 3), 128, "uint8")
    image[:, :, 8:, channel] = 255
    lines = datasets.edges(np.rot90(image, turns, axes=(1, 2)))
    assert lines.shape == (1, 16, 16, 1)
    assert lines.dtype == "uint8"
    lines = np.rot90(lines, -turns, axes=(1, 2))[0, ..., 0]
    assert ((lines < 255).sum(axis=1) == 1).all()
    assert len(set(lines.argmin(axis=1))) == 1
    assert lines.argmin(axis=1)[0] in (7, 8)


def test_a_disc_has_a_closed_outline():
    rows, columns = np.indices((48, 48)) - 23.5
    disc = np.hypot(rows, columns) < 15
    lines = datasets.edges(255 * disc[None, ..., None].astype("uint8"))[0, ..., 0] < 128
    radius = np.hypot(rows, columns)[lines]
    assert np.abs(radius - 15).max() < 1.5
    angles = np.sort(np.arctan2(rows, columns)[lines])
    gaps = np.diff(np.append(angles, angles[0] + 2 * np.pi))
    assert gaps.max() < 3 / 15  # no more than two pixels of arc are missing
    assert lines.sum() < 1.3 * 2 * np.pi * 15


def test_flat_images_and_faint_slopes_have_no_lines():
    ramp = np.broadcast_to(np.arange(0, 64, 2, "uint8")[:, None], (2, 32, 32, 1))
    assert (datasets.edges(ramp) == 255).all()
    assert (datasets.edges(np.full((1, 8, 8, 4), 9, "uint8")) == 255).all()


def test_a_fainter_step_makes_a_lighter_line():
    def darkest(step):
        image = np.zeros((1, 9, 12, 1), "uint8")
        image[:, :, 6:] = step
        return datasets.edges(image).min()

    shades = [darkest(step) for step in (20, 60, 100, 250)]
    assert shades == sorted(shades, reverse=True)
    assert shades[0] == 255 and shades[-1] == 0
    # Beside a step s the binomial filter's central difference is 5/16 s.
    assert shades[2] == round(255 * (1 - (100 * 5 / 16 - 12) / 36))


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 3)])
def test_edges_of_tiny_images_are_defined(size):
    if min(size) == 1:
        with pytest.raises(ValueError, match="at least 2x2"):
            datasets.edges(noise(1, *size, 3))
    else:
        assert datasets.edges(noise(1, *size, 3)).shape == (1, *size, 1)
        assert datasets.edges(noise(0, *size, 3)).shape == (0, *size, 1)


def test_edges_refuse_what_they_cannot_draw():
    for images in (noise(8, 8, 3), noise(1, 8, 8, 3) / 255, [1, 2]):
        with pytest.raises(ValueError, match="expected a uint8 array"):
            datasets.edges(images)
    for low, high in ((-1, 5), (5, 5), (9, 5)):
        with pytest.raises(ValueError, match="0 <= low < high"):
            datasets.edges(noise(1, 8, 8, 3), low, high)


# Smaller copies.


@pytest.mark.parametrize("factor", [1, 2, 3, 4, 8])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_downsampling_is_pillows(factor, channels):
    Image = pytest.importorskip("PIL.Image", reason="pip install pillow")
    images = noise(2, 24, 48, channels)
    small = datasets.downsample(images, factor)
    assert small.dtype == "uint8"
    size = (48 // factor, 24 // factor)
    for image, mine in zip(images, small, strict=True):
        # Each channel alone: Pillow would weigh colours by their opacity.
        for channel in range(channels):
            one = Image.fromarray(image[..., channel])
            pillow = np.asarray(one.resize(size, Image.Resampling.BICUBIC), int)
            np.testing.assert_allclose(mine[..., channel], pillow, atol=1)


def test_downsampling_is_antialiased_and_keeps_flat_images():
    checkerboard = 255 * (np.indices((64, 64)).sum(axis=0) % 2).astype("uint8")
    small = datasets.downsample(checkerboard[None, ..., None], 8)
    np.testing.assert_allclose(small[:, 2:-2, 2:-2], 127.5, atol=1)
    flat = datasets.downsample(np.full((1, 12, 12, 3), 201, "uint8"), 3)
    assert (flat == 201).all()


@pytest.mark.parametrize("factor", [0, -2, 2.0, 5, "2"])
def test_factors_that_do_not_divide_are_refused(factor):
    with pytest.raises(ValueError, match="height and width 16x8, received"):
        datasets.downsample(noise(1, 16, 8, 3), factor)


# Masks.


def test_masks_are_0_and_1_and_differ():
    masks = datasets.masks(200, (32, 48), seed=1)
    assert masks.shape == (200, 32, 48, 1)
    assert masks.dtype == "uint8"
    assert set(np.unique(masks)) == {0, 1}
    assert len(np.unique(masks.reshape(200, -1), axis=0)) == 200
    shares = masks.mean(axis=(1, 2, 3))
    assert shares.min() > 0
    assert shares.max() < 0.6


def test_equal_seeds_give_equal_masks():
    one, same, other = (datasets.masks(9, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
    # The first masks of a longer list are those of a shorter one.
    np.testing.assert_array_equal(datasets.masks(20, seed=3)[:9], one)


def test_half_of_the_masks_are_rectangles_of_the_stated_size():
    masks = datasets.masks(400, (32, 64))[..., 0]
    sizes = []
    for mask in masks:
        height, width = mask.any(axis=1).sum(), mask.any(axis=0).sum()
        if mask.sum() == height * width:
            sizes.append((height, width))
    assert abs(len(sizes) - 200) < 5 * np.sqrt(400 / 4)
    heights, widths = zip(*sizes, strict=True)
    assert (min(heights), max(heights)) == (8, 16)
    assert (min(widths), max(widths)) == (16, 32)


def test_masks_may_all_be_of_one_kind():
    for kind, are_rectangles in [("rectangles", True), ("strokes", False)]:
        masks = datasets.masks(40, (32, 64), kind=kind)[..., 0]
        areas = masks.any(axis=1).sum(axis=1) * masks.any(axis=2).sum(axis=1)
        assert ((masks.sum(axis=(1, 2)) == areas) == are_rectangles).all()


def test_bad_mask_arguments_are_refused():
    with pytest.raises(ValueError, match="kind: expected one of .'rectangles', 'st"):
        datasets.masks(1, kind="circles")
    with pytest.raises(ValueError, match="num: expected a positive integer"):
        datasets.masks(0)
    with pytest.raises(ValueError, match=r"pair \(height, width\)"):
        datasets.masks(1, 64)
    with pytest.raises(ValueError, match="at least 8x8"):
        datasets.masks(1, (4, 64))
