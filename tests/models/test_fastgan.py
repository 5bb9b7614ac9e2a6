"""FastGAN: the contract, gates, and a discriminator that must also encode."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo.layers.fastgan_blocks import (
    gated_linear_unit,
    skip_layer_excitation,
    skips,
)
from keras_gan_zoo.layers.spectral_normalization import Spectral
from keras_gan_zoo.models.fastgan import fastgan_discriminator, quarter, stages
from keras_gan_zoo.phases import Batch
from tests.contract import LatentContract, random_images, values_of

pytestmark = pytest.mark.compiles_long

TINY = {"base_channels": 4, "latent_dim": 8}
SHAPE = (32, 32, 1)


class TestFastGAN(LatentContract):
    model_class = kgz.FastGAN
    arguments = TINY
    image_shape = SHAPE
    other_shapes = [(40, 64, 3)]
    compiled = {}  # the paper averages


def make(**arguments):
    return kgz.FastGAN(SHAPE, seed=0, **TINY, **arguments)


@pytest.fixture(scope="module")
def model():
    """A model that has taken one step."""
    model = make()
    model.compile(generator_optimizer="sgd", discriminator_optimizer="sgd")
    model.train_on_batch(random_images(8, SHAPE))
    return model


@pytest.fixture
def step(model):
    """A function that changes weights, and takes a step from always the same state."""
    state = [*model.variables, *model.optimizer.variables]
    start = values_of(state)

    def step(change=()):
        for variable, value in zip(state, start, strict=True):
            variable.assign(value)
        for variable in change:
            variable.assign(-variable)
        model.train_on_batch(random_images(8, SHAPE))
        networks = (model.discriminator, model.decoder)
        return [values_of(network.trainable_variables) for network in networks]

    return step


# The networks.


@pytest.mark.parametrize(
    ("last", "distance", "expected"),
    [
        (8, 4, {4: 0, 5: 1, 6: 2, 7: 3}),  # 1024 pixels: 4 to 64, ..., 32 to 512
        (6, 4, {4: 0, 5: 1, 6: 2}),  # 256 pixels
        (4, 4, {3: 0, 4: 1}),  # 64 pixels: 4 to 32, 8 to 64
        (3, 4, {2: 0, 3: 1}),  # 32 pixels: 4 to 16, 8 to 32
        (5, 3, {3: 0, 4: 1, 5: 2}),  # the discriminator from 256 pixels on
        (3, 3, {2: 0, 3: 1}),  # and at 64
    ],
)
def test_distant_maps_are_paired(last, distance, expected):
    assert skips(last, distance) == expected


def test_channels_are_those_of_the_paper():
    channels = [shape[-1] for shape in stages((1024, 1024, 3))]
    assert channels == [1024, 512, 256, 128, 128, 64, 32, 16, 8]
    assert stages((40, 64, 3), 4)[0] == (5, 8, 64)


@pytest.mark.parametrize("side", [64, 256, 512])
def test_the_discriminator_ends_at_8_pixels_and_25_logits(side):
    network = fastgan_discriminator((side, side, 3), base_channels=4)
    sides = [shape[1:3] for shape in network.output_shape]
    assert sides == [(5, 5), (5, 5), (8, 8), (16, 16), (8, 8)]
    small = min(side // 2, 128)
    assert network.input_shape[1] == (None, small, small, 3)


def test_a_small_map_scales_the_channels_of_a_large_one():
    small, large = keras.Input((8, 8, 6)), keras.Input((32, 32, 5))
    network = keras.Model([small, large], skip_layer_excitation(small, large))
    for kernel in network.trainable_variables:
        kernel.assign(np.random.RandomState(0).standard_normal(kernel.shape))
    random = np.random.RandomState(1)
    one, other = 5 * random.standard_normal((2, 3, 8, 8, 6)).astype("float32")
    x = random.uniform(1, 2, (3, 32, 32, 5)).astype("float32")
    gates, gates_of_more, other_gates = (
        network.predict([maps, y], verbose=0) / y
        for maps, y in [(one, x), (one, 3 * x), (other, x)]
    )
    assert 0 < gates.min() < gates.max() < 1
    np.testing.assert_allclose(gates, gates[:, :1, :1] + 0 * x, rtol=1e-5)
    np.testing.assert_allclose(gates_of_more, gates, rtol=1e-5)
    assert np.abs(other_gates - gates).max() > 0.1


def test_gated_linear_units_halve_the_channels():
    x = np.random.RandomState(0).standard_normal((2, 4, 4, 6)).astype("float32")
    expected = x[..., :3] / (1 + np.exp(-x[..., 3:]))
    halved = ops.convert_to_numpy(gated_linear_unit(x))
    np.testing.assert_allclose(halved, expected, rtol=1e-5)


def test_all_kernels_are_spectrally_normalized_and_their_norms_followed(model):
    networks = [model.part("lower"), model.part("upper"), model.small_head]
    networks += [model.discriminator, model.decoder]
    weighted = [x for n in networks for x in n.layers if hasattr(x, "kernel")]
    assert all(isinstance(layer, Spectral) for layer in weighted)
    directions = [layer.u for layer in weighted if layer.u.shape[0] > 1]
    before = values_of(directions)
    model.train_on_batch(random_images(8, SHAPE))
    for one, two in zip(before, values_of(directions), strict=True):
        assert np.abs(one - two).max() > 1e-5


# What the discriminator must encode.


def test_decoders_learn_from_real_images_alone(model, step):
    last_kernels = [
        network.trainable_variables[-1]
        for network in (model.part("upper"), model.small_head)
    ]
    before = values_of(model.decoder.trainable_variables)
    discriminator, decoder = step()
    of_others, same_decoder = step(change=last_kernels)  # negatives are generated
    assert all(map(np.array_equal, decoder, same_decoder))
    assert not any(map(np.array_equal, decoder, before))
    assert not any(map(np.array_equal, discriminator, of_others))


def test_the_reconstruction_reaches_what_lies_before_the_logits(model, step):
    one, _ = step()
    two, _ = step(change=model.decoder.trainable_variables)
    same = [x.shape for x, y in zip(one, two, strict=True) if (x == y).all()]
    # Alone what follows the decoded maps: 1x1, its normalization, two maps of logits.
    heads = [(1, 1, 32, 64), (64,), (64,), (4, 4, 64, 1), (4, 4, 16, 1)]
    assert sorted(same) == sorted(heads)


def test_a_quarter_of_a_map_is_decoded_to_that_quarter_of_the_image():
    def squares(side):
        numbers = np.arange(1.0, 5.0).reshape(1, 2, 2, 1)
        large = np.kron(numbers, np.ones((1, side // 2, side // 2, 1)))
        return ops.convert_to_tensor(large.astype("float32"))

    images, maps = squares(32), squares(16)
    for place, expected in enumerate([1, 2, 3, 4]):
        part = ops.convert_to_numpy(quarter(images, place))
        np.testing.assert_array_equal(part, np.full((1, 16, 16, 1), expected))

    inputs = [keras.Input((8, 8, 1)) for _ in range(3)]
    enlarged = [layers.UpSampling2D()(x) for x in inputs]
    model = make(decoder=keras.Model(inputs, enlarged))
    nothing, small = ops.zeros((1, 8, 8, 1)), ops.zeros((1, 16, 16, 1))

    def distances(maps):
        features = [nothing, maps, nothing]
        draws = [model.reconstruction_loss(images, small, features) for _ in range(40)]
        return {float(loss) for loss in draws}

    assert distances(maps) == {0.0}
    assert distances(0 * maps) == {1.0, 2.0, 3.0, 4.0}  # each is drawn


def test_images_are_compared_by_features_where_there_are_some():
    model = make()
    model.compile(augment=layers.Identity())
    images = ops.convert_to_tensor(random_images(2, SHAPE) / 255, "float32")
    real = model.seen(images)
    maps = model.judge(real)[1]

    def distance(features):
        model.compile(content_features=features)
        model.seed_generator.state.assign([0, 0])
        return ops.convert_to_numpy(model.reconstruction_loss(*real, maps))

    doubled = keras.Sequential([keras.Input((None, None, 1)), layers.Rescaling(2.0)])
    assert distance(doubled) == pytest.approx(2 * distance(None), rel=1e-4)


def test_margins_are_drawn_between_08_and_1():
    model = make()
    model.compile()
    logits = ops.full((8, 50), 0.9)
    model.judge = lambda seen: (logits, [])
    model.reconstruction_loss = lambda *args: 0.0
    images = ops.zeros((8, *SHAPE))
    batch, fake = Batch(images), (images, images)
    losses = [
        float(model.discriminator_loss(batch, fake)["discriminator_loss"])
        for _ in range(10)
    ]
    # E relu(m - 0.9) + E relu(m + 0.9) for m from U(0.8, 1).
    assert np.mean(losses) == pytest.approx(0.025 + 1.8, abs=0.005)
    assert len(set(losses)) == 10


# Errors.


@pytest.mark.parametrize("shape", [(28, 28, 1), (16, 16, 3), (66, 64, 3), (2,)])
def test_images_of_other_sizes_are_refused(shape):
    with pytest.raises(ValueError, match="halved 3 to 8 times.*Resize or crop"):
        kgz.FastGAN(shape, **TINY)


def test_networks_without_what_the_losses_need_are_refused():
    latents, images = keras.Input((8,)), keras.Input(SHAPE)
    x = layers.Reshape(SHAPE)(layers.Dense(32 * 32)(latents))
    with pytest.raises(ValueError, match='"lower" and "upper".*Received: layers'):
        make(generator=keras.Model(latents, x))
    logits = layers.Dense(1)(layers.Flatten()(images))
    with pytest.raises(ValueError, match="discriminator's output"):
        make(discriminator=keras.Model(images, logits))
