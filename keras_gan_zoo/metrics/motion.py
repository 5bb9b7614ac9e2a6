"""Do things move as they do in real clips? How fast they are, how often they turn back.

What moves is followed by the centre of what is bright, so it is for clips of one bright
thing before a dark background, such as those of `datasets.moving_garments`.
"""

import numpy as np

from keras_gan_zoo.datasets.base import require
from keras_gan_zoo.domains import Video
from keras_gan_zoo.domains.images import as_bytes

LEAST = 0.5  # pixels a frame: less is taken for standing still
COMMAND = "pip install scipy"


def bright_centres(clips, threshold=64) -> np.ndarray:
    """Where the centre of what is bright lies in each frame.

    It is the mean of the places of all pixels, weighted by their brightness, which is
    the mean over channels; faint ones count nothing.

    Args:
        clips: Array (num, frames, height, width, channels), uint8 or float in [-1, 1].
        threshold: The least brightness that counts, in [1, 255] of uint8.

    Returns:
        float64 array (num, frames, 2) of rows and columns, in pixels from the middle of
        the first pixel. Where nothing is bright it is the middle of the frame.

    Raises:
        ValueError: If these are no such clips or none, or the threshold lies elsewhere.
    """
    Video().check(clips)
    if 0 in clips.shape:
        raise ValueError(
            "bright_centres() takes one clip or more, without an axis of length 0. "
            f"Received: {tuple(clips.shape)}."
        )
    if not 1 <= threshold <= 255:
        raise ValueError(
            "threshold is a brightness of uint8 pixels in [1, 255]. Received: "
            f"threshold={threshold}."
        )
    return np.stack([_centres(clip, threshold) for clip in as_bytes(clips)])


def speeds(centres) -> np.ndarray:
    """How far the centre moves from each frame to the next, in pixels a frame.

    Args:
        centres: Array (num, frames, 2), of `bright_centres`.

    Returns:
        float64 array (num, frames - 1).

    Raises:
        ValueError: If these are no centres of two frames or more, or not finite.
    """
    return np.linalg.norm(_steps(centres), axis=-1)


def bounces(centres) -> np.ndarray:
    """How often the centre turns back in a clip, up and down or left and right.

    Of each direction by itself: a step of half a pixel or more counts, if the last one
    that was as long went the other way. A corner counts twice.

    Args:
        centres: Array (num, frames, 2), of `bright_centres`.

    Returns:
        int64 array (num,).

    Raises:
        ValueError: If these are no centres of two frames or more, or not finite.
    """
    signs = np.where(np.abs(_steps(centres)) < LEAST, 0, np.sign(_steps(centres)))
    lines = np.swapaxes(signs, 1, 2).reshape(-1, signs.shape[1])
    turns = [np.count_nonzero(np.diff(line[line != 0])) for line in lines]
    return np.array(turns, "int64").reshape(-1, 2).sum(axis=1)


def motion_distances(reference, samples, threshold=64) -> dict[str, float]:
    """How far apart two sets of clips are, in their speeds and in their bounces.

    The distance of two distributions is Wasserstein's: how far the one has to be moved,
    on average, to become the other. So both have a unit, and do not ask for sets of one
    size. Bounces want clips of one length.

    Args:
        reference: Real clips (num, frames, height, width, channels), uint8 or float in
            [-1, 1].
        samples: Others of as many frames.
        threshold: See `bright_centres`.

    Returns:
        A dict: `speed` in pixels a frame, of all steps of all clips; `bounces` in
        bounces a clip. Lower is better; both are 0 for equal sets.

    Raises:
        ImportError: If SciPy is not installed.
        ValueError: If these are no clips of two frames or more, or their lengths
            differ.
    """
    require("scipy", COMMAND)
    from scipy.stats import wasserstein_distance

    centres = [bright_centres(clips, threshold) for clips in (reference, samples)]
    frames = [x.shape[1] for x in centres]
    if frames[0] != frames[1]:
        raise ValueError(
            "motion_distances() compares clips of one length. Received: clips of "
            f"{frames[0]} and of {frames[1]} frames."
        )
    paces, turns = ([f(x) for x in centres] for f in (speeds, bounces))
    return {
        "speed": float(wasserstein_distance(*(x.ravel() for x in paces))),
        "bounces": float(wasserstein_distance(*turns)),
    }


def _centres(clip, threshold):
    """(frames, 2) of uint8 (frames, height, width, channels)."""
    light = clip.mean(axis=-1)
    light[light < threshold] = 0
    dark = light.max(axis=(1, 2)) == 0
    light[dark] = 1  # all pixels alike, so the middle
    rows, columns = (np.arange(side) for side in light.shape[1:])
    total = light.sum(axis=(1, 2))
    moments = [light.sum(axis=2) @ rows, light.sum(axis=1) @ columns]
    return np.stack(moments, axis=-1) / total[:, None]


def _steps(centres):
    """From each frame to the next, (num, frames - 1, 2)."""
    centres = np.asarray(centres, "float64")
    if centres.ndim != 3 or centres.shape[1] < 2 or centres.shape[2] != 2:
        raise ValueError(
            "Speeds and bounces need centres (num, frames, 2) of two frames or more. "
            f"Received: {centres.shape}."
        )
    if not np.isfinite(centres).all():
        raise ValueError(
            "Speeds and bounces need centres that are finite. Received NaN or Inf in "
            f"clip {np.argwhere(~np.isfinite(centres))[0][0]}. Leave such clips out."
        )
    return np.diff(centres, axis=1)
