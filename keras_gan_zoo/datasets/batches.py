"""Batches whose order is drawn from a seed, so that a run can be repeated."""

import random
from typing import Any

import keras
import numpy as np

from keras_gan_zoo.checks import as_array
from keras_gan_zoo.datasets.base import check_positive
from keras_gan_zoo.datasets.lazy import is_lazy
from keras_gan_zoo.datasets.mapped import take


class Shuffled(keras.utils.PyDataset):
    """Base of the data sets that shuffle themselves.

    `GAN.fit` calls `reorder` as each epoch begins, with numbers of the model's random
    state: a model that is loaded and trained on sees the same batches as one that was
    never interrupted. Elsewhere each epoch has an order of its own, too.

    Args:
        seed: Changes the orders. Without it those of `fit` depend on the model alone,
            and those elsewhere on Python's generator.
        **kwargs: As in `keras.utils.PyDataset`.
    """

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.epochs = 0
        self._own_number = random.getrandbits(32) if seed is None else 0
        self._reorder_by_itself()

    def reorder(self, *numbers) -> None:
        """Draws the order that the seed and these non-negative integers decide."""
        self.shuffle(np.random.default_rng([self.seed or 0, *numbers]))

    def shuffle(self, generator) -> None:
        """Draws a new order.

        Args:
            generator: A `numpy.random.Generator`.
        """
        raise TypeError(f"{type(self).__name__} must define shuffle()")

    def on_epoch_end(self) -> None:
        """Draws the order of the next epoch."""
        self.epochs += 1
        self._reorder_by_itself()

    def _reorder_by_itself(self):
        own = [self._own_number] if self.seed is None else []
        self.reorder(*own, self.epochs)


class Batches(Shuffled):
    """Batches of one array, or of several that belong together row by row.

    `fit(images)` and `fit(images, labels)` make these by themselves.

    Args:
        arrays: List of arrays or tensors of equal length, or of dicts and tuples of
            such: `[images, {"caption": ..., "mask": ...}]`. NumPy arrays are not
            copied, so they may be larger than the memory (`numpy.memmap`).
            `LazyArray`s stay as they are.
        batch_size: Rows in a batch; the last one of an epoch may have fewer.
        steps: Batches in an epoch; by default as many as show each row once.
        shuffled: Whether the rows are shuffled anew for each epoch.
        **kwargs: `seed`, and as in `keras.utils.PyDataset`.

    Raises:
        ValueError: If the lengths differ, or an array is empty.
    """

    def __init__(self, arrays, batch_size=32, steps=None, shuffled=True, **kwargs):
        self.arrays = [_as_arrays(array) for array in arrays]
        self.batch_size = batch_size
        self.shuffled = shuffled
        lengths = [len(array) for array in keras.tree.flatten(self.arrays)]
        if len(set(lengths)) > 1 or not lengths[0]:
            raise ValueError(
                "Images, and what belongs to them, must be arrays of the same length, "
                f"not empty. Received lengths: {lengths}"
            )
        self.num_rows = lengths[0] if steps is None else steps * batch_size
        super().__init__(**kwargs)

    def __len__(self) -> int:
        """How many batches an epoch has."""
        return -(-self.num_rows // self.batch_size)

    def __getitem__(self, index) -> tuple[Any, ...]:
        """Batch number `index`, a tuple of what was given."""
        rows = self.order[self.places(index)]
        return keras.tree.map_structure(
            lambda array: _in_precision_of_keras(self.take(array, rows, index)),
            tuple(self.arrays),
        )

    def places(self, index) -> slice:
        """Where batch number `index` lies in the order of the epoch."""
        start = index * self.batch_size
        if index >= self.num_dropped:
            start += self.offset
        return slice(start, start + self.batch_size)

    def take(self, array, rows, index) -> Any:
        """Reads rows of an array, for batch number `index`."""
        return take(array, rows)

    def shuffle(self, generator) -> None:
        """Orders all rows for an epoch."""
        num = len(keras.tree.flatten(self.arrays)[0])
        draw = generator.permutation if self.shuffled else np.arange
        self.order = _rounds(num, self.num_rows, draw)
        self.num_dropped = self.offset = 0

    def go_on_after(self, rows) -> int:
        """Has an epoch, once it is ordered, go on after so many rows.

        Args:
            rows: How many were seen, in batches of whatever size.

        Returns:
            How many batches to drop; the next one begins with the first row not seen.
        """
        self.num_dropped = len(self) + (rows - self.num_rows) // self.batch_size
        self.offset = rows - self.num_dropped * self.batch_size
        return self.num_dropped


class InOrderOf(Shuffled):
    """The batches of another data set in an order that the model decides.

    Args:
        data: A finite `keras.utils.PyDataset`.
    """

    def __init__(self, data):
        self.data = data
        super().__init__(
            workers=data.workers,
            use_multiprocessing=data.use_multiprocessing,
            max_queue_size=data.max_queue_size,
        )

    def __len__(self) -> int:
        """How many batches an epoch has."""
        return self.data.num_batches

    def __getitem__(self, index) -> Any:
        """Batch number `index` of this epoch."""
        return self.data[self.order[index]]

    def shuffle(self, generator) -> None:
        """Shuffles the batches."""
        self.order = generator.permutation(len(self)).tolist()

    def on_epoch_begin(self) -> None:
        """Tells the data set."""
        self.data.on_epoch_begin()

    def on_epoch_end(self) -> None:
        """Tells the data set."""
        self.data.on_epoch_end()
        super().on_epoch_end()


class Reorder(keras.callbacks.Callback):
    """Has a model's random state decide the order of a data set in each epoch.

    Args:
        data: A `Shuffled` data set, or one `Ahead`.
    """

    def __init__(self, data):
        super().__init__()
        self.data = data

    def on_epoch_begin(self, epoch, logs=None) -> None:
        """Draws the order of this epoch."""
        self.data.reorder(*self.model.begin_epoch())


class Share(keras.utils.PyDataset):
    """What one of several processes computes of each batch.

    Args:
        data: A `keras.utils.PyDataset` that is the same in all processes.
        index: Number of this process, from 0.
        number: How many processes there are.
    """

    def __init__(self, data, index, number):
        super().__init__()
        self.data = data
        self.index = index
        self.number = number

    def __len__(self) -> int:
        """How many batches an epoch has."""
        return len(self.data)

    def __getitem__(self, index) -> Any:
        """This process' rows of a batch; all processes have equally many."""
        return keras.tree.map_structure(self._rows, self.data[index])

    def _rows(self, array):
        rows = len(array) // self.number
        if not rows:
            raise ValueError(
                f"A batch of {len(array)} cannot be shared by {self.number} processes. "
                "Choose a batch_size that leaves at least as many for the last batch."
            )
        return array[self.index * rows : (self.index + 1) * rows]

    def on_epoch_end(self) -> None:
        """Tells the data set."""
        self.data.on_epoch_end()


class Unpaired(Shuffled):
    """Batches of two sets of images, each shuffled by itself.

    An epoch shows every image of the larger set, and those of the smaller one as often
    as that takes. The last batch is filled up, so that all have the same size.

    Args:
        images_a: Array (num, height, width, channels).
        images_b: Array (any other num, height, width, channels).
        batch_size: Images of each set in a batch.
        seed: Seed of the shuffling.
        **kwargs: As in `keras.utils.PyDataset`.

    Raises:
        ValueError: If one of the sets is empty, or `batch_size` is not positive.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images_a = kgz.datasets.emoji("twemoji").images
        images_b = kgz.datasets.emoji("noto").images
        data = kgz.datasets.Unpaired(images_a, images_b, batch_size=4, seed=0)
        kgz.CycleGAN(base_channels=16).fit(data, epochs=200)
        ```
    """

    def __init__(self, images_a, images_b, batch_size=1, seed=None, **kwargs):
        self.sets = (images_a, images_b)
        self.batch_size = batch_size
        check_positive("batch_size", batch_size)
        if not all(map(len, self.sets)):
            raise ValueError(
                "Unpaired needs images of both kinds. Received: "
                f"{len(images_a)} and {len(images_b)} images."
            )
        super().__init__(seed, **kwargs)

    def __len__(self) -> int:
        """How many batches an epoch has."""
        return -(-max(map(len, self.sets)) // self.batch_size)

    def __getitem__(self, index) -> tuple[np.ndarray, ...]:
        """Batch number `index`, a tuple of two arrays."""
        chosen = slice(index * self.batch_size, (index + 1) * self.batch_size)
        pairs = zip(self.sets, self.orders, strict=True)
        return tuple(take(images, order[chosen]) for images, order in pairs)

    def shuffle(self, generator) -> None:
        """Shuffles both sets anew."""
        needed = len(self) * self.batch_size
        draw = generator.permutation
        self.orders = [_rounds(len(a), needed, draw) for a in self.sets]


class PartlyLabelled(Shuffled):
    """Batches in which a fixed share of the images has a label.

    Where a hundred of 60,000 images are labelled, a random batch holds none of them.
    Here each batch takes its share from the labelled images, again and again, and the
    rest from those without a label. An epoch is one pass over the latter, less those
    that do not fill a batch.

    Args:
        images: uint8 array (num, height, width, channels).
        labels: Integers (num,), -1 where there is none.
        batch_size: Images in a batch.
        labelled_share: Share of each batch that has a label, in (0, 1).
        seed: Seed of the order.
        **kwargs: As in `keras.utils.PyDataset`.

    Raises:
        ValueError: If no image has a label, or too few have none for a batch, or the
            share leaves one kind out of the batches, or the numbers differ.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images, labels = kgz.datasets.load("fashion_mnist_mini")
        labels[100:] = -1  # as if nothing were known of all others
        data = kgz.datasets.PartlyLabelled(images, labels, seed=0)
        kgz.SemiSupervisedGAN().fit(data, epochs=20)
        ```
    """

    def __init__(
        self, images, labels, batch_size=100, labelled_share=0.5, seed=0, **kwargs
    ):
        self.images = images
        self.labels = np.asarray(labels)
        if len(images) != len(self.labels):
            raise ValueError(
                f"Each image needs a label, or -1. Received: {len(images)} images and "
                f"{len(self.labels)} labels."
            )
        self.known = np.flatnonzero(self.labels >= 0)
        self.unknown = np.flatnonzero(self.labels < 0)
        self.num_known = round(batch_size * labelled_share)
        self.num_unknown = batch_size - self.num_known
        enough = len(self.known) and len(self.unknown) >= self.num_unknown
        if not (self.num_known > 0 < self.num_unknown and enough):
            raise ValueError(
                "Each batch needs images with a label and images without (label -1). "
                f"Received: {len(self.known)} with, {len(self.unknown)} without, of "
                f"which a batch takes {self.num_known} and {self.num_unknown}."
            )
        super().__init__(seed, **kwargs)

    def __len__(self) -> int:
        """Batches in an epoch."""
        return len(self.unknown) // self.num_unknown

    def __getitem__(self, index) -> tuple[np.ndarray, np.ndarray]:
        """Images and labels of a batch."""
        rows = np.concatenate([self.known_rows[index], self.unknown_rows[index]])
        return take(self.images, rows), self.labels[rows]

    def shuffle(self, generator) -> None:
        """Shuffles those with a label and those without."""
        for kind in ("known", "unknown"):
            shape = (len(self), getattr(self, f"num_{kind}"))
            rows = getattr(self, kind)
            order = _rounds(len(rows), shape[0] * shape[1], generator.permutation)
            setattr(self, f"{kind}_rows", rows[order].reshape(shape))


def _rounds(num, needed, draw):
    """So many of the numbers below `num`, all of them before any comes again."""
    return np.concatenate([draw(num) for _ in range(-(-needed // num))])[:needed]


def _as_arrays(values):
    """Arrays in place of tensors and lists, in the dict or tuple that they are in."""
    if isinstance(values, dict):
        return {name: _as_arrays(value) for name, value in values.items()}
    if isinstance(values, tuple) and not np.isscalar(values[0]):
        return tuple(map(_as_arrays, values))
    return values if is_lazy(values) else as_array(values)


def _in_precision_of_keras(array):
    return array.astype(keras.config.floatx()) if array.dtype.kind == "f" else array
