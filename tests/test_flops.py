"""FLOPs: closed forms of single layers, of whole networks and of what repeats."""

import keras
import pytest
from keras import layers

import keras_gan_zoo as kgz
from keras_gan_zoo.models.vanilla_gan import Maxout


def count_layer(layer, *shape):
    x = keras.Input(shape)
    return kgz.flops.count(keras.Model(x, layer(x)))


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (layers.Dense(5), (3,), 2 * 3 * 5),
        (layers.Dense(5), (7, 3), 2 * 3 * 5 * 7),
        (Maxout(4, pieces=5), (3,), 2 * 3 * 4 * 5),
        (layers.Conv2D(6, 3), (8, 9, 4), 2 * (3 * 3 * 4 * 6) * (6 * 7)),
        (
            layers.Conv2D(6, 3, 2, "same"),
            (8, 9, 4),
            2 * (3 * 3 * 4 * 6) * (4 * 5),
        ),
        (
            layers.Conv2D(6, 3, groups=2),
            (8, 9, 4),
            2 * (3 * 3 * 2 * 6) * (6 * 7),
        ),
        (
            layers.Conv2D(6, 3, data_format="channels_first"),
            (4, 8, 9),
            2 * (3 * 3 * 4 * 6) * (6 * 7),
        ),
        (layers.Conv1D(6, 3), (8, 4), 2 * (3 * 4 * 6) * 6),
        (
            layers.Conv2DTranspose(6, 4, 2, "same"),
            (8, 9, 5),
            2 * (4 * 4 * 5 * 6) * (8 * 9),
        ),
        (layers.DepthwiseConv2D(3), (8, 9, 4), 2 * (3 * 3 * 4) * (6 * 7)),
        (
            layers.SeparableConv2D(6, 3),
            (8, 9, 4),
            2 * (3 * 3 * 4 + 4 * 6) * (6 * 7),
        ),
        (layers.LSTM(5), (7, 3), 2 * (3 + 5) * 4 * 5 * 7),
        (layers.BatchNormalization(), (8, 9, 4), 0),
        (layers.UpSampling2D(), (8, 9, 4), 0),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_layers(layer, shape, expected):
    assert count_layer(layer, *shape) == expected


def test_a_layer_counts_as_often_as_this_network_calls_it():
    x, layer = keras.Input((4,)), layers.Dense(4, use_bias=False)
    twice = keras.Model(x, layer(layer(x)))
    layer(keras.Input((4,)))  # a call that belongs to no network
    assert kgz.flops.count(twice) == 2 * (2 * 4 * 4)


def test_nested_and_sequential_networks():
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(5), layers.ReLU()])
    outer = keras.Sequential([keras.Input((3,)), inner, layers.Dense(2)])
    assert kgz.flops.count(inner) == 2 * 3 * 5
    assert kgz.flops.count(outer) == 2 * 3 * 5 + 2 * 5 * 2


def test_dcgan():
    model = kgz.DCGAN((16, 16, 1), latent_dim=10, base_channels=8)
    up = 10 * (4 * 4 * 16) + 4 * 4 * (16 * 8) * 4 * 4 + 4 * 4 * (8 * 1) * 8 * 8
    down = 4 * 4 * (1 * 8) * 8 * 8 + 4 * 4 * (8 * 16) * 4 * 4 + 4 * 4 * 16
    assert kgz.flops.count(model.generator) == 2 * up
    assert kgz.flops.count(model.discriminator) == 2 * down


def test_sizes_must_be_fixed():
    x = keras.Input((None, None, 3), name="images")
    network = keras.Model(x, layers.Conv2D(2, 3, name="first")(x))
    with pytest.raises(ValueError, match="'first' works on .*fixed shape"):
        kgz.flops.count(network)
    pooled = layers.GlobalAveragePooling2D()(x)
    assert kgz.flops.count(keras.Model(x, layers.Dense(5)(pooled))) == 2 * 3 * 5
