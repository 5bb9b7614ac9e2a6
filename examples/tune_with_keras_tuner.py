"""Searches DCGAN's learning rates and penalty with KerasTuner; bad trials end early.

    pip install ".[tune]"
    KERAS_BACKEND=tensorflow python examples/tune_with_keras_tuner.py

Five minutes on 2 CPU cores. Hyperband trains nine random choices for one epoch, lets
the best three go on to three epochs, and the best of these to nine. What goes on starts
from its file, which holds the optimizers too, so nothing is trained twice. Prints the
choices, best first, with the paper's among them; docs/guides/tuning.md reads the table.
"""

import argparse
import pathlib

import keras
import keras_tuner

import keras_gan_zoo as kgz

HYPERPARAMETERS = ["generator_rate", "discriminator_rate", "r1_gamma"]
METRICS = ["frechet_distance", "precision", "coverage"]
FORMATS = ["d", ".2g", ".2g", ".2g", ".2f", ".2f", ".2f"]


class SmallDCGAN(keras_tuner.HyperModel):
    """What is searched; the defaults are the paper's."""

    def build(self, hp):
        rates = {"min_value": 2e-5, "max_value": 2e-3, "sampling": "log"}
        generator_rate = hp.Float("generator_rate", default=2e-4, **rates)
        discriminator_rate = hp.Float("discriminator_rate", default=2e-4, **rates)
        r1_gamma = hp.Choice("r1_gamma", [0.0, 0.1, 1.0, 10.0], default=0.0)
        model = kgz.DCGAN(base_channels=8, seed=0)
        model.compile(
            generator_optimizer=keras.optimizers.Adam(generator_rate, 0.5),
            discriminator_optimizer=keras.optimizers.Adam(discriminator_rate, 0.5),
            regularizers=kgz.regularizers.R1(r1_gamma) if r1_gamma else [],
        )
        return model


class GANTuner(keras_tuner.Hyperband):
    """Trains each trial for as long as Hyperband says, and evaluates its samples."""

    def run_trial(self, trial, images, score):
        hp = trial.hyperparameters
        if "tuner/trial_id" in hp:
            model = keras.saving.load_model(self.file(hp["tuner/trial_id"]))
        else:
            model = self.hypermodel.build(hp)
        first, last = hp["tuner/initial_epoch"], hp["tuner/epochs"]
        model.fit(images, batch_size=32, initial_epoch=first, epochs=last, verbose=0)
        model.save(self.file(trial.trial_id))
        return score(model)

    def file(self, trial_id):
        """Where a trial's model is kept."""
        return pathlib.Path(self.project_dir) / f"{trial_id}.keras"


def search(images, score, options):
    """Runs the trials.

    Returns:
        A list of rows, one of each choice: epochs, hyperparameters and metrics.
    """
    tuner = GANTuner(
        SmallDCGAN(),
        keras_tuner.Objective("frechet_distance", direction="min"),
        max_epochs=options.epochs,
        seed=options.seed,
        directory=options.out,
        project_name="tune_with_keras_tuner",
        overwrite=True,
    )
    tuner.oracle.max_trials = options.trials
    tuner.search(images, score)
    rows = {}
    for trial in tuner.oracle.trials.values():
        if trial.status == "COMPLETED":  # KerasTuner reports a failure and goes on
            hp = trial.hyperparameters
            scores = [trial.metrics.get_best_value(metric) for metric in METRICS]
            # One that went on came later, and replaces what it started from.
            rows[choice(hp)] = [hp["tuner/epochs"], *choice(hp), *scores]
    return list(rows.values())


def paper(images, score, epochs):
    """Trains with the paper's choice, and returns one more row."""
    hp = keras_tuner.HyperParameters()
    model = SmallDCGAN().build(hp)
    model.fit(images, batch_size=32, epochs=epochs, verbose=0)
    return [epochs, *choice(hp), *score(model).values()]


def choice(hp):
    """The values of what is searched."""
    return tuple(hp[name] for name in HYPERPARAMETERS)


def main(options):
    """Searches, and prints a Markdown table."""
    keras.utils.set_random_seed(options.seed)
    images, _ = kgz.datasets.load("fashion_mnist_mini")
    training, held_out = images[:-2_000][: options.images], images[-2_000:]
    extractor = kgz.metrics.extractors.fashion_mnist_cnn()

    def score(model):
        protocol = {"extractor": extractor, "num_samples": len(held_out)}
        return dict(kgz.evaluate(model, held_out, METRICS, **protocol))

    rows = search(training, score, options)
    rows.append(paper(training, score, options.epochs))
    header = ["epochs", *HYPERPARAMETERS, *METRICS]
    print(f"| {' | '.join(header)} |\n{'| --- ' * len(header)}|")
    best_first = header.index("frechet_distance")
    for row in sorted(rows, key=lambda row: row[best_first]):
        cells = [format(*pair) for pair in zip(row, FORMATS, strict=True)]
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=13)
    parser.add_argument("--epochs", type=int, default=9, help="of the best, at most")
    parser.add_argument("--images", type=int, default=8_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=pathlib.Path, default="runs")
    main(parser.parse_args())
