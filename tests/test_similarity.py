"""PSNR, SSIM, MS-SSIM: by hand, in loops over windows, and against Keras."""

import keras
import numpy as np
import pytest

from keras_gan_zoo.metrics import ms_ssim, psnr, ssim


def pair(height=24, width=31, channels=2, num=3, noise=0.1):
    """Smooth images in [0, 1] and noisy copies."""
    random = np.random.RandomState(0)
    images = random.standard_normal((num, height, width, channels))
    images = images.cumsum(axis=1).cumsum(axis=2)
    images -= images.min(axis=(1, 2), keepdims=True)
    images /= images.max(axis=(1, 2), keepdims=True)
    noisy = images + noise * random.standard_normal(images.shape)
    return images, np.clip(noisy, 0, 1)


def moments(a, b):
    """Weighted moments of all windows of two grey images, from the definition."""
    weights = [[np.exp(-(i * i + j * j) / 4.5) for i in R] for j in R]
    weights = np.array(weights) / np.sum(weights)
    for top in range(a.shape[0] - 10):
        for left in range(a.shape[1] - 10):
            x = a[top : top + 11, left : left + 11]
            y = b[top : top + 11, left : left + 11]
            mean_x, mean_y = (weights * x).sum(), (weights * y).sum()
            dx, dy = x - mean_x, y - mean_y
            yield (
                mean_x,
                mean_y,
                *[(weights * d).sum() for d in (dx**2, dy**2, dx * dy)],
            )


R = range(-5, 6)


def reference_ssim(a, b):
    """Mean SSIM and mean contrast of two grey images in [0, 1]."""
    values = []
    for mean_x, mean_y, var_x, var_y, covariance in moments(a, b):
        contrast = (2 * covariance + 0.0009) / (var_x + var_y + 0.0009)
        luminance = (2 * mean_x * mean_y + 0.0001) / (mean_x**2 + mean_y**2 + 0.0001)
        values.append((luminance * contrast, contrast))
    return np.mean(values, axis=0)


def halved(image):
    """Means of 2x2 pixels, one loop at a time; the last pixel of an odd side twice."""
    height, width = image.shape
    rows = [[i, min(i + 1, height - 1)] for i in range(0, height, 2)]
    columns = [[i, min(i + 1, width - 1)] for i in range(0, width, 2)]
    return np.array([[image[np.ix_(r, c)].mean() for c in columns] for r in rows])


def test_psnr_is_known_by_hand():
    images = np.full((3, 2, 2, 1), 100, "uint8")
    others = images + np.array([0, 1, 51], "uint8").reshape(3, 1, 1, 1)
    expected = [np.inf, 20 * np.log10(255), 20 * np.log10(5)]
    received = psnr(images, others)
    assert received.shape == (3,) and received.dtype == np.float64
    np.testing.assert_allclose(received, expected, rtol=1e-12)


def test_ssim_is_the_mean_over_windows_and_channels():
    a, b = pair(14, 17)
    expected = [
        np.mean([reference_ssim(x[..., c], y[..., c])[0] for c in range(2)])
        for x, y in zip(a, b, strict=True)
    ]
    received = ssim(a, b, (0, 1))
    assert 0 < received.min() < received.max() < 0.9
    np.testing.assert_allclose(received, expected, rtol=1e-9)


def test_ssim_is_that_of_keras():
    a, b = pair()
    images = [keras.ops.cast(x, "float32") for x in (a, b)]
    expected = keras.ops.image.ssim(*images, max_val=1.0, data_format="channels_last")
    expected = keras.ops.convert_to_numpy(expected)
    np.testing.assert_allclose(ssim(a, b, (0, 1)), expected, atol=1e-5)


def test_ssim_of_constant_images_is_their_luminance():
    a, b = np.full((1, 11, 11, 1), 0.2), np.full((1, 11, 11, 1), 0.6)
    expected = (2 * 0.12 + 0.0001) / (0.04 + 0.36 + 0.0001)
    np.testing.assert_allclose(ssim(a, b, (0, 1)), expected, rtol=1e-9)


def test_ms_ssim_is_the_product_over_five_scales():
    a, b = pair(161, 170, channels=1, num=1, noise=0.2)
    x, y, factors = a[0, ..., 0], b[0, ..., 0], []
    for _ in range(4):
        factors.append(reference_ssim(x, y)[1])
        x, y = halved(x), halved(y)
    factors.append(reference_ssim(x, y)[0])
    assert x.shape == (11, 11)
    expected = np.prod(np.array(factors) ** [0.0448, 0.2856, 0.3001, 0.2363, 0.1333])
    assert 0.1 < expected < 0.9
    np.testing.assert_allclose(ms_ssim(a, b, (0, 1)), [expected], rtol=1e-9)


def test_ms_ssim_is_the_mean_over_channels():
    a, b = pair(161, 161)
    each = [ms_ssim(a[..., [c]], b[..., [c]], (0, 1)) for c in range(2)]
    assert np.abs(each[0] - each[1]).min() > 1e-4
    np.testing.assert_allclose(ms_ssim(a, b, (0, 1)), np.mean(each, axis=0))


@pytest.mark.parametrize("metric, same", [(psnr, np.inf), (ssim, 1), (ms_ssim, 1)])
def test_equal_images_reach_the_best_value_and_order_does_not_matter(metric, same):
    a, b = pair(161, 161, channels=1)
    np.testing.assert_allclose(metric(a, a, (0, 1)), [same] * 3)
    np.testing.assert_allclose(metric(a, b, (0, 1)), metric(b, a, (0, 1)))
    assert (metric(a, b, (0, 1)) < same).all()


def test_opposite_images_have_negative_ssim_and_no_ms_ssim():
    a = (np.indices((161, 161)).sum(axis=0) % 2.0)[None, ..., None]
    assert ssim(a, 1 - a, (0, 1)) < -0.9
    assert ms_ssim(a, 1 - a, (0, 1)) == 0


@pytest.mark.parametrize("metric", [psnr, ssim, ms_ssim])
def test_the_range_does_not_matter_once_it_is_stated(metric):
    a, b = [np.rint(255 * x).astype("uint8") for x in pair(161, 161, channels=1)]
    expected = metric(a, b)
    np.testing.assert_array_equal(metric(a, b, (0, 255)), expected)
    for low, high in [(0, 1), (-1, 1), (0, 255)]:
        floats = [low + x / 255 * (high - low) for x in (a, b)]
        received = metric(*floats, value_range=(low, high))
        np.testing.assert_allclose(received, expected, rtol=1e-9)


@pytest.mark.parametrize("metric", [psnr, ssim, ms_ssim])
def test_mixed_or_missing_ranges_are_refused(metric):
    floats = pair(161, 161, channels=1)[0]
    integers = np.rint(255 * floats).astype("uint8")
    for a, b, value_range in [
        (floats, floats, None),
        (integers, floats, None),
        (floats, integers, (0, 1)),
        (integers, integers, (0, 1)),
        (floats, floats, (1, -1)),
        (integers.astype(int), integers.astype(int), (0, 255)),
    ]:
        with pytest.raises(ValueError, match="uint8, without.*Received: dtypes"):
            metric(a, b, value_range)
    with pytest.raises(ValueError, match=r"from 0 to 2 outside the range \[0, 1\]"):
        metric(floats, 2 * floats, (0, 1))
    with pytest.raises(ValueError, match="not finite.* in 3 of 3 samples"):
        metric(floats, floats * np.nan, (0, 1))


def test_shapes_that_do_not_fit_are_refused():
    a = pair()[0]
    for metric in (psnr, ssim, ms_ssim):
        with pytest.raises(ValueError, match=r"one shape.*\(3, 24, 31, 2\).*\(2, 24"):
            metric(a, a[:2], (0, 1))
        with pytest.raises(ValueError, match=r"one shape.*: image\[None\]"):
            metric(a[0], a[0], (0, 1))
    with pytest.raises(ValueError, match="at least 11 pixels a side.*24x10"):
        ssim(a[:, :, :10], a[:, :, :10], (0, 1))
    with pytest.raises(ValueError, match="at least 161 pixels a side.*24x31"):
        ms_ssim(a, a, (0, 1))
