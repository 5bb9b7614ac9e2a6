"""Directions along which latents, or activations, vary most (GANSpace)."""

import numpy as np

from keras_gan_zoo.inference import run
from keras_gan_zoo.latent.closed_form import Directions, check_num, signed
from keras_gan_zoo.latent.first_layers import first_activations
from keras_gan_zoo.latent.spaces import LatentSpace, space_of


def ganspace(
    model, num=5, samples=5_000, seed=0, labels=None, space="z", batch_size=64
) -> Directions:
    """Finds principal components.

    In w these are the components of styles. Latents z vary equally in all directions,
    so there the activations of the first layer are decomposed, and a linear regression
    finds the latents that go with each component.

    Args:
        model: A `LatentGAN`.
        num: How many components.
        samples: How many latents are drawn. The paper has 300,000 in w.
        seed: Of the latents.
        labels: Of a conditional model, one for all; by default the classes take turns.
        space: `"z"`, or `"w"` of StyleGAN2.
        batch_size: How many activations are computed at a time.

    Returns:
        `Directions`. A scale is what one standard deviation of the component is in the
        latents: `edit(strengths=...)` takes multiples of it.

    Raises:
        ImportError: If scikit-learn is not installed.
        ValueError: If an argument does not fit.

    Reference:
        Härkönen et al. 2020, section 2.1, https://arxiv.org/abs/2004.02546
    """
    try:
        from sklearn.decomposition import PCA
    except ImportError as error:
        raise ImportError(
            "ganspace() takes its components from scikit-learn: pip install "
            "scikit-learn"
        ) from error

    place = space_of(model, space, labels)
    check_num(num, place)
    if not isinstance(samples, int | np.integer) or samples <= num:
        raise ValueError(
            f"ganspace() needs more samples than components. Received: samples="
            f"{samples!r}, num={num}"
        )
    points = place.draw(samples, seed)
    values = points if space == "w" else _activations(place, points, batch_size)
    components = PCA(num, random_state=seed).fit(values)
    if space == "w":
        scales = np.sqrt(components.explained_variance_)
        return _directions(components.components_ * scales[:, None])
    coordinates = components.transform(values)
    coordinates /= coordinates.std(axis=0)
    return _directions(np.linalg.lstsq(coordinates, points, rcond=None)[0])


def _activations(place: LatentSpace, points, batch_size):
    inputs = [points, *place.conditions(len(points))]
    values = run(first_activations(place.network), inputs, batch_size)
    return values.reshape(len(values), -1)


def _directions(steps):
    """Of steps (num, dim), each one standard deviation of a component long."""
    scales = np.linalg.norm(steps, axis=1)
    return Directions(signed(steps / scales[:, None]), scales.astype("float32"))
