"""ProGAN: the contract, how its networks grow, and how what is new fades in."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo import layers
from keras_gan_zoo.models.progan import Fade, progan_generator, stages
from tests.contract import (
    LatentContract,
    assert_equal_weights,
    random_images,
    values_of,
)

pytestmark = pytest.mark.compiles_long

SMALL = {"base_channels": 4, "latent_dim": 8, "seed": 0}
IMAGES = random_images(16, (16, 16, 3))
FIT = {"batch_size": 8, "verbose": 0}


class TestProGAN(LatentContract):
    model_class = kgz.ProGAN
    arguments = {"base_channels": 4, "latent_dim": 8}
    compiled = {}  # the paper averages

    def test_networks_are_sized_from_the_first_batch(self):
        model = self.make(image_shape=None)
        with pytest.raises(ValueError, match="no networks yet"):
            self.sample(model)
        model.fit(self.data(), batch_size=8, verbose=0)
        assert model.image_shape == (4, 4, 1)  # the smallest of its sizes


def value(tensor):
    return ops.convert_to_numpy(tensor)


def floats(num, shape):
    return random_images(num, shape) / np.float32(127.5) - 1


def enlarged(images):
    return images.repeat(2, axis=1).repeat(2, axis=2)


def halved(images):
    num, height, width, channels = images.shape
    blocks = images.reshape(num, height // 2, 2, width // 2, 2, channels)
    return blocks.mean(axis=(2, 4))


def set_alpha(model, alpha):
    for network in (model.generator, model.discriminator):
        fades = [layer for layer in network.layers if isinstance(layer, Fade)]
        assert len(fades) == 1
        fades[0].alpha.assign(alpha)


def by_name(network):
    return {layer.name: layer for layer in network.layers if layer.weights}


@pytest.fixture(scope="module")
def pair():
    """A trained model of 8x8 pixels, and one that has grown from it to 16x16."""
    small, grown = (kgz.ProGAN((8, 8, 3), **SMALL) for _ in range(2))
    small.fit(IMAGES, **FIT)
    for name, network in _networks(small).items():
        getattr(grown, name).set_weights(network.get_weights())
    grown.grow(fading=32)
    return small, grown


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((28, 28, 1), [(7, 7, 8), (14, 14, 8), (28, 28, 8)]),
        ((4, 6, 3), [(4, 6, 8)]),
        (
            (128, 64, 3),
            [(8, 4, 8), (16, 8, 8), (32, 16, 8), (64, 32, 8), (128, 64, 4)],
        ),
    ],
)
def test_sizes_above_the_four_smallest_have_half_the_channels(shape, expected):
    assert stages(shape, 8) == expected


def test_the_papers_channels():
    assert [channels for *_, channels in stages((1024, 1024, 3), 512)] == [
        *[512] * 4,
        *[256, 128, 64, 32, 16],
    ]


def test_a_grown_generator_begins_as_the_smaller_one_enlarged(pair):
    small, grown = pair
    set_alpha(grown, 0.0)
    latents = small.latents(4, seed=0)
    expected = enlarged(value(small.generator(latents)))
    np.testing.assert_array_equal(value(grown.generator(latents)), expected)


def test_a_grown_discriminator_begins_as_the_smaller_one_on_halved_images(pair):
    small, grown = pair
    set_alpha(grown, 0.0)
    images = floats(4, (16, 16, 3))
    received = value(grown.discriminator(images))
    expected = value(small.discriminator(halved(images)))
    np.testing.assert_allclose(received, expected, rtol=1e-5, atol=1e-6)


def test_faded_in_layers_hide_those_to_and_from_smaller_images(pair):
    _, grown = pair
    inputs = {"generator": grown.latents(2), "discriminator": floats(2, (16, 16, 3))}
    ends = {"generator": "8x8_to_image", "discriminator": "8x8_from_image"}
    for name, x in inputs.items():
        network = getattr(grown, name)
        kernel = network.get_layer(ends[name]).kernel
        before = value(kernel)
        results = []
        for alpha in (1.0, 0.5):
            set_alpha(grown, alpha)
            for factor in (1.0, -3.0):
                kernel.assign(factor * before)
                results.append(value(network(x)))
            kernel.assign(before)
        np.testing.assert_array_equal(results[0], results[1])
        assert (results[2] != results[3]).any()


def test_weights_survive_growth(pair):
    small, grown = pair
    assert grown.image_shape == (16, 16, 3)
    for name, network in _networks(small).items():
        before, after = by_name(network), by_name(getattr(grown, name))
        assert before.keys() < after.keys()
        for layer in before:
            for one, two in zip(
                *(values_of(each[layer].weights) for each in (before, after)),
                strict=True,
            ):
                np.testing.assert_array_equal(one, two)


def test_what_faded_in_is_whole_in_the_next_stage():
    model = kgz.ProGAN((8, 8, 3), fading=8, **SMALL)
    set_alpha(model, 1.0)
    model.grow(fading=8)
    assert float(model.alpha) == 0.0
    names = [layer.name for layer in model.generator.layers]
    assert "4x4_to_image" not in names and "8x8_to_image" in names


def test_alpha_follows_the_images_of_the_stage_in_every_network():
    model = kgz.ProGAN((4, 4, 3), **SMALL)
    model.fit(IMAGES, **FIT)
    assert model.alpha == 1.0
    model.grow(fading=40)
    assert float(model.alpha) == 0.0 and not model.compiled
    for expected in (0.4, 0.8, 1.0):
        model.fit(IMAGES, **FIT)
        for network in [*_networks(model).values(), model.ema_generator]:
            (fade,) = [x for x in network.layers if isinstance(x, Fade)]
            assert float(fade.alpha) == pytest.approx(expected)
    # Images are counted on, optimizers begin anew.
    assert int(model.images_seen) == 4 * 16
    assert int(model.generator_optimizer.iterations) == 3 * 2


def test_real_images_are_shrunk_and_blended_with_their_halves(pair):
    _, grown = pair
    images = random_images(4, (64, 64, 3))
    shrunk = halved(halved(images / 127.5 - 1))
    for alpha in (0.0, 0.25, 1.0):
        set_alpha(grown, alpha)
        batch = grown.prepare(images, None)
        expected = (1 - alpha) * enlarged(halved(shrunk)) + alpha * shrunk
        np.testing.assert_allclose(value(batch.real), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("side", [8, 24, 48])
def test_images_that_cannot_be_halved_to_the_networks_are_refused(pair, side):
    _, grown = pair
    with pytest.raises(ValueError, match=f"training data is .*{side}.*expected.*16"):
        grown.fit(random_images(8, (side, side, 3)), **FIT)


def test_a_run_goes_on_within_the_fading_from_a_checkpoint(tmp_path):
    def train(epochs, *callbacks):
        model = kgz.ProGAN((4, 4, 3), **SMALL)
        model.grow(fading=64)
        model.fit(IMAGES, epochs=epochs, callbacks=list(callbacks), **FIT)
        return model

    whole = train(3)
    train(2, kgz.callbacks.Checkpoint(tmp_path, verbose=0))
    resumed = train(3, kgz.callbacks.Checkpoint(tmp_path, verbose=0))
    assert float(resumed.alpha) == 0.75
    assert_equal_weights(whole, resumed)


def test_files_and_presets_know_the_stage(tmp_path):
    model = kgz.ProGAN((4, 4, 3), **SMALL)
    model.grow(fading=800_000)
    set_alpha(model, 0.25)
    model.save(tmp_path / "model.keras")
    model.save_to_preset(tmp_path / "preset", samples=False)
    for copy in (
        keras.saving.load_model(tmp_path / "model.keras"),
        kgz.ProGAN.from_preset(tmp_path / "preset"),
    ):
        assert copy.image_shape == (8, 8, 3) and copy.fading == 800_000
        assert float(copy.alpha) == 0.25
        samples = [each.generate(4, seed=0) for each in (copy, model)]
        np.testing.assert_array_equal(*samples)
        copy.grow()
        assert copy.image_shape == (16, 16, 3) and copy.alpha == 1.0


def test_networks_of_the_user_grow_to_what_the_user_says():
    own = progan_generator((4, 4, 3), 8, 2)
    model = kgz.ProGAN(generator=own, **SMALL)
    with pytest.raises(ValueError, match=r"\['generator'\] are not those of the paper"):
        model.grow(fading=8)
    with pytest.raises(ValueError, match="Shapes do not fit"):
        model.grow(generator=progan_generator((16, 16, 3), 8, 2))
    assert model.generator is own and model.image_shape == (4, 4, 3)
    larger = progan_generator((8, 8, 3), 8, 2)
    model.grow(generator=larger)
    assert model.generator is larger and model.custom_networks == ["generator"]
    assert model.generate(2, seed=0).shape == (2, 8, 8, 3)


def test_a_model_without_networks_does_not_grow():
    with pytest.raises(ValueError, match="no networks yet"):
        kgz.ProGAN().grow(fading=8)
    with pytest.raises(ValueError, match="fading.*-1"):
        kgz.ProGAN(fading=-1)


def test_weights_in_use_have_the_variance_of_he():
    network = progan_generator((8, 8, 1), latent_dim=64, base_channels=32)
    layer = network.get_layer("8x8_conv_1")
    # What an impulse in each channel by itself becomes is the kernel in use.
    impulses = np.zeros((32, 3, 3, 32), "float32")
    impulses[np.arange(32), 1, 1, np.arange(32)] = 1
    assert value(layer(impulses)).var() == pytest.approx(2 / (9 * 32), rel=0.05)
    assert values_of([layer.kernel])[0].var() == pytest.approx(1, rel=0.05)
    latents = np.eye(64, dtype="float32")
    dense = value(network.get_layer("dense")(latents))
    assert dense.var() == pytest.approx(2 / 64, rel=0.05)


@pytest.mark.parametrize("shape", [(3, 7), (3, 5, 4, 7)])
@pytest.mark.parametrize("scale", [1e-2, 1.0, 1e4])
def test_pixels_are_normalized_to_a_mean_square_of_one(shape, scale):
    x = (scale * np.random.RandomState(0).standard_normal(shape)).astype("float32")
    y = value(layers.PixelNormalization()(x))
    np.testing.assert_allclose((y**2).mean(axis=-1), 1.0, rtol=1e-3)
    np.testing.assert_allclose(y / x, np.broadcast_to((y / x)[..., :1], shape), 1e-4)


def test_maps_after_each_convolution_of_the_generator_have_unit_pixels(pair):
    _, grown = pair
    generator = grown.generator
    normalized = [
        layer.output
        for layer in generator.layers
        if isinstance(layer, layers.PixelNormalization)
    ]
    # Of the latents, the dense layer, one convolution, and two of each larger size.
    assert len(normalized) == 3 + 2 * 2
    for maps in keras.Model(generator.input, normalized)(grown.latents(4, seed=0)):
        np.testing.assert_allclose((value(maps) ** 2).mean(axis=-1), 1.0, rtol=1e-3)


def _networks(model):
    return {name: getattr(model, name) for name in model.networks}
