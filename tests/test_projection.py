"""Projection: it comes nearer than any random sample, and changes nothing."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import latent
from keras_gan_zoo.latent.features import default_features
from tests.contract import values_of
from tests.test_latent import lively


def within(model):
    """A StyleGAN2 whose images hardly leave [-1, 1]."""
    for layer in model.part("synthesis").layers:
        if not getattr(layer, "demodulate", True):
            layer.kernel.assign(0.2 * layer.kernel)
    return model


SMALL = {"image_shape": (8, 8, 1), "latent_dim": 4, "seed": 0}
MODELS = {
    "DCGAN": (lively(kgz.DCGAN(base_channels=4, **SMALL)), "z"),
    "ConditionalGAN": (
        lively(kgz.ConditionalGAN(base_channels=4, num_classes=3, **SMALL)),
        "z",
    ),
    "StyleGAN2": (within(kgz.StyleGAN2(base_channels=4, depth=1, **SMALL)), "w"),
    "ConditionalStyleGAN2": (
        within(
            kgz.ConditionalStyleGAN2(base_channels=4, depth=1, num_classes=3, **SMALL)
        ),
        "w",
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_an_image_of_the_model_is_found_again(name):
    model, space = MODELS[name]
    labels = [2, 0, 2] if model.conditional else None
    images = model.generate(3, labels=labels, seed=9)
    before, state = values_of(model.variables), np.random.get_state()[1].copy()
    options = {"labels": labels, "space": space, "samples": 50, "starts": 2, "seed": 1}
    found = latent.project(model, images, steps=70, batch_size=4, **options)
    for one, two in zip(before, values_of(model.variables), strict=True):
        np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(np.random.get_state()[1], state)
    assert (found.distances < found.nearest_distances).all()
    assert found.distances.mean() < 0.3 * found.nearest_distances.mean()
    if space == "z":
        again = model.generate(labels=labels, latents=found.latents)
    else:
        again = model.synthesize(found.latents)
    np.testing.assert_array_equal(again, found.samples)
    np.testing.assert_array_equal(found.targets, images)
    # The distances are those of the pixels at all sizes, of the nearest of 50 samples,
    # but for the rounding of the samples.
    for row, image in enumerate(images):
        place = latent.spaces.space_of(model, space, labels and labels[row])
        drawn = place.samples(place.draw(50, 1), place.labels_of(50))
        nearest = min(distance(image, sample) for sample in drawn)
        expected = pytest.approx(nearest, rel=0.05, abs=1e-4)
        assert found.nearest_distances[row] == expected
    assert found.cells().shape == (2, 3, 8, 8, 1)


def distance(image, sample):
    """The mean squared difference of pixels, summed over sizes of 8, 4 and 2."""
    total, difference = 0.0, (image.astype(float) - sample)[..., 0] / 127.5
    for side in (8, 4, 2):
        cells = difference.reshape(side, 8 // side, side, 8 // side).mean(axis=(1, 3))
        total += (cells**2).mean()
    return total


def test_features_may_be_brought_along():
    model, _ = MODELS["DCGAN"]
    image = model.generate(1, seed=9)[0]
    features = keras.Sequential(
        [keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3), keras.layers.ReLU()]
    )
    options = {"features": features, "steps": 30, "samples": 20}
    found = latent.project(model, image, **options)
    assert found.samples.shape == (1, 8, 8, 1)
    assert found.distances[0] < found.nearest_distances[0]
    again = latent.project(model, image / np.float32(127.5) - 1, **options)
    np.testing.assert_allclose(again.latents, found.latents, atol=1e-3)
    np.testing.assert_array_equal(again.cells()[0, 0], image)
    features = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.ReLU()])
    with pytest.raises(ValueError, match=r"features' input is \(None, 8, 8, 3\)"):
        latent.project(model, image, features=features)


@pytest.mark.parametrize("name", ["fashion_mnist_cnn", "avatar_cnn"])
def test_maps_of_the_classifiers_that_ship_are_those_they_classify_by(name):
    module = {"fashion_mnist_cnn": "fashion_mnist", "avatar_cnn": "avatars"}[name]
    loaded = getattr(kgz.metrics.extractors, module).loaded()[0]
    shape = tuple(loaded.inputs[0].shape[1:])
    images = np.random.RandomState(0).randint(0, 256, (2, *shape)).astype("uint8")
    maps = kgz.metrics.extractors.shipped_maps(shape)
    last = maps(images / np.float32(127.5) - 1)[-1]
    rest = loaded.get_layer("features")
    flat = next(x for x in loaded.layers if isinstance(x, keras.layers.Flatten))
    pooled = keras.layers.MaxPooling2D()(last) if module == "fashion_mnist" else last
    received = keras.ops.convert_to_numpy(rest(flat(pooled)))
    expected = getattr(kgz.metrics.extractors, name)().features(images)
    np.testing.assert_allclose(received, expected, rtol=1e-3, atol=1e-3)
    assert kgz.metrics.extractors.shipped_maps((9, 9, 1)) is None


@pytest.mark.parametrize("shape", [(28, 28, 1), (64, 64, 3), (9, 9, 1)])
def test_by_default_pixels_are_compared_and_maps_of_a_classifier(
    shape,
):
    network = default_features(shape)
    images = np.random.RandomState(0).uniform(-1, 1, (2, *shape)).astype("float32")
    maps = [keras.ops.convert_to_numpy(x) for x in network(images)]
    trained = kgz.metrics.extractors.shipped_maps(shape)
    pixels = len(maps) - (len(trained.outputs) if trained else 0)
    np.testing.assert_array_equal(maps[0], images)
    for larger, smaller in zip(maps, maps[1:pixels], strict=False):
        height, width = smaller.shape[1:3]
        cells = larger[:, : 2 * height, : 2 * width]
        cells = cells.reshape(2, height, 2, width, 2, -1)
        np.testing.assert_allclose(smaller, cells.mean(axis=(2, 4)), atol=1e-6)
    for values in maps[pixels:]:  # each place of length 1, or 0 where nothing is seen
        lengths = np.linalg.norm(values, axis=-1)
        assert np.all((np.abs(lengths - 1) < 1e-4) | (lengths == 0))
