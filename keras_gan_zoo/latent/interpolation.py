"""Walks from latents to others: samples that change little by little."""

import numpy as np

from keras_gan_zoo.latent.results import Walk
from keras_gan_zoo.latent.spaces import LatentSpace, space_of


def interpolate(
    model, start, end, frames=60, labels=None, space="z", **options
) -> Walk:
    """Goes from latents to others, both included.

    Normal latents go along arcs (`slerp`), on which they keep their length, uniform
    ones and those of w along lines (`lerp`).

    Args:
        model: A `LatentGAN`.
        start: Floats (dim,), (num, dim) for several samples at once, or seeds: an
            integer, or a list of them.
        end: As many others.
        frames: How many, from 2.
        labels: Of a conditional model, as in `generate`: one a sample, or one for all.
        space: `"z"`, or `"w"` of StyleGAN2.
        **options: `batch_size` and `verbose`, as in `generate`.

    Returns:
        A `Walk` of num samples and so many frames.

    Raises:
        ValueError: If an argument does not fit.

    Example:
        ```python
        import keras_gan_zoo as kgz

        model = kgz.GAN.from_preset("fastgan_emoji_64")
        kgz.latent.interpolate(model, 3, 4, frames=30).save("walk.gif")
        ```
    """
    place = space_of(model, space, labels)
    stops = _stops(place, [start, end], frames)
    shares = np.linspace(0, 1, frames, dtype="float32")
    return _walk(place, [place.between(*stops, share) for share in shares], options)


def walk(model, stops, frames=60, labels=None, space="z", **options) -> Walk:
    """Goes through several latents and back to the first, in even steps.

    The step from the last frame to the first is like all others, so that a film which
    repeats itself has no seam.

    Args:
        model: A `LatentGAN`.
        stops: List of what `interpolate` takes as its start; or an array (stops, dim)
            or (stops, num, dim).
        frames: How many, from 2. A multiple of the number of stops shows each stop.
        labels: As in `interpolate`.
        space: As in `interpolate`.
        **options: As in `interpolate`.

    Returns:
        A `Walk` of num samples and so many frames, the first of them at the first stop.

    Raises:
        ValueError: If an argument does not fit.
    """
    place = space_of(model, space, labels)
    stops = _stops(place, stops, frames)
    nexts = np.roll(stops, -1, axis=0)
    steps = np.arange(frames) * len(stops) / frames
    on_the_way = [
        place.between(stops[int(step)], nexts[int(step)], step % 1) for step in steps
    ]
    return _walk(place, on_the_way, options)


def _stops(place: LatentSpace, stops, frames):
    if not isinstance(frames, int | np.integer) or frames < 2:
        raise ValueError(f"A walk has 2 frames or more. Received: frames={frames!r}")
    points = [place.points(stop) for stop in stops]
    if not points or len({point.shape for point in points}) > 1:
        raise ValueError(
            "A walk goes from latents to as many others. Received latents of shapes "
            f"{[point.shape for point in points]}."
        )
    return np.stack(points)


def _walk(place, frames, options):
    latents = np.stack(frames, axis=1).astype("float32")
    samples = place.samples_of_grid(latents, **options)
    return Walk(latents, samples, place.model.domain)
