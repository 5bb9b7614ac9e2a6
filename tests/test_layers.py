"""Layers: what each computes, and that it can be saved."""

import importlib

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo import backend
from keras_gan_zoo.backend import filters, gradient, inference
from keras_gan_zoo.backend.spectral import by_operations
from keras_gan_zoo.layers.spectral_normalization import power_iteration
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
    model = kgz.VanillaGAN((2,), discriminator=discriminator, units=8, seed=0)
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


def test_frames_are_merged_into_a_batch_and_split_again(tmp_path):
    clips = np.random.RandomState(0).rand(3, 4, 2, 5, 1).astype("float32")
    inputs = keras.Input((4, 2, 5, 1))
    merged = kgz.layers.MergeFrames()(inputs)
    model = keras.Model(inputs, [merged, kgz.layers.SplitFrames(4)(merged)])
    model.save(tmp_path / "frames.keras")
    loaded = keras.saving.load_model(tmp_path / "frames.keras")
    assert loaded.output_shape == [(None, 2, 5, 1), (None, 4, 2, 5, 1)]
    frames, again = map(keras.ops.convert_to_numpy, loaded(clips))
    np.testing.assert_array_equal(frames, np.concatenate(list(clips)))
    np.testing.assert_array_equal(again, clips)


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
    layer = kgz.layers.InstanceNormalization()
    output = keras.ops.convert_to_numpy(layer(images.astype("float32")))
    np.testing.assert_allclose(output.mean((1, 2)), 0.0, atol=1e-5)
    np.testing.assert_allclose(output.std((1, 2)), 1.0, atol=1e-3)
    assert not layer.weights


def test_instance_normalization_is_that_of_keras_and_right_when_differentiated_twice():
    ours = kgz.layers.InstanceNormalization()
    groups = keras.layers.GroupNormalization(-1, epsilon=1e-5, center=0, scale=0)
    np.testing.assert_allclose(*values_of([ours(IMAGES), groups(IMAGES)]), atol=1e-5)

    # Not Keras' layer, whose second slope is wrong on TensorFlow.
    def by_formula(x, training):
        mean = keras.ops.mean(x, (1, 2), keepdims=True)
        variance = keras.ops.mean(x**2, (1, 2), keepdims=True) - mean**2
        return (x - mean) / keras.ops.sqrt(variance + 1e-5)

    check_that_all_slopes_are_equal([ours, by_formula], IMAGES)
    inputs = keras.Input(IMAGES.shape[1:])
    assert kgz.receptive_field.radius(keras.Model(inputs, ours(inputs))) == np.inf


@pytest.mark.parametrize("patch", [16, 34, 70, 142])
def test_a_logit_of_the_patch_discriminator_sees_its_patch_alone(patch):
    """A path through convolutions is a path through their windows."""
    low, high = 0, 0  # the logit's place, walked back to the pixels it sees
    network = kgz.layers.patch_discriminator(
        (256, 256, 3), base_channels=1, patch=patch
    )
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


def ours_and_that_of_keras(name, shape, *arguments, **options):
    """Two layers of one name with the same weights, none of which is 0."""
    pair = [
        getattr(home, name)(*arguments, **options)
        for home in (kgz.layers, keras.layers)
    ]
    random = np.random.RandomState(1)
    for layer in pair:
        layer.build(shape)
    weights = [random.rand(*w.shape).astype("float32") for w in pair[0].weights]
    for layer in pair:
        layer.set_weights(weights)
    ours, keras_own = pair
    assert [w.name for w in ours.weights] == [w.name for w in keras_own.weights]
    return pair


def check_that_all_slopes_are_equal(functions, images):
    """Compares outputs, their slopes in the images, and the slopes of these."""
    all_but_first = tuple(range(1, images.ndim))
    found = []
    for function in functions:

        def slope(x, function=function):
            def squares(x):
                outputs = function(x, training=True)
                return keras.ops.sum(outputs**2 + outputs**3, all_but_first)

            return gradient(squares, x)

        def twice(x, slope=slope):
            return gradient(lambda x: keras.ops.sum(slope(x) ** 3, all_but_first), x)

        inputs = keras.ops.convert_to_tensor(images)
        outputs = function(inputs, training=True)
        found.append([outputs, slope(inputs), twice(inputs)])
    bounds = 2e-6, 1e-4, 1e-4
    for *pair, bound in zip(*map(values_of, found), bounds, strict=True):
        largest = np.abs(pair[1]).max()
        np.testing.assert_allclose(*pair, rtol=bound, atol=bound * largest)


IMAGES = np.random.RandomState(0).randn(2, 6, 7, 3).astype("float32")


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(
    ("size", "strides"), [(4, 2), (3, 2), (5, 1), (3, 3), (2, 3), ((4, 2), (2, 2))]
)
@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("name", ["Conv2D", "Conv2DTranspose"])
def test_a_convolution_is_that_of_keras(name, use_bias, size, strides, padding):
    options = {"padding": padding, "activation": "softplus", "use_bias": use_bias}
    pair = ours_and_that_of_keras(name, IMAGES.shape, 5, size, strides, **options)
    check_that_all_slopes_are_equal(pair, IMAGES)


@pytest.mark.parametrize("size", [3, (2, 4), (4, 1)])
def test_a_convolution_of_a_large_image_has_no_border(size):
    # JAX computes one on a CPU, and cuts it off.
    images = np.random.RandomState(0).randn(2, 30, 28, 3).astype("float32")
    options = {"padding": "valid", "activation": "softplus"}
    pair = ours_and_that_of_keras("Conv2D", images.shape, 5, size, 1, **options)
    check_that_all_slopes_are_equal(pair, images)


SIZES = (6, 7, 5)
NEW = ["Conv1D", "Conv1DTranspose", "Conv3D", "Conv3DTranspose"]


def samples(name):
    """Inputs of as many dimensions as the name of a layer says."""
    shape = (2, *SIZES[: int(name[4])], 3)
    return np.random.RandomState(0).randn(*shape).astype("float32")


def by_definition(layer, sizes):
    """The same function of inputs and kernel, as one product with ones and zeros.

    For each dimension these say which input a place of the window meets at which
    output. A transposed convolution goes from the second to the first.
    """
    transposed = "Transpose" in type(layer).__name__
    outputs = layer.compute_output_shape((1, *sizes, 3))[1:-1]
    large, small = (outputs, sizes) if transposed else (sizes, outputs)
    ones = []
    for n, m, k, s in zip(large, small, layer.kernel_size, layer.strides, strict=True):
        before = max((m - 1) * s + k - n, 0) // 2 if layer.padding == "same" else 0
        output, place, position = np.ogrid[:m, :k, :n]
        met = output * s + place - before == position
        ones.append(ops.convert_to_tensor(met.astype("float32")))
    letters = ["oxi", "pyj", "qzk"][: len(sizes)]
    o, x, i = map("".join, zip(*letters, strict=True))
    first, last = (f"b{o}f", f"b{i}c") if transposed else (f"b{i}c", f"b{o}f")
    product = f"{first},{x}cf,{','.join(letters)}->{last}"

    def function(inputs, kernel):
        sums = ops.einsum(product, inputs, kernel, *ones)
        return layer.activation(sums + layer.bias)

    return function


def of_the_kernel_too(layer):
    def function(inputs, kernel):
        with keras.StatelessScope([(layer.kernel, kernel)]):
            return layer(inputs)

    return function


def compiled(function):
    """A function of tensors; op by op JAX would take seconds."""
    if keras.backend.backend() != "jax":
        return function
    return importlib.import_module("jax").jit(function)


def outputs_and_slopes(function, twice):
    """A function of inputs and kernel to the outputs and what they depend on.

    These are the slopes of the sum of cubes in inputs and kernel; with `twice` those of
    the squares of its slope in the inputs, too.
    """

    def cubes(inputs, kernel):
        return ops.sum(function(inputs, kernel) ** 3)

    def penalty(inputs, kernel):
        return ops.sum(gradient(lambda x: cubes(x, kernel), inputs) ** 2)

    def slopes(scalar, inputs, kernel):
        of_inputs = gradient(lambda x: scalar(x, kernel), inputs)
        return [of_inputs, gradient(lambda x: scalar(inputs, x), kernel)]

    def found(*at):
        values = [function(*at), *slopes(cubes, *at)]
        return values + slopes(penalty, *at) if twice else values

    return compiled(found)


def check_that_they_agree(found, expected, bound=1e-5):
    for one, two in zip(*map(values_of, (found, expected)), strict=True):
        largest = np.abs(two).max()
        np.testing.assert_allclose(one, two, rtol=bound, atol=bound * largest)


@pytest.mark.parametrize(
    ("size", "strides", "padding"),
    [
        ((4, 3, 2), (2, 1, 3), "same"),
        ((3, 4, 5), (2, 2, 2), "same"),
        ((3, 4, 5), (2, 2, 2), "valid"),
        ((1, 3, 2), (3, 1, 1), "valid"),
    ],
)
@pytest.mark.parametrize("name", NEW)
def test_a_convolution_and_its_slopes_are_right(name, size, strides, padding):
    inputs = samples(name)
    size, strides = (numbers[: int(name[4])] for numbers in (size, strides))
    options = {"padding": padding, "activation": "tanh"}
    ours, keras_own = ours_and_that_of_keras(
        name, inputs.shape, 4, size, strides, **options
    )
    at = ops.convert_to_tensor(inputs), ops.convert_to_tensor(0.3 * ours.kernel)
    found = outputs_and_slopes(of_the_kernel_too(ours), twice=True)(*at)
    expected = outputs_and_slopes(of_the_kernel_too(keras_own), twice=False)(*at)
    check_that_they_agree(found[:3], expected)
    # Not of Keras' layer, whose second slopes are what is in doubt.
    defined = by_definition(ours, inputs.shape[1:-1])
    check_that_they_agree(found, outputs_and_slopes(defined, twice=True)(*at), 1e-4)


@pytest.mark.parametrize(
    ("name", "unusual"),
    [
        ("EqualizedConv2D", {"dilation_rate": 2}),
        ("SpectralConv2D", {"data_format": "channels_first"}),
        ("SpectralConv1D", {"padding": "causal"}),
    ],
)
def test_layers_that_change_their_kernel_refuse_unusual_convolutions(name, unusual):
    layer = getattr(kgz.layers, name)(4, 3, **unusual)
    rank = 1 if "1D" in name else 2
    with pytest.raises(
        ValueError, match=f"{name} has no dilation.*{next(iter(unusual))}"
    ):
        layer(np.zeros((1, *[9] * rank, 2), "float32"))


@pytest.mark.parametrize("name", ["Conv1D", "Conv2D", "Conv3D"])
@pytest.mark.parametrize(
    "unusual",
    [{"dilation_rate": 2}, {"data_format": "channels_first"}, {"padding": "causal"}],
)
def test_an_unusual_convolution_is_left_to_keras(name, unusual):
    if "data_format" in unusual and keras.backend.backend() == "tensorflow":
        pytest.skip("TensorFlow has none with channels first on a CPU")
    if "padding" in unusual and name != "Conv1D":
        pytest.skip("Keras has it in one dimension")
    inputs = samples(name)
    options = {"padding": "same", **unusual}
    pair = ours_and_that_of_keras(name, inputs.shape, 6, 2, **options)
    np.testing.assert_array_equal(*values_of([layer(inputs) for layer in pair]))


@pytest.mark.parametrize(
    "unusual", [{"dilation_rate": 2}, {"strides": 2, "output_padding": 1}]
)
@pytest.mark.parametrize("name", ["Conv1DTranspose", "Conv3DTranspose"])
def test_an_unusual_transposed_convolution_is_left_to_keras(name, unusual):
    inputs = samples(name)
    pair = ours_and_that_of_keras(name, inputs.shape, 4, 3, padding="same", **unusual)
    ours, keras_own = pair
    try:
        keras_own(inputs)
    except Exception as error:
        # TensorFlow has dilation here on a CPU with AVX-512 only.
        assert keras.backend.backend() == "tensorflow" and "dilation_rate" in unusual
        with pytest.raises(type(error), match="dilation rates larger than 1"):
            ours(inputs)
    else:
        np.testing.assert_array_equal(*values_of([layer(inputs) for layer in pair]))


@pytest.mark.parametrize("name", ["Conv1D", "Conv2D", "Conv3D"])
def test_a_grouped_convolution_is_that_of_keras(name):
    inputs = samples(name)
    options = {"padding": "same", "groups": 3, "strides": 1 if name == "Conv2D" else 2}
    pair = ours_and_that_of_keras(name, inputs.shape, 6, 3, **options)
    check_that_all_slopes_are_equal(pair, inputs)


@pytest.mark.compiles_long
@pytest.mark.parametrize(("num", "size", "strides"), [(1, 3, 1), (2, 1, 2)])
@pytest.mark.parametrize("name", [*NEW, "Conv2D", "Conv2DTranspose"])
def test_the_slopes_of_few_narrow_maps_are_right(name, num, size, strides):
    shape = (num, *[6] * int(name[4]), 8)
    inputs = np.random.RandomState(0).standard_normal(shape).astype("float32")
    for narrow, wide in [(inputs, 1), (inputs[..., :1], 8), (inputs[..., :1], 1)]:
        layer = getattr(kgz.layers, name)(wide, size, strides, padding="same")
        layer.build(narrow.shape)
        at = ops.convert_to_tensor(narrow), ops.convert_to_tensor(layer.kernel)
        found = outputs_and_slopes(of_the_kernel_too(layer), twice=False)(*at)
        # Not by Keras' layer: on PyTorch it may end the process.
        defined = by_definition(layer, narrow.shape[1:-1])
        check_that_they_agree(found, outputs_and_slopes(defined, twice=False)(*at))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
@pytest.mark.parametrize("name", NEW)
def test_a_convolution_in_another_precision_is_that_of_keras(name, dtype):
    if dtype == "float64" and keras.backend.backend() == "jax":
        pytest.skip("JAX computes in float32 unless told otherwise at its start")
    inputs = samples(name)
    options = {"padding": "same", "use_bias": False, "dtype": dtype}
    pair = ours_and_that_of_keras(name, inputs.shape, 4, 3, 2, **options)
    outputs = [layer(inputs) for layer in pair]
    assert {keras.backend.standardize_dtype(x.dtype) for x in outputs} == {dtype}
    outputs = [ops.cast(x, "float32") for x in outputs]
    check_that_they_agree(*[[x] for x in outputs], 1e-6 if dtype == "float64" else 0.02)


@pytest.mark.parametrize("name", [*NEW, "Conv2D", "Conv2DTranspose"])
def test_a_convolution_is_saved_with_its_model(name, tmp_path):
    inputs = samples(name)
    layer = getattr(kgz.layers, name)(4, 3, 2, "same", activation="relu")
    model = keras.Sequential([keras.Input(inputs.shape[1:]), layer])
    assert keras.saving.get_registered_name(type(layer)) == f"keras_gan_zoo>{name}"
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded.layers[-1]) is type(layer)
    np.testing.assert_array_equal(*values_of([model(inputs), loaded(inputs)]))


@pytest.mark.parametrize("name", NEW)
def test_a_convolution_runs_elsewhere(name, tmp_path):
    pytest.importorskip("onnxruntime")
    inputs = samples(name)
    layer = getattr(kgz.layers, name)(4, 3, 2, "same")
    model = keras.Sequential([keras.Input(inputs.shape[1:]), layer])
    serving, path = kgz.serving.bare(model), tmp_path / "model.onnx"
    if keras.backend.backend() == "jax" and "3D" in name:  # which jax2onnx lacks
        with pytest.raises(ValueError, match="Load the model on another backend"):
            kgz.exporting.export(serving, path)
    else:
        assert kgz.exporting.export(serving, path) < 1e-4


@pytest.mark.skipif(keras.backend.backend() != "torch", reason="an order of PyTorch's")
@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("name", [*NEW, "Conv2D", "Conv2DTranspose"])
def test_the_channels_stay_last_in_memory(name, strides):
    inputs = ops.convert_to_tensor(samples(name))
    layer = getattr(kgz.layers, name)(4, 4 if strides == 2 else 3, strides, "same")
    assert layer(inputs).is_contiguous()


@pytest.mark.parametrize("rank", range(1, 7))
def test_the_weights_of_a_network_in_use_keep_their_values(rank):
    """PyTorch's convolutions have an order in memory of their own."""

    class Weighted(keras.layers.Layer):
        def build(self, shape):
            self.kernel = self.add_weight(shape=range(2, rank + 2), name="kernel")

        def call(self, inputs):
            return inputs * ops.sum(self.kernel)

    network = keras.Sequential([keras.Input((1,)), Weighted()])
    (before,) = values_of(network.weights)
    inference(lambda network, x: network(x), network)(np.ones((2, 1), "float32"))
    (kernel,) = network.weights
    np.testing.assert_array_equal(*values_of([kernel]), before)
    if keras.backend.backend() == "torch":
        filters_first = kernel.value.movedim(-1, 0).is_contiguous()
        assert filters_first == (rank in (1, 3, 4, 5))


def test_resampling_by_two_is_a_binomial_filter():
    images = np.random.RandomState(0).rand(2, 4, 6, 3).astype("float32")
    large = keras.ops.convert_to_numpy(kgz.layers.Upsample2D()(images))
    assert large.shape == (2, 8, 12, 3)
    # Between two pixels, a quarter of the way from one to the other.
    rows = 0.75 * images[:, 1:3] + 0.25 * images[:, 2:4]
    expected = 0.75 * rows[:, :, 1:5] + 0.25 * rows[:, :, 2:6]
    np.testing.assert_allclose(large[:, 3:7:2, 3:11:2], expected, rtol=1e-5)
    small = keras.ops.convert_to_numpy(kgz.layers.Downsample2D()(large))
    assert small.shape == images.shape
    weights = np.outer([1, 3, 3, 1], [1, 3, 3, 1])[..., None] / 64
    expected = (large[:, 1:5, 3:7] * weights).sum(axis=(1, 2))
    np.testing.assert_allclose(small[:, 1, 2], expected, rtol=1e-5)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize(
    ("stride", "padding", "enlarges"), [(2, 1, 0), (2, 1, 1), (1, 2, 0), (1, 1, 0)]
)
def test_filters_and_their_slopes_are_products_with_matrices(
    stride, padding, enlarges, dtype
):
    settings = (0.1, 0.2, 0.3, 0.4), stride, padding
    images = np.random.RandomState(0).rand(2, 8, 6, 3).astype(dtype)

    def matrix(side):
        if enlarges:
            return filters.matrix(filters.new_side(side, *settings, True), *settings).T
        return filters.matrix(side, *settings)

    rows, columns = matrix(8), matrix(6)
    expected = np.einsum("ih,bhwc,jw->bijc", rows, images, columns)

    def cubes(images):
        return backend.resample(images, *settings, bool(enlarges)) ** 3 / 6

    def numbers(tensor):
        return keras.ops.convert_to_numpy(keras.ops.stop_gradient(tensor))

    found = numbers(cubes(keras.ops.convert_to_tensor(images)))
    near = {"float32": {"rtol": 1e-5}, "float16": {"rtol": 2e-2, "atol": 1e-3}}[dtype]
    np.testing.assert_allclose(found, expected**3 / 6, **near)
    tensor = keras.ops.convert_to_tensor(images)
    slopes = numbers(backend.gradient(cubes, tensor))
    of_sum = np.einsum("ih,bijc,jw->bhwc", rows, expected**2 / 2, columns)
    np.testing.assert_allclose(slopes, of_sum, **near)
    constant = keras.ops.convert_to_tensor(images)  # another tensor of these numbers
    twice = numbers(
        backend.gradient(lambda x: backend.gradient(cubes, x) * constant, tensor)
    )
    # The second slope at the images themselves: M' (expected * M images) M.
    curved = np.einsum("ih,bijc,jw->bhwc", rows, expected**2, columns)
    np.testing.assert_allclose(twice, curved, **near)


def test_odd_sides_are_not_halved():
    with pytest.raises(ValueError, match=r"even heights.*\(2, 5, 4, 3\)"):
        kgz.layers.Downsample2D()(np.ones((2, 5, 4, 3), "float32"))


@pytest.mark.parametrize("name", ["Upsample2D", "Downsample2D"])
def test_what_resampling_sees_is_within_its_receptive_field(name):
    inputs = keras.Input((16, 16, 1))
    network = keras.Model(inputs, getattr(kgz.layers, name)()(inputs))
    pixel = np.zeros((1, 16, 16, 1), "float32")
    pixel[0, 8, 8] = 1.0
    seen = np.argwhere(keras.ops.convert_to_numpy(network(pixel))[0, :, :, 0])
    scale = network.output_shape[1] / 16
    reach = np.abs((seen + 0.5) / scale - 8.5).max()  # in pixels of the input
    assert reach - 0.5 <= kgz.receptive_field.radius(network) <= reach + 0.5


@pytest.mark.parametrize("shape", [(2, 6, 7, 3), (84, 3)])
@pytest.mark.parametrize("parts", [{}, {"center": False}, {"scale": False}])
def test_batch_normalization_is_that_of_keras(parts, shape):
    inputs = 3 * IMAGES.reshape(shape) + 1
    pair = ours_and_that_of_keras("BatchNormalization", shape, momentum=0.7, **parts)
    for training in (True, False):
        outputs = values_of([layer(inputs, training=training) for layer in pair])
        np.testing.assert_allclose(*outputs, rtol=1e-4, atol=1e-5)
    for of_ours, of_keras in zip(*(layer.get_weights() for layer in pair), strict=True):
        np.testing.assert_allclose(of_ours, of_keras, rtol=1e-5)


def test_batch_normalization_can_be_differentiated_twice():
    ours = kgz.layers.BatchNormalization(epsilon=1e-3)

    # Not Keras' layer, whose second slope is wrong on TensorFlow.
    def by_formula(x, training):
        centred = x - keras.ops.mean(x, (0, 1, 2))
        variance = keras.ops.mean(centred**2, (0, 1, 2))
        return centred / keras.ops.sqrt(variance + 1e-3)

    check_that_all_slopes_are_equal([ours, by_formula], 3 * IMAGES + 1)


@pytest.mark.parametrize(
    "options",
    [{}, {"strides": 1}, {"padding": "same"}, {"data_format": "channels_first"}],
)
@pytest.mark.parametrize("pool_size", [2, (3, 2)])
def test_average_pooling_is_that_of_keras(pool_size, options):
    if backend.name == "tensorflow" and "data_format" in options:
        pytest.skip("TensorFlow pools channels that come first on GPUs alone.")
    pair = ours_and_that_of_keras(
        "AveragePooling2D", IMAGES.shape, pool_size, **options
    )
    assert pair[0].compute_output_shape(IMAGES.shape) == tuple(pair[0](IMAGES).shape)
    plain = [lambda x, training, layer=layer: layer(x) for layer in pair]
    check_that_all_slopes_are_equal(plain, IMAGES)


@pytest.mark.parametrize("order", ["as Keras", "as the framework"])
def test_the_spectral_norm_and_its_slope_are_those_of_operations(order):
    kernel = np.random.RandomState(0).standard_normal((3, 3, 4, 5)).astype("float32")
    u = np.random.RandomState(1).standard_normal(5).astype("float32")
    if order == "as the framework":  # filters first, of which Keras' is a view
        kernel = np.moveaxis(np.moveaxis(kernel, -1, 0).copy(), 0, -1)
    tensors = [keras.ops.convert_to_tensor(x) for x in (kernel, u)]
    found = []
    for function in (backend.spectral_norm, by_operations):
        slope = gradient(lambda x, f=function: f(x, tensors[1])[0] ** 2, tensors[0])
        found.append(values_of([*function(*tensors), slope]))
    for ours, expected in zip(*found, strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6)
    sigma, v, u = found[0][:3]
    assert sigma == pytest.approx(v @ kernel.reshape(36, 5) @ u, rel=1e-5)


def test_batch_normalization_in_half_precision_computes_in_full():
    options = {"dtype": "mixed_bfloat16"}
    pair = ours_and_that_of_keras("BatchNormalization", IMAGES.shape, **options)
    outputs = [layer(IMAGES, training=True) for layer in pair]
    assert {keras.backend.standardize_dtype(x.dtype) for x in outputs} == {"bfloat16"}
    one, two = values_of([keras.ops.cast(x, "float32") for x in outputs])
    np.testing.assert_allclose(one, two, rtol=0.01, atol=0.01)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Conv1D", (2, 4, 2, "same")),
        ("Conv1DTranspose", (2, 4, 2, "same")),
        ("Conv2D", (2, 4, 2, "same")),
        ("Conv2DTranspose", (2, 4, 2, "same")),
        ("Conv3D", (2, 4, 2, "same")),
        ("Conv3DTranspose", (2, 4, 2, "same")),
        ("BatchNormalization", ()),
    ],
)
def test_training_moves_the_weights_of_a_layer_as_those_of_keras(name, arguments):
    inputs = samples(name) if name.startswith("Conv") else IMAGES
    pair = ours_and_that_of_keras(name, inputs.shape, *arguments)
    for layer in pair:
        network = keras.Sequential([keras.Input(inputs.shape[1:]), layer])
        network.compile(keras.optimizers.SGD(0.1), "mse")
        targets = np.ones((2, *network.output_shape[1:]), "float32")
        network.fit(inputs, targets, epochs=3, verbose=0)
    moved = [layer.get_weights() for layer in pair]
    for of_ours, of_keras in zip(*moved, strict=True):
        np.testing.assert_allclose(of_ours, of_keras, rtol=1e-4, atol=1e-6)


def kernel_after_a_step(network, x, y):
    """What a step of gradient descent with rate 1 makes of the only kernel."""
    network.compile(keras.optimizers.SGD(1.0), loss="mse")
    network.train_on_batch(x, y)
    return values_of(network.trainable_variables)[0]


def convolve_once(kind):
    layer = kind(4, 3, use_bias=False, name="convolution")
    return keras.Sequential([keras.Input((6, 5, 2)), layer]), layer


def test_the_gradient_passes_through_the_spectral_norm():
    random = np.random.RandomState(0)
    x = random.standard_normal((3, 6, 5, 2)).astype("float32")
    y = random.standard_normal((3, 4, 3, 4)).astype("float32")
    network, layer = convolve_once(kgz.layers.SpectralConv2D)
    kernel = random.standard_normal((3, 3, 2, 4)).astype("float32")
    layer.kernel.assign(kernel)
    v, u = (keras.ops.convert_to_numpy(z) for z in layer.singular_vectors())
    sigma = v @ kernel.reshape(18, 4) @ u
    plain, other = convolve_once(kgz.layers.Conv2D)
    other.kernel.assign(kernel / sigma)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(network(x)),
        keras.ops.convert_to_numpy(plain(x)),
        atol=1e-5,
    )
    given = kernel / sigma - kernel_after_a_step(plain, x, y)
    received = kernel - kernel_after_a_step(network, x, y)
    # Miyato et al. 2018, equation 12: what would only change the norm is taken out.
    share = (given * kernel / sigma).sum()
    expected = (given - share * np.outer(v, u).reshape(kernel.shape)) / sigma
    assert abs(share) > 0.01
    np.testing.assert_allclose(received, expected, atol=1e-5)


def test_calls_leave_the_spectral_state_alone_and_iterations_find_the_norm(tmp_path):
    network, layer = convolve_once(kgz.layers.SpectralConv2D)
    kernel = np.random.RandomState(1).standard_normal((3, 3, 2, 4)).astype("float32")
    layer.kernel.assign(kernel)
    before = values_of(layer.variables)
    network(np.ones((1, 6, 5, 2), "float32"), training=True)
    for old, new in zip(before, values_of(layer.variables), strict=True):
        np.testing.assert_array_equal(old, new)
    outer = keras.Sequential([keras.Input((6, 5, 2)), network])
    for _ in range(50):
        power_iteration(outer)
    _, _, vectors = np.linalg.svd(kernel.reshape(18, 4))
    u = keras.ops.convert_to_numpy(layer.u)
    assert abs(u @ vectors[0]) == pytest.approx(1, abs=1e-4)
    network.save(tmp_path / "network.keras")
    copy = keras.saving.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(copy.layers[0].u), u)


def cubic(distance, a=-0.75):
    x = abs(distance)
    if x < 1:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1
    return a * (x**3 - 5 * x**2 + 8 * x - 4) if x < 2 else 0.0


def shrunk(line, old, new):
    """New pixels of a line, each from the four around it; the last ones go on."""
    places = [(i + 0.5) * old / new - 0.5 for i in range(len(line) * new // old)]
    around = [range(int(np.floor(p)) - 1, int(np.floor(p)) + 3) for p in places]
    return [
        sum(cubic(p - j) * line[min(max(j, 0), len(line) - 1)] for j in near)
        for p, near in zip(places, around, strict=True)
    ]


@pytest.mark.parametrize(("old", "new"), [(4, 2), (4, 3), (4, 1), (2, 1)])
def test_images_are_shrunk_by_a_fraction(old, new):
    images = np.random.RandomState(0).rand(2, 8, 12, 3).astype("float32")
    layer = kgz.layers.Shrink2D(old, new)
    received = keras.ops.convert_to_numpy(layer(images))
    expected = np.apply_along_axis(shrunk, 1, images, old, new)
    expected = np.apply_along_axis(shrunk, 2, expected, old, new)
    assert received.shape == layer.compute_output_shape(images.shape)
    np.testing.assert_allclose(received, expected, atol=1e-5)
    assert layer.compute_output_shape((None, None, 8, 3))[1] is None
    copy = kgz.layers.Shrink2D.from_config(layer.get_config())
    assert (copy.old, copy.new) == (old, new)


@pytest.mark.parametrize(("old", "new"), [(2, 2), (2, 4), (4, 0), (4, 2.0)])
def test_what_does_not_shrink_is_refused(old, new):
    with pytest.raises(ValueError, match=f"Received: old={old}, new={new}"):
        kgz.layers.Shrink2D(old, new)


@pytest.mark.parametrize("sides", [(8, 8), (5, 7), (1, 6)])
def test_a_fourier_transform_is_that_of_numpy_and_is_undone(sides):
    maps = np.random.RandomState(0).randn(2, *sides, 3).astype("float32")
    spectrum = kgz.layers.Fourier2D()(maps)
    expected = np.fft.rfft2(maps, axes=(1, 2), norm="ortho")
    parts = np.concatenate([expected.real, expected.imag], axis=-1)
    np.testing.assert_allclose(ops.convert_to_numpy(spectrum), parts, atol=1e-5)
    back = kgz.layers.InverseFourier2D()(spectrum, maps)
    np.testing.assert_allclose(ops.convert_to_numpy(back), maps, atol=1e-5)
    # Of a spectrum that no real map has, as NumPy makes it.
    spectrum = np.random.RandomState(1).randn(*parts.shape).astype("float32")
    back = kgz.layers.InverseFourier2D()(spectrum, maps)
    values = spectrum[..., :3] + 1j * spectrum[..., 3:]
    values = np.fft.ifft(values, axis=1, norm="ortho")
    expected = np.fft.irfft(values, sides[1], axis=2, norm="ortho")
    np.testing.assert_allclose(ops.convert_to_numpy(back), expected, atol=1e-5)


def test_fourier_layers_take_maps_of_any_size_and_are_saved(tmp_path):
    maps = keras.Input((None, None, 2))
    spectrum = kgz.layers.Fourier2D()(maps)
    model = keras.Model(maps, kgz.layers.InverseFourier2D()(spectrum, maps))
    model.save(tmp_path / "fourier.keras")
    loaded = keras.saving.load_model(tmp_path / "fourier.keras")
    for sides in [(4, 6), (7, 5)]:
        values = np.random.RandomState(0).randn(1, *sides, 2).astype("float32")
        np.testing.assert_allclose(loaded.predict(values, verbose=0), values, atol=1e-5)


@pytest.mark.parametrize("training", [True, False])
def test_equal_rows_make_conditional_batch_normalization_a_plain_one(training):
    random = np.random.RandomState(0)
    maps = random.standard_normal((6, 5, 4, 3)).astype("float32") * 2 + 1
    labels = np.array([0, 1, 1, 0, 2, 2])
    plain = kgz.layers.BatchNormalization(momentum=0.9, epsilon=2e-5)
    layer = kgz.layers.ConditionalBatchNormalization(3, momentum=0.9, epsilon=2e-5)
    plain.build(maps.shape)
    layer.build([maps.shape, labels.shape])
    gamma, beta = random.standard_normal((2, 3)).astype("float32")
    plain.gamma.assign(gamma)
    plain.beta.assign(beta)
    layer.gamma.assign(np.tile(gamma, (3, 1)))
    layer.beta.assign(np.tile(beta, (3, 1)))
    received, expected = (
        keras.ops.convert_to_numpy(x)
        for x in (
            layer([maps, labels], training=training),
            plain(maps, training=training),
        )
    )
    np.testing.assert_allclose(received, expected, atol=1e-5)
    moving = values_of(layer.non_trainable_variables)
    for one, two in zip(moving, values_of(plain.non_trainable_variables), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-6)
    # And a row of its own changes the samples of its class alone.
    layer.beta.assign(np.stack([beta, beta + 1, beta]))
    other = keras.ops.convert_to_numpy(layer([maps, labels], training=True))
    plain_again = keras.ops.convert_to_numpy(plain(maps, training=True))
    shift = (other - plain_again)[:, 0, 0, 0]
    np.testing.assert_allclose(shift, labels == 1, atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "plain", "arguments", "x"),
    [
        ("SpectralDense", "Dense", (4,), np.ones((2, 3), "float32")),
        ("SpectralEmbedding", "Embedding", (3, 4), np.array([2, 0], "int32")),
    ],
)
def test_other_spectral_layers_divide_their_kernels_too(
    kind, plain, arguments, x, tmp_path
):
    layer = getattr(kgz.layers, kind)(*arguments)
    network = keras.Sequential([keras.Input(x.shape[1:], dtype=x.dtype), layer])
    reference = getattr(keras.layers, plain)(*arguments)
    reference.build(x.shape)
    kernel = np.random.RandomState(0).standard_normal((3, 4)).astype("float32")
    getattr(layer, layer.kernel_name).assign(kernel)
    for _ in range(50):
        power_iteration(network)
    norm = np.linalg.svd(kernel, compute_uv=False)[0]
    getattr(reference, layer.kernel_name).assign(kernel / norm)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(network(x)),
        keras.ops.convert_to_numpy(reference(x)),
        rtol=1e-4,
        atol=1e-6,
    )
    network.save(tmp_path / "network.keras")
    copy = keras.saving.load_model(tmp_path / "network.keras")
    for one, two in zip(*map(values_of, (network.weights, copy.weights)), strict=True):
        np.testing.assert_array_equal(one, two)


def test_attention_with_gamma_0_is_identity_and_with_1_what_numpy_says():
    random = np.random.RandomState(0)
    maps = random.standard_normal((2, 5, 4, 16)).astype("float32")
    layer = kgz.layers.SelfAttention2D()
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(layer(maps)), maps)
    layer.gamma.assign(1.0)
    for _ in range(100):
        power_iteration(keras.Sequential([keras.Input(maps.shape[1:]), layer]))
    kernels = [values_of([x.kernel])[0][0, 0] for x in layer.layers]
    query, key, value, output = (k / np.linalg.norm(k, ord=2) for k in kernels)
    assert [k.shape[1] for k in kernels] == [2, 2, 8, 16]

    def halved(x):
        return x[:, :4].reshape(2, 2, 2, 2, 2, -1).max(axis=(2, 4)).reshape(2, 4, -1)

    queries, keys = (maps @ query).reshape(2, 20, 2), halved(maps @ key)
    products = np.exp(queries @ keys.transpose(0, 2, 1))
    weights = products / products.sum(axis=-1, keepdims=True)
    found = weights @ halved(maps @ value) @ output
    expected = maps + found.reshape(maps.shape)
    received = keras.ops.convert_to_numpy(layer(maps))
    np.testing.assert_allclose(received, expected, atol=1e-4)
