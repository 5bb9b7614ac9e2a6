"""Attacks tables: can the rows that a model was trained on be told from others?

    pip install --no-deps plotnine    # whose data the table is
    pip install "keras_gan_zoo[tables,privacy]"
    KERAS_BACKEND=jax python benchmarks/membership.py

Of 53,940 diamonds 2,000 are trained on and 2,000 are not. The attackers have a
generated table of 2,000: one goes by the distance to the nearest generated row alone,
the other trains eight shadow models, too. Prints one line of JSON for each model, about
10 minutes each on one core.
"""

import argparse
import json
import pathlib
import sys
import time

sys.path.append(str(pathlib.Path(__file__).parents[1] / "examples"))
from ctgan_diamonds import diamonds

import keras_gan_zoo as kgz


def copied(rows, seed):
    """The worst case: the training rows themselves."""
    return rows


def trained(rows, seed, epochs=300):
    """Rows of a CTGAN."""
    model = kgz.CTGAN(seed=seed)
    model.fit(rows, epochs=epochs, verbose=0)
    return model.generate(len(rows), seed=seed, verbose=0)


def private(rows, seed, epochs=120):
    """Rows of one that keeps a budget, with the networks of the preset."""
    model = kgz.CTGAN(
        units=(128, 128), pack=1, conditional=False, dropout=0.0, seed=seed
    )
    model.compile(privacy=kgz.privacy.DPSGD(3.0))
    model.fit(rows, batch_size=100, epochs=epochs, verbose=0)
    return model.generate(len(rows), seed=seed, verbose=0)


MODELS = {"copies": copied, "CTGAN": trained, "CTGAN, epsilon 3": private}


def main():
    """Attacks each model, and prints how well that went."""
    options = argparse.ArgumentParser()
    options.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    options.add_argument("--rows", type=int, default=2_000)
    options.add_argument("--shadows", type=int, default=8)
    chosen = options.parse_args()
    rows, _ = diamonds()
    train, others = (
        rows.iloc[begin : begin + chosen.rows].reset_index(drop=True)
        for begin in (0, chosen.rows)
    )
    for name in chosen.models:
        begin = time.perf_counter()
        learn = MODELS[name]
        tables = learn(train, chosen.shadows), train, others
        scores = {
            "quality": kgz.metrics.table_quality(tables[0], others)["quality"],
            "by_distance": kgz.metrics.membership_advantage(*tables),
            "by_shadows": kgz.metrics.shadow_advantage(learn, *tables, chosen.shadows),
        }
        scores = {score: round(value, 3) for score, value in scores.items()}
        seconds = round(time.perf_counter() - begin)
        print(json.dumps({"model": name, "seconds": seconds, **scores}), flush=True)


if __name__ == "__main__":
    main()
