"""Batches that are read from disk while others are trained on."""

from typing import Any

import numpy as np

from keras_gan_zoo.datasets.base import check_positive
from keras_gan_zoo.datasets.batches import Batches
from keras_gan_zoo.datasets.lazy import is_lazy

AHEAD = 2  # batches


class StreamedDataset(Batches):
    """Images and labels of which no more than a few batches are in memory.

    Threads read the next two batches while `fit` trains on one. `fit(data)` takes the
    images, the labels, the batch size and the seed from it, so it may also have
    `fit(data, batch_size=...)`; each epoch is shuffled anew, and a run that goes on
    from a checkpoint sees the same batches as one that was not interrupted.

    Args:
        images: `LazyArray` (num, height, width, channels), or a NumPy array.
        labels: What belongs to the images, row by row, of either kind; or None.
        batch_size: Rows in a batch; the last one of an epoch may have fewer.
        steps: As in `Batches`.
        shuffled: Whether the rows are shuffled anew for each epoch.
        seed: Changes the orders. Without it those of `fit` depend on the model alone.

    Attributes:
        images: As given.
        labels: As given.
        batch_size: As given.
        steps: As given.

    Raises:
        ValueError: If the lengths differ, there are no images, or `batch_size` is not
            positive.

    Example:
        ```python
        import keras_gan_zoo as kgz

        data = kgz.datasets.load_folder("flowers", image_size=(64, 64), streaming=True)
        kgz.DCGAN().fit(data, batch_size=64, epochs=20)
        ```
    """

    def __init__(
        self,
        images,
        labels=None,
        batch_size=32,
        steps=None,
        shuffled=True,
        seed=None,
    ):
        check_positive("batch_size", batch_size)
        self.images = images
        self.labels = labels
        self.steps = steps
        arrays = [images] if labels is None else [images, labels]
        threads = {"workers": AHEAD, "max_queue_size": 1 + AHEAD}
        super().__init__(arrays, batch_size, steps, shuffled, seed=seed, **threads)

    def take(self, array, rows, index) -> Any:
        """Rows of an array; of batches that are dropped, lazy ones are not read."""
        if index < self.num_dropped and is_lazy(array):
            return np.zeros((len(rows), *array.shape[1:]), array.dtype)
        return super().take(array, rows, index)
