"""Do generated garments move as real ones do, and can they be recognized?

    export KERAS_BACKEND=torch
    python benchmarks/moving_garments.py mocogan_moving_garments

Generated clips, 16 frames of 32x32 pixels, are compared with clips of garments that are
held out: by their speeds and bounces (`metrics.motion_distances`), and by motion and
content together, a Frechet distance of features of `moving_garments_cnn`. Lower is
better. In single frames `fashion_mnist_cnn` is asked which garment it sees: how often
is it at least 90 % sure, and of how many of the ten classes in 1 % of the frames?

Beside the model stand other held-out clips, and what must score worse: the model's
first frames, each repeated, its frames in any order, and real frames in any order. The
model's scores go into the record of a preset.
"""

import argparse

import numpy as np
import records

import keras_gan_zoo as kgz
from keras_gan_zoo.cli.library import load_model

FRAMES = 16
SHRINK = 2
SIDE = 28 // SHRINK  # pixels of a garment
SURE = 0.9
BRIGHT = 32  # of a garment's pixels, which end in black


def shuffled(clips, seed=0):
    """The frames of each clip in an order of its own."""
    random = np.random.RandomState(seed)
    return np.stack([clip[random.permutation(len(clip))] for clip in clips])


def recognized(clips):
    """Share of frames in which a class is sure, and how many classes are found.

    One frame a clip, the 1st of the first one, the 2nd of the second one, and so on.
    """
    num, length = clips.shape[:2]
    frames = clips[np.arange(num), np.arange(num) % length]
    windows = np.stack([cut(frame) for frame in frames])
    large = windows.repeat(SHRINK, axis=1).repeat(SHRINK, axis=2)
    classifier = kgz.metrics.extractors.fashion_mnist_cnn()
    guesses = classifier.probabilities(large)
    sure = guesses.max(axis=1) >= SURE
    found = np.bincount(guesses[sure].argmax(axis=1), minlength=10) >= num / 100
    return sure.mean(), int(found.sum())


def cut(frame):
    """The square in whose middle lies what is bright, black beyond the frame."""
    bright = frame[..., 0] >= BRIGHT
    y, x = (middle(bright.any(axis=axis)) + SIDE - SIDE // 2 for axis in (1, 0))
    padded = np.pad(frame, [(SIDE, SIDE), (SIDE, SIDE), (0, 0)])
    return padded[y : y + SIDE, x : x + SIDE]


def middle(marked):
    """The middle of what is marked in a row, or of the row, rounded up."""
    places = np.flatnonzero(marked) if marked.any() else np.array([0, len(marked) - 1])
    return (places[0] + places[-1] + 1) // 2


def scores(real, clips):
    """All numbers of a set of clips, by name."""
    features = kgz.metrics.extractors.moving_garments_cnn().features
    motion = kgz.metrics.motion_distances(real, clips)
    share, classes = recognized(clips)
    distance = kgz.metrics.frechet_distance(features(real), features(clips))
    return {
        "frechet_distance": round(distance, 2),
        "speed": round(motion["speed"], 3),
        "bounces": round(motion["bounces"], 3),
        "recognized": round(float(share), 3),
        "classes": classes,
    }


def main(chosen):
    """Prints a table, a row for each set of clips."""
    model = load_model(kgz, chosen.model, "generate")
    real, others = (
        kgz.datasets.moving_garments(
            num=chosen.clips,
            frames=FRAMES,
            size=32,
            shrink=SHRINK,
            garments=1,
            split="test",
            seed=seed,
        ).images
        for seed in (chosen.seed, chosen.seed + 1)
    )
    drawn = model.generate(chosen.clips, seed=0, frames=FRAMES)
    rows = {
        "other real clips": others,
        type(model).__name__: drawn,
        "its first frames": np.repeat(drawn[:, :1], FRAMES, axis=1),
        "its frames, shuffled": shuffled(drawn),
        "real ones, shuffled": shuffled(others),
    }
    found = {name: scores(real, clips) for name, clips in rows.items()}
    print(f"{'':22}", *found["other real clips"], sep="  ")
    for name, values in found.items():
        cells = (f"{value:>{len(key)}}" for key, value in values.items())
        print(f"{name:22}", *cells, sep="  ")
    folder = records.folder_of(chosen.model)
    if folder.is_dir():
        keep(folder, found[type(model).__name__], chosen)


def keep(folder, values, chosen):
    """Writes scores into the record of a preset."""
    evaluation = {
        "scores": values,
        "protocol": {
            "real": f"{chosen.clips} of moving_garments, held out, seed {chosen.seed}",
            "num_generated": chosen.clips,
            "frames": FRAMES,
            "extractor": "moving_garments_cnn",
            "speed": "Wasserstein distance, pixels a frame",
            "bounces": "Wasserstein distance, bounces a clip",
            "recognized": f"fashion_mnist_cnn at least {SURE:.0%} sure",
        },
    }
    records.write(folder, evaluation=evaluation)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("model", help="a preset's name or folder, or a .keras file")
    parser.add_argument("--clips", type=int, default=500)
    parser.add_argument("--seed", type=int, default=2, help="of the real clips")
    main(parser.parse_args())
