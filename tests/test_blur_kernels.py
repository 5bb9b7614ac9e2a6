"""Kernels that blur and ring: their sums, symmetries, and what is known of them."""

import numpy as np
import pytest

from keras_gan_zoo.datasets import blur_kernel, sinc_kernel
from keras_gan_zoo.datasets.blur_kernels import bessel_j1

OFFSETS = np.arange(21) - 10


@pytest.mark.parametrize("size", [1, 7, 21])
@pytest.mark.parametrize("kind", ["gaussian", "plateau"])
def test_blurs_sum_to_1_and_look_alike_from_opposite_sides(kind, size):
    for sigma, rotation, beta in [(0.2, 0, 1), (3, 0, 0.5), ((0.5, 2.5), 1, 4)]:
        kernel = blur_kernel(kind, size, sigma, rotation, beta)
        assert kernel.shape == (size, size) and kernel.dtype == "float32"
        assert kernel.min() >= 0 and kernel.sum() == pytest.approx(1, abs=1e-6)
        np.testing.assert_allclose(kernel, kernel[::-1, ::-1], atol=1e-7)
        assert kernel.argmax() == kernel.size // 2


def test_an_exponent_of_1_is_a_plain_gaussian():
    line = np.exp(-0.5 * (OFFSETS / 1.7) ** 2)
    line /= line.sum()
    expected = np.outer(line, line)
    np.testing.assert_allclose(blur_kernel("gaussian", 21, 1.7), expected, atol=1e-7)


def test_generalized_gaussians_have_long_tails_or_flat_tops():
    def line(beta):
        kernel = blur_kernel("gaussian", 21, 2.0, beta=beta)[10]
        return kernel / kernel.max()

    tails, plain, flat = map(line, (0.5, 1.0, 4.0))
    np.testing.assert_allclose(tails, np.exp(-0.5 * np.abs(OFFSETS / 2)), rtol=1e-5)
    assert tails[0] > plain[0] > flat[0]
    assert tails[9] < plain[9] < flat[9]


def test_a_plateau_is_that_of_its_formula():
    kernel = blur_kernel("plateau", 21, 3.0, beta=1.5)
    expected = 1 / (1 + np.abs(OFFSETS / 3.0) ** 3)
    np.testing.assert_allclose(kernel[10] / kernel[10, 10], expected, rtol=1e-5)


def test_a_kernel_turns_with_its_rotation():
    wide = blur_kernel("gaussian", 21, (2.5, 0.8))
    variances = [(OFFSETS**2 * wide.sum(axis=axis)).sum() for axis in (0, 1)]
    assert variances == pytest.approx([6.25, 0.64], rel=0.01)  # columns, rows
    turned = blur_kernel("gaussian", 21, (2.5, 0.8), np.pi / 2)
    np.testing.assert_allclose(turned, wide.T, atol=1e-6)
    diagonal = blur_kernel("gaussian", 21, (2.5, 0.8), np.pi / 4)
    np.testing.assert_allclose(diagonal, diagonal.T, atol=1e-6)
    assert diagonal[13, 13] > 100 * diagonal[13, 7]


def test_the_bessel_function_is_that_of_the_tables():
    # Abramowitz and Stegun, table 9.1; the first zero of table 9.5.
    known = {0.0: 0.0, 1.0: 0.4400505857, 5.0: -0.3275791376, 10.0: 0.0434727462}
    for x, expected in known.items():
        assert bessel_j1(x) == pytest.approx(expected, abs=1e-10)
    assert bessel_j1(3.8317059702) == pytest.approx(0, abs=1e-9)
    special = pytest.importorskip("scipy.special")
    x = np.linspace(0, 60, 600)
    np.testing.assert_allclose(bessel_j1(x), special.j1(x), atol=1e-12)


@pytest.mark.parametrize("cutoff", [np.pi / 4, np.pi / 2])
def test_a_sinc_filter_keeps_low_frequencies_and_removes_high_ones(cutoff):
    kernel = sinc_kernel(cutoff, 101)
    assert kernel.dtype == "float32" and kernel.sum() == pytest.approx(1, abs=1e-6)
    for other in (kernel.T, kernel[::-1], kernel[:, ::-1]):
        np.testing.assert_allclose(kernel, other, atol=1e-7)
    response = np.abs(np.fft.fft2(kernel))
    frequency = 2 * np.pi * np.fft.fftfreq(101)
    radius = np.hypot(*np.meshgrid(frequency, frequency))  # in all directions alike
    np.testing.assert_allclose(response[radius < 0.8 * cutoff], 1, atol=0.1)
    np.testing.assert_allclose(response[radius > 1.2 * cutoff], 0, atol=0.1)
    at_cutoff = response[np.abs(radius - cutoff) < 0.02].mean()
    assert at_cutoff == pytest.approx(0.5, abs=0.1)


def test_a_sinc_filter_rings_beside_an_edge():
    edge = np.repeat([0.0, 1.0], 30)
    line = sinc_kernel(np.pi / 3, 21).sum(axis=0)
    ringing = np.convolve(edge, line, mode="valid")
    assert ringing.max() > 1.03 and ringing.min() < -0.03


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: blur_kernel("box", 7, 1.0), "kind: expected one of"),
        (lambda: blur_kernel("gaussian", 8, 1.0), "size: expected an odd"),
        (lambda: blur_kernel("gaussian", 0, 1.0), "size: expected a positive"),
        (lambda: blur_kernel("gaussian", 7, 0.0), "sigma and beta"),
        (lambda: blur_kernel("gaussian", 7, (1.0, -1.0)), "sigma and beta"),
        (lambda: blur_kernel("plateau", 7, 1.0, beta=0), "sigma and beta"),
        (lambda: sinc_kernel(0.0, 7), r"cutoff: expected in \(0, pi\]"),
        (lambda: sinc_kernel(4.0, 7), r"cutoff: expected in \(0, pi\]"),
        (lambda: sinc_kernel(1.0, 6), "size: expected an odd"),
    ],
)
def test_kernels_that_there_are_not_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
