"""`fit` takes what Keras' `fit` takes, with and without labels."""

import contextlib

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from tests.contract import random_images

IMAGES = random_images(12, (16, 16, 1))
LABELS = np.arange(12) % 3


class Batches(keras.utils.PyDataset):
    def __init__(self, arrays):
        super().__init__()
        self.arrays = arrays

    def __len__(self):
        return 3

    def __getitem__(self, index):
        part = [array[index * 4 : index * 4 + 4] for array in self.arrays]
        return tuple(part) if len(part) > 1 else part[0]


def numpy_arrays(arrays):
    return {"x": arrays[0], "y": arrays[1] if len(arrays) > 1 else None}


def numpy_tuple(arrays):
    return {"x": tuple(arrays) if len(arrays) > 1 else arrays[0]}


def py_dataset(arrays):
    return {"x": Batches(arrays)}


def generator(arrays):
    # Keras wants tuples from a generator, also of images alone.
    batches = [tuple(a[i * 4 : i * 4 + 4] for a in arrays) for i in range(3)]
    return {"x": (batches[i % 3] for i in range(100)), "steps_per_epoch": 3}


def tf_data(arrays):
    tf = pytest.importorskip("tensorflow")
    data = tuple(arrays) if len(arrays) > 1 else arrays[0]
    return {"x": tf.data.Dataset.from_tensor_slices(data).batch(4)}


def data_loader(arrays):
    torch = pytest.importorskip("torch")
    tensors = torch.utils.data.TensorDataset(*map(torch.from_numpy, arrays))
    return {"x": torch.utils.data.DataLoader(tensors, batch_size=4)}


each_source = pytest.mark.parametrize(
    "source",
    [numpy_arrays, numpy_tuple, py_dataset, generator, tf_data, data_loader],
    ids=lambda source: source.__name__,
)


@pytest.mark.parametrize(
    "arrays", [[IMAGES], [IMAGES, LABELS]], ids=["images", "pairs"]
)
@each_source
def test_every_source_trains(source, arrays):
    model = kgz.VanillaGAN(units=8, discriminator_units=4, latent_dim=4)
    batching = {"batch_size": 4} if source in (numpy_arrays, numpy_tuple) else {}
    with contextlib.ExitStack() as stack:
        if len(arrays) > 1:
            stack.enter_context(pytest.warns(UserWarning, match="ignores the labels"))
        history = model.fit(**source(arrays), **batching, verbose=0)
    assert model.image_shape == (16, 16, 1)
    assert int(model.optimizer.optimizers[0].iterations) == 3
    assert np.isfinite(history.history["generator_loss"]).all()


def test_uint8_and_rescaled_floats_train_the_same():
    losses = []
    for images in (IMAGES, IMAGES / np.float32(127.5) - 1):
        model = kgz.VanillaGAN(units=8, discriminator_units=4, latent_dim=4, seed=0)
        history = model.fit(images, batch_size=4, shuffle=False, verbose=0).history
        losses.append([history["discriminator_loss"], history["generator_loss"]])
    np.testing.assert_allclose(losses[0], losses[1], atol=1e-6)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (IMAGES.astype("float32"), r"\[-1, 1\].*range \[\d+, 25\d\]"),
        (IMAGES.astype("int32"), "dtype int32"),
        (IMAGES[..., 0], "channel axis"),
        (np.full((4, 16, 16, 1), np.nan, "float32"), "not finite"),
        (random_images(4, (20, 16, 1)), r"\(4, 20, 16, 1\), expected"),
    ],
    ids=["range", "dtype", "rank", "nan", "shape"],
)
def test_data_that_does_not_fit_is_refused_before_any_step(data, message):
    model = kgz.VanillaGAN((16, 16, 1), units=8, discriminator_units=4, latent_dim=4)
    before = model.get_weights()
    with pytest.raises(ValueError, match=message):
        model.fit(data, batch_size=4, verbose=0)
    for one, two in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
