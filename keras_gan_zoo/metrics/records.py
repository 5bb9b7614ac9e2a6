"""Tables that are compared: what their columns are, and how near their rows.

A table is a pandas or polars DataFrame, or a dict of name to array. The tables that are
compared have the same columns.
"""

import numpy as np

from keras_gan_zoo.datasets.base import require
from keras_gan_zoo.domains import Table

COMMAND = "pip install pandas scikit-learn sdmetrics"


def nearest_records(rows, others) -> np.ndarray:
    """Distances of rows to the nearest of others.

    Args:
        rows: A table.
        others: A table.

    Returns:
        float64 array (num,) in [0, 1], the mean over columns: of numbers the difference
        by the whole range, of categories 1 if they differ, and up to 1 where one value
        is missing and the other is not.

    Raises:
        ImportError: If pandas or scikit-learn is not installed.
        ValueError: If the tables have other columns.
    """
    table, (rows, others) = alike_rows(rows, others)
    return nearest(table, rows, others)


def nearest(table, rows, others, among=None) -> np.ndarray:
    """The distances of `nearest_records`, of rows as `alike_rows` makes them.

    Args:
        table: What `alike_rows` returns first.
        rows: Rows.
        others: Rows.
        among: All rows that decide the range of a column; by default these two.
    """
    require("sklearn", COMMAND)
    from sklearn.neighbors import NearestNeighbors

    choices = choices_of(table)
    both = np.concatenate([rows, others])
    among = both if among is None else among
    missing = np.isnan(both)
    lowest, highest = np.nanmin(among, 0), np.nanmax(among, 0)
    extent = np.where(highest > lowest, highest - lowest, 1)
    numbers = np.where(missing, 0.5, (both - lowest) / extent)[:, ~choices]
    parts = [numbers, 0.5 * missing]
    for column in np.flatnonzero(choices):  # two places differ where categories do
        categories = np.arange(len(table.columns[column].categories))
        parts.append(0.5 * (both[:, [column]] == categories))
    places = np.concatenate(parts, axis=1)
    neighbours = NearestNeighbors(n_neighbors=1, metric="manhattan")
    neighbours.fit(places[len(rows) :])
    return neighbours.kneighbors(places[: len(rows)])[0][:, 0] / len(choices)


def choices_of(table) -> np.ndarray:
    """Which columns hold categories, booleans."""
    return np.array([column.categories is not None for column in table.columns])


def alike_rows(*tables) -> tuple[Table, list[np.ndarray]]:
    """The columns of tables, and the rows of each; see `alike_frames`."""
    table, frames = alike_frames(*tables)
    return table, [table.rows_of(frame) for frame in frames]


def alike_frames(*tables) -> tuple[Table, list]:
    """The columns of tables, and each as a DataFrame of pandas.

    Raises:
        ImportError: If pandas is not installed.
        ValueError: If the tables have other columns.
    """
    require("pandas", COMMAND)
    import pandas

    frames = [
        table
        if isinstance(table, pandas.DataFrame)
        else pandas.DataFrame({name: list(table[name]) for name in _names(table)})
        for table in tables
    ]
    names = [sorted(map(str, frame.columns)) for frame in frames]
    if any(others != names[0] for others in names):
        raise ValueError(
            f"The tables must have the same columns. Received: {names[0]} and "
            f"{next(others for others in names if others != names[0])}"
        )
    whole = pandas.concat([frame[list(frames[0].columns)] for frame in frames])
    return Table.of(whole.reset_index(drop=True)), frames


def _names(table):
    return table.keys() if isinstance(table, dict) else table.columns
