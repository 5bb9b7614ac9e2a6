"""Videos of samples whose latents move from one place to the next."""

import numpy as np

from keras_gan_zoo.cli.library import call
from keras_gan_zoo.cli.progress import track
from keras_gan_zoo.metrics import lerp, slerp
from keras_gan_zoo.priors import Normal


def film(model, num, labels, seed, columns, frames, stops) -> np.ndarray:
    """Draws frames of samples that change.

    Args:
        model: A `LatentGAN`.
        num: Samples in a frame.
        labels: As in `LatentGAN.generate`.
        seed: Of the latents; those of the first frame are `generate`'s.
        columns: As in `Domain.preview`.
        frames: How many.
        stops: Through how many latents each sample goes, and back to the first.

    Returns:
        uint8 array (frames, height, width, channels).
    """
    places = model.latents(num * stops, seed).reshape(stops, num, -1)
    pictures = []
    for latents in track(walk(places, frames, model.prior), "frames"):
        samples = call(model.generate, labels=labels, latents=latents, verbose=0)
        pictures.append(call(model.domain.preview, samples, columns=columns))
    return np.stack(pictures)


def walk(places, frames, prior) -> list[np.ndarray]:
    """Latents on a round trip, evenly spaced.

    Args:
        places: Array (stops, num, dimensions).
        frames: How many.
        prior: Of the latents: normal ones keep their length on the way.

    Returns:
        A list of arrays (num, dimensions).
    """
    between = slerp if isinstance(prior, Normal) else lerp
    nexts = np.roll(places, -1, axis=0)
    steps = np.arange(frames) * len(places) / frames
    return [between(places[int(s)], nexts[int(s)], s % 1) for s in steps]
