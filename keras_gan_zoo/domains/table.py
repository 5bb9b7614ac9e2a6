"""Rows of a table, whose columns are numbers or categories."""

import csv
import dataclasses
import datetime
import pathlib
from collections.abc import Callable
from typing import Self

import numpy as np

from keras_gan_zoo.checks import as_array
from keras_gan_zoo.datasets.base import require
from keras_gan_zoo.domains.base import Domain, domain_of
from keras_gan_zoo.domains.drawing import PAPER, bars, framed, sheet

SIZE = (96, 160)  # pixels of a column's drawing
HEAD = 16  # pixels above it, for the name
DATE = "datetime64[us]"
# Microseconds, by NumPy's code of the unit.
UNITS = {
    "D": 86_400_000_000,
    "h": 3_600_000_000,
    "m": 60_000_000,
    "s": 1_000_000,
    "ms": 1_000,
    "us": 1,
}
LARGEST = 1e100  # of numbers, so that their squares are finite
BINS = 20  # of numbers


@dataclasses.dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: What stands above it.
        categories: The values that it may have, a tuple; None if it holds numbers.
        whole: Whether its numbers are integers.
        dates: Whether its numbers are microseconds since 1970, in UTC.
        unit: NumPy's code of what all its dates are whole numbers of, such as `"D"`.
    """

    name: str
    categories: tuple | None = None
    whole: bool = False
    dates: bool = False
    unit: str = "us"


class Table(Domain):
    """Rows of numbers, float: categories by their index, NaN where a value is missing.

    All rows are one drawing, the share of each value by column, and one file. Files:
    CSV, with a head, the categories' names, and nothing where a value is missing.

    Args:
        columns: A list of `Column`. `Table.of(frame)` finds them.

    Raises:
        ValueError: If there is none, or a name occurs twice.
    """

    name = "rows"
    axes = ("columns",)
    numbers = "float, with the index of a category in place of its name"
    num_shown = 1_000
    one_file = True

    def __init__(self, columns):
        names = [column.name for column in columns]
        if not names or len(set(names)) < len(names):
            raise ValueError(
                "A table has columns of different names, one at least. Received: "
                f"{names}"
            )
        self.columns = tuple(columns)

    @classmethod
    def of(cls, frame, categorical=()) -> Self:
        """Finds the columns of a table.

        Args:
            frame: A pandas or polars DataFrame, or a dict of name to array or list.
            categorical: Names of columns of numbers that are categories. Columns of
                text, of booleans and of a categorical dtype are anyway.

        Returns:
            A `Table`.

        Raises:
            ValueError: If it is no table, or a column is not there or holds something
                else.
        """
        names = names_of(frame)
        unknown = [name for name in categorical if name not in names]
        if unknown:
            raise ValueError(
                f"The table has no columns {unknown}. Expected some of {names}."
            )
        return cls(
            [
                _column(n, frame[n], n in categorical or _has_categories(frame[n]))
                for n in names
            ]
        )

    def rows_of(self, frame) -> np.ndarray:
        """Makes rows of a table with these columns.

        Args:
            frame: See `of`.

        Returns:
            float64 array (num, columns).

        Raises:
            ValueError: If it is no table, a column is missing or holds something else,
                a category is not known, or columns differ in length.
        """
        names = names_of(frame)
        missing = [c.name for c in self.columns if c.name not in names]
        if missing:
            raise ValueError(f"The table has no columns {missing}. Received: {names}")
        columns = [_numbers(c, frame[c.name]) for c in self.columns]
        if len(set(map(len, columns))) > 1:
            lengths = {
                c.name: len(x) for c, x in zip(self.columns, columns, strict=True)
            }
            raise ValueError(
                f"The columns of a table are of the same length. Received: {lengths}"
            )
        return np.stack(columns, axis=1)

    def columns_of(self, rows) -> dict[str, np.ndarray]:
        """Makes a dict of name to array of rows, the inverse of `rows_of`.

        Args:
            rows: Array (num, columns).

        Returns:
            A dict. Categories are what they were; whole numbers are int64, unless some
            are missing; dates are datetime64; missing categories are None.
        """
        self.check(rows)
        pairs = zip(self.columns, as_array(rows).T, strict=True)
        return {column.name: _values(column, numbers) for column, numbers in pairs}

    def check(self, batch) -> None:
        """Raises a `ValueError` unless these are rows of this table; see `Domain`."""
        domain_of(batch, [self])
        if batch.shape[1] != len(self.columns):
            raise ValueError(
                f"Rows must have {len(self.columns)} columns, "
                f"{[column.name for column in self.columns]}. Received: shape "
                f"{tuple(batch.shape)}"
            )
        super().check(batch)

    def check_values(self, batch) -> None:
        """Numbers are not infinite, nor near it, and categories are indices."""
        for column, numbers in zip(self.columns, batch.T, strict=True):
            known = numbers[~np.isnan(numbers)]
            if (np.abs(known.astype("float64")) > LARGEST).any():
                raise ValueError(
                    f"Column {column.name!r} holds infinite values, or numbers beyond "
                    f"{LARGEST:g}. Expected smaller ones, or NaN where one is missing."
                )
            if (
                column.categories
                and not np.isin(known, range(len(column.categories))).all()
            ):
                raise ValueError(
                    f"Column {column.name!r} has {len(column.categories)} categories, "
                    f"whose indices start at 0. Received: {known.min():g} to "
                    f"{known.max():g}."
                )

    def preview(self, samples, columns=4) -> np.ndarray:
        """How often each value occurs, a drawing a column of the table."""
        require("PIL", "pip install pillow")
        drawings = zip(self.columns, as_array(samples).T, strict=True)
        drawings = [_marginal(column, numbers) for column, numbers in drawings]
        columns = min(columns, len(drawings))
        empty = sheet(*drawings[0].shape[:2])
        drawings += [empty] * (-len(drawings) % columns)
        rows = range(0, len(drawings), columns)
        return np.concatenate([np.hstack(drawings[i : i + columns]) for i in rows])

    def writers(self) -> dict[str, Callable]:
        """Python's own CSV writer."""
        return {".csv": self._write}

    def _write(self, rows, path):
        columns = self.columns_of(rows)
        columns = [[_cell(x) for x in values.tolist()] for values in columns.values()]
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow([column.name for column in self.columns])
            writer.writerows(zip(*columns, strict=True))


class EncodedRows(Domain):
    """Rows of a table as networks take them; what is made of them is a table.

    Args:
        encoding: A `tables.TableEncoding`, or None if it is not known yet.
    """

    name = "rows"
    axes = ("values",)
    numbers = "float, as a tables.TableEncoding encodes them"
    num_shown = 1_000
    one_file = True

    def __init__(self, encoding):
        self.encoding = encoding

    def preview(self, samples, columns=4) -> np.ndarray:
        """How often each value occurs, a drawing a column of the table."""
        table = self.encoding.table
        return table.preview(table.rows_of(samples), columns)

    def save(self, samples, path) -> list[pathlib.Path]:
        """Writes a table to a file, as `Table` does."""
        table = self.encoding.table
        return table.save(table.rows_of(samples), path)

    def writers(self) -> dict[str, Callable]:
        """Those of `Table`."""
        return self.encoding.table.writers()


def names_of(frame) -> list:
    """Names of a table's columns.

    Args:
        frame: A pandas or polars DataFrame, or a dict of name to array or list.

    Raises:
        ValueError: If it is something else.
    """
    if isinstance(frame, dict):
        return list(frame)
    if not (hasattr(frame, "shape") and hasattr(frame, "columns")):
        raise no_table(frame)
    return list(frame.columns)


def in_units(column, numbers) -> np.ndarray:
    """The numbers of a `Column`; of dates rounded to its unit."""
    if not column.dates:
        return numbers
    size = UNITS[column.unit]
    return np.rint(numbers / size) * size


def no_table(frame) -> ValueError:
    """The error that something else than a table meets."""
    return ValueError(
        "A table is a pandas or polars DataFrame, or a dict of name to array. "
        f"Received: {type(frame).__name__}"
    )


def _column(name, values, is_categorical):
    known = [value for value in _listed(values) if not is_missing(value)]
    kinds = {type(value) for value in known}
    if kinds <= {int, float} and not is_categorical:
        if kinds == {int} and max(map(abs, known)) >= 2**63:
            raise ValueError(
                f"Column {name!r} holds integers from 2^63 on, which do not fit. Make "
                "text of them."
            )
        return Column(name, whole=kinds == {int})
    if kinds and _are_dates(kinds):
        moments = _microseconds(known)
        unit = next(code for code, size in UNITS.items() if not (moments % size).any())
        return Column(name, whole=True, dates=True, unit=unit)
    if not (kinds <= {int, float} or kinds in ({str}, {bool})):
        raise ValueError(
            f"Column {name!r} must hold numbers, dates, or text or booleans as "
            "categories. "
            f"Received: {sorted(kind.__name__ for kind in kinds)}. Make text of it."
        )
    return Column(name, tuple(sorted(set(known))))


def _numbers(column, values):
    """The numbers of a column, float64; of categories the indices."""
    known = {None: np.nan}
    if column.categories is not None:
        known |= {category: i for i, category in enumerate(column.categories)}
    numbers = []
    values = [None if is_missing(value) else value for value in _listed(values)]
    if column.categories is None:
        kinds = {type(value) for value in values if value is not None}
        if not (_are_dates(kinds) if column.dates else kinds <= {int, float, bool}):
            raise ValueError(
                f"Column {column.name!r} holds {'dates' if column.dates else 'numbers'}"
                f". Received: {sorted(kind.__name__ for kind in kinds)}"
            )
    for value in values:
        if column.categories is not None and value not in known:
            raise ValueError(
                f"Column {column.name!r} has the categories "
                f"{list(column.categories)}. Received: {value!r}"
            )
        numbers.append(known.get(value, value))
    if column.dates:
        return _microseconds(numbers)
    return np.array(numbers, "float64")


def _are_dates(kinds):
    return all(issubclass(kind, datetime.date) for kind in kinds)


def _microseconds(dates):
    moments = np.array([_in_utc(date) for date in dates], DATE)
    return np.where(np.isnat(moments), np.nan, moments.astype("int64"))


def _in_utc(date):
    if date is None or date != date:
        return np.datetime64("NaT")
    if getattr(date, "tzinfo", None) is None:
        return date
    return date.astimezone(datetime.UTC).replace(tzinfo=None)


def _has_categories(values):
    """Whether a Series has a dtype of categories, of pandas or of polars."""
    dtype = str(getattr(values, "dtype", ""))
    return dtype.lower().startswith(("categor", "enum", "dictionary"))


def _listed(values):
    """A list of Python's own values of an array, a Series or a list."""
    if isinstance(values, str) or not hasattr(values, "__len__"):
        raise ValueError(
            f"A column of a table is an array or a list. Received: {values!r}"
        )
    if getattr(getattr(values, "dtype", None), "kind", "") == "M":
        values = np.asarray(values, DATE)
    for method in ("tolist", "to_list"):
        if hasattr(values, method):
            values = getattr(values, method)()
            break
    numbers = np.str_ | np.bool_ | np.number  # as arrays of objects keep them
    return [x.item() if isinstance(x, numbers) else x for x in values]


def _values(column, numbers):
    missing = np.isnan(numbers)
    if column.categories is not None:
        names = np.array([*column.categories, None], object)
        return names[np.where(missing, len(names) - 1, numbers).astype(int)]
    if column.dates:
        moments = in_units(column, np.where(missing, 0, numbers))
        moments = moments.astype("int64").astype(DATE)
        moments[missing] = np.datetime64("NaT")
        return moments
    if column.whole and not missing.any():
        return np.rint(numbers).astype("int64")
    return numbers


def is_missing(value) -> bool:
    """Whether a value is None, NaN, or what a library has for it."""
    try:
        return value is None or bool(value != value)
    except TypeError:  # pandas' NA is equal to nothing, nor different from it
        return True


def _cell(value):
    return "" if is_missing(value) else value


def _marginal(column, numbers):
    """A histogram with the column's name, (HEAD + height, width, 3)."""
    from PIL import Image, ImageDraw

    known = numbers[~np.isnan(numbers)]
    if column.categories is None:
        # From 0 on: dates are numbers too large for narrow bins.
        counts, _ = np.histogram(known - known.min(initial=np.inf), BINS)
    else:
        least = max(1, len(column.categories))
        counts = np.bincount(known.astype(int), minlength=least)
    height, width = SIZE
    column_of = np.arange(width) * len(counts) // width
    heights = counts[column_of] / max(counts.max(), 1)
    drawing = bars(0 * heights, heights, height)
    drawing[:, np.diff(column_of, prepend=0) > 0] = PAPER  # between two bars
    drawing = np.concatenate([sheet(HEAD, width), drawing])
    picture = Image.fromarray(framed(drawing[None])[0])
    ImageDraw.Draw(picture).text((4, 4), str(column.name), fill=(0, 0, 0))
    return np.asarray(picture)
