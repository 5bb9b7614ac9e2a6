"""What `fit` makes of its arguments: batches and callbacks, each in their order."""

import dataclasses
from collections.abc import Iterator
from typing import NoReturn

import keras
import numpy as np

from keras_gan_zoo import backend
from keras_gan_zoo.checks import as_array
from keras_gan_zoo.datasets.ahead import Ahead
from keras_gan_zoo.datasets.base import Dataset, check_positive
from keras_gan_zoo.datasets.batches import (
    Batches,
    InOrderOf,
    Reorder,
    Share,
    Shuffled,
)
from keras_gan_zoo.datasets.lazy import LazyArray, is_lazy
from keras_gan_zoo.datasets.streamed import StreamedDataset
from keras_gan_zoo.fault import StopAtFault

WITHOUT_MEANING = (
    "validation_data",
    "validation_split",
    "class_weight",
    "sample_weight",
)


@dataclasses.dataclass(frozen=True)
class Plan:
    """What is known of a run before it begins. What the data do not tell is None.

    Attributes:
        shape: Of an image, a tuple.
        num_images: How many there are to learn from.
        images_in_all: How many will be seen, those of all epochs.
    """

    shape: tuple[int, ...] | None = None
    num_images: int | None = None
    images_in_all: int | None = None


class Run:
    """One call of `fit`.

    Callbacks that have `acts_last` set act after all others; their `attach(run)` is
    called first, and their `resume()` before any other callback begins. A callback's
    `release()` is called however the run ends.

    Args:
        model: The `GAN`.
        x: As in `GAN.fit`.
        y: As in `GAN.fit`.
        arguments: Dict of the others.

    Attributes:
        data: What Keras' `fit` is to train on.
        source: The same, before threads prepare and processes share its batches.
        callbacks: Those of the user, in order.
        arguments: What Keras' `fit` gets beside `data`, callbacks included.
        continues: Whether an epoch goes on in the data where the one before ended.
    """

    def __init__(self, model, x, y, arguments):
        self.model = model
        self.arguments = dict(arguments)
        self.callbacks = keras.tree.flatten(self.arguments.pop("callbacks", None) or [])
        self.data = self.source = self._batches(x, y)
        if isinstance(self.data, Shuffled) and _has_threads(self.data):
            self.data = Ahead(self.data)
        self.continues = self.arguments.get("steps_per_epoch") is not None
        self._stop = StopAtFault()
        self.arguments["callbacks"] = self._in_order()
        self.arguments["shuffle"] = False  # the data do it, as the model decides
        index, number = backend.process()
        if number > 1 and isinstance(self.data, keras.utils.PyDataset):
            self.data = Share(self.data, index, number)

    @property
    def plan(self) -> Plan:
        """What is known of the run before it begins."""
        shape = _shape_of_first(self.source)
        shape = None if shape is None else self.model.trained_shape(shape)
        if not isinstance(self.source, Batches):
            return Plan(shape)
        batches = self.source
        num = len(keras.tree.flatten(batches.arrays)[0])
        in_all = batches.num_rows * (self.arguments.get("epochs") or 1)
        return Plan(shape, num, in_all)

    def _batches(self, x, y):
        if isinstance(x, tuple) and len(x) == 2 and y is None:
            is_dataset = isinstance(x, Dataset)
            x, y = x
            y = self._labels(y) if is_dataset else y
        shuffle = self.arguments.pop("shuffle", True)
        if isinstance(x, StreamedDataset) and y is None:
            return self._batches_of_stream(x, shuffle)
        if x is None:
            raise ValueError(
                "fit() needs data to train on: fit(images), fit(images, labels) or "
                "fit(data_set). Received: None"
            )
        if hasattr(x, "shape"):
            return self._batches_of_arrays(x, y, shuffle)
        if y is not None:
            raise ValueError(
                "fit(x, y) takes two arrays. A data set yields the pairs by itself, so "
                f"pass it alone. Received: x of {type(x).__name__} and y of "
                f"{type(y).__name__}"
            )
        labels = getattr(x, "labels", None)
        if isinstance(x, Shuffled) and labels is not None:
            self.model.count_classes(labels)
        if shuffle and not isinstance(x, Shuffled) and _is_finite(x):
            return InOrderOf(x)
        return x

    def _labels(self, labels):
        """Labels of a data set; None if they mean nothing to the model."""
        is_classes = labels is not None and np.ndim(labels) == 1
        is_useless = self.model.learns_from_pairs and is_classes
        return None if self.model.ignores_labels or is_useless else labels

    def _batches_of_stream(self, data, shuffle):
        own = {"batch_size": data.batch_size, "steps_per_epoch": data.steps}
        given = {n: v for n, v in self.arguments.items() if v is not None}
        self.arguments = {**own, **given}
        labels = self._labels(data.labels)
        shuffle = shuffle and data.shuffled
        return self._batches_of_arrays(data.images, labels, shuffle, data.seed)

    def _batches_of_arrays(self, x, y, shuffle, seed=None):
        x = x if is_lazy(x) else as_array(x)
        if x.dtype.kind not in "uifb":  # which no framework would take to begin with
            self.model.data_domain(x).check(x[:1])
        if y is not None and self.model.ignores_labels:
            self.model.warn_of_labels()
            y = None
        if isinstance(y, LazyArray) and y.ndim == 1:
            y = y[:]  # labels: all are looked at, and are small
        if y is not None:
            self.model.count_classes(y)
            self.model.check_labels(y, len(x))
        batch_size = self.arguments.pop("batch_size", None)
        steps = self.arguments.pop("steps_per_epoch", None)
        for name, value in (("batch_size", batch_size), ("steps_per_epoch", steps)):
            if value is not None:
                check_positive(name, value)
        if is_lazy(x) or is_lazy(y):
            return StreamedDataset(x, y, batch_size or 32, steps, shuffle, seed)
        arrays = [x] if y is None else [x, y]
        return Batches(arrays, batch_size or 32, steps, shuffled=shuffle, seed=seed)

    def _in_order(self):
        last = [c for c in self.callbacks if getattr(c, "acts_last", False)]
        self.callbacks = [c for c in self.callbacks if c not in last]
        for callback in last:
            callback.attach(self)
        resume = [_at_train_begin(callback.resume) for callback in last]
        is_shuffled = isinstance(self.data, Shuffled | Ahead)
        own = [Reorder(self.data)] if is_shuffled else []
        return [*resume, *self.callbacks, *own, self._stop, *last]

    def release(self) -> None:
        """Leaves nothing armed for the next run, however this one has ended."""
        for callback in self.arguments["callbacks"]:
            getattr(callback, "release", lambda: None)()

    def raise_fault(self) -> None:
        """Raises the error of what ended the run, if something did."""
        if self._stop.fault is not None:
            raise self._stop.fault


class Countdown:
    """Batches of a data set that are dropped, until so many images are.

    Args:
        images: How many of the data lie before the place.
        batches: How many batches to drop, where that is known.
    """

    def __init__(self, images, batches=None):
        self._images, self._batches = images, batches
        self._read = 0

    @property
    def is_over(self) -> bool:
        """Whether the next batch begins at the place."""
        if self._batches is not None:
            return self._batches == 0
        return self._read == self._images

    def drop(self, batch) -> None:
        """Drops a batch, or notices that there is none, which is None.

        Raises:
            ValueError: If the place cannot be reached any more.
        """
        if self._batches is not None:
            self._batches -= 1
            return
        self._read += 0 if batch is None else backend.rows(batch)
        if batch is None or self._read > self._images:
            raise ValueError(
                f"The checkpoint is of a place after {self._images} images of the data "
                f"set, but a batch ends after {self._read} and "
                f"{'none follows' if batch is None else 'none there'}. Go on with the "
                "data and the batch size of before, or load the checkpoint with "
                "keras.saving.load_model and begin a new run in another folder."
            )


def batches_after(data, images) -> Iterator[tuple]:
    """Yields what a data set yields after so many images, for ever if it can.

    Args:
        data: A data set, or a generator of batches.
        images: How many images to drop.

    Raises:
        ValueError: If no batch begins there.
    """
    countdown = Countdown(images)
    while True:
        for batch in data:
            if countdown.is_over:
                yield tuple(batch) if isinstance(batch, list | tuple) else (batch,)
            else:
                countdown.drop(batch)
        if iter(data) is data:  # a generator, which is at its end
            break
    if not countdown.is_over:
        countdown.drop(None)


def refuse_without_meaning(model, method, arguments) -> None:
    """Raises a `ValueError` for what Keras' method takes and a GAN has no use for."""
    for name in set(WITHOUT_MEANING) & arguments.keys():
        value = arguments.pop(name)
        if value is not None and not (np.isscalar(value) and value == 0):
            refuse(model, f"{method}({name}=...)")


def refuse(model, what) -> NoReturn:
    """Raises the `ValueError` that says why a GAN has no loss on held-out data."""
    raise ValueError(
        f"{type(model).__name__} has no {what}: the two losses of a GAN say who is "
        "ahead in the game, not how good the images are, so they are neither weighted "
        "by sample nor measured on held-out data. Leave it out, and judge the samples: "
        "keras_gan_zoo.evaluate(model, images, extractor=...)."
    )


def _is_finite(data):
    try:
        return isinstance(data, keras.utils.PyDataset) and bool(data.num_batches)
    except NotImplementedError:  # which is how Keras says that it has no length
        return False


def _shape_of_first(data):
    """The shape of an image, where it can be had without taking a batch away."""
    if isinstance(data, Batches):
        first = data.arrays
    elif isinstance(data, keras.utils.PyDataset):
        first = data[0]
    else:
        first = getattr(data, "element_spec", None)  # of TensorFlow's data sets
    images = keras.tree.flatten(first)[0]
    shape = tuple(getattr(images, "shape", None) or ())[1:]
    return shape if shape and None not in shape else None


def _has_threads(data):
    return data.workers > 1 and not data.use_multiprocessing


def _at_train_begin(function):
    return keras.callbacks.LambdaCallback(on_train_begin=lambda logs: function())
