"""The classifier accuracy score on handwritten digits, and that it leaves no trace."""

import random

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.metrics import classifier_accuracy_score


@pytest.fixture(scope="module")
def digits():
    """1,400 images to learn from and 397 to be tested on, with their labels."""
    pytest.importorskip("sklearn")
    images, labels = kgz.datasets.load("digits")
    return (images[:1400], labels[:1400]), (images[1400:], labels[1400:])


def test_real_digits_are_learned_and_shuffled_labels_are_not(digits):
    (images, labels), test = digits
    score, std = classifier_accuracy_score(images, labels, *test, seeds=[0])
    assert 0.85 < score < 0.99 and std == 0
    shuffled = np.random.RandomState(0).permutation(labels)
    chance, _ = classifier_accuracy_score(images, shuffled, *test, 5, seeds=[0])
    assert 0.02 < chance < 0.2


def test_a_seed_repeats_and_leaves_no_trace(digits):
    (images, labels), test = digits
    few = labels[:300] != 9  # a class that was never generated

    def score(*seeds):
        train = images[:300][few], labels[:300][few]
        return classifier_accuracy_score(*train, *test, epochs=2, seeds=seeds)

    keras.utils.set_random_seed(5)
    expected = random.random(), np.random.rand(), draw()
    first, _ = score(0)
    keras.utils.set_random_seed(5)
    mean, std = score(0, 1)
    assert (random.random(), np.random.rand(), draw()) == expected
    # Of two values the mean is one standard deviation away from either.
    assert abs(first - mean) == pytest.approx(std) and std > 0
    assert 0.1 < first < (test[1] != 9).mean()


def draw():
    """One number from Keras' own generator, and one from that of the framework."""
    layer = keras.layers.Dropout(0.5, seed=3)
    kept = layer(np.ones((1, 64), "float32"), training=True)
    drawn = keras.random.uniform(())
    return float(drawn), keras.ops.convert_to_numpy(kept).tobytes()


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"images": np.zeros((9, 8, 8, 1))}, "generated images float64"),
        ({"images": np.zeros((8, 8, 8, 1), "uint8")}, r"\(8, 8, 8, 1\) and labels"),
        ({"labels": np.zeros(9)}, "labels float64"),
        ({"labels": np.full(9, -1)}, "labels .* >= 0"),
        ({"test_labels": np.zeros((9, 10), int)}, r"test images .*\(9, 10\)"),
        (
            {"test_images": np.zeros((9, 9, 8, 1), "uint8")},
            r"\(9, 8, 1\), epochs",
        ),
        ({"epochs": 0}, "epochs=0"),
        ({"seeds": ()}, r"seeds=\(\)"),
    ],
)
def test_misuse_is_refused(changes, message):
    images, labels = np.zeros((9, 8, 8, 1), "uint8"), np.zeros(9, int)
    arguments = dict(
        images=images, labels=labels, test_images=images, test_labels=labels
    )
    with pytest.raises(ValueError, match=message):
        classifier_accuracy_score(**{**arguments, **changes})
