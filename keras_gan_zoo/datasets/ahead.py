"""Threads that prepare the next batches while a model trains on the last one."""

import concurrent.futures
import threading
from typing import Any

import keras


class Ahead(keras.utils.PyDataset):
    """The batches of a data set, prepared by its `workers` in advance.

    Keras' own threads begin before `fit` has decided the order of the first epoch, and
    batches of the order before that one would be trained on.

    Args:
        data: A `Shuffled` data set of several workers, whose batches several threads
            may read at once.
    """

    def __init__(self, data):
        super().__init__()
        self.data = data
        self._pool = concurrent.futures.ThreadPoolExecutor(data.workers)
        self._coming = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many batches an epoch has."""
        return len(self.data)

    def __getitem__(self, index) -> Any:
        """Batch number `index` of this epoch; those after it are begun."""
        with self._lock:
            for i in range(index, min(index + self.data.max_queue_size, len(self))):
                if i not in self._coming:
                    self._coming[i] = self._pool.submit(self.data.__getitem__, i)
            batch = self._coming.pop(index)
        return batch.result()

    def reorder(self, *numbers) -> None:
        """As that of the data set."""
        with self._lock:
            self._forget()
            self.data.reorder(*numbers)

    def on_epoch_begin(self) -> None:
        """Tells the data set."""
        self.data.on_epoch_begin()

    def on_epoch_end(self) -> None:
        """Tells the data set."""
        with self._lock:
            self._forget()
            self.data.on_epoch_end()

    def _forget(self):
        for batch in self._coming.values():
            batch.cancel()
        concurrent.futures.wait(self._coming.values())
        self._coming.clear()
