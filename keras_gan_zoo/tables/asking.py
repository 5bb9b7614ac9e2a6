"""What rows are to be like: asked of the generator, and made sure of afterwards."""

from collections.abc import Callable

import numpy as np

from keras_gan_zoo.domains.table import is_missing
from keras_gan_zoo.tables.sampling import draw_conditions

ROUNDS = 100  # of drawing as many rows as are wanted


class Asked:
    """What new rows of a table are to be like.

    Args:
        encoding: A `TableEncoding`.
        conditions: Dict of column of categories to the value that it is to have.
        where: A function from a dict of name to array to booleans (num,), or None.
        unique: Names of columns in which no value may come twice.

    Raises:
        ValueError: If there are no such columns or values.
    """

    def __init__(self, encoding, conditions, where=None, unique=()):
        self.encoding = encoding
        if not isinstance(conditions, dict):
            raise ValueError(
                "conditions= is a dict of column to the value that it is to have. "
                f"Received: {conditions!r}"
            )
        self.where = where
        self.unique = (unique,) if isinstance(unique, str) else tuple(unique)
        names = [column.name for column in encoding.table.columns]
        unknown = [name for name in self.unique if name not in names]
        if unknown:
            raise ValueError(
                f"The table has no columns {unknown}, whose values could be unique. "
                f"Expected some of {names}."
            )
        self.conditions = {
            name: None if np.ndim(value) == 0 and is_missing(value) else value
            for name, value in conditions.items()
        }
        found = [encoding.condition(*pair) for pair in self.conditions.items()]
        rarest = min(found, key=lambda pair: pair[1], default=None)
        self.category = None if rarest is None else rarest[0]

    @property
    def anything(self) -> bool:
        """Whether rows may be like anything."""
        return not (self.conditions or self.where or self.unique)

    def categories(self, num, random) -> np.ndarray:
        """What the generator is asked for: integers (num,)."""
        if self.category is not None:
            return np.full(num, self.category, "int32")
        if not self.encoding.conditions:
            return np.zeros(num, "int32")
        return draw_conditions(self.encoding, num, random)

    def collect(self, draw: Callable, num) -> np.ndarray:
        """Draws rows until enough of them are as asked.

        Args:
            draw: A function of a number to so many rows, (num, columns).
            num: How many are wanted.

        Returns:
            float64 array (num, columns).

        Raises:
            ValueError: If of a hundred times as many too few are.
        """
        rows = np.zeros((0, len(self.encoding.parts)))
        for _ in range(ROUNDS):
            drawn = draw(num)
            rows = np.concatenate([rows, drawn[self._fit(drawn)]])
            rows = rows[self._first_of_each(rows)]
            if len(rows) >= num:
                return rows[:num]
        raise ValueError(
            f"Of {ROUNDS * num:,} rows only {len(rows):,} are as asked for, and "
            f"{num:,} are wanted. Ask for fewer, for less of them, or train for "
            f"longer. Received: conditions={self.conditions}, where={self.where}, "
            f"unique={self.unique}"
        )

    def _fit(self, rows):
        columns = self.encoding.table.columns_of(rows)
        fitting = np.ones(len(rows), bool)
        for name, value in self.conditions.items():
            fitting &= np.array([x == value for x in columns[name]], bool)
        if self.where is not None:
            fitting &= self._are_fitting(columns)
        return fitting

    def _are_fitting(self, columns):
        """What `where` says of rows, once it is seen to be an answer."""
        answer = np.asarray(self.where(columns))
        num = len(next(iter(columns.values())))
        if answer.dtype != bool or answer.shape != (num,):
            raise ValueError(
                "where= is a function from a dict of name to array to booleans (num,), "
                "of which rows stay, such as lambda rows: rows['low'] <= rows['high']. "
                f"It returned shape {answer.shape}, dtype {answer.dtype}, for {num} "
                "rows."
            )
        return answer

    def _first_of_each(self, rows):
        stays = np.ones(len(rows), bool)
        names = [column.name for column in self.encoding.table.columns]
        for name in self.unique:
            _, first = np.unique(rows[:, names.index(name)], return_index=True)
            stays &= np.isin(np.arange(len(rows)), first)
        return stays
