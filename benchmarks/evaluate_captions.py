"""Asks models that draw avatars for combinations that no training face has.

    KERAS_BACKEND=torch python benchmarks/evaluate_captions.py dfgan_avatars_64

Each argument is the name of a preset, or its folder. Prints tables in Markdown, and
writes the scores into `preset.json`.

The first: 2,000 prompts, each of which names hair, its color, eyes, mouth and skin, in
a combination that no training face has, and a sample of each. The numbers are shares
of samples in which the shipped classifier reads what was asked. `light skin` stands for
several values, of which each counts. `others' prompts` compares the samples with the
prompts of others: what chance reaches. `held-out faces` are real faces and what their
own attributes are called: what the classifier reaches.

The second: 200 samples of each of ten prompts. How many values of an attribute that the
prompt does not name occur, on average, beside those of as many training faces.

The third: samples of the captions of the faces held out, against those, by the
features of the classifier, beside as many training faces.
"""

import dataclasses
import itertools
import sys

import numpy as np
import records

import keras_gan_zoo as kgz
from keras_gan_zoo import datasets
from keras_gan_zoo.datasets.avatar_captions import HAIR_COLORS, TRAITS, WORN
from keras_gan_zoo.metrics import avatar_attributes
from keras_gan_zoo.metrics.extractors import avatar_cnn

COLUMNS = kgz.evaluation.DEFAULT_METRICS
NAMED = ("hair", "hairColor", "eyes", "mouth", "skinColor")
UNNAMED = ("body", "clothingColor", "facialHair", "nose")
# What each value is called; hair without a color is left out.
WORDS = {
    "hair": {k: v[0] for k, v in TRAITS["hair"].items() if "{color}" in v[0]},
    "hairColor": {value: names[0] for value, names in HAIR_COLORS.items()},
    "eyes": {
        value: words[0] for value, words in {**TRAITS["eyes"], **WORN["eyes"]}.items()
    },
    "mouth": {value: words[0] for value, words in TRAITS["mouth"].items()},
    "skinColor": {value: words[0] for value, words in TRAITS["skinColor"].items()},
}


def prompt(asked, color=None):
    """A caption of five attributes, a dict of their values, or of another color."""
    words = {name: WORDS[name][value] for name, value in asked.items()}
    hair = words["hair"].format(color=color or words["hairColor"])
    start = f"a person with {hair}, {words['mouth']}"
    if asked["eyes"] in WORN["eyes"]:
        return f"{start} and {words['skinColor']}, wearing {words['eyes']}"
    return f"{start}, {words['skinColor']} and {words['eyes']}"


def combinations(faces):
    """The five attributes of faces, a list of tuples of values."""
    columns = [np.array(faces.values[name])[faces.attributes[name]] for name in NAMED]
    return list(zip(*columns, strict=True))


def new_combinations(faces, num):
    """Draws combinations that no face has, a list of dicts."""
    seen, random = set(combinations(faces)), np.random.RandomState(0)
    every = [c for c in itertools.product(*WORDS.values()) if c not in seen]
    chosen = random.choice(len(every), num, replace=False)
    return [dict(zip(NAMED, every[at], strict=True)) for at in chosen]


def as_asked(images, asked):
    """Shares of images with what was asked, by attribute."""
    read = avatar_attributes(images)
    shares = {}
    for name in NAMED:
        words = WORDS[name]
        found = np.array(read.values[name])[read.attributes[name]]
        fits = [
            words.get(value) == words[wanted[name]]
            for value, wanted in zip(found, asked, strict=True)
        ]
        shares[name] = float(np.mean(fits))
    return shares


def held_out(faces):
    """Held-out faces of which all five attributes show, and their combinations."""
    rows = np.all([faces.visible[name] for name in NAMED], axis=0)
    pairs = zip(faces.images[rows], np.array(combinations(faces))[rows], strict=True)
    kept = [(x, c) for x, c in pairs if c[0] in WORDS["hair"]]
    images, found = zip(*kept, strict=True)
    return np.stack(images), [dict(zip(NAMED, c, strict=True)) for c in found]


def kinds(images):
    """How many values of the attributes that no prompt names occur, by attribute."""
    read = avatar_attributes(images).attributes
    return {name: len(np.unique(read[name])) for name in UNNAMED}


def variety(model, asked):
    """Mean numbers of values among 200 samples of one prompt."""
    counts = [kinds(model.generate(prompt(c), 200, seed=0)) for c in asked]
    return {name: float(np.mean([c[name] for c in counts])) for name in UNNAMED}


def line(*cells):
    """Prints a row of a table."""
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def head(*cells):
    """Prints the head of a table."""
    print()
    line(*cells)
    line(*["---"] * len(cells))


def evaluate(preset):
    """Prints the tables of a preset, and writes its scores into its record."""
    folder = records.folder_of(preset)
    model = kgz.GAN.from_preset(folder)
    train, test = datasets.avatars("train"), datasets.avatars("test", captions=1)

    asked = new_combinations(train, 2_000)
    samples = model.generate([prompt(c) for c in asked], seed=0)
    rows = {
        folder.name: as_asked(samples, asked),
        "others' prompts": as_asked(samples, asked[1:] + asked[:1]),
        "held-out faces": as_asked(*held_out(test)),
    }
    head("As asked", *NAMED, "mean")
    for name, shares in rows.items():
        numbers = [*shares.values(), np.mean(list(shares.values()))]
        line(name, *[f"{number:.1%}" for number in numbers])

    varied = variety(model, asked[:10])
    head("Values that occur", *UNNAMED)
    line(folder.name, *[f"{count:.1f}" for count in varied.values()])
    line("training faces", *kinds(train.images[:200]).values())

    protocol = {"extractor": avatar_cnn(), "num_samples": len(test.images)}
    drawn = model.generate(list(test.captions[:, 0]), seed=1)
    compared = {folder.name: drawn, "training faces": train.images}
    head("Images", *COLUMNS)
    for name, images in compared.items():
        evaluation = kgz.evaluate(images, test.images, **protocol)
        line(name, *[f"{evaluation[column]:.2f}" for column in COLUMNS])
        compared[name] = evaluation

    evaluation = dataclasses.asdict(compared[folder.name])
    records.write(folder, evaluation=evaluation, as_asked=rows[folder.name])


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    for argument in sys.argv[1:]:
        evaluate(argument)
