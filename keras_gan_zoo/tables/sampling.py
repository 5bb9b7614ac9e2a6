"""Training by sampling: every category comes often enough to be learned."""

import numpy as np

from keras_gan_zoo.datasets.base import check_positive
from keras_gan_zoo.datasets.batches import Shuffled


class TableRows(Shuffled):
    """Base of the batches of encoded rows.

    Args:
        encoding: A `TableEncoding`.
        rows: float64 array (num, columns); see `TableEncoding.rows_of`.
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
        super().__init__(seed, **kwargs)

    def __len__(self) -> int:
        """Batches in an epoch, which draws about as many rows as there are."""
        return max(1, len(self.rows) // self.batch_size)

    def shuffle(self, generator) -> None:
        """Draws what the batches of an epoch begin with."""
        self.stream = int(generator.integers(2**32))

    def random(self, index) -> np.random.Generator:
        """What a batch of this epoch is drawn from."""
        return np.random.default_rng([self.stream, index])


class ConditionalRows(TableRows):
    """Batches of encoded rows, and which category each was drawn for (section 4.3).

    For each row a column of categories is drawn, all alike, then one of its categories
    by the logarithm of how often it occurs, then one of the rows that have it. Rare
    categories come more often so than they occur. All batches are of the same size.

    Args:
        encoding: As in `TableRows`, as what follows.
        rows: Of the table.
        batch_size: Rows in a batch.
        seed: Seed of what is drawn.
        conditional: Whether to draw categories; if not, all rows come as often.
        **kwargs: As in `keras.utils.PyDataset`.
    """

    def __init__(
        self, encoding, rows, batch_size=500, seed=None, conditional=True, **kwargs
    ):
        self.groups = [
            _Group(encoding.parts[c.column].encode(rows[:, c.column]), c.size)
            for c in (encoding.conditions if conditional else [])
        ]
        self.starts = encoding.condition_starts
        super().__init__(encoding, rows, batch_size, seed, **kwargs)

    def __getitem__(self, index) -> tuple[np.ndarray, ...]:
        """Encoded rows (batch_size, width), and numbers of categories (batch_size,)."""
        random = self.random(index)
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


class PoissonRows(TableRows):
    """Batches in which each row takes part by chance, for `privacy.DPSGD`.

    How many they are differs from batch to batch, but arrays have one size: they are
    filled up with rows of zeros, which are no encoded rows.

    Args:
        encoding: As in `TableRows`, as what follows.
        rows: Of the table.
        batch_size: Rows that take part on average.
        seed: Seed of what is drawn.
        **kwargs: As in `keras.utils.PyDataset`.
    """

    @property
    def most(self) -> int:
        """The size of the arrays, with which hardly one batch in 10^12 is cut."""
        return min(len(self.rows), self.batch_size + 20 + int(8 * self.batch_size**0.5))

    def __getitem__(self, index) -> tuple[np.ndarray]:
        """Encoded rows (most, width), those at the end 0."""
        random = self.random(index)
        takes_part = random.random(len(self.rows)) < self.batch_size / len(self.rows)
        chosen = np.flatnonzero(takes_part)[: self.most]
        encoded = np.zeros((self.most, self.encoding.width), "float32")
        encoded[: len(chosen)] = self.encoding.encode(self.rows[chosen], random)
        return (encoded,)


class PartitionedRows(TableRows):
    """Batches of a row from each part of a table, side by side, for `privacy.PATE`.

    Row i of the table is of part i % parts, for ever.

    Args:
        encoding: As in `TableRows`, as what follows.
        rows: Of the table.
        batch_size: Rows of each part in a batch.
        seed: Seed of what is drawn.
        parts: How many parts there are.
        **kwargs: As in `keras.utils.PyDataset`.

    Raises:
        ValueError: If there are fewer rows than parts.
    """

    def __init__(self, encoding, rows, batch_size=64, seed=None, parts=10, **kwargs):
        if len(rows) < parts:
            raise ValueError(
                f"Each of {parts} parts of a table needs a row at least. Received: "
                f"{len(rows)} rows"
            )
        self.parts = parts
        super().__init__(encoding, rows, batch_size, seed, **kwargs)

    def __len__(self) -> int:
        """Batches in an epoch, which draws about as many rows as there are."""
        return max(1, len(self.rows) // (self.batch_size * self.parts))

    def __getitem__(self, index) -> tuple[np.ndarray]:
        """Encoded rows (batch_size, parts * width), a part beside the other."""
        random, parts = self.random(index), np.arange(self.parts)
        sizes = (len(self.rows) - parts + self.parts - 1) // self.parts
        places = random.integers(sizes, size=(self.batch_size, self.parts))
        chosen = (places * self.parts + parts).ravel()
        encoded = self.encoding.encode(self.rows[chosen], random)
        return (encoded.reshape(self.batch_size, -1),)


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
