"""How rows of a table become what networks take, and back."""

import dataclasses
import itertools
import json
from typing import Any, NamedTuple, Self

import numpy as np

from keras_gan_zoo.domains import Table
from keras_gan_zoo.domains.table import in_units, names_of
from keras_gan_zoo.tables.frames import Frames
from keras_gan_zoo.tables.modes import Modes

MOST_CATEGORIES = 500  # that count by themselves


class Choice(NamedTuple):
    """Numbers of an encoded row of which exactly one is 1.

    Attributes:
        column: Index of the column of the table.
        start: Where they begin in an encoded row.
        size: How many they are.
    """

    column: int
    start: int
    size: int

    @property
    def place(self) -> slice:
        """Where they lie in an encoded row."""
        return slice(self.start, self.start + self.size)


@dataclasses.dataclass(frozen=True)
class Numbers:
    """How a column of numbers is encoded: one number, then which mode it is of.

    One more mode stands for a missing number, where there are any.

    Attributes:
        modes: The column's `Modes`; None if all numbers are missing.
        lowest: Its least number, below which none is made.
        highest: Its largest one.
        decimals: Digits behind the point; None if they are too many to count.
        missing: Share of rows without a number.
    """

    modes: Modes | None
    lowest: float
    highest: float
    decimals: int | None
    missing: float

    @classmethod
    def of(cls, numbers, seed) -> Self:
        """Looks at a column, float64 (num,), NaN where it is missing."""
        known = numbers[~np.isnan(numbers)]
        if not len(known):
            return cls(None, 0.0, 0.0, 0, 1.0)
        return cls(
            Modes.of(known, seed),
            float(known.min()),
            float(known.max()),
            _decimals(known),
            1 - len(known) / len(numbers),
        )

    @property
    def may_be_missing(self) -> bool:
        """Whether some numbers were missing."""
        return self.missing > 0

    @property
    def size(self) -> int:
        """How many modes there are, the one of missing numbers included."""
        return len(self.modes or ()) + self.may_be_missing

    def encode(self, numbers, random) -> tuple[np.ndarray, np.ndarray]:
        """Maps numbers (num,) to floats in [-1, 1] and indices of modes."""
        unknown = np.isnan(numbers)
        scaled = np.zeros(len(numbers))
        chosen = np.full(len(numbers), self.size - 1)
        if self.modes is not None:
            known = self.modes.encode(numbers[~unknown], random)
            scaled[~unknown], chosen[~unknown] = known
        return scaled, chosen

    def decode(self, scaled, chosen) -> np.ndarray:
        """Maps what `encode` returns to numbers (num,)."""
        numbers = np.full(len(scaled), np.nan)
        if self.modes is None:
            return numbers
        known = chosen < len(self.modes)
        found = self.modes.decode(scaled[known], chosen[known])
        if self.decimals is not None:
            found = found.round(self.decimals)
        numbers[known] = np.clip(found, self.lowest, self.highest)
        return numbers


@dataclasses.dataclass(frozen=True)
class Categories:
    """How a column of categories is encoded: which of them it is.

    The rarest share one place where there are many; which of them it is is drawn by how
    often each occurs. A place of its own stands for missing ones.

    Attributes:
        places: Tuple of tuples: the categories' indices by place; -1 is a missing one.
        counts: How often each of them occurs, likewise.
    """

    places: tuple[tuple[int, ...], ...]
    counts: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, numbers) -> Self:
        """Looks at a column, float64 indices (num,), NaN where it is missing."""
        values = np.where(np.isnan(numbers), -1, numbers).astype(int)
        found, counts = np.unique(values, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        often = sorted(order[: MOST_CATEGORIES - 1].tolist(), key=lambda i: found[i])
        rare = sorted(order[MOST_CATEGORIES - 1 :].tolist())
        groups = [[i] for i in often] + ([rare] if rare else [])
        return cls(
            *(
                tuple(tuple(int(x[i]) for i in group) for group in groups)
                for x in (found, counts)
            )
        )

    @property
    def may_be_missing(self) -> bool:
        """Whether some categories were missing."""
        return any(-1 in group for group in self.places)

    @property
    def size(self) -> int:
        """How many places there are."""
        return len(self.places)

    @property
    def totals(self) -> np.ndarray:
        """How often each place occurs, (size,)."""
        return np.array([sum(counts) for counts in self.counts])

    def encode(self, numbers) -> np.ndarray:
        """Maps indices of categories (num,), NaN if missing, to places."""
        categories = [c for group in self.places for c in group]
        place_of = np.full(max(categories) + 2, -1)  # the last one is that of -1
        for place, group in enumerate(self.places):
            place_of[list(group)] = place
        return place_of[np.where(np.isnan(numbers), -1, numbers).astype(int)]

    def decode(self, chosen, random) -> np.ndarray:
        """Maps places (num,) to indices of categories, NaN if missing."""
        numbers = np.array([float(group[0]) for group in self.places])[chosen]
        for place in [i for i, group in enumerate(self.places) if len(group) > 1]:
            here = np.flatnonzero(chosen == place)
            shares = np.array(self.counts[place]) / sum(self.counts[place])
            numbers[here] = random.choice(self.places[place], len(here), p=shares)
        return np.where(numbers < 0, np.nan, numbers)


class TableEncoding:
    """How a table becomes rows of numbers in [-1, 1], and back (section 4.2).

    A column of numbers becomes one number and a choice of modes; one of categories a
    choice. It is plain data, and is stored with the model.

    Args:
        frames: `Frames`: the kind of table, and the columns that it has.
        parts: A list of `Numbers` or `Categories`, one a column.
    """

    def __init__(self, frames, parts):
        self.frames = frames
        self.parts = list(parts)
        self.choices, self.scalars = [], []
        width = 0
        for column, part in enumerate(self.parts):
            if isinstance(part, Numbers):
                self.scalars.append(width)
                width += 1
            self.choices.append(Choice(column, width, part.size))
            width += part.size
        self.width = width

    @property
    def table(self) -> Table:
        """The columns, as a domain."""
        return self.frames.table

    @classmethod
    def of(cls, frame, discrete_columns="auto", seed=0) -> Self:
        """Looks at a table.

        Args:
            frame: A pandas or polars DataFrame, or a dict of name to array or list.
            discrete_columns: Names of columns of numbers that are categories, beside
                those of text, of booleans and of a categorical dtype. `"auto"`: none.
            seed: Of the fits; None is 0.

        Raises:
            ValueError: If the table has no rows, or a column holds something else, or
                is of a dtype that cannot be made again.
        """
        if isinstance(discrete_columns, str):
            discrete_columns = [n for n in [discrete_columns] if n != "auto"]
        frames = Frames.of(frame, tuple(discrete_columns))
        rows = _checked_rows(frames.table, frame)
        _check_made_again(frames, rows)
        parts = [
            Categories.of(numbers)
            if column.categories
            else Numbers.of(numbers, seed or 0)
            for column, numbers in zip(frames.table.columns, rows.T, strict=True)
        ]
        return cls(frames, parts)

    def rows_of(self, frame) -> np.ndarray:
        """Makes rows of another table with the same columns.

        Args:
            frame: See `of`.

        Returns:
            float64 array (num, columns).

        Raises:
            ValueError: If its columns are others, or hold what was not there before:
                other kinds of values, other categories, or missing ones.
        """
        rows, columns = _checked_rows(self.table, frame), self.table.columns
        more = set(names_of(frame)) - {column.name for column in columns}
        if more:
            raise ValueError(
                f"The table has columns {sorted(more, key=str)} that the one of before "
                "had not. Leave them out."
            )
        for column, part, numbers in zip(columns, self.parts, rows.T, strict=True):
            if np.isnan(numbers).any() and not part.may_be_missing:
                raise ValueError(
                    f"Column {column.name!r} has missing values, and had none in the "
                    "table that the encoding was made of. Leave those rows out, or "
                    "make a TableEncoding.of(table) in which some are missing."
                )
        return rows

    @property
    def conditions(self) -> list[Choice]:
        """The choices of categories, by which rows may be asked for."""
        parts = zip(self.choices, self.parts, strict=True)
        return [choice for choice, part in parts if isinstance(part, Categories)]

    @property
    def condition_starts(self) -> list[int]:
        """Where the categories of each of these begin among those of all columns."""
        sizes = [choice.size for choice in self.conditions]
        return list(itertools.accumulate(sizes, initial=0))[:-1]

    @property
    def num_conditions(self) -> int:
        """How many categories there are in all columns together."""
        return sum(choice.size for choice in self.conditions)

    def encode(self, rows, random) -> np.ndarray:
        """Maps rows of the table to what networks take.

        Args:
            rows: float64 array (num, columns); see `rows_of`.
            random: A `numpy.random.Generator`, which chooses the modes.

        Returns:
            float32 array (num, width).
        """
        encoded = np.zeros((len(rows), self.width), "float32")
        for choice, numbers in zip(self.choices, rows.T, strict=True):
            part = self.parts[choice.column]
            if isinstance(part, Numbers):
                encoded[:, choice.start - 1], chosen = part.encode(numbers, random)
            else:
                chosen = part.encode(numbers)
            encoded[np.arange(len(rows)), choice.start + chosen] = 1
        return encoded

    def draw(self, scores, random) -> np.ndarray:
        """Makes rows of the table of what a generator returns.

        Args:
            scores: Array (num, width): of the numbers their inverse hyperbolic tangent,
                and of the choices logits, by which they are drawn.
            random: A NumPy `RandomState`.

        Returns:
            float64 array (num, columns).
        """
        # The largest of logits with Gumbel noise is a draw by the probabilities.
        encoded = scores + random.gumbel(size=scores.shape)
        encoded[:, self.scalars] = np.tanh(scores[:, self.scalars])
        return self.decode(encoded, random)

    def decode(self, encoded, random) -> np.ndarray:
        """Maps encoded rows, or scores in place of each choice, to rows of the table.

        Args:
            encoded: Array (num, width). Of each choice the largest number wins.
            random: A NumPy `RandomState` or `Generator`, which chooses among rare
                categories.

        Returns:
            float64 array (num, columns).
        """
        columns = []
        for choice in self.choices:
            part = self.parts[choice.column]
            chosen = encoded[:, choice.place].argmax(axis=1)
            if isinstance(part, Numbers):
                scaled = encoded[:, choice.start - 1].astype("float64")
                column = self.table.columns[choice.column]
                columns.append(in_units(column, part.decode(scaled, chosen)))
            else:
                columns.append(part.decode(chosen, random))
        return np.stack(columns, axis=1)

    def condition(self, name, value) -> tuple[int, int]:
        """Finds a category.

        Args:
            name: Of a column of categories.
            value: One of its categories, or None for missing ones where there are any.

        Returns:
            Its place among the categories of all columns, and how often it occurs.

        Raises:
            ValueError: If there is none of this kind.
        """
        pairs = zip(self.condition_starts, self.conditions, strict=True)
        for start, choice in pairs if np.ndim(value) == 0 else ():
            column, part = self.table.columns[choice.column], self.parts[choice.column]
            if column.name == name:
                known = [*column.categories, None]
                index = known.index(value) if value in known else None
                index = -1 if value is None else index
                for place, group in enumerate(part.places):
                    if index in group:
                        count = part.counts[place][group.index(index)]
                        return start + place, count
        columns = [self.table.columns[choice.column] for choice in self.conditions]
        known = {column.name: list(column.categories[:10]) for column in columns}
        raise ValueError(
            f"The table has no rows where {name!r} is {value!r}. Expected a column of "
            f"categories and a value of it, such as one of {known}."
        )

    def to_dict(self) -> dict[str, Any]:
        """The encoding as plain data, for files."""
        return {
            "frames": self.frames.to_dict(),
            "parts": [dataclasses.asdict(part) for part in self.parts],
        }

    @classmethod
    def from_dict(cls, data) -> Self:
        """The inverse of `to_dict`."""
        return cls(Frames.from_dict(data["frames"]), map(_part, data["parts"]))


def _part(data):
    if "places" in data:
        places, counts = (tuple(map(tuple, data[k])) for k in ("places", "counts"))
        return Categories(places, counts)
    modes = data["modes"]
    modes = modes and Modes(**{name: tuple(values) for name, values in modes.items()})
    return Numbers(**{**data, "modes": modes})


def _checked_rows(table, frame):
    rows = table.rows_of(frame)
    if not len(rows):
        raise ValueError("The table has no rows. Expected one at least.")
    table.check_values(rows)
    return rows


def _check_made_again(frames, rows):
    """Raises a `ValueError` if a model from a file could make no such table."""
    try:
        Frames.from_dict(json.loads(json.dumps(frames.to_dict()))).make(rows[:1])
    except (AttributeError, NotImplementedError, TypeError, ValueError) as error:
        raise ValueError(
            "No table with such columns can be made again. Cast those of dtypes that "
            f"are not usual. Received: {list(frames.dtypes)}. {error}"
        ) from error


def _decimals(numbers):
    """Digits behind the point that all numbers can be written with, None above 12."""
    for digits in range(13):
        if (np.abs(numbers.round(digits) - numbers) <= 1e-9 * np.abs(numbers)).all():
            return digits
    return None
