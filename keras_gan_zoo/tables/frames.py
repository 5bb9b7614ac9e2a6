"""Tables as other libraries keep them: taken apart, and made again of the same kind."""

import dataclasses
import re
from typing import Any, Self

import numpy as np

from keras_gan_zoo.datasets.base import require
from keras_gan_zoo.domains import Column, Table
from keras_gan_zoo.domains.table import is_missing, no_table

LIBRARIES = ("pandas", "polars")


@dataclasses.dataclass(frozen=True)
class Frames:
    """Tables of one kind, with the same columns.

    Attributes:
        library: `"pandas"`, `"polars"`, or `"dict"`, of names to arrays.
        columns: Tuple of `Column`.
        dtypes: Tuple of what the library calls the columns' dtypes; of those of
            categories dicts of what they are made of.
    """

    library: str
    columns: tuple[Column, ...]
    dtypes: tuple[str | dict[str, Any], ...]

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
        elif library not in LIBRARIES:
            raise no_table(frame)
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
        dtypes = dict(zip(values, self.dtypes, strict=True))
        if self.library == "dict":
            return {name: _array(array, dtypes[name]) for name, array in values.items()}
        require(self.library, f"pip install {self.library}")
        if self.library == "pandas":
            import pandas

            columns = pandas.DataFrame(values).items()
            return pandas.DataFrame({n: _pandas(x, dtypes[n]) for n, x in columns})
        import polars

        return polars.DataFrame([_polars(n, x, dtypes[n]) for n, x in values.items()])

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
            name = column["name"]  # a tuple is a list in files
            name = tuple(name) if isinstance(name, list) else name
            columns.append(Column(**{**column, "name": name, "categories": categories}))
        return cls(data["library"], tuple(columns), tuple(data["dtypes"]))


def _dtype(values):
    dtype: Any = getattr(values, "dtype", "list")
    if str(dtype).startswith(("category", "Enum")):
        ordered = getattr(dtype, "ordered", True)
        return {"categories": list(dtype.categories), "ordered": ordered}
    return str(dtype)


def _array(values, dtype):
    if dtype == "list":
        return values.tolist()
    if np.dtype(dtype).kind in "US":
        return values.astype(dtype) if None not in values else values
    return values.astype(dtype)


def _pandas(values, dtype):
    import pandas

    if isinstance(dtype, dict):
        return values.astype(pandas.CategoricalDtype(**dtype))
    if isinstance(pandas.api.types.pandas_dtype(dtype), pandas.DatetimeTZDtype):
        values = values.dt.tz_localize("UTC")
    return values.astype(dtype)


def _polars(name, values, dtype):
    import polars

    if isinstance(dtype, dict):
        kind, zone = polars.Enum(dtype["categories"]), None
    else:  # printed as Datetime(time_unit='us', time_zone='Europe/Berlin')
        found = dict(re.findall(r"(time_unit|time_zone)='([^']*)'", dtype))
        zone = found.get("time_zone")
        kind = getattr(polars, dtype.partition("(")[0])
        kind = kind(found["time_unit"]) if found else kind
    known = [None if is_missing(value) else value for value in values.tolist()]
    column = polars.Series(name, known, strict=False).cast(kind, strict=False)
    if zone is None:
        return column
    return column.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
