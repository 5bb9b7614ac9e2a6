"""Clips of garments that move and bounce, drawn on the spot."""

import numpy as np

from keras_gan_zoo.datasets import fashion_mnist
from keras_gan_zoo.datasets.base import Dataset, check_positive, check_split, in_split
from keras_gan_zoo.datasets.degradations import downsample

SIDE = 28  # pixels of Fashion-MNIST


def moving_garments(
    num=1_000,
    frames=20,
    size=64,
    garments=2,
    shrink=1,
    speed=(2.0, 5.0),
    split="train",
    seed=0,
    data_dir=None,
) -> Dataset:
    """Draw clips of garments that move straight on and bounce off the borders.

    They are those of Fashion-MNIST, in the manner of Moving MNIST: each starts
    anywhere, in any direction; where two lie over each other the brighter pixel is
    seen. Each clip has a stream of random numbers of its own, so more clips begin with
    the same ones, and longer clips with the same frames: the future of a clip can be
    known.

    Args:
        num: Number of clips.
        frames: Frames of a clip.
        size: Height and width of a frame in pixels.
        garments: How many there are in a clip.
        shrink: Factor by which garments of 28x28 pixels become smaller: 1, 2, 4, 7 or
            14.
        speed: (lowest, highest) in pixels a frame, drawn uniformly.
        split: `"train"`, `"test"` or `"all"`; no garment is in both.
        seed: Of the random generator; equal seeds give equal clips.
        data_dir: A folder with the IDX files of Fashion-MNIST, whose splits are then
            taken. Without it garments are from the embedded `fashion_mnist_mini`, of
            which one in six is for testing.

    Returns:
        A `Dataset`: uint8 clips `(num, frames, size, size, 1)` and the int32 classes of
        their garments, `(num, garments)`.

    Raises:
        ValueError: If an argument is invalid, or a garment is larger than the frame.
        FileNotFoundError: If `data_dir` does not hold the files.

    Examples:
        >>> clips, classes = moving_garments(num=3, frames=10)
        >>> clips.shape, classes.shape
        ((3, 10, 64, 64, 1), (3, 2))

    Reference:
        - [Srivastava et al., 2015](https://arxiv.org/abs/1502.04681), Moving MNIST.
        - [Xiao et al., 2017](https://arxiv.org/abs/1708.07747), Fashion-MNIST.
    """
    counts = {"num": num, "frames": frames, "size": size, "garments": garments}
    for name, value in counts.items():
        check_positive(name, value)
    check_split(split)
    _check_speed(speed)
    room = size - _side(size, shrink)
    images, labels = _garments(split, data_dir)
    images = downsample(images, shrink)[..., 0]
    clips = np.zeros((num, frames, size, size), "uint8")
    classes = np.empty((num, garments), "int32")
    for i, clip in enumerate(clips):
        random = np.random.default_rng([seed, i])
        for k in range(garments):
            chosen = random.integers(len(images))
            _draw(clip, images[chosen], _path(random, frames, room, speed))
            classes[i, k] = labels[chosen]
    return Dataset(clips[..., None], classes)


def load(split, data_dir, **kwargs) -> Dataset:
    """Draw clips as `moving_garments` does."""
    return moving_garments(split=split, data_dir=data_dir, **kwargs)


def _check_speed(speed):
    if len(speed) != 2 or not 0 <= speed[0] <= speed[1] < np.inf:
        raise ValueError(
            "speed: expected (lowest, highest) in pixels a frame, from 0, received "
            f"{speed!r}."
        )


def _side(size, shrink):
    """Pixels of a garment's side."""
    check_positive("shrink", shrink)
    if SIDE % shrink or SIDE // shrink > size:
        raise ValueError(
            f"shrink: expected a divisor of {SIDE}, so that garments of {SIDE} / "
            f"shrink pixels fit into frames of size {size}, received {shrink!r}."
        )
    return SIDE // shrink


def _garments(split, data_dir):
    """Images (n, 28, 28, 1) and classes to draw with."""
    if data_dir is not None:
        return fashion_mnist.load(split, data_dir)
    images, labels = fashion_mnist.load_mini()
    chosen = [i for i in range(len(images)) if in_split(f"{i}", split, one_in=6)]
    return images[chosen], labels[chosen]


def _path(random, frames, room, speed):
    """Integer positions (frames, 2) within [0, room], on a line that is reflected."""
    angle, pace = random.uniform(0, 2 * np.pi), random.uniform(*speed)
    step = pace * np.array([np.sin(angle), np.cos(angle)])
    straight = random.uniform(0, room, 2) + step * np.arange(frames)[:, None]
    # There and back again is a distance of 2 * room; without room nothing moves.
    along = np.mod(straight, 2 * room) if room else np.zeros_like(straight)
    return np.rint(room - np.abs(along - room)).astype(int)


def _draw(clip, picture, path):
    """Puts a picture into each frame where it is brighter than what is there."""
    side = len(picture)
    for frame, (y, x) in zip(clip, path, strict=True):
        window = frame[y : y + side, x : x + side]
        np.maximum(window, picture, out=window)
