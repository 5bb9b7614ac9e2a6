"""Scores CTGAN beside the package of its authors, at equal epochs on one core.

    pip install --no-deps plotnine statsmodels    # whose data the tables are
    pip install ctgan "keras_gan_zoo[tables]"     # an environment of its own is best
    KERAS_BACKEND=torch OMP_NUM_THREADS=1 taskset -c 0 python benchmarks/tabular.py

Both see four fifths of the rows and have the settings of the paper. The last fifth
judges as many generated rows. Prints one line of JSON for each table and package.
"""

import argparse
import importlib.util
import json
import pathlib
import time

import pandas

import keras_gan_zoo as kgz

TABLES = {
    # File of a package, columns of categories that are not text, column to tell.
    "diamonds": ("plotnine", "data/diamonds.csv", [], "price"),
    "randhie": (
        "statsmodels",
        "datasets/randhie/randhie.csv",
        ["idp", "hlthg", "hlthf", "hlthp"],
        "mdvis",
    ),
}


def rows_of(package, path):
    """The table in an order drawn once, in two parts: to train on, and to judge by."""
    found = pathlib.Path(importlib.util.find_spec(package).origin).parent / path
    rows = pandas.read_csv(found).sample(frac=1, random_state=0, ignore_index=True)
    judges = rows.index % 5 == 0
    return rows[~judges], rows[judges]


def ours(train, discrete, epochs, seed):
    """Trains ours. Returns a function of a number to so many rows."""
    model = kgz.CTGAN(seed=seed)
    model.fit(train, discrete_columns=discrete, epochs=epochs, verbose=0)
    return lambda num: model.generate(num, seed=seed, verbose=0)


def theirs(train, discrete, epochs, seed):
    """Trains the package's. Returns a function of a number to so many rows."""
    import ctgan

    texts = [n for n in train if not pandas.api.types.is_numeric_dtype(train[n])]
    model = ctgan.CTGAN(epochs=epochs, enable_gpu=False)
    model.set_random_state(seed)
    model.fit(train, [*discrete, *texts])
    return model.sample


def main():
    """Trains each on each table, and prints how good their rows are."""
    options = argparse.ArgumentParser()
    options.add_argument("--tables", nargs="+", default=list(TABLES))
    options.add_argument("--packages", nargs="+", default=["ours", "theirs"])
    options.add_argument("--epochs", type=int, default=300)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    for name in chosen.tables:
        package, path, discrete, target = TABLES[name]
        train, test = rows_of(package, path)
        for which in chosen.packages:
            begin = time.perf_counter()
            learned = {"ours": ours, "theirs": theirs}[which]
            draw = learned(train, discrete, chosen.epochs, chosen.seed)
            seconds = time.perf_counter() - begin
            scores = kgz.metrics.table_scores(draw(len(test)), train, test, target)
            facts = {"table": name, "package": which, "seconds": round(seconds, 1)}
            print(json.dumps({**facts, **scores}), flush=True)


if __name__ == "__main__":
    main()
