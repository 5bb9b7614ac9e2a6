"""Scores models that draw avatars from noise, and edits of their attributes.

    KERAS_BACKEND=torch python benchmarks/evaluate_avatar_samples.py r3_dcgan_avatars_64

Each argument is the name of a preset, or its folder. Prints two tables in Markdown, and
writes the scores into `preset.json`.

The first compares as many samples as there are faces held out with those, by the
features of the shipped classifier of avatars, beside as many training faces. `shift` is
the largest total variation, over all attributes, between how often the classifier reads
each value in 10,000 samples and in the training faces.

The second moves latents, or styles where the model has them, along directions that
were found from what the classifier reads in 10,000 samples. A strength counts standard
deviations along its direction. Of 500 samples without a value, `reached` is the share
that has it afterwards, `kept` the share of those in which another attribute is read as
before, for the one that is so least often, and `all kept` that of all of them. The
strength is chosen on 500 other samples: the one whose smaller of `reached` and `kept`
is largest.
"""

import dataclasses
import sys

import numpy as np
import records

import keras_gan_zoo as kgz
from keras_gan_zoo import datasets
from keras_gan_zoo.latent.spaces import space_of, spaces_of
from keras_gan_zoo.metrics import avatar_attributes
from keras_gan_zoo.metrics.extractors import avatar_cnn

COLUMNS = kgz.evaluation.DEFAULT_METRICS
EDITS = {
    "eyes": "glasses",
    "mouth": "pacifier",
    "skinColor": "#623d36",
    "body": "checkered",
    "hair": "cap",
}
STRENGTHS = np.arange(1.0, 9.0)


def read(images):
    """The indices of the values that the classifier reads, by attribute."""
    return avatar_attributes(images).attributes


def shift(samples, faces):
    """The attribute whose values have changed most in frequency, and by how much."""
    sizes = {name: len(values) for name, values in faces.values.items()}
    found, real = read(samples), read(faces.images)
    distances = {
        name: 0.5 * np.abs(share(found[name], size) - share(real[name], size)).sum()
        for name, size in sizes.items()
    }
    worst = max(distances, key=distances.get)
    return worst, float(distances[worst])


def share(values, size):
    """How often each value occurs."""
    return np.bincount(values, minlength=size) / len(values)


def edited(place, points, direction, before, name, value):
    """For each strength: reached, kept and all kept, and what is kept least."""
    strip = kgz.latent.edit(
        place.model, points, direction, STRENGTHS, space=place.name, verbose=0
    )
    for images in np.moveaxis(strip.samples, 1, 0):
        after = read(images)
        reached = after[name] == value
        same = {n: (after[n] == before[n])[reached] for n in before if n != name}
        if not reached.any():
            yield 0.0, 0.0, 0.0, ""
            continue
        least = min(same, key=lambda n, same=same: same[n].mean())
        kept = np.all(list(same.values()), axis=0).mean()
        yield float(reached.mean()), float(same[least].mean()), float(kept), least


def editing(model, values):
    """Yields a row for each edit."""
    *_, space = spaces_of(model)
    place = space_of(model, space)
    points = place.draw(10_000, seed=1)
    labels = read(place.samples(points, None, verbose=0))
    for name, wanted in EDITS.items():
        value = values[name].index(wanted)
        direction = kgz.latent.find_direction(points, labels[name] == value).vector
        direction = direction * (points @ direction).std()
        without = np.flatnonzero(labels[name] != value)[:1_000]
        results = []
        for rows in (without[:500], without[500:]):
            before = {n: found[rows] for n, found in labels.items()}
            results.append(
                list(edited(place, points[rows], direction, before, name, value))
            )
        chosen, judged = results
        best = max(range(len(STRENGTHS)), key=lambda at: min(chosen[at][:2]))
        yield f"{name}: {wanted}", float(STRENGTHS[best]), judged[best]


def evaluate(preset):
    """Prints the rows of a preset, and writes its scores into its record."""
    folder = records.folder_of(preset)
    model = kgz.GAN.from_preset(folder)
    train, test = datasets.avatars("train"), datasets.avatars("test")
    print(f"\n| Images | {' | '.join(COLUMNS)} | shift |")
    print(f"| --- |{' --- |' * (len(COLUMNS) + 1)}")
    rows = {folder.name: model, "training faces": train.images}
    protocol = {"extractor": avatar_cnn(), "num_samples": len(test.images)}
    evaluations = {
        name: kgz.evaluate(source, test.images, **protocol)
        for name, source in rows.items()
    }
    moved = shift(model.generate(10_000, seed=0), train)
    for name, evaluation in evaluations.items():
        cells = [f"{evaluation[column]:.2f}" for column in COLUMNS]
        last = f"{moved[1]:.2f} ({moved[0]})" if name == folder.name else ""
        print(f"| {name} | {' | '.join(cells)} | {last} |", flush=True)
    print("\n| Edit | strength | reached | kept | all kept |")
    print("| --- | --- | --- | --- | --- |")
    edits = {}
    for name, strength, scores in editing(model, train.values):
        reached, kept, all_kept, least = scores
        cells = f"{strength:g} | {reached:.1%} | {kept:.1%} ({least}) | {all_kept:.1%}"
        print(f"| {name} | {cells} |", flush=True)
        edits[name] = {"reached": reached, "kept": kept, "all_kept": all_kept}
    records.write(
        folder,
        evaluation=dataclasses.asdict(evaluations[folder.name]),
        shift=dict([moved]),
        edits=edits,
    )


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    for argument in sys.argv[1:]:
        evaluate(argument)
