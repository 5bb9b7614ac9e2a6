"""Do generated garments move as real ones do, and can they be recognized?

    export KERAS_BACKEND=torch
    python benchmarks/moving_garments.py mocogan_moving_garments

Speeds and bounces of generated clips are compared with those of clips of garments that
are held out (`metrics.motion_distances`, lower is better). Beside the model stand other
held-out clips, each of which begins elsewhere, and what must score worse: the model's
first frames, each repeated, its frames in any order, and real frames in any order. In
single frames `fashion_mnist_cnn` is asked which garment it sees: how often is it at
least 90 % sure, and of how many of the ten classes in at least 1 % of the frames? The
scores go into the record of a preset.
"""

import argparse
import json
import pathlib

import keras
import numpy as np

import keras_gan_zoo as kgz

SIDE = 28  # pixels of a garment, as the classifier knows them
SURE = 0.9
BRIGHT = 32  # of a garment's pixels, which end in black


def loaded(name):
    """A model, and the folder of its preset if it is one."""
    path = pathlib.Path(name)
    if path.is_file():
        return keras.saving.load_model(path), None
    folder = path if path.is_dir() else kgz.presets.SHIPPED / name
    return kgz.GAN.from_preset(folder), folder


def shuffled(clips, seed=0):
    """The frames of each clip in an order of its own."""
    random = np.random.RandomState(seed)
    return np.stack([clip[random.permutation(len(clip))] for clip in clips])


def recognized(clips, shrink):
    """Share of frames in which a class is sure, and how many classes are found.

    One frame a clip, the 1st of the first one, the 2nd of the second one, and so on.
    """
    num, length = clips.shape[:2]
    frames = clips[np.arange(num), np.arange(num) % length]
    windows = np.stack([cut(frame, SIDE // shrink) for frame in frames])
    large = windows.repeat(shrink, axis=1).repeat(shrink, axis=2)
    classifier = kgz.metrics.extractors.fashion_mnist_cnn()
    guesses = classifier.probabilities(large)
    sure = guesses.max(axis=1) >= SURE
    found = np.bincount(guesses[sure].argmax(axis=1), minlength=10) >= num / 100
    return sure.mean(), int(found.sum())


def cut(frame, side):
    """The square in whose middle lies what is bright, black beyond the frame."""
    bright = frame[..., 0] >= BRIGHT
    corner = [middle(bright.any(axis=axis)) + side - side // 2 for axis in (1, 0)]
    padded = np.pad(frame, [(side, side), (side, side), (0, 0)])
    return padded[corner[0] : corner[0] + side, corner[1] : corner[1] + side]


def middle(marked):
    """The middle of what is marked in a row, or of the row, rounded up."""
    places = np.flatnonzero(marked) if marked.any() else np.array([0, len(marked) - 1])
    return (places[0] + places[-1] + 1) // 2


def main(chosen):
    """Prints a table, a row for each set of clips."""
    model, folder = loaded(chosen.model)
    real, others = (
        kgz.datasets.moving_garments(
            num=chosen.clips,
            frames=chosen.frames,
            size=model.image_shape[1],
            shrink=chosen.shrink,
            garments=1,
            split="test",
            seed=seed,
        ).images
        for seed in (chosen.seed, chosen.seed + 1)
    )
    drawn = model.generate(chosen.clips, seed=0, frames=chosen.frames)
    rows = {
        "other real clips": others,
        type(model).__name__: drawn,
        "its first frames": np.repeat(drawn[:, :1], chosen.frames, axis=1),
        "its frames, shuffled": shuffled(drawn),
        "real ones, shuffled": shuffled(others),
    }
    print(f"{'':22}speed  bounces  recognized  classes")
    for name, clips in rows.items():
        motion = kgz.metrics.motion_distances(real, clips)
        share, classes = recognized(clips, chosen.shrink)
        line = f"{motion['speed']:5.2f}  {motion['bounces']:7.2f}  {share:10.0%}"
        print(f"{name:22}{line}  {classes:7}")
        if clips is drawn and folder:
            keep(folder, {**motion, "recognized": share, "classes": classes}, chosen)


def keep(folder, scores, chosen):
    """Writes the scores into the record of a preset."""
    path = folder / "preset.json"
    manifest = json.loads(path.read_text())
    manifest["record"]["evaluation"] = {
        "scores": {
            "motion_speed": round(scores["speed"], 3),
            "motion_bounces": round(scores["bounces"], 3),
            "recognized": round(float(scores["recognized"]), 3),
            "classes": scores["classes"],
        },
        "protocol": {
            "real": f"{chosen.clips} of moving_garments, held out, seed {chosen.seed}",
            "num_generated": chosen.clips,
            "frames": chosen.frames,
            "units": "pixels a frame, bounces a clip (Wasserstein distances)",
            "recognized": f"fashion_mnist_cnn at least {SURE:.0%} sure",
        },
    }
    path.write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("model", help="a preset's name or folder, or a .keras file")
    parser.add_argument("--clips", type=int, default=500)
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--shrink", type=int, default=2, help="of the garments")
    parser.add_argument("--seed", type=int, default=2, help="of the real clips")
    main(parser.parse_args())
