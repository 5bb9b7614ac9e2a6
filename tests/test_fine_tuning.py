"""Fine-tuning: frozen layers stand still, presets go on with other data and classes."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from tests.contract import random_images, values_of

SHAPE = (16, 16, 1)
IMAGES = random_images(8, SHAPE)


def dcgan():
    return kgz.DCGAN(SHAPE, base_channels=4, latent_dim=8, seed=0)


def parts(network):
    return [layer for layer in network.layers if layer.weights]


def moved(layers, before):
    """Whether each layer has changed since."""
    pairs = zip(layers, before, strict=True)
    return [
        any(
            (one != two).any() for one, two in zip(values_of(x.weights), y, strict=True)
        )
        for x, y in pairs
    ]


# Freezing.


def test_frozen_layers_stand_still_and_their_optimizer_too():
    model = dcgan()
    model.compile(generator_optimizer="adam", discriminator_optimizer="adam")
    model.fit(IMAGES, batch_size=8, verbose=0)  # what was trained is frozen as well
    network = model.discriminator
    layers = parts(network)
    assert kgz.layers.freeze(network, first=2) == [layer.name for layer in layers[:2]]
    momentum = {v.path: values_of([v])[0] for v in model.optimizer.variables}
    before = [values_of(layer.weights) for layer in layers]
    model.fit(IMAGES, batch_size=8, verbose=0)
    assert moved(layers, before) == [False, False] + [True] * (len(layers) - 2)
    after = {v.path: values_of([v])[0] for v in model.optimizer.variables}
    frozen = [v.path.replace("/", "_") for x in layers[:2] for v in x.weights]
    own = {
        path
        for path in after
        if any(path.startswith(f"discriminator/{n}") for n in frozen)
    }
    assert own and all((after[path] == momentum[path]).all() for path in own)
    changed = {path for path in after if (after[path] != momentum[path]).any()}
    assert any(path.startswith("discriminator/") for path in changed - own)
    kgz.layers.unfreeze(network)
    model.fit(IMAGES, batch_size=8, verbose=0)
    assert all(moved(layers, before))


def test_batch_normalization_that_is_frozen_keeps_its_statistics():
    model = dcgan()
    layers = parts(model.generator)
    kinds = [isinstance(x, keras.layers.BatchNormalization) for x in layers]
    assert kgz.layers.freeze(model.generator, first=kinds.index(True) + 1)
    before = [values_of(layer.weights) for layer in layers]
    model.train_on_batch(IMAGES)
    assert moved(layers, before) == [i > kinds.index(True) for i in range(len(layers))]


def test_networks_within_a_network_count_by_their_layers():
    model = kgz.ConditionalGAN(SHAPE, 8, num_classes=3, base_channels=4, seed=0)
    [inner] = [x for x in model.discriminator.layers if isinstance(x, keras.Model)]
    layers = parts(inner)
    kgz.layers.freeze(model.discriminator, first=1)
    before = [values_of(layer.weights) for layer in layers]
    model.fit(IMAGES, np.arange(8) % 3, batch_size=8, verbose=0)
    assert moved(layers, before) == [False] + [True] * (len(layers) - 1)
    assert len(kgz.layers.freeze(model.discriminator)) == len(layers)
    assert not model.discriminator.trainable_variables


@pytest.mark.parametrize("first", [0, 100, 1.5])
def test_a_number_of_layers_that_there_are_not_is_refused(first):
    with pytest.raises(ValueError, match="layers with weights. Expected"):
        kgz.layers.freeze(dcgan().discriminator, first)


def test_a_network_that_is_not_made_is_refused():
    for function in (kgz.layers.freeze, kgz.layers.unfreeze):
        with pytest.raises(ValueError, match="when it is given an image_shape"):
            function(kgz.DCGAN().discriminator)


# Presets.


@pytest.fixture(scope="module")
def of_ten_classes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("presets") / "ten"
    arguments = {"latent_dim": 8, "base_channels": 4, "num_classes": 10, "seed": 0}
    model = kgz.ConditionalGAN(SHAPE, **arguments)
    model.save_to_preset(folder)
    return model, folder


def test_other_classes_begin_anew_and_nothing_else_does(of_ten_classes):
    old, folder = of_ten_classes
    with pytest.warns(UserWarning, match="knows 10 classes. For 4 these weights"):
        new = kgz.GAN.from_preset(folder, num_classes=4, seed=1)
    for name, axis in [("generator", -2), ("discriminator", -2)]:
        first, *others = zip(
            getattr(new, name).weights, getattr(old, name).weights, strict=True
        )
        new_values, old_values = values_of(first)
        ends = old_values.shape[axis] - 10
        assert ends == {"generator": 8, "discriminator": 1}[name]
        kept = np.take(old_values, range(ends), axis)
        np.testing.assert_array_equal(np.take(new_values, range(ends), axis), kept)
        assert np.ptp(np.take(new_values, range(ends, ends + 4), axis)) > 0
        for pair in others:
            np.testing.assert_array_equal(*values_of(pair))
    new.fit(IMAGES, np.arange(8) % 4, batch_size=8, verbose=0)
    assert new.generate(labels=[0, 3], seed=0).shape == (2, *SHAPE)


def test_the_warning_lists_what_begins_anew():
    name = "semi_supervised_gan_fashion_mnist_100"
    with pytest.warns(UserWarning) as caught:
        kgz.GAN.from_preset(name, num_classes=3)
    [message] = [str(w.message) for w in caught if "begin anew" in str(w.message)]
    head = "discriminator class_logits/kernel, discriminator class_logits/bias. All"
    assert head in message and "generator" not in message


@pytest.mark.parametrize(
    "changes",
    [{"base_channels": 8}, {"latent_dim": 9}, {"num_classes": 4, "latent_dim": 9}],
)
def test_whatever_else_does_not_fit_is_refused(changes, of_ten_classes):
    _, folder = of_ten_classes
    with pytest.raises(ValueError, match="does not fit the network"):
        kgz.GAN.from_preset(folder, **changes)


def test_the_same_number_of_classes_is_no_change(of_ten_classes, recwarn):
    old, folder = of_ten_classes
    new = kgz.GAN.from_preset(folder, num_classes=10)
    pairs = zip(values_of(old.weights[:3]), values_of(new.weights[:3]), strict=True)
    assert all((one == two).all() for one, two in pairs)
    assert not [w for w in recwarn.list if "begin anew" in str(w.message)]


def test_a_preset_goes_on_with_all_techniques_at_once():
    images = random_images(8, (28, 28, 1))
    model = kgz.GAN.from_preset("conditional_gan_fashion_mnist")
    [inner] = [x for x in model.discriminator.layers if isinstance(x, keras.Model)]
    layers = parts(inner)
    kgz.layers.freeze(model.discriminator, first=2)
    model.compile(
        augment=kgz.augment.AdaptiveAugment(images=100_000, p=0.5, policy="flip,shift"),
        regularizers=[kgz.regularizers.LeCam(0.01)],
        ema=kgz.EMA(images=1000),
    )
    before = [values_of(layer.weights) for layer in layers]
    history = model.fit(images, np.arange(8) % 10, batch_size=8, verbose=0).history
    assert {"augment_p", "lecam"} <= set(history)
    assert moved(layers, before)[:3] == [False, False, True]
