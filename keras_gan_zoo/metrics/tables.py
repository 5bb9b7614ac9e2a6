"""How good is a generated table, and how much does it tell of the rows behind it?

A table is a pandas or polars DataFrame, or a dict of name to array. The tables that are
compared have the same columns.
"""

import numpy as np

from keras_gan_zoo.datasets.base import require
from keras_gan_zoo.domains import Table

MOST = 5_000  # rows whose neighbours an attacker looks for
COMMAND = "pip install pandas scikit-learn sdmetrics"


def table_scores(generated, train, test, target=None, seed=0) -> dict[str, float]:
    """Compares a generated table with the rows it was learned from, and with others.

    Args:
        generated: The generated table.
        train: The rows that the model was trained on.
        test: Rows of the same source that it has not seen.
        target: Name of the column that is to be told from the others; without it there
            is no efficacy.
        seed: Of what is drawn.

    Returns:
        A dict of floats: those of `table_quality`; `efficacy` and `efficacy_of_real`,
        see `table_efficacy`; `membership_advantage`.

    Raises:
        ImportError: If pandas, scikit-learn or sdmetrics is not installed.
        ValueError: If the tables have other columns.

    Example:
        ```python
        import numpy as np

        import keras_gan_zoo as kgz

        random = np.random.default_rng(0)
        a = random.normal(size=2_000)
        rows = {"a": a, "b": a + random.normal(size=2_000) > 1}
        train, test = ({n: x[i::2] for n, x in rows.items()} for i in (0, 1))
        model = kgz.CTGAN(seed=0)
        model.fit(train, batch_size=100, epochs=10)
        scores = kgz.metrics.table_scores(model.generate(1_000), train, test, "b")
        ```
    """
    scores = table_quality(generated, test)
    if target is not None:
        scores["efficacy"] = table_efficacy(generated, test, target, seed)
        scores["efficacy_of_real"] = table_efficacy(train, test, target, seed)
    scores["membership_advantage"] = membership_advantage(generated, train, test, seed)
    return scores


def table_quality(generated, real) -> dict[str, float]:
    """The quality scores of the package sdmetrics: single columns, and pairs of them.

    Args:
        generated: The generated table.
        real: Real rows, best those that were not trained on.

    Returns:
        A dict of floats in [0, 1], more is better: `quality`, the mean of
        `column_shapes` (1 minus the Kolmogorov-Smirnov statistic, or minus the total
        variation of categories) and `column_pairs` (correlations, contingency tables).

    Raises:
        ImportError: If pandas or sdmetrics is not installed.
        ValueError: If the tables have other columns.

    Reference:
        https://docs.sdv.dev/sdmetrics
    """
    require("sdmetrics", COMMAND)
    from sdmetrics.reports import QualityReport

    table, frames = _alike(real, generated)
    columns = {column.name: {"sdtype": _kind(column)} for column in table.columns}
    report = QualityReport()
    report.generate(
        *({"rows": frame} for frame in frames),
        {"tables": {"rows": {"columns": columns}}},
        verbose=False,
    )
    scores = report.get_properties().set_index("Property")["Score"]
    return {
        "quality": float(report.get_score()),
        "column_shapes": float(scores["Column Shapes"]),
        "column_pairs": float(scores["Column Pair Trends"]),
    }


def table_efficacy(train, test, target, seed=0) -> float:
    """How well a column is told from the others by what is learned of a table.

    Boosted trees of scikit-learn learn from `train`, which may be generated, and are
    tried on real rows. A score is quoted beside that of real training rows.

    Args:
        train: The table that is learned from.
        test: Real rows that nothing was trained on.
        target: Name of the column that is told.
        seed: Of the trees.

    Returns:
        For a column of numbers the coefficient of determination (R^2), at most 1; for
        one of categories the mean of their F1, in [0, 1].

    Raises:
        ImportError: If pandas or scikit-learn is not installed.
        ValueError: If the tables have other columns, or no `target`.
    """
    require("sklearn", COMMAND)
    from sklearn import ensemble, metrics

    table, (train, test) = _rows(train, test)
    names = [column.name for column in table.columns]
    if target not in names:
        raise ValueError(
            f"The tables have no column {target!r} to tell from the others. Expected "
            f"one of {names}."
        )
    place = names.index(target)
    choices = _choices(table)
    learner = ensemble.HistGradientBoostingRegressor
    if choices[place]:
        learner = ensemble.HistGradientBoostingClassifier
    trees = learner(categorical_features=np.delete(choices, place), random_state=seed)
    train, test = (rows[~np.isnan(rows[:, place])] for rows in (train, test))
    trees.fit(np.delete(train, place, 1), train[:, place])
    told = trees.predict(np.delete(test, place, 1))
    if choices[place]:
        return float(metrics.f1_score(test[:, place], told, average="macro"))
    return float(metrics.r2_score(test[:, place], told))


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
    table, (rows, others) = _rows(rows, others)
    return _nearest(table, rows, others)


def membership_advantage(generated, train, test, seed=0) -> float:
    """How much a generated table tells about which rows it was learned from.

    An attacker who has the generated table takes a row for one of the training set if a
    generated one is near (distance to the closest record). How near is chosen on one
    half of the rows and judged on the other, so that guessing gives 0 on average.

    Args:
        generated: The generated table.
        train: Rows that the model was trained on.
        test: Rows of the same source that it was not trained on.
        seed: Of which rows are tried, at most 5,000 of each kind.

    Returns:
        Share of the training rows that are recognized minus the share of the others
        that are mistaken for some, in [-1, 1].

    Raises:
        ImportError: If pandas or scikit-learn is not installed.
        ValueError: If the tables have other columns.

    Reference:
        Yeom et al. 2018, https://arxiv.org/abs/1709.01604
    """
    random = np.random.default_rng(seed)
    table, (generated, *both) = _rows(generated, train, test)
    num = min(MOST, *map(len, both))
    tried = [rows[random.permutation(len(rows))[:num]] for rows in both]
    seen, unseen = (_nearest(table, rows, generated) for rows in tried)

    def advantage(part, bounds):
        return _share_below(bounds, seen[part]) - _share_below(bounds, unseen[part])

    first, second = slice(num // 2), slice(num // 2, num)
    bounds = np.unique([seen[first], unseen[first]])
    bound = bounds[advantage(first, bounds).argmax()]
    return float(advantage(second, bound))


def _share_below(bounds, distances):
    return np.searchsorted(np.sort(distances), bounds, "right") / len(distances)


def _nearest(table, rows, others):
    require("sklearn", COMMAND)
    from sklearn.neighbors import NearestNeighbors

    choices = _choices(table)
    both = np.concatenate([rows, others])
    missing = np.isnan(both)
    lowest, highest = np.nanmin(both, 0), np.nanmax(both, 0)
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


def _choices(table):
    return np.array([column.categories is not None for column in table.columns])


def _kind(column):
    if column.categories is not None:
        return "categorical"
    return "datetime" if column.dates else "numerical"


def _rows(*tables):
    """The columns of tables that are alike, and the rows of each."""
    table, frames = _alike(*tables)
    return table, [table.rows_of(frame) for frame in frames]


def _alike(*tables):
    """The columns of tables that are alike, and each as a DataFrame of pandas."""
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
