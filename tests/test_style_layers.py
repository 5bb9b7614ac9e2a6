"""Layers of StyleGAN2 against closed forms and against the plain layers of Keras."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo import layers
from keras_gan_zoo.backend import gradient
from keras_gan_zoo.regularizers import PathLength
from tests.contract import values_of

RANDOM = np.random.RandomState(0)
MAPS = RANDOM.standard_normal((3, 6, 5, 4)).astype("float32")
SCALES = RANDOM.uniform(-2, 2, (3, 4)).astype("float32")


def value(tensor):
    return ops.convert_to_numpy(tensor)


def modulated_by_the_kernel(layer, kernel):
    """Equations 1 and 3 as they stand: a kernel (k, k, channels, filters) an image."""
    kernels = SCALES[:, None, None, :, None] * kernel
    if layer.demodulate:
        norms = np.sqrt((kernels**2).sum(axis=(1, 2, 3), keepdims=True))
        kernels = kernels / norms
        np.testing.assert_allclose((kernels**2).sum(axis=(1, 2, 3)), 1.0, rtol=1e-5)
    return (layer.gain * kernels).astype("float32")


@pytest.mark.parametrize("demodulate", [True, False])
def test_scaling_maps_is_the_same_as_scaling_the_kernel(demodulate):
    layer = layers.ModulatedConv2D(7, demodulate=demodulate, gain=1.5)
    received = value(layer(MAPS, SCALES))
    kernel = values_of([layer.kernel])[0] / np.sqrt(9 * 4)
    kernels = modulated_by_the_kernel(layer, kernel)
    expected = [
        value(ops.conv(image[None], own, padding="same"))[0]
        for image, own in zip(MAPS, kernels, strict=True)
    ]
    assert received.shape == layer.compute_output_shape(MAPS.shape, SCALES.shape)
    np.testing.assert_allclose(received, expected, rtol=1e-4, atol=1e-5)


def test_demodulated_kernels_have_length_one_whatever_the_style():
    for layer in (layers.ModulatedConv2D(7), layers.ModulatedConv2DTranspose(7)):
        layer.build(MAPS.shape, SCALES.shape)
        kernel = value(layer.scaled_kernel())
        if isinstance(layer, layers.ModulatedConv2DTranspose):
            kernel = np.swapaxes(kernel, 2, 3)
        lengths = value(layer.demodulation(100 * SCALES))
        kernels = 100 * SCALES[:, None, None, :, None] * kernel
        norms = np.linalg.norm(kernels.reshape(3, -1, 7) * lengths[:, None], axis=1)
        np.testing.assert_allclose(norms, 1.0, rtol=1e-5)


def test_doubling_is_that_of_the_filter_before_a_convolution():
    # They commute; at the edges a few pixels know of zeros in another way.
    up = layers.ModulatedConv2DTranspose(7)
    large = up(MAPS, SCALES)
    assert large.shape == up.compute_output_shape(MAPS.shape, SCALES.shape)
    received = value(layers.Blur2D(-1, gain=2)(large))
    plain = layers.ModulatedConv2D(7)
    larger = layers.Upsample2D()(MAPS)
    plain.build(larger.shape, SCALES.shape)
    kernel = np.swapaxes(values_of([up.kernel])[0], 2, 3)[::-1, ::-1]
    plain.kernel.assign(np.ascontiguousarray(kernel))
    expected = value(plain(larger, SCALES))
    assert received.shape == expected.shape == (3, 12, 10, 7)
    inside = (slice(None), slice(2, -2), slice(2, -2))
    np.testing.assert_allclose(received[inside], expected[inside], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("change", "gain"), [(1, 1.0), (-1, 2.0)])
def test_a_blur_keeps_what_is_constant_away_from_the_edges(change, gain):
    layer = layers.Blur2D(change, gain=gain)
    blurred = value(layer(np.ones((1, 8, 6, 2), "float32")))
    assert blurred.shape == (1, 8 + change, 6 + change, 2)
    np.testing.assert_allclose(blurred[:, 2:-2, 2:-2], gain**2, rtol=1e-6)
    pixel = np.zeros((1, 7, 7, 1), "float32")
    pixel[0, 3, 3] = 1
    seen = value(layer(pixel))[0, :, :, 0] / gain**2
    spread = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64
    np.testing.assert_allclose(seen[seen > 0].reshape(4, 4), spread, rtol=1e-6)
    middle = (np.arange(7 + change) * seen.sum(axis=0)).sum()
    assert middle == pytest.approx(3 + change / 2)  # the middle stays the middle
    copy = layers.Blur2D.from_config(layer.get_config())
    assert (copy.change, copy.gain) == (change, gain)


def test_equalized_layers_scale_weights_of_one_size():
    for channels in (2, 50):
        images = RANDOM.standard_normal((4, 8, 8, channels)).astype("float32")
        layer = layers.EqualizedConv2D(40, 3, gain=2.0, padding="same", strides=2)
        plain = keras.layers.Conv2D(40, 3, padding="same", strides=2)
        received = layer(images)
        kernel = values_of([layer.kernel])[0]
        assert kernel.std() == pytest.approx(1.0, abs=0.1)
        bias = RANDOM.standard_normal(40).astype("float32")
        layer.bias.assign(bias)
        plain.build(images.shape)
        plain.set_weights([2 * kernel / np.sqrt(9 * channels), 2 * bias])
        np.testing.assert_allclose(
            value(layer(images)), value(plain(images)), rtol=1e-3, atol=1e-4
        )
        inside = value(received)[:, 1:-1, 1:-1]
        assert inside.std() == pytest.approx(2.0, rel=0.35)


def test_a_dense_layer_with_a_lower_rate_learns_more_slowly():
    rows = RANDOM.standard_normal((64, 20)).astype("float32")
    moved = []
    for rate in (1.0, 0.01):
        layer = layers.EqualizedDense(30, gain=2.0, rate=rate, bias_initializer="ones")
        assert value(layer(rows)).std() == pytest.approx(2.0, rel=0.2)
        kernel, bias = layer.get_weights()
        assert kernel.std() == pytest.approx(1 / rate, rel=0.1)
        before = value(layer(rows))
        expected = 2 * rate * (rows @ kernel / np.sqrt(20) + bias)
        np.testing.assert_allclose(before, expected, rtol=1e-3, atol=1e-4)
        layer.set_weights([kernel + 0.1, bias])  # as Adam would
        moved.append(np.abs(value(layer(rows)) - before).mean())
    assert moved[1] == pytest.approx(0.01 * moved[0], rel=0.02)


def test_minibatch_deviation_of_one_image_again_and_again_is_zero():
    layer = layers.MinibatchStddev(group=4)
    alike = np.repeat(MAPS[:1], 8, axis=0)
    received = value(layer(alike))
    np.testing.assert_array_equal(received[..., :4], alike)
    np.testing.assert_allclose(received[..., 4], 0.0, atol=1e-3)
    for num in (1, 3):  # smaller than a group
        assert value(layer(alike[:num]))[..., 4].max() < 1e-3


def test_minibatch_deviation_is_that_of_each_group():
    images = np.concatenate([MAPS, 5 * MAPS, MAPS])[:7]
    received = value(layers.MinibatchStddev(group=4)(images))[..., 4]
    filled = [images[:4], images[[4, 5, 6, 0]]]  # the first one fills up the last group
    deviations = [group.std(axis=0).mean() for group in filled]
    assert deviations[1] > 1.2 * deviations[0]
    expected = np.repeat(deviations, [4, 3])[:, None, None] * np.ones((7, 6, 5))
    np.testing.assert_allclose(received, expected, rtol=1e-4)


def test_the_slope_of_minibatch_deviation_is_finite_where_it_is_zero():
    layer = layers.MinibatchStddev(group=2)
    alike = ops.convert_to_tensor(np.repeat(MAPS[:1], 4, axis=0))

    def squared_slope(x):
        return ops.square(gradient(lambda y: layer(y)[..., -1], x))

    for slope in (gradient(lambda x: layer(x)[..., -1], alike), squared_slope(alike)):
        assert np.isfinite(value(slope)).all()
    assert np.isfinite(value(gradient(squared_slope, alike))).all()


def test_noise_is_the_same_on_every_backend_until_it_is_trained():
    layer = layers.Noise2D(gain=2.0, seed=3)
    np.testing.assert_array_equal(value(layer(MAPS, training=True)), MAPS)
    layer.strength.assign(0.5)
    noise = np.random.RandomState(3).standard_normal((6, 5, 1))
    np.testing.assert_allclose(value(layer(MAPS)), MAPS + noise, rtol=1e-5, atol=1e-6)
    drawn = value(layer(MAPS, training=True)) - MAPS
    np.testing.assert_allclose(drawn, np.repeat(drawn[..., :1], 4, -1), atol=1e-5)
    assert np.abs(drawn[0] - drawn[1]).max() > 0.1


@pytest.mark.parametrize(
    "layer",
    [
        layers.Bias(2.0),
        layers.Blur2D(1),
        layers.EqualizedConv2D(2, 3, 1.5),
        layers.LearnedConstant((2, 3, 4)),
        layers.MinibatchStddev(2),
        layers.Noise2D(1.5, 4),
        layers.RunningMean(0.9),
        layers.EqualizedDense(3, 1.5, 0.1),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_layers_are_saved_with_their_network(layer, tmp_path):
    flat = isinstance(layer, layers.LearnedConstant | layers.RunningMean)
    inputs = MAPS.reshape(3, -1) if flat else MAPS
    symbolic = keras.Input(inputs.shape[1:])
    network = keras.Model(symbolic, layer(symbolic))
    for variable in network.trainable_variables:
        variable.assign(RANDOM.standard_normal(variable.shape))
    network.save(tmp_path / "network.keras")
    copy = keras.saving.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(value(network(inputs)), value(copy(inputs)))
    assert copy.layers[-1].get_config() == layer.get_config()


def test_modulated_layers_are_saved_and_counted(tmp_path):
    maps, scales = keras.Input((6, 5, 4)), keras.Input((4,))
    for layer, positions in (
        (layers.ModulatedConv2D(7, 1, False, 2.0), 30),
        (layers.ModulatedConv2DTranspose(7), 30),  # applied at each pixel of the input
    ):
        network = keras.Model([maps, scales], layer(maps, scales))
        network.save(tmp_path / "network.keras")
        copy = keras.saving.load_model(tmp_path / "network.keras")
        inputs = [MAPS, SCALES]
        np.testing.assert_array_equal(value(network(inputs)), value(copy(inputs)))
        expected = 2 * layer.kernel_size**2 * 4 * 7 * positions
        assert kgz.flops.count(network) == expected


# Path length.


@pytest.mark.parametrize("rows", [None, 3])
def test_the_path_length_of_a_linear_generator_and_its_gradient(rows):
    matrix = RANDOM.standard_normal((5, 24)).astype("float32")
    latents = RANDOM.standard_normal((6, rows, 5) if rows else (6, 5)).astype("float32")
    like = np.zeros((8, 2, 4, 3), "float32")  # more images than latents
    penalty = PathLength(weight=3.0, decay=0.25)
    model = kgz.VanillaGAN()
    penalty.build(model)

    def penalty_of(matrix):
        model.path_length_mean.assign(0.5)
        model.path_length_count.assign(9)  # the decay is faster than 1 / 10

        def generate(x):  # all rows of a latent move the image alike
            x = ops.sum(x, axis=1) if rows else x
            return ops.reshape(ops.matmul(x, matrix), (6, 2, 4, 3))

        seed = keras.random.SeedGenerator(0)
        return penalty(generate, ops.convert_to_tensor(latents), like, seed)

    seed = keras.random.SeedGenerator(0)
    y = value(keras.random.normal((6, 2, 4, 3), seed=seed)).reshape(6, 24) / np.sqrt(8)
    slopes = y @ matrix.T  # J^T y of each row
    lengths = np.linalg.norm(slopes, axis=1)
    mean = 0.5 + 0.25 * (lengths.mean() - 0.5)
    received = value(penalty_of(ops.convert_to_tensor(matrix)))
    expected = 3 * ((lengths - mean) ** 2).mean()
    assert received == pytest.approx(expected, rel=1e-4)
    assert float(model.path_length_mean) == pytest.approx(mean, rel=1e-5)
    # d |A y| / d A = A y y^T / |A y|; the mean is held fixed.
    factors = 3 * 2 * (lengths - mean) / lengths / 6
    by_hand = np.einsum("n,ni,nj->ij", factors, slopes, y)
    slope = value(gradient(penalty_of, ops.convert_to_tensor(matrix)))
    np.testing.assert_allclose(slope, by_hand, rtol=1e-3, atol=1e-4)


def test_the_mean_path_length_begins_with_the_mean_of_all_so_far():
    penalty, model = PathLength(decay=0.4), kgz.VanillaGAN()
    penalty.build(model)
    latents, like = np.ones((4, 3), "float32"), np.zeros((4, 3), "float32")
    means = []
    for factor in (1.0, 2.0, 6.0):  # of all lengths
        seed = keras.random.SeedGenerator(0)
        penalty(
            lambda x, factor=factor: factor * x,
            ops.convert_to_tensor(latents),
            ops.convert_to_tensor(like),
            seed,
        )
        means.append(float(model.path_length_mean))
    # 1, then half-way from 1 to 2, then 0.4 of the way from there to 6.
    expected = [1.0, 1.5, 1.5 + 0.4 * 4.5]
    np.testing.assert_allclose(np.array(means) / means[0], expected, rtol=1e-5)
