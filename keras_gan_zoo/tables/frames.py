"""Tables as other libraries keep them: taken apart, and made again of the same kind."""

import dataclasses
from typing import Any, Self

import numpy as np

from keras_gan_zoo.datasets.base import require
from keras_gan_zoo.domains import Column, Table

LIBRARIES = ("pandas", "polars")


@dataclasses.dataclass(frozen=True)
class Frames:
    """Tables of one kind, with the same columns.

    Attributes:
        library: `"pandas"`, `"polars"`, or `"dict"`, of names to arrays.
        columns: Tuple of `Column`.
        dtypes: Tuple of what the library calls the columns' dtypes.
    """

    library: str
    columns: tuple[Column, ...]
    dtypes: tuple[str, ...]

    @property
    def table(self) -> Table:
        """The columns, as a domain."""
        return Table(self.columns)

    @classmethod
    def of(cls, frame, categorical=()) -> Self:
        """Looks at a table.

        Args:
            frame: A pandas or polars DataFrame, or a dict of name to array or list.
            categorical: Names of columns of numbers that are categories.

        Raises:
            ValueError: If it is something else, or a column holds something else.
        """
        library = type(frame).__module__.partition(".")[0]
        if isinstance(frame, dict):
            library = "dict"
        elif library not in LIBRARIES or not hasattr(frame, "columns"):
            raise ValueError(
                "A table is a pandas or polars DataFrame, or a dict of name to array. "
                f"Received: {type(frame).__name__}"
            )
        columns = Table.of(frame, categorical).columns
        dtypes = [_dtype(frame[column.name]) for column in columns]
        return cls(library, columns, tuple(dtypes))

    def make(self, rows) -> Any:
        """Makes a table of this kind.

        Args:
            rows: float64 array (num, columns).

        Returns:
            What `of` was given: the same library, columns and dtypes.

        Raises:
            ImportError: If the library is not installed.
        """
        values = self.table.columns_of(rows)
        if self.library == "dict":
            pairs = zip(values.items(), self.dtypes, strict=True)
            return {name: _as_dtype(array, dtype) for (name, array), dtype in pairs}
        require(self.library, f"pip install {self.library}")
        if self.library == "pandas":
            import pandas

            frame = pandas.DataFrame(values)
            return frame.astype(dict(zip(values, self.dtypes, strict=True)))
        import polars

        return polars.DataFrame(
            {name: array.tolist() for name, array in values.items()},
            schema={
                name: _polars_type(polars, dtype)
                for name, dtype in zip(values, self.dtypes, strict=True)
            },
            strict=False,
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for files."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, data) -> Self:
        """The inverse of `to_dict`."""
        columns = []
        for column in data["columns"]:
            categories = column["categories"]
            categories = categories if categories is None else tuple(categories)
            columns.append(Column(**{**column, "categories": categories}))
        return cls(data["library"], tuple(columns), tuple(data["dtypes"]))


def _dtype(values):
    return str(getattr(values, "dtype", "list"))


def _as_dtype(array, dtype):
    if dtype == "list":
        return array.tolist()
    if np.dtype(dtype).kind in "US":
        return array.astype(dtype) if None not in array else array
    return array.astype(dtype)


def _polars_type(polars, dtype):
    """The type of polars that prints as `dtype`, such as "Datetime(time_unit='us')"."""
    name, _, arguments = dtype.partition("(")
    units = [unit for unit in ("ns", "us", "ms") if f"'{unit}'" in arguments]
    return getattr(polars, name)(*units)
