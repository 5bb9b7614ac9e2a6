"""How good is a generated table, and how much does it tell of the rows behind it?

A table is a pandas or polars DataFrame, or a dict of name to array. The tables that are
compared have the same columns.
"""

import numpy as np

from keras_gan_zoo.datasets.base import require
from keras_gan_zoo.metrics.membership import membership_advantage
from keras_gan_zoo.metrics.records import (
    COMMAND,
    alike_frames,
    alike_rows,
    choices_of,
)

MOST_CATEGORIES = 255  # that the trees of scikit-learn keep apart


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

    table, frames = alike_frames(real, generated)
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
    tried on real rows. A score is quoted beside that of real training rows. Categories
    of more than 255 kinds are numbers in their order to the trees.

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

    table, (train, test) = alike_rows(train, test)
    names = [column.name for column in table.columns]
    if target not in names:
        raise ValueError(
            f"The tables have no column {target!r} to tell from the others. Expected "
            f"one of {names}."
        )
    place = names.index(target)
    choices = choices_of(table)
    few = [len(column.categories or ()) <= MOST_CATEGORIES for column in table.columns]
    learner = ensemble.HistGradientBoostingRegressor
    if choices[place]:
        learner = ensemble.HistGradientBoostingClassifier
    apart = np.delete(choices & few, place)
    trees = learner(categorical_features=apart, random_state=seed)
    train, test = (rows[~np.isnan(rows[:, place])] for rows in (train, test))
    trees.fit(np.delete(train, place, 1), train[:, place])
    told = trees.predict(np.delete(test, place, 1))
    if choices[place]:
        return float(metrics.f1_score(test[:, place], told, average="macro"))
    return float(metrics.r2_score(test[:, place], told))


def _kind(column):
    if column.categories is not None:
        return "categorical"
    return "datetime" if column.dates else "numerical"
