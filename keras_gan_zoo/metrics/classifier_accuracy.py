"""Classifier accuracy score: what a classifier learns from generated images alone."""

import keras
import numpy as np
from keras import layers

from keras_gan_zoo.inference import run
from keras_gan_zoo.settings import making_networks


def classifier_accuracy_score(
    images, labels, test_images, test_labels, epochs=10, seeds=(0, 1, 2)
) -> tuple[float, float]:
    """Accuracy on real images of a small network that was trained on generated ones.

    It sees whether the images of each class show what is needed to tell it from the
    others. The network is `small_classifier`, trained by Adam in batches of 128. The
    accuracy depends on it and on the number of images, so a score is quoted beside that
    of as many real training images.

    Args:
        images: Generated images, a uint8 array (num, height, width, channels).
        labels: The classes they were generated for, an integer array (num,).
        test_images: Real images that the generator was not trained on, a uint8 array
            (num_test, height, width, channels).
        test_labels: Their classes, an integer array (num_test,).
        epochs: How often the network sees each image.
        seeds: Of the first weights and of the order of the images, one network each.

    Returns:
        Mean and standard deviation of the accuracy over the seeds, two floats in
        [0, 1].

    Raises:
        ValueError: If images and labels do not fit each other or the test set.

    Example:
        ```python
        import numpy as np

        import keras_gan_zoo as kgz
        from keras_gan_zoo.metrics import classifier_accuracy_score

        images, labels = kgz.datasets.load("fashion_mnist_mini")
        train, test = (images[:500], labels[:500]), (images[500:], labels[500:])
        model = kgz.GAN.from_preset("conditional_gan_fashion_mnist")
        asked = np.arange(500) % 10
        generated = model.generate(labels=asked, seed=0)
        score, std = classifier_accuracy_score(generated, asked, *test)
        reference, std = classifier_accuracy_score(*train, *test)
        ```

    Reference:
        Ravuri and Vinyals 2019, https://arxiv.org/abs/1905.10887
    """
    data = _labelled("generated", images, labels)
    test = _labelled("test", test_images, test_labels)
    if data[0].shape[1:] != test[0].shape[1:] or epochs < 1 or not len(seeds):
        raise ValueError(
            "classifier_accuracy_score() needs generated and test images of one size, "
            f"epochs >= 1 and a seed. Received: {data[0].shape[1:]} and "
            f"{test[0].shape[1:]}, epochs={epochs}, seeds={seeds}"
        )
    scores = [_accuracy(_trained(*data, epochs, seed), *test) for seed in seeds]
    return float(np.mean(scores)), float(np.std(scores))


@making_networks()
def small_classifier(image_shape, num_classes) -> keras.Model:
    """Builds a network of two convolutions and two dense layers, with fresh weights.

    Nothing in it is random but the first weights: no dropout.

    Args:
        image_shape: (height, width, channels), at least 4 pixels a side.
        num_classes: How many there are.

    Returns:
        A Keras model, uint8 images (num, height, width, channels) to logits (num,
        num_classes).
    """
    # The same numbers under every dtype policy.
    float32, relu = {"dtype": "float32"}, {"dtype": "float32", "activation": "relu"}
    return keras.Sequential(
        [
            keras.Input(image_shape, dtype="uint8"),
            layers.Rescaling(1 / 255, **float32),
            layers.Conv2D(32, 3, padding="same", **relu),
            layers.MaxPooling2D(**float32),  # (num, height / 2, width / 2, 32)
            layers.Conv2D(64, 3, padding="same", **relu),
            layers.MaxPooling2D(**float32),  # (num, height / 4, width / 4, 64)
            layers.Flatten(**float32),
            layers.Dense(128, **relu),
            layers.Dense(num_classes, **float32),
        ]
    )


def _trained(images, labels, epochs, seed):
    with making_networks(int(seed)):
        network = small_classifier(images.shape[1:], int(labels.max()) + 1)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile("adam", loss)
    order, size = np.random.RandomState(seed), min(128, len(images))
    for _ in range(epochs):
        # Not fit(), which draws from the random state of the framework.
        whole_batches = order.permutation(len(images))[: len(images) // size * size]
        for rows in whole_batches.reshape(-1, size):
            network.train_on_batch(images[rows], labels[rows])
    return network


def _accuracy(network, images, labels):
    logits = run(network, images, batch_size=256)
    return (logits.argmax(axis=1) == labels).mean()


def _labelled(kind, images, labels) -> tuple[np.ndarray, np.ndarray]:
    images, labels = np.asarray(images), np.asarray(labels)
    are_images = images.ndim == 4 and images.dtype == np.uint8 and len(images)
    are_labels = labels.shape == images.shape[:1] and labels.dtype.kind in "iu"
    if not are_images or not are_labels or labels.min() < 0:
        raise ValueError(
            "classifier_accuracy_score() needs uint8 images (num, height, width, "
            f"channels) with integer labels (num,) >= 0. Received {kind} images "
            f"{images.dtype} {images.shape} and labels {labels.dtype} {labels.shape}"
        )
    return images, labels
