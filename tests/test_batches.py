"""The order and the contents of batches that `fit` does not make by itself."""

import threading
import time

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo import datasets
from keras_gan_zoo.datasets.ahead import Ahead

IMAGES = np.arange(20, dtype="uint8").reshape(20, 1, 1, 1)
LABELS = [0, 1, 0, 1, *[-1] * 16]


def epoch(data):
    """All batches in order."""
    return [data[index] for index in range(len(data))]


def test_each_batch_has_its_share_of_labels_and_an_epoch_all_other_images():
    data = datasets.PartlyLabelled(IMAGES, LABELS, 10, labelled_share=0.2, seed=0)
    batches = epoch(data)
    assert len(batches) == 2
    for images, labels in batches:
        assert images.shape == (10, 1, 1, 1)
        assert (labels >= 0).sum() == 2
        np.testing.assert_array_equal(labels, np.array(LABELS)[images.ravel()])
    shown = np.concatenate([images.ravel() for images, _ in batches])
    assert sorted(shown[shown >= 4]) == list(range(4, 20))


def test_both_kinds_of_batches_have_a_new_order_in_each_epoch_and_obey_the_seed():
    def order(data):
        shown = [images for images, _ in epoch(data)]
        return [image for image in np.concatenate(shown).ravel() if image >= 4]

    for make in [
        lambda seed: datasets.PartlyLabelled(IMAGES, LABELS, 16, seed=seed),
        lambda seed: datasets.Unpaired(IMAGES, IMAGES, 4, seed=seed),
    ]:
        data = make(0)
        first = order(data)
        assert first == order(make(0)) != order(make(1))
        data.on_epoch_end()
        assert order(data) != first and sorted(order(data)) == sorted(first)


def test_an_unpaired_epoch_shows_the_larger_set_once_and_the_smaller_again():
    data = datasets.Unpaired(IMAGES, IMAGES[:8], batch_size=8, seed=0)
    a, b = (np.concatenate(images).ravel() for images in zip(*epoch(data), strict=True))
    assert len(a) == len(b) == 24  # filled up
    assert sorted(a[:20]) == list(range(20))
    assert np.bincount(b).tolist() == [3] * 8


@pytest.mark.parametrize(
    "labels, share",
    [([0] * 20, 0.5), ([-1] * 20, 0.5), ([0] * 17 + [-1] * 3, 0.5), (LABELS, 0.01)],
)
def test_batches_that_lack_one_kind_are_refused(labels, share):
    with pytest.raises(ValueError, match="images with a label and images without"):
        datasets.PartlyLabelled(IMAGES, labels, 8, labelled_share=share)
    with pytest.raises(ValueError, match="20 images and 19 labels"):
        datasets.PartlyLabelled(IMAGES, labels[1:], 8, labelled_share=share)


class Fleeting(keras.utils.PyDataset):
    """Batches that take a different time each, and remember who asked for them."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.threads = set()

    def __len__(self):
        return 7

    def __getitem__(self, index):
        time.sleep(0.01 * (index % 3))
        self.threads.add(threading.get_ident())
        return np.full((2, 8, 8, 1), 30 * index, "uint8")


def trained_on(make):
    """The means of the batches that a model of this seed is trained on."""
    model = kgz.VanillaGAN(units=2, discriminator_units=2, latent_dim=2, seed=1)
    means = []
    prepare = model.prepare
    model.prepare = lambda x, y: means.append(x) or prepare(x, y)
    model.compile(run_eagerly=True)
    model.fit(data := make(), epochs=3, verbose=0)
    shown = [round(float(ops.convert_to_numpy(x).mean())) for x in means]
    return shown[-3 * len(data) :], data


def test_a_model_sees_the_same_batches_whoever_prepares_them():
    alone, _ = trained_on(Fleeting)
    together, data = trained_on(lambda: Fleeting(workers=3, max_queue_size=4))
    assert together == alone
    for start in (0, 7, 14):
        assert sorted(alone[start : start + 7]) == [30 * i for i in range(7)]
    assert len(data.threads - {threading.get_ident()}) > 1


def test_batches_of_an_order_that_is_over_are_forgotten():
    ahead = Ahead(datasets.Unpaired(IMAGES, IMAGES, 4, seed=0, workers=3))
    data = datasets.Unpaired(IMAGES, IMAGES, 4, seed=0)
    for number in (1, 2):
        ahead[0]  # those after it are begun
        ahead.reorder(number)
        data.reorder(number)
        for one, two in zip(epoch(ahead), epoch(data), strict=True):
            np.testing.assert_array_equal(one, two)
