"""The perceptual path length where it is known in closed form."""

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.latent import lerp, perceptual_path_length, slerp

RANDOM = np.random.RandomState(0)
STARTS, ENDS = RANDOM.standard_normal((2, 400, 6))
MATRIX = RANDOM.standard_normal((6, 4))


def as_images(points):
    return points.reshape(len(points), 1, -1, 1)


def linear(latents):
    return as_images(latents @ MATRIX)


def squared(a, b):
    return ((a - b) ** 2).sum(axis=(1, 2, 3))


def within(values):
    """Without what lies below the 1st or above the 99th percentile."""
    order = np.sort(values)
    first, last = int(0.01 * (len(values) - 1)), int(np.ceil(0.99 * (len(values) - 1)))
    return order[first : last + 1].mean()


def test_a_linear_generator_moves_at_constant_speed_along_lines():
    # |A (z + eps (b - a)) - A z|^2 / eps^2 = |A (b - a)|^2, wherever z is.
    expected = within((((ENDS - STARTS) @ MATRIX) ** 2).sum(axis=1))
    options = dict(interpolate=lerp)
    received = perceptual_path_length(linear, squared, STARTS, ENDS, **options)
    assert isinstance(received, float) and expected > 10
    assert received == pytest.approx(expected, rel=1e-9)
    received = perceptual_path_length(
        linear, squared, STARTS, ENDS, epsilon=0.1, batch_size=7, seed=1, **options
    )
    assert received == pytest.approx(expected, rel=1e-9)


def test_on_an_arc_between_unit_vectors_the_speed_is_the_angle():
    starts, ends = [z / np.linalg.norm(z, axis=1)[:, None] for z in (STARTS, ENDS)]
    angles = np.arccos((starts * ends).sum(axis=1))
    received = perceptual_path_length(as_images, squared, starts, ends)
    assert received == pytest.approx(within(angles**2), rel=1e-6)


def test_one_path_in_a_hundred_is_left_out_at_either_end():
    lengths = np.random.RandomState(1).permutation([*range(100), 1e9])
    starts, ends = np.zeros((101, 1)), np.sqrt(lengths)[:, None]
    received = perceptual_path_length(as_images, squared, starts, ends, lerp)
    assert received == pytest.approx(np.mean(range(1, 100)))


def test_slerp_keeps_the_length_and_divides_the_angle():
    a, b = np.array([[3.0, 0.0]]), np.array([[0.0, 3.0]])
    for t in (0, 1 / 3, 1):
        angle = t * np.pi / 2
        expected = [[3 * np.cos(angle), 3 * np.sin(angle)]]
        np.testing.assert_allclose(slerp(a, b, t), expected, atol=1e-12)
    np.testing.assert_allclose(slerp(STARTS, ENDS, 0.0), STARTS)
    np.testing.assert_allclose(slerp(STARTS, ENDS, 1.0), ENDS)
    np.testing.assert_allclose(lerp(STARTS, ENDS, 0.5), (STARTS + ENDS) / 2)
    for end in (a, 2 * a, -a, 0 * a):
        assert np.isfinite(slerp(a, end, 0.3)).all()
    np.testing.assert_allclose(slerp(a, 2 * a, 0.5), 1.5 * a)


def test_of_a_model_of_the_zoo():
    model = kgz.GAN.from_preset("dcgan_fashion_mnist")
    starts, ends = model.latents(16, seed=0), model.latents(16, seed=1)

    def length(ends, **options):
        return perceptual_path_length(model, squared, starts, ends, **options)

    whole = length(ends)
    # The images are smooth in the latents: a tenfold step says nearly the same.
    assert length(ends, epsilon=1e-3) == pytest.approx(whole, rel=0.1)
    assert 0 < length(0.9 * starts + 0.1 * ends) < 0.1 * whole
    assert length(ends, seed=1) != whole
    with pytest.raises(ValueError, match="one float image .*dtype uint8.*itself"):
        perceptual_path_length(lambda z: model.generate(len(z)), squared, starts, ends)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"ends": ENDS[:-1]}, r"as many starts as ends.*\(400, 6\) and \(399, 6\)"),
        ({"ends": ENDS[:, :-1]}, r"equal dimensions.*\(400, 6\), \(400, 5\)"),
        ({"ends": ENDS * np.nan}, "not finite"),
        ({"epsilon": 0}, "epsilon > 0.*epsilon=0"),
        ({"generate": lambda z: linear(z)[1:]}, "one float image for each of 64"),
        ({"distance": lambda a, b: 1.0}, r"one number a pair.*shape \(\)"),
        ({"distance": lambda a, b: squared(a, b) / 0}, "not finite"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_misuse_is_refused(changes, message):
    arguments = dict(generate=linear, distance=squared, starts=STARTS, ends=ENDS)
    with pytest.raises(ValueError, match=message):
        perceptual_path_length(**{**arguments, **changes})
