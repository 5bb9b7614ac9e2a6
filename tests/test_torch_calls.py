"""PyTorch: networks whose layers are called directly compute what they always did."""

import weakref

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo.inference import run
from tests import golden
from tests.contract import values_of

if keras.backend.backend() != "torch":
    pytest.skip("is a part of the PyTorch backend", allow_module_level=True)

from keras_gan_zoo.backend.torch_calls import call_directly

IMAGES = np.random.RandomState(0).randn(4, 8, 8, 3).astype("float32")


def small(*added, sequential=False, **options):
    """A network with layers in between, and with what each of them was called with."""
    convolve = kgz.layers.Conv2D(3, 3, padding="same", **options)
    parts = [convolve, *added, layers.Dropout(0.5, seed=0), layers.Flatten()]
    if sequential:
        return keras.Sequential([keras.Input((8, 8, 3)), *parts, layers.Dense(2)])
    images = x = keras.Input((8, 8, 3))
    for part in parts:
        x = part(x)
    return keras.Model(images, [layers.Dense(2)(x), x])


def ways_through(network, monkeypatch, inputs=IMAGES):
    """The names of the layers that are called as Keras does it in one pass."""
    called = []
    ordinary = keras.Layer.__call__

    def counted(self, *args, **kwargs):
        called.append(self.name)
        return ordinary(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(keras.Layer, "__call__", counted)
        network(inputs)
    return called


@pytest.mark.parametrize("name", sorted(golden.CASES))
def test_networks_of_every_model_compute_the_same(name):
    networks = []
    for _ in range(2):
        model = getattr(kgz, name)(**golden.CASES[name], seed=0)
        networks.append([getattr(model, network) for network in model.networks])
    for ordinary, direct in zip(*networks, strict=True):
        call_directly(direct)
        random = np.random.RandomState(0)
        inputs = [
            random.randint(0, 2, [4, *[n or 16 for n in x.shape[1:]]]).astype(x.dtype)
            for x in ordinary.inputs
        ]
        inputs = inputs if len(inputs) > 1 else inputs[0]
        for training in (True, False):
            outputs = []
            for network in (ordinary, direct):
                keras.utils.set_random_seed(0)
                outputs.append(network(inputs, training=training))
            for one, two in zip(*map(keras.tree.flatten, outputs), strict=True):
                np.testing.assert_array_equal(*map(ops.convert_to_numpy, (one, two)))
        for one, two in zip(
            values_of(ordinary.weights), values_of(direct.weights), strict=True
        ):
            np.testing.assert_array_equal(one, two)  # batch statistics too


@pytest.mark.parametrize("sequential", [False, True])
def test_plain_layers_are_called_directly_and_told_of_training(sequential, monkeypatch):
    network = small(kgz.layers.BatchNormalization(), sequential=sequential)
    ordinary = len(ways_through(network, monkeypatch))
    call_directly(network)
    call_directly(network)  # twice is as once
    assert len(ways_through(network, monkeypatch)) <= 2 < ordinary
    first, second = (network(IMAGES, training=True) for _ in range(2))
    one, two = (keras.tree.flatten(outputs)[0] for outputs in (first, second))
    assert np.abs(ops.convert_to_numpy(one - two)).max() > 0  # dropout


def test_so_are_those_of_networks_with_several_inputs(monkeypatch):
    images, values = keras.Input((8, 8, 3)), keras.Input((4,))
    x = layers.Flatten()(kgz.layers.Conv2D(3, 3)(images))
    logits = layers.Dense(2)(layers.Concatenate()([x, values]))
    network = keras.Model([images, values], logits)
    inputs = [ops.convert_to_tensor(x) for x in (IMAGES, np.ones((4, 4), "float32"))]
    call_directly(network)
    assert ways_through(network, monkeypatch, inputs) == [network.name]


@pytest.mark.parametrize(
    "options",
    [{"dtype": "mixed_bfloat16"}, {"activity_regularizer": keras.regularizers.L2(0.1)}],
)
def test_layers_with_more_to_do_are_called_as_before(options, monkeypatch):
    networks = small(**options), small(**options)
    networks[1].set_weights(networks[0].get_weights())
    call_directly(networks[1])
    assert any("conv" in name for name in ways_through(networks[1], monkeypatch))
    one, two = (ops.convert_to_numpy(network(IMAGES)[0]) for network in networks)
    np.testing.assert_array_equal(one, two)
    losses = [values_of(network.losses) for network in networks]
    assert losses[0] == losses[1]


def test_layers_of_other_packages_hooks_and_masks_are_left_alone(monkeypatch):
    class Own(layers.Layer):
        def call(self, x):
            return 2.0 * x

    network = small(Own())
    hooked = network.layers[-1]
    hooked.register_forward_hook(lambda layer, args, output: output + 1.0)
    expected = ops.convert_to_numpy(network(IMAGES)[0])
    call_directly(network)
    called = ways_through(network, monkeypatch)
    assert {"own", hooked.name} <= set(called) and not any("conv" in n for n in called)
    np.testing.assert_array_equal(ops.convert_to_numpy(network(IMAGES)[0]), expected)
    words = keras.Input((4,))
    masked = layers.Embedding(5, 3, mask_zero=True)(words)
    reader = keras.Model(words, layers.GRU(2)(masked))
    call_directly(reader)
    assert "call" not in vars(reader)


def test_a_network_is_saved_and_copied_as_ever(tmp_path):
    network = small(kgz.layers.LeakyReLU(0.2))
    call_directly(network)
    network.save(tmp_path / "network.keras")
    copies = [keras.saving.load_model(tmp_path / "network.keras")]
    copies.append(keras.models.clone_model(network))
    copies[1].set_weights(network.get_weights())
    for copy in copies:
        np.testing.assert_array_equal(
            *(ops.convert_to_numpy(each(IMAGES)[0]) for each in (network, copy))
        )


def test_what_no_later_layer_takes_is_let_go_of_without_gradients():
    made, alive = [], []

    class Watched(layers.Layer):
        def call(self, x):
            alive.append(sum(tensor() is not None for tensor in made))
            outputs = x + 1.0
            made.append(weakref.ref(outputs))
            return outputs

    images = keras.Input((8, 8, 3))
    x = first = Watched()(images)
    for _ in range(6):
        x = Watched()(x)
    within = keras.Model(images, x + first)
    network = keras.Model(images, Watched()(within(images)))
    made.clear()
    alive.clear()
    outputs = run(network, IMAGES, 4)
    # What comes in, and what the sum takes later.
    assert max(alive) == 2 and len(alive) == 8
    np.testing.assert_allclose(outputs, 2 * IMAGES + 9, rtol=1e-5)
