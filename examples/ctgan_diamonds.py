"""Makes rows like those of 53,940 diamonds, and scores them.

    pip install --no-deps plotnine    # whose data the table is
    pip install "keras_gan_zoo[tables,privacy]"
    KERAS_BACKEND=jax python examples/ctgan_diamonds.py
    KERAS_BACKEND=jax python examples/ctgan_diamonds.py --epsilon 3 --epochs 120 \\
        --batch-size 1000 --units 128

Every fifth row is kept back and judges: the quality score of sdmetrics, how well a
price is told by what was learned from generated rows, and whether the rows that were
trained on can be told from others. With `--epsilon` the training keeps a budget of
privacy, at delta 1e-5. Everything goes to `runs/ctgan_diamonds/` or
`runs/ctgan_diamonds_private/`: `columns.png`, `rows.csv`, and the preset.
"""

import importlib.metadata
import importlib.util
import json
import pathlib

import pandas
import training

import keras_gan_zoo as kgz


def diamonds():
    """The table in an order drawn once, in two parts: to train on, and to judge by."""
    found = importlib.util.find_spec("plotnine")
    if found is None:
        raise ImportError("pip install --no-deps plotnine")
    path = pathlib.Path(found.origin).parent / "data" / "diamonds.csv"
    rows = pandas.read_csv(path).sample(frac=1, random_state=0, ignore_index=True)
    judges = rows.index % 5 == 0
    return rows[~judges], rows[judges]


def main(chosen):
    """Trains, scores and saves."""
    train, test = diamonds()
    name = "ctgan_diamonds_private" if chosen.epsilon else "ctgan_diamonds"
    folder = chosen.out / name
    settings = {"units": (chosen.units,) * 2, "seed": chosen.seed}
    if chosen.epsilon:
        settings |= {"pack": 1, "conditional": False, "dropout": 0.0}
    model = kgz.CTGAN(**settings)
    if chosen.epsilon:
        budget = kgz.privacy.DPSGD(chosen.epsilon, clip=chosen.clip)
        model.compile(privacy=budget)

    def score(model):
        return kgz.metrics.table_quality(model.generate(5_000, seed=0), test)

    scores = kgz.callbacks.Evaluate(score, every=chosen.every, better="higher")
    fit = {"seed": chosen.seed, "batch_size": chosen.batch_size}
    minutes, _ = training.train(
        model, train, folder, chosen.epochs, callbacks=[scores], **fit
    )
    rows = model.generate(len(test), seed=1)
    found = kgz.metrics.table_scores(rows, train, test, "price")
    print(json.dumps(found, indent=2))
    protocol = {
        "generated_rows": len(rows),
        "seed": 1,
        "real_rows": f"{len(test):,} that were kept back",
        "target": "price",
        "sdmetrics": importlib.metadata.version("sdmetrics"),
    }
    rows.to_csv(folder / "rows.csv", index=False)
    columns = model.encoding.table.preview(model.encoding.table.rows_of(rows))
    kgz.images.to_pillow(columns).save(folder / "columns.png")
    training.save_preset(
        model,
        folder / name,
        chosen,
        minutes,
        "diamonds of plotnine 0.15 (MIT), every fifth of 53,940 rows kept back",
        evaluation={"scores": found, "protocol": protocol},
    )


if __name__ == "__main__":
    options = training.parser(epochs=300)
    options.add_argument("--every", type=int, default=50, help="epochs between scores")
    options.add_argument("--batch-size", type=int, default=500)
    options.add_argument("--units", type=int, default=256)
    options.add_argument("--epsilon", type=float, default=0.0, help="0: no privacy")
    options.add_argument("--clip", type=float, default=1.0)
    main(options.parse_args())
