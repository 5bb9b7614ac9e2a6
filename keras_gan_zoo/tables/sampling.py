"""Training by sampling: every category comes often enough to be learned."""

import numpy as np

from keras_gan_zoo.datasets.base import check_positive
from keras_gan_zoo.datasets.batches import Shuffled


class ConditionalRows(Shuffled):
    """Batches of encoded rows, and which category each was drawn for (section 4.3).

    For each row a column of categories is drawn, all alike, then one of its categories
    by the logarithm of how often it occurs, then one of the rows that have it. Rare
    categories come more often so than they occur. All batches are of the same size.

    Args:
        encoding: A `TableEncoding`.
        rows: float64 array (num, columns); see `Table.rows_of`.
        batch_size: Rows in a batch.
        seed: Seed of what is drawn.
        **kwargs: As in `keras.utils.PyDataset`.

    Raises:
        ValueError: If `batch_size` is not positive.
    """

    def __init__(self, encoding, rows, batch_size=500, seed=None, **kwargs):
        check_positive("batch_size", batch_size)
        self.encoding, self.rows = encoding, rows
        self.batch_size = batch_size
        self.groups = [
            _Group(encoding.parts[c.column].encode(rows[:, c.column]), c.size)
            for c in encoding.conditions
        ]
        self.starts = encoding.condition_starts
        super().__init__(seed, **kwargs)

    def __len__(self) -> int:
        """Batches in an epoch, which draws about as many rows as there are."""
        return max(1, len(self.rows) // self.batch_size)

    def __getitem__(self, index) -> tuple[np.ndarray, ...]:
        """Encoded rows (batch_size, width), and numbers of categories (batch_size,)."""
        random = np.random.default_rng([self.stream, index])
        if not self.groups:
            chosen = random.integers(len(self.rows), size=self.batch_size)
            return (self.encoding.encode(self.rows[chosen], random),)
        columns = random.integers(len(self.groups), size=self.batch_size)
        chosen, categories = np.zeros((2, self.batch_size), "int64")
        for column, group in enumerate(self.groups):
            here = columns == column
            places, chosen[here] = group.draw(here.sum(), random)
            categories[here] = self.starts[column] + places
        encoded = self.encoding.encode(self.rows[chosen], random)
        return encoded, categories.astype("int32")

    def shuffle(self, generator) -> None:
        """Draws what the batches of an epoch begin with."""
        self.stream = int(generator.integers(2**32))


def draw_conditions(encoding, num, random) -> np.ndarray:
    """Numbers of categories as often as they occur in the data, for new rows.

    Args:
        encoding: A `TableEncoding`.
        num: How many.
        random: A NumPy `RandomState`.

    Returns:
        int32 array (num,).
    """
    columns = random.randint(len(encoding.conditions), size=num)
    categories = np.zeros(num, "int32")
    for column, choice in enumerate(encoding.conditions):
        here = np.flatnonzero(columns == column)
        totals = encoding.parts[choice.column].totals
        drawn = random.choice(choice.size, len(here), p=totals / totals.sum())
        categories[here] = encoding.condition_starts[column] + drawn
    return categories


class _Group:
    """The rows of a table by the category that they have in one column."""

    def __init__(self, places, num_places):
        self.order = np.argsort(places, kind="stable")
        self.counts = np.bincount(places, minlength=num_places)
        self.begins = np.cumsum(self.counts) - self.counts
        likely = np.log(self.counts + 1)  # a category that is not there is not drawn
        self.shares = likely / likely.sum()

    def draw(self, num, random):
        """Draws categories by the logarithm of their count, and a row of each."""
        places = random.choice(len(self.counts), num, p=self.shares)
        among = (random.random(num) * self.counts[places]).astype(int)
        return places, self.order[self.begins[places] + among]
