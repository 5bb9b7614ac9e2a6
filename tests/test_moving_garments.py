"""Garments that move: paths known ahead, splits without a common garment."""

import numpy as np
import pytest

from keras_gan_zoo import datasets


def corners(clips):
    """Where the one garment of each frame begins, (num, frames, 2)."""
    rows, columns = clips[..., 0].any(axis=-1), clips[..., 0].any(axis=-2)
    return np.stack([rows.argmax(axis=-1), columns.argmax(axis=-1)], axis=-1)


def test_clips_are_the_same_from_the_same_seed_and_through_load():
    clips, classes = datasets.moving_garments(4, frames=6, size=40, seed=3)
    assert clips.shape == (4, 6, 40, 40, 1) and clips.dtype == np.uint8
    assert classes.shape == (4, 2) and classes.dtype == np.int32
    assert classes.min() >= 0 and classes.max() <= 9
    arguments = {"num": 4, "frames": 6, "size": 40}
    again = datasets.load("moving_garments", seed=3, **arguments).images
    np.testing.assert_array_equal(clips, again)
    other = datasets.load("moving_garments", seed=4, **arguments).images
    assert (clips != other).any(axis=(1, 2, 3, 4)).all()


def test_more_and_longer_clips_begin_as_fewer_and_shorter_ones_do():
    few, _ = datasets.moving_garments(3, frames=5, seed=1)
    many, _ = datasets.moving_garments(6, frames=12, seed=1)
    np.testing.assert_array_equal(many[:3, :5], few)


def test_a_garment_keeps_its_look_its_direction_and_its_speed():
    clips, _ = datasets.moving_garments(
        20, frames=12, size=256, garments=1, speed=(3.0, 3.0), seed=0
    )
    frames = clips.reshape(20, 12, -1)
    sums = frames.sum(axis=-1, dtype=int)
    assert (sums == sums[:, :1]).all()
    steps = np.diff(corners(clips), axis=1)
    free = [np.ptp(clip, axis=0).max() <= 1 for clip in steps]  # no border was met
    assert sum(free) >= 10
    paces = np.linalg.norm(steps[free].mean(axis=1), axis=-1)
    # Of a straight line that is rounded at both ends, each by half a pixel at most.
    np.testing.assert_allclose(paces, 3.0, atol=2**0.5 / 11)


def test_garments_bounce_off_all_four_borders():
    clips, _ = datasets.moving_garments(
        30, frames=40, size=64, garments=1, shrink=4, seed=0
    )
    lit = clips[..., 0].max(axis=(0, 1))
    assert lit[0].any() and lit[-1].any() and lit[:, 0].any() and lit[:, -1].any()
    assert clips.any(axis=(2, 3, 4)).all()  # it never leaves
    turns = np.diff(np.sign(np.diff(corners(clips).astype(int), axis=1)), axis=1)
    assert (np.abs(turns) == 2).any()


def test_a_garment_that_fills_the_frame_stands_still():
    clips, _ = datasets.moving_garments(2, frames=3, size=28, garments=1)
    assert (clips == clips[:, :1]).all() and clips.any()


def test_of_two_garments_the_brighter_pixel_is_seen():
    together, classes = datasets.moving_garments(5, frames=4, size=32, seed=2)
    first, alone = datasets.moving_garments(5, frames=4, size=32, garments=1, seed=2)
    assert (together >= first).all() and (together > first).any()
    np.testing.assert_array_equal(classes[:, :1], alone)


def test_no_garment_is_in_both_splits():
    still = {"frames": 1, "size": 28, "garments": 1, "seed": 0}
    seen = {}
    for split, num in [("train", 3000), ("test", 3000)]:
        clips, classes = datasets.moving_garments(num, split=split, **still)
        seen[split] = {clip.tobytes() for clip in clips}
        assert len(seen[split]) > 1000
        assert set(classes.ravel()) == set(range(10))
    assert not seen["train"] & seen["test"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num": 0}, "num: expected a positive integer"),
        ({"frames": 2.5}, "frames: expected a positive integer"),
        ({"size": 20}, "fit into frames of size 20"),
        ({"shrink": 3}, "divisor of 28"),
        ({"speed": (3.0, 2.0)}, "lowest, highest"),
        ({"split": "val"}, "split: expected"),
    ],
)
def test_what_makes_no_clip_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        datasets.moving_garments(**arguments)
