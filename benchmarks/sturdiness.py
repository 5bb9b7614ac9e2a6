"""How often does a model fail that nobody has tuned?

    npm pack emoji-datasource-google
    # and the photos that docs/guides/datasets.md names
    export KERAS_GAN_ZOO_DATA=.
    KERAS_BACKEND=jax python benchmarks/sturdiness.py --out sturdiness

Trains R3DCGAN with no argument, and older models with their papers' recipes, from
three seeds on each of seven sets, for a few minutes each. `Diagnose` watches. A run
fails if it has raised an alarm, or if its samples at the end cover less than half of
what as many real images do; on the toys, if a mode is missing. The runs are appended to
`--out`/runs.jsonl; a second call takes up where the first one stopped.
"""

import argparse
import json
import pathlib
import time

import keras

import keras_gan_zoo as kgz
from keras_gan_zoo import datasets

BATCH = 32
# Steps of each set: what takes some minutes of two cores.
STEPS = {
    "ring": 4_000,
    "grid": 8_000,
    "digits": 8_000,
    "fashion_mnist_mini": 2_500,
    "avatars": 2_500,
    "emoji": 2_500,
    "photos": 2_500,
}
TOYS = {
    "ring": (datasets.RING_CENTERS, datasets.RING_STD),
    "grid": (datasets.grid_centers(5), datasets.GRID_STD),
}
MODELS = {
    "R3DCGAN": kgz.R3DCGAN,
    "VanillaGAN": kgz.VanillaGAN,
    "DCGAN": kgz.DCGAN,
    "LSGAN": kgz.LSGAN,
    "WGAN": kgz.WGAN,
    "WGANGP": kgz.WGANGP,
}


def load(name):
    """Training images and test images, or points; pictures of 64 pixels are halved."""
    if name in TOYS:
        points = getattr(datasets, name)(50_000).images
        return points[2_000:], points[:2_000]
    if name in ("digits", "fashion_mnist_mini"):
        images = datasets.load(name).images
        return images[500:], images[:500]
    pair = {
        "avatars": lambda split: datasets.avatars(split).images,
        "emoji": lambda split: datasets.emoji("noto", split).images,
        "photos": lambda split: datasets.photos(64, split)[0],
    }[name]
    return [datasets.downsample(pair(split), 2) for split in ("train", "test")]


def train(model_name, set_name, seed):
    """Trains one model from one seed. Returns a record."""
    keras.utils.set_random_seed(seed)
    images, test = load(set_name)
    model = MODELS[model_name](seed=seed)
    batch_size = 100 if set_name in TOYS else BATCH
    diagnose = kgz.callbacks.Diagnose(images, test, num=250, verbose=0)
    epochs = max(1, round(STEPS[set_name] * batch_size / len(images)))
    begun = time.perf_counter()
    try:
        model.fit(
            images,
            batch_size=batch_size,
            epochs=epochs,
            verbose=0,
            callbacks=[diagnose],
        )
    except ValueError as error:  # a model of images alone, and points
        return {"refused": str(error)}
    record = {
        "seconds": round(time.perf_counter() - begun, 1),
        "alarms": [finding.name for finding in diagnose.findings],
        "coverage": round(diagnose.history[-1].coverage, 3),
    }
    if set_name in TOYS:
        centers, std = TOYS[set_name]
        points = model.generate(2_500, seed=seed)
        scores = kgz.metrics.mode_coverage(points, centers, std)
        record |= {"modes": scores[0], "of": len(centers)}
    return record


def is_healthy(record):
    """Whether a run has come to a good end."""
    if record["alarms"]:
        return False
    if "modes" in record:
        return record["modes"] == record["of"]
    return record["coverage"] >= 0.5


def print_table(records):
    """Prints a row for each model: healthy runs by set, and their least coverage."""
    sets = list(dict.fromkeys(record["set"] for record in records))
    print(f"\n| model | {' | '.join(sets)} | healthy |")
    print(f"| --- |{' --- |' * len(sets)} --- |")
    for model in dict.fromkeys(record["model"] for record in records):
        runs = [r for r in records if r["model"] == model and "refused" not in r]
        cells = []
        for name in sets:
            of_set = [run for run in runs if run["set"] == name]
            if not of_set:
                cells.append("")
                continue
            good = sum(map(is_healthy, of_set))
            score = "modes" if name in TOYS else "coverage"
            worst = min(run[score] for run in of_set)
            alarms = sorted({alarm for run in of_set for alarm in run["alarms"]})
            words = ", ".join([f"{good} of {len(of_set)} ({worst})", *alarms])
            cells.append(words)
        healthy = f"{sum(map(is_healthy, runs))} of {len(runs)}"
        print(f"| {model} | {' | '.join(cells)} | {healthy} |")


def main(options):
    """Trains what is not in the file yet, and prints the table of all."""
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "runs.jsonl"
    text = path.read_text() if path.exists() else ""
    records = [json.loads(line) for line in text.splitlines()]
    done = {(r["model"], r["set"], r["seed"]) for r in records}
    for model in options.models:
        for set_name in options.sets:
            for seed in range(options.seeds):
                if (model, set_name, seed) in done:
                    continue
                key = {"model": model, "set": set_name, "seed": seed}
                record = key | train(model, set_name, seed)
                records.append(record)
                print(record, flush=True)
                with path.open("a") as file:
                    file.write(json.dumps(record) + "\n")
    print_table(records)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("sturdiness"))
    parser.add_argument("--models", nargs="+", default=list(MODELS))
    parser.add_argument("--sets", nargs="+", default=list(STEPS))
    parser.add_argument("--seeds", type=int, default=3)
    main(parser.parse_args())
