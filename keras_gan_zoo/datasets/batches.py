"""Batches that `fit` does not make of arrays by itself."""

import keras
import numpy as np


class Unpaired(keras.utils.PyDataset):
    """Batches of two sets of images, each shuffled by itself.

    An epoch shows every image of the larger set, and those of the smaller one as often
    as that takes. The last batch is filled up, so that all have the same size.

    Args:
        images_a: Array (num, height, width, channels).
        images_b: Array (any other num, height, width, channels).
        batch_size: Images of each set in a batch.
        seed: Seed of the shuffling.
        **kwargs: As in `keras.utils.PyDataset`.

    Example:
        ```python
        data = keras_gan_zoo.datasets.Unpaired(horses, zebras, batch_size=1, seed=0)
        model.fit(data, epochs=200)
        ```
    """

    def __init__(self, images_a, images_b, batch_size=1, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.sets = (images_a, images_b)
        self.batch_size = batch_size
        self.random = np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self):
        """How many batches an epoch has."""
        return -(-max(map(len, self.sets)) // self.batch_size)

    def __getitem__(self, index):
        """Batch number `index`, a tuple of two arrays."""
        chosen = slice(index * self.batch_size, (index + 1) * self.batch_size)
        pairs = zip(self.sets, self.orders, strict=True)
        return tuple(images[order[chosen]] for images, order in pairs)

    def on_epoch_end(self):
        """Shuffles both sets anew."""
        self.orders = [self._order(len(images)) for images in self.sets]

    def _order(self, num):
        needed = len(self) * self.batch_size
        rounds = [self.random.permutation(num) for _ in range(-(-needed // num))]
        return np.concatenate(rounds)[:needed]


class PartlyLabelled(keras.utils.PyDataset):
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
            share leaves one kind out of the batches.

    Example:
        ```python
        data = keras_gan_zoo.datasets.PartlyLabelled(images, labels, seed=0)
        model.fit(data, epochs=20)
        ```
    """

    def __init__(
        self, images, labels, batch_size=100, labelled_share=0.5, seed=0, **kwargs
    ):
        super().__init__(**kwargs)
        self.images = images
        self.labels = np.asarray(labels)
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
        self.random = np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self):
        """Batches in an epoch."""
        return len(self.unknown) // self.num_unknown

    def on_epoch_end(self):
        """Draws a new order."""
        self.order = self.random.permutation(self.unknown)

    def __getitem__(self, index):
        """Images and labels of a batch."""
        start = index * self.num_unknown
        unknown = self.order[start : start + self.num_unknown]
        known = self.random.choice(self.known, self.num_known)
        rows = np.concatenate([known, unknown])
        return self.images[rows], self.labels[rows]
