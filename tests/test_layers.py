"""Layers: what each computes, and that it can be saved."""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz


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
