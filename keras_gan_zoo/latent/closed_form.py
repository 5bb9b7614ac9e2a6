"""Directions from the weights alone (SeFa)."""

from typing import NamedTuple

import numpy as np
from keras import ops

from keras_gan_zoo.inference import run
from keras_gan_zoo.latent.first_layers import first_layers
from keras_gan_zoo.latent.mixing import checked_places
from keras_gan_zoo.latent.spaces import LatentSpace, space_of


class Directions(NamedTuple):
    """Directions of a latent space, the one that changes most first.

    Attributes:
        vectors: float32 array (num, dim) of unit vectors.
        scales: float32 array (num,), how much each changes: for `sefa` the eigenvalue,
            for `ganspace` the standard deviation of the latents along it.
    """

    vectors: np.ndarray
    scales: np.ndarray


def sefa(model, num=5, space="z", places=None) -> Directions:
    """Finds the directions that change the first layers' outputs most.

    These are the eigenvectors of A^T A, where A z + b is what all layers together make
    of the latents that see them first: of StyleGAN2's styles the affine layers of all
    places, else the first layer of the generator. No sample is drawn. Unlike in the
    code of the authors, rows of A keep their lengths, as in the paper.

    Args:
        model: A `LatentGAN`.
        num: How many directions.
        space: `"z"`, or `"w"` of StyleGAN2.
        places: In w the numbers of the places whose layers count; by default all.

    Returns:
        `Directions`, orthonormal.

    Raises:
        ValueError: If an argument does not fit.

    Example:
        ```python
        import keras_gan_zoo as kgz

        model = kgz.GAN.from_preset("fastgan_emoji_64")
        directions = kgz.latent.sefa(model, num=3)
        kgz.latent.edit(model, 0, directions.vectors).save("sefa.png")
        ```

    Reference:
        Shen and Zhou 2021, equation 7, https://arxiv.org/abs/2007.06600
    """
    place = space_of(model, space)
    check_num(num, place)
    matrix = _matrix(place, places).astype("float64")
    values, vectors = np.linalg.eigh(matrix.T @ matrix)
    order = np.argsort(values)[::-1][:num]
    return Directions(signed(vectors.T[order]), values[order].astype("float32"))


def check_num(num, place: LatentSpace) -> None:
    """Refuses numbers of directions that a space does not have."""
    if not isinstance(num, int | np.integer) or not 1 <= num <= place.dim:
        raise ValueError(
            f"The space {place.name} of {type(place.model).__name__} has from 1 to "
            f"{place.dim} directions. Received: num={num!r}"
        )


def _matrix(place, places):
    """A, (outputs, dim): each axis' image, less that of the origin."""
    axes = np.eye(place.dim + 1, place.dim, -1, dtype="float32")  # the origin first
    inputs = ops.convert_to_numpy(place.expanded(axes)).copy()
    if places is not None:
        chosen = checked_places(place, places)
        inputs[:, ~np.isin(np.arange(inputs.shape[1]), chosen)] = 0
    labels = [np.repeat(x, len(axes), axis=0) for x in place.conditions(1)]
    outputs = run(first_layers(place.network), [inputs, *labels], batch_size=64)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    rows = [(x[1:] - x[:1]).reshape(place.dim, -1).T for x in outputs]
    return np.concatenate(rows)


def signed(vectors) -> np.ndarray:
    """Turns each of vectors (num, dim) so that its largest number is above 0."""
    largest = np.abs(vectors).argmax(axis=1)
    signs = np.sign(vectors[np.arange(len(vectors)), largest])
    return (vectors * signs[:, None]).astype("float32")
