"""Networks cut in two compute what they compute whole."""

import gc
import weakref

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo.models.esrgan import ResidualDenseNetwork, rrdb_generator
from keras_gan_zoo.models.real_esrgan import RRDBNet, SRVGGNetCompact
from keras_gan_zoo.models.srgan import srresnet
from keras_gan_zoo.splitting import split

SMALL = {"base_channels": 4, "blocks": 1, "growth": 3}
IMAGES = np.random.RandomState(0).uniform(-1, 1, (2, 8, 12, 3)).astype("float32")
# Each with how far it looks, and how far what lies behind the cut.
NETWORKS = {
    "esrgan": (lambda: rrdb_generator(4, **SMALL), 19, 2),
    "real_esrgan": (lambda: RRDBNet(4, **SMALL), 19, 2),
    "shuffled": (lambda: RRDBNet(4, **SMALL, shuffled=True), 19, 1),
    "residual_dense": (lambda: ResidualDenseNetwork(blocks=2, growth=4), 10, 1),
    "srgan": (lambda: srresnet(4, base_channels=4, blocks=1), 10, 2),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_both_parts_together_are_the_network(name):
    make, reach, behind = NETWORKS[name]
    network = make()
    before, after = split(network)
    features = before(IMAGES)
    assert features.shape[:3] == IMAGES.shape[:3]
    np.testing.assert_allclose(
        *(ops.convert_to_numpy(x) for x in (after(features), network(IMAGES))),
        rtol=1e-5,
        atol=1e-5,
    )
    assert kgz.receptive_field.radius(after) == behind
    assert kgz.receptive_field.radius(network) == reach
    assert kgz.receptive_field.enlargement(network) == 4
    assert kgz.receptive_field.enlargement(before) == 1


def test_the_parts_follow_the_weights_and_go_with_the_network():
    network = RRDBNet(4, **SMALL)
    parts = split(network)
    assert split(network) is parts
    before = ops.convert_to_numpy(network(IMAGES))
    network.set_weights([2 * x for x in network.get_weights()])
    after = ops.convert_to_numpy(parts[1](parts[0](IMAGES)))
    assert np.abs(after - before).max() > 0.01
    np.testing.assert_allclose(
        after, ops.convert_to_numpy(network(IMAGES)), rtol=1e-5, atol=1e-5
    )
    gone = weakref.ref(network)
    del network, parts
    gc.collect()
    assert gone() is None


def test_a_network_that_was_cut_is_saved_and_described_as_before(tmp_path):
    network = srresnet(4, base_channels=4, blocks=1)
    config = network.get_config()
    split(network)
    assert network.get_config() == config
    network.save(tmp_path / "network.keras")
    copy = keras.saving.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(
        *(ops.convert_to_numpy(x(IMAGES)) for x in (network, copy))
    )


def test_what_leads_past_the_cut_or_folds_is_left_whole():
    assert split(SRVGGNetCompact(blocks=1)) is None  # adds the enlarged image
    assert split(RRDBNet(2, **SMALL, fold=2)) is None  # features of half the size
    images = keras.Input((None, None, 3))
    assert split(keras.Model(images, layers.Conv2D(3, 3)(images))) is None
    within = keras.Model(images, layers.UpSampling2D(2)(images))
    around = keras.Model(images, within(images) + layers.UpSampling2D(2)(images))
    assert split(around) is None
