"""Asks a model that reads sentences for hair in colors that no caption has named.

    KERAS_BACKEND=torch python benchmarks/evaluate_synonyms.py \\
        runs/dfgan_avatars_32_sentences/dfgan_avatars_32_sentences

The argument is a preset or its folder, trained by `examples/dfgan_avatars.py --text
sentences`. Prints a row for each word: the share of 200 prompts in whose samples the
shipped classifier reads one of the colors that the word means. `known words` are the
same prompts in the words of the training, and `another word` judges the samples of each
synonym by the one that follows: what chance reaches.

The last column has logistic regression in place of the GAN, from the sentences of the
training captions to the color of the hair. It says how much of the words' meaning the
sentences hold.
"""

import re
import sys

import evaluate_captions
import keras
import numpy as np
import records
from evaluate_captions import head, line
from sklearn.linear_model import LogisticRegression

import keras_gan_zoo as kgz
from keras_gan_zoo import datasets
from keras_gan_zoo.metrics import avatar_attributes
from keras_gan_zoo.resampling import resize_bicubic

NUM = 200
SIDE = 64  # what the classifier reads
COLORS = evaluate_captions.WORDS["hairColor"]
# Words that no caption has, and what captions call the colors that they mean.
SYNONYMS = {
    "ginger": ("orange", "red"),
    "brunette": ("brown",),
    "blonde": ("blond",),
    "gray": ("white",),
    "auburn": ("brown", "red", "orange"),
    "carrot": ("orange",),
    "chestnut": ("brown",),
    "chocolate": ("brown",),
    "copper": ("orange", "red", "brown"),
    "crimson": ("red",),
    "ebony": ("black",),
    "fair": ("blond",),
    "flaxen": ("blond",),
    "fuchsia": ("pink",),
    "grey": ("white",),
    "honey": ("blond",),
    "jet": ("black",),
    "magenta": ("pink",),
    "raven": ("black",),
    "rose": ("pink",),
    "ruby": ("red",),
    "scarlet": ("red",),
    "snowy": ("white",),
}


def colors(images):
    """What captions call the color of the hair that the classifier reads, by image."""
    if images.shape[1] != SIDE:
        images = resize_bicubic(images.astype("float32"), SIDE, SIDE)
        images = keras.ops.convert_to_numpy(keras.ops.clip(images, 0, 255))
        images = np.rint(images).astype("uint8")
    read = avatar_attributes(images)
    values = np.array(read.values["hairColor"])[read.attributes["hairColor"]]
    return [COLORS[value] for value in values]


def reader(encoder, faces):
    """Logistic regression from sentences to the color of the hair, where it is said."""
    values = np.array(faces.values["hairColor"])[faces.attributes["hairColor"]]
    said = [
        (caption, COLORS[value])
        for (caption, *_), value in zip(faces.captions, values, strict=True)
        if re.search(rf"\b{COLORS[value]}\b", caption)
    ]
    texts, names = map(list, zip(*said, strict=True))
    return LogisticRegression(max_iter=1_000).fit(encoder.encode(texts)[:, 0], names)


def share(found, meant):
    """How many of the colors that were found are among those that were meant."""
    fits = [color in wanted for color, wanted in zip(found, meant, strict=True)]
    return np.mean(fits)


def main(preset):
    """Prints the table of a preset."""
    model = kgz.GAN.from_preset(records.folder_of(preset))
    faces = datasets.avatars("train", captions=5)
    reads = reader(model.text, faces)
    asked = evaluate_captions.new_combinations(faces, NUM)

    def found(color=None):
        prompts = [evaluate_captions.prompt(face, color) for face in asked]
        read = reads.predict(model.text.encode(prompts)[:, 0])
        return colors(model.generate(prompts, seed=0)), read

    def row(name, *shares):
        line(name, *[f"{number:.0%}" for number in shares])

    head("Hair", "drawn", "read from the sentences")
    own = [(COLORS[face["hairColor"]],) for face in asked]
    row("known words", *[share(colors, own) for colors in found()])
    shares, others = [], []
    for (word, meant), other in zip(
        SYNONYMS.items(), np.roll(list(SYNONYMS), -1), strict=True
    ):
        of_word = found(word)
        shares.append([share(colors, [meant] * NUM) for colors in of_word])
        others.append([share(colors, [SYNONYMS[other]] * NUM) for colors in of_word])
        row(f"{word}: {' or '.join(meant)}", *shares[-1])
    row(f"all {len(SYNONYMS)}", *np.mean(shares, axis=0))
    row("another word", *np.mean(others, axis=0))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
