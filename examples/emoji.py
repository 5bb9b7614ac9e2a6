"""What the scripts that train on emoji share."""

import keras
import numpy as np
import training

import keras_gan_zoo as kgz


def options(epochs, batch_size, base_channels, every=5, **more):
    """Reads the command line. `more`: further whole numbers, and their defaults."""
    parser = training.parser(epochs)
    parser.add_argument("--batch-size", type=int, default=batch_size)
    parser.add_argument(
        "--base-channels",
        "--width",  # its name in the records of the presets
        type=int,
        default=base_channels,
        help="channels next to the image",
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
