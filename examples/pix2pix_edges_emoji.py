"""Trains Pix2Pix to draw the emoji that belongs to an outline.

    npm pack emoji-datasource-google
    export KERAS_GAN_ZOO_DATA=.
    KERAS_BACKEND=tensorflow python examples/pix2pix_edges_emoji.py

The pairs are 1,706 Noto emoji of 64x64 pixels and their outlines, with their mirror
images. Everything goes to `runs/pix2pix_edges_emoji/`: a picture of held-out outlines,
what is made of them and the true emoji (`epoch_0005.png`, ...), checkpoints
and the preset.
"""

import keras
import numpy as np
import training

import keras_gan_zoo as kgz


def options(epochs, batch_size, width, every=5, **more):
    """Reads the command line. `more`: further whole numbers, and their defaults."""
    parser = training.parser(epochs)
    parser.add_argument("--batch-size", type=int, default=batch_size)
    parser.add_argument(
        "--width", type=int, default=width, help="channels next to the image"
    )
    parser.add_argument(
        "--every", type=int, default=every, help="epochs between pictures"
    )
    for name, default in more.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=default)
    return parser.parse_args()


def linear_decay(epochs, rate):
    """The paper's schedule: `rate` for half of the epochs, then evenly down to 0."""
    return keras.callbacks.LearningRateScheduler(
        lambda epoch: rate * min(1, 2 * (1 - epoch / epochs))
    )


def fit(model, data, folder, epochs, draw, chosen, callbacks=(), **more):
    """Trains and draws, with all files in a folder. Returns the minutes it took.

    The other arguments are those of `train`.
    """
    grid = kgz.callbacks.SampleGrid(
        folder, draw=draw, every=chosen.every, columns=12, scale=2
    )
    minutes, _ = training.train(
        model,
        data,
        folder / "checkpoints",
        epochs,
        chosen.seed,
        [grid, *callbacks],
        **more,
    )
    return minutes


def train(name, model, data, origin, draw, chosen, callbacks=(), **more):
    """Trains, draws and saves.

    Args:
        name: Of the preset and of this script.
        model: A GAN.
        data: What `fit` takes.
        origin: Where the data is from, in words.
        draw: Model to uint8 images, twelve a row.
        chosen: The options.
        callbacks: More callbacks.
        **more: More arguments of `model.fit`.
    """
    folder = chosen.out / name
    minutes = fit(model, data, folder, chosen.epochs, draw, chosen, callbacks, **more)
    training.save_preset(model, folder / name, chosen, minutes, origin)


def mirrored(images):
    """The images and their mirror images."""
    return np.concatenate([images, images[:, :, ::-1]])


if __name__ == "__main__":
    chosen = options(epochs=60, batch_size=8, width=16)
    targets = mirrored(kgz.datasets.emoji("noto").images)
    held_out = kgz.datasets.emoji("noto", split="test").images[:24]
    outlines = kgz.datasets.edges(held_out)
    train(
        "pix2pix_edges_emoji",
        # Smaller patches than the paper's 70 pixels, because the images are smaller.
        kgz.Pix2Pix(width=chosen.width, patch=34, seed=chosen.seed),
        (kgz.datasets.edges(targets), targets),
        "1,706 Noto Emoji without skin tone (Apache-2.0, Google)",
        lambda model: kgz.images.side_by_side(
            outlines, model.translate(outlines), held_out
        ),
        chosen,
        [linear_decay(chosen.epochs, 2e-4)],
        batch_size=chosen.batch_size,
    )
