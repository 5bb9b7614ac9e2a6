"""Layers: what each computes, and that it can be saved."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.backend import gradient
from tests.contract import values_of


@pytest.mark.parametrize("shape", [(2,), (4, 6, 3)])
def test_a_pack_holds_neighbours_side_by_side(shape):
    batch = np.random.RandomState(0).rand(6, *shape).astype("float32")
    packs = keras.ops.convert_to_numpy(kgz.layers.Pack(2)(batch))
    expected = np.concatenate([batch[0::2], batch[1::2]], axis=-1)
    np.testing.assert_array_equal(packs, expected)


def test_a_packed_discriminator_gives_one_logit_a_pack_and_trains():
    points = keras.Input((2,))
    x = keras.layers.Dense(8, "relu")(kgz.layers.Pack(4)(points))
    discriminator = keras.Model(points, keras.layers.Dense(1)(x))
    model = kgz.VanillaGAN((2,), discriminator=discriminator, width=8, seed=0)
    assert discriminator(np.zeros((8, 2), "float32")).shape == (2, 1)
    before = model.get_weights()
    data = kgz.datasets.load("ring", num_samples=64).images
    history = model.fit(data, batch_size=16, verbose=0).history
    assert np.isfinite(history["discriminator_loss"]).all()
    assert any((a != b).any() for a, b in zip(before, model.get_weights(), strict=True))


def test_a_pack_is_saved_with_its_model(tmp_path):
    points = keras.Input((3,))
    model = keras.Model(points, kgz.layers.Pack(3)(points))
    model.save(tmp_path / "pack.keras")
    loaded = keras.saving.load_model(tmp_path / "pack.keras")
    assert loaded.output_shape == (None, 9) and loaded.layers[-1].size == 3


def one_pixel_images(*values):
    return np.reshape(np.array(values, "float32"), (-1, 1, 1, 1))


def numbers(images):
    return keras.ops.convert_to_numpy(images).ravel().tolist()


def test_a_pool_returns_what_it_gets_until_it_is_full():
    pool, seed = kgz.layers.ImagePool(3), keras.random.SeedGenerator(0)
    assert numbers(pool(one_pixel_images(1, 2), seed=seed)) == [1, 2]
    assert numbers(pool.images) == [1, 2, 0]
    # The third finds the last free place, the fourth may take that of an older image.
    returned = numbers(pool(one_pixel_images(3, 4), seed=seed))
    assert returned[0] == 3 and returned[1] in (1, 2, 4)
    assert int(pool.filled) == 3
    assert sorted([*numbers(pool.images), returned[1]]) == [1, 2, 3, 4]


def test_a_full_pool_swaps_every_second_image_for_one_of_any_place():
    pool, seed = kgz.layers.ImagePool(4), keras.random.SeedGenerator(0)
    pool(one_pixel_images(0, 1, 2, 3), seed=seed)
    places, swaps = [], 0
    for value in range(4, 404):
        before = numbers(pool.images)
        (returned,) = numbers(pool(one_pixel_images(value), seed=seed))
        after = numbers(pool.images)
        if returned == value:
            assert after == before
        else:
            swaps += 1
            places.append(before.index(returned))
            before[places[-1]] = value
            assert after == before
    assert 160 < swaps < 240  # 4 standard deviations about 200
    assert min(np.bincount(places, minlength=4)) > 25


@pytest.mark.parametrize("size", [0, 2])
def test_a_batch_larger_than_the_pool_loses_and_invents_no_image(size):
    pool, seed = kgz.layers.ImagePool(size), keras.random.SeedGenerator(0)
    held = []
    for start in range(0, 50, 5):
        batch = list(range(start, start + 5))
        returned = numbers(pool(one_pixel_images(*batch), seed=seed))
        assert returned[size:] == batch[size:]
        now = numbers(pool.images)
        if held or not size:
            assert sorted(returned + now) == sorted(batch + held)
        held = now


def test_reflection_leaves_out_the_border_itself():
    images = np.arange(12, dtype="float32").reshape(1, 3, 4, 1)
    layer = kgz.layers.ReflectionPadding2D(2)
    padded = keras.ops.convert_to_numpy(layer(images))
    expected = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="reflect")
    np.testing.assert_array_equal(padded, expected)
    assert layer.compute_output_shape((None, 3, None, 1)) == (None, 7, None, 1)


def test_instance_normalization_treats_each_channel_of_each_image_alike():
    random = np.random.RandomState(0)
    images = random.rand(2, 8, 8, 3) * [1, 10, 100] + random.rand(2, 1, 1, 3)
    layer = kgz.layers.instance_normalization()
    output = keras.ops.convert_to_numpy(layer(images.astype("float32")))
    np.testing.assert_allclose(output.mean((1, 2)), 0.0, atol=1e-5)
    np.testing.assert_allclose(output.std((1, 2)), 1.0, atol=1e-3)
    assert not layer.weights


@pytest.mark.parametrize("patch", [16, 34, 70, 142])
def test_a_logit_of_the_patch_discriminator_sees_its_patch_alone(patch):
    """A path through convolutions is a path through their windows."""
    low, high = 0, 0  # the logit's place, walked back to the pixels it sees
    network = kgz.layers.patch_discriminator((256, 256, 3), width=1, patch=patch)
    for layer in reversed(network.layers):
        if isinstance(layer, keras.layers.Conv2D):
            (stride, _), (size, _) = layer.strides, layer.kernel_size
            low, high = low * stride, high * stride + size - 1
    assert high - low + 1 == patch


def test_the_patch_discriminator_of_the_paper():
    network = kgz.layers.patch_discriminator((256, 256, 3))
    assert network.output_shape == (None, 30, 30, 1)
    # 4 x 4 kernels; the first and the last layer have biases.
    channels = [3, 64, 128, 256, 512, 1]
    kernels = sum(16 * a * b for a, b in zip(channels, channels[1:], strict=False))
    assert network.count_params() == kernels + 64 + 1
    with pytest.raises(ValueError, match="patch=50"):
        kgz.layers.patch_discriminator((64, 64, 3), patch=50)
    with pytest.raises(ValueError, match="at least 24x24"):
        kgz.layers.patch_discriminator((16, 16, 3), patch=70)


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(("kernel_size", "strides"), [(4, 2), (3, 2), (5, 1), (3, 3)])
def test_a_transposed_convolution_is_that_of_keras(kernel_size, strides, padding):
    arguments = {"strides": strides, "padding": padding, "activation": "relu"}
    ours = kgz.layers.Conv2DTranspose(5, kernel_size, **arguments)
    keras_own = keras.layers.Conv2DTranspose(5, kernel_size, **arguments)
    images = np.random.RandomState(0).randn(2, 6, 7, 3).astype("float32")
    ours.build(images.shape)
    keras_own.build(images.shape)
    keras_own.set_weights(ours.get_weights())
    assert [w.name for w in ours.weights] == [w.name for w in keras_own.weights]
    np.testing.assert_array_equal(*values_of([ours(images), keras_own(images)]))
    # The slopes of the sum of squares, in the images, and in them once more.
    inputs = keras.ops.convert_to_tensor(images)
    slopes, twice = [], []
    for layer in (ours, keras_own):

        def slope(x, layer=layer):
            return gradient(lambda x: keras.ops.sum(layer(x) ** 2, (1, 2, 3)), x)

        slopes.append(slope(inputs))
        twice.append(
            gradient(lambda x: keras.ops.sum(slope(x) ** 3, (1, 2, 3)), inputs)
        )
    for pair in (slopes, twice):
        one, two = values_of(pair)
        np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-4 * np.abs(two).max())


def test_a_step_along_the_kernels_slope_is_that_of_keras():
    images = np.random.RandomState(1).randn(4, 5, 5, 3).astype("float32")
    moved = []
    for kind in (kgz.layers.Conv2DTranspose, keras.layers.Conv2DTranspose):
        keras.utils.set_random_seed(0)
        network = keras.Sequential([keras.Input((5, 5, 3)), kind(2, 4, 2, "same")])
        network.compile(keras.optimizers.SGD(0.1), "mse")
        network.fit(images, np.ones((4, 10, 10, 2), "float32"), epochs=3, verbose=0)
        moved.append(network.get_weights())
    for one, two in zip(*moved, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-6)
