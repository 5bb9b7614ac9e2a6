"""Centres, speeds and bounces: of discs that are moved by hand, and of garments."""

import numpy as np
import pytest

from keras_gan_zoo import datasets
from keras_gan_zoo.metrics import bounces, bright_centres, motion_distances, speeds


def discs(places, size=40, radius=4):
    """A clip of a white disc at each of the places (frames, 2)."""
    rows, columns = np.mgrid[:size, :size]
    distances = [np.hypot(rows - y, columns - x) for y, x in places]
    return np.where(np.stack(distances) <= radius, 255, 0)[None, ..., None].astype("u1")


def garments(num=60, frames=16, seed=0, **options):
    options = {"size": 32, "shrink": 2, "garments": 1, **options}
    return datasets.moving_garments(num, frames=frames, seed=seed, **options).images


def shuffled(clips, seed=0):
    order = np.random.RandomState(seed).permutation(clips.shape[1])
    return clips[:, order]


def test_a_disc_that_moves_by_2_and_1_is_followed():
    places = np.array([6, 9]) + np.array([2, 1]) * np.arange(10)[:, None]
    centres = bright_centres(discs(places))
    assert centres.shape == (1, 10, 2)
    np.testing.assert_allclose(centres[0], places, atol=1e-12)
    np.testing.assert_allclose(speeds(centres), np.full((1, 9), 5**0.5))
    assert bounces(centres).tolist() == [0]


def test_faint_pixels_count_nothing_and_floats_are_bytes():
    clip = discs([(10, 12), (14, 12)])
    faint = np.maximum(clip, 60)
    np.testing.assert_allclose(bright_centres(faint), bright_centres(clip))
    np.testing.assert_allclose(bright_centres(clip / 127.5 - 1), bright_centres(clip))
    seen = bright_centres(faint, threshold=60)  # 60 of a white disc's 255, everywhere
    assert 12 < seen[0, 0, 0] < 19.5 and 12 < seen[0, 0, 1] < 19.5


def test_brighter_pixels_weigh_more_and_channels_are_averaged():
    clip = np.zeros((1, 1, 8, 8, 3), "uint8")
    clip[0, 0, 2, 1] = 200, 200, 200
    clip[0, 0, 2, 5] = 240, 60, 0  # 100 on average
    np.testing.assert_allclose(bright_centres(clip)[0, 0], [2, 1 + 4 / 3])


def test_the_centre_of_darkness_is_the_middle():
    dark = np.zeros((2, 3, 10, 20, 1), "uint8")
    np.testing.assert_allclose(bright_centres(dark), np.full((2, 3, 2), (4.5, 9.5)))


def test_bounces_are_turns_of_either_direction():
    def of(rows, columns):
        return bounces(np.stack([rows, columns], axis=-1)[None]).item()

    there_and_back = [0, 2, 4, 2, 0, 2]  # turns twice
    assert of(there_and_back, range(6)) == 2
    assert of(there_and_back, there_and_back) == 4
    assert of([0, 2, 4, 4, 4, 2], [0] * 6) == 1  # it stood in between
    assert of([0, 0.4, 0, 0.4, 0, 0.4], [5] * 6) == 0  # it trembles


def test_no_centres_have_no_speeds_and_no_bounces():
    centres = np.zeros((0, 5, 2))
    assert speeds(centres).shape == (0, 4)
    assert bounces(centres).shape == (0,) and bounces(centres).dtype == np.int64


def test_clips_of_garments_have_the_speeds_that_they_were_drawn_with():
    clips = garments(frames=12, size=256, speed=(3.0, 3.0))
    found = speeds(bright_centres(clips))
    # Places are rounded to pixels, so steps are, too; where it bounces it is slower.
    assert found.mean() == pytest.approx(3.0, abs=0.1)
    assert np.median(np.abs(found - 3.0)) < 0.5


def test_equal_sets_are_0_apart_and_still_clips_as_far_as_they_should_move():
    clips = garments()
    assert motion_distances(clips, clips) == {"speed": 0, "bounces": 0}
    centres = bright_centres(clips)
    still = motion_distances(clips, np.repeat(clips[:, :1], 16, axis=1))
    assert still["speed"] == pytest.approx(speeds(centres).mean())
    assert still["bounces"] == pytest.approx(bounces(centres).mean())


def test_other_real_clips_are_nearer_than_still_shuffled_or_slower_ones():
    real, others = garments(200), garments(200, seed=1, split="test")
    near = motion_distances(real, others)
    worse = {
        "still": np.repeat(others[:, :1], 16, axis=1),
        "shuffled": shuffled(others),
        "slower": garments(200, seed=1, speed=(1.0, 2.5)),
    }
    assert near["speed"] < 0.2 and near["bounces"] < 0.5
    for name, clips in worse.items():
        found = motion_distances(real, clips)
        assert found["speed"] > 5 * near["speed"], name
        assert found["bounces"] > 3 * near["bounces"], name


def test_sets_need_not_be_of_one_size_and_order_counts_nothing():
    one, two = garments(20), garments(33, seed=1)
    there, back = motion_distances(one, two), motion_distances(two, one)
    assert there == pytest.approx(back) and there["speed"] > 0
    assert motion_distances(one[::-1], two) == pytest.approx(there)


def test_what_is_no_clip_is_refused():
    clip = discs([(10, 10), (12, 10), (14, 10)])
    lost = np.zeros((4, 5, 2))
    lost[2, 1, 0] = np.nan
    for call, message in [
        (lambda: bright_centres(clip[0]), "clips of shape"),
        (lambda: bright_centres(clip, threshold=0), r"in \[1, 255\].*threshold=0"),
        (lambda: speeds(np.zeros((3, 1, 2))), r"two frames or more.*\(3, 1, 2\)"),
        (lambda: bounces(np.zeros((3, 4))), r"two frames or more.*\(3, 4\)"),
        (lambda: motion_distances(clip, clip[:, :2]), "of 3 and of 2 frames"),
        (lambda: motion_distances(clip[:0], clip), r"one clip or more.*\(0, 3, 40"),
        (lambda: bright_centres(clip[:, :0]), r"one clip or more.*\(1, 0, 40"),
        (lambda: bounces(lost), "finite.*in clip 2"),
        (lambda: speeds(lost), "finite.*in clip 2"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
