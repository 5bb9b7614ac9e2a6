"""Spaces of latents: z, which the prior draws, and w, the styles of StyleGAN2."""

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from keras_gan_zoo.checks import as_array
from keras_gan_zoo.latent.between import lerp, slerp
from keras_gan_zoo.latent_gan import LatentGAN
from keras_gan_zoo.models.stylegan2 import StyleGAN2
from keras_gan_zoo.priors import Normal, Sphere, Uniform
from keras_gan_zoo.table_gan import TableGAN
from keras_gan_zoo.typing import Tensor


class LatentSpace:
    """The space z of a model: what its generator takes.

    Args:
        model: A `LatentGAN` with networks.
        labels: As in `generate`, one a row of latents or one for all.

    Attributes:
        name: Of the space.
        network: The Keras model from its points to images.
        between: Function (start, end, t) to points on the way.
    """

    name = "z"

    def __init__(self, model, labels=None):
        self.model = model
        self.labels = labels

    @property
    def network(self) -> keras.Model:
        """The generator, or its average."""
        return self.model.sampler

    @property
    def between(self) -> Callable:
        """Arcs for normal latents, whose length they keep; lines for others."""
        return slerp if isinstance(self.model.prior, Normal) else lerp

    @property
    def dim(self) -> int:
        """Length of a point."""
        return self.model.prior.dim

    def center(self) -> np.ndarray:
        """The mean of the points, a float32 array (dim,).

        Raises:
            ValueError: If points near the mean are none that the prior could draw.
        """
        prior = self.model.prior
        if isinstance(prior, Sphere) or not isinstance(prior, Normal | Uniform):
            raise ValueError(
                f"The latents of {type(self.model).__name__} are drawn from "
                f"priors.{type(prior).__name__}, which never draws what lies near its "
                "mean, so they cannot be truncated. Expected priors.Normal or "
                "priors.Uniform, or a model with styles."
            )
        return np.zeros(self.dim, "float32")

    def draw(self, num, seed=None) -> np.ndarray:
        """Draws points, a float32 array (num, dim); the latents of `generate`."""
        return self.from_z(self.model.latents(num, seed))

    def from_z(self, latents) -> np.ndarray:
        """Maps latents z (num, prior.dim) to points of this space."""
        return latents

    def points(self, latents) -> np.ndarray:
        """Makes points of what a user passes.

        Args:
            latents: Integers are seeds: one, or a list of them, a point each. Floats
                are points (dim,) or (num, dim).

        Returns:
            float32 array (num, ...).

        Raises:
            ValueError: If they are neither, or not finite.
        """
        values = as_array(latents)
        if values.dtype.kind in "iu" and values.ndim < 2 and values.size:
            seeds = np.atleast_1d(values)
            return self.from_z(
                np.concatenate([self.model.latents(1, s) for s in seeds])
            )
        values = values[None] if values.ndim == 1 else values
        if values.dtype.kind != "f" or not len(values) or not self.fits(values.shape):
            raise ValueError(
                f"Latents of the space {self.name} of {type(self.model).__name__} are "
                f"floats of shape ({self.dim},) or (num, {self.dim}), or integers, "
                f"which are seeds. Received: shape {as_array(latents).shape}, dtype "
                f"{values.dtype}."
            )
        if not np.isfinite(values).all():
            raise ValueError(
                "Latents must be finite. Received: NaN or Inf in "
                f"{np.sum(~np.isfinite(values))} of {values.size} values."
            )
        return values.astype("float32")

    def fits(self, shape) -> bool:
        """Whether points may have this shape, a tuple with the batch axis."""
        return len(shape) == 2 and shape[1] == self.dim

    def labels_of(self, rows) -> np.ndarray | None:
        """A label for each row: those given, or classes in turn as in `generate`."""
        inputs = self.model.inputs_for(rows, self.labels, seed=0)
        return inputs[1] if isinstance(inputs, list) else None

    def conditions(self, rows) -> list[np.ndarray]:
        """What the network takes beside the points."""
        labels = self.labels_of(rows)
        return [] if labels is None else [labels]

    def expanded(self, points) -> Tensor:
        """Points as a tensor (num, ...) to what the network takes."""
        return points

    def samples(self, points, labels, **options) -> np.ndarray:
        """Generates a sample of each point.

        Args:
            points: Array (num, ...).
            labels: Integers (num,), or None.
            **options: `batch_size` and `verbose` of `generate`.
        """
        return self.model.generate(labels=labels, latents=points, **options)

    def samples_of_grid(self, grid, **options) -> np.ndarray:
        """Generates samples (rows, columns, ...) of points (rows, columns, ...)."""
        rows, columns = grid.shape[:2]
        labels = self.labels_of(rows)
        labels = None if labels is None else np.repeat(labels, columns, axis=0)
        points = grid.reshape(rows * columns, *grid.shape[2:])
        samples = self.samples(points, labels, **options)
        return samples.reshape(rows, columns, *samples.shape[1:])


class StyleSpace(LatentSpace):
    """The space w of StyleGAN2: its styles, one for all places or one for each."""

    name = "w"
    between = staticmethod(lerp)

    @property
    def network(self) -> keras.Model:
        """The part of the generator from styles to images."""
        return self.model.sampler.get_layer("synthesis")

    @property
    def dim(self) -> int:
        """Length of a style."""
        return self.model.latent_dim

    def center(self) -> np.ndarray:
        """The mean style."""
        return self.model.mean_style()

    def from_z(self, latents) -> np.ndarray:
        """Maps latents by the mapping network, with a label for each row."""
        inputs = self.model.inputs_for(len(latents), self.labels, latents=latents)
        return self.model.styles(inputs, verbose=0)

    def fits(self, shape) -> bool:
        """Also (num, places, dim)."""
        return shape[1:] in ((self.dim,), (self.model.places, self.dim))

    def conditions(self, rows) -> list[np.ndarray]:
        """Nothing: the class is in the style."""
        return []

    def expanded(self, points) -> Tensor:
        """The same style at all places."""
        if len(points.shape) == 3:
            return points
        return ops.repeat(points[:, None], self.model.places, axis=1)

    def samples(self, points, labels, **options) -> np.ndarray:
        """Generates an image of each style, or of the styles of all places."""
        return self.model.synthesize(points, **options)


def spaces_of(model) -> dict[str, type[LatentSpace]]:
    """The spaces of a model by name, the one to truncate and to edit in last."""
    spaces: dict[str, type[LatentSpace]] = {"z": LatentSpace}
    return {**spaces, "w": StyleSpace} if isinstance(model, StyleGAN2) else spaces


def space_of(model, name="z", labels=None) -> LatentSpace:
    """Finds a space of a model.

    Args:
        model: A `LatentGAN`.
        name: `"z"`, or `"w"` of a model with styles.
        labels: See `LatentSpace`.

    Returns:
        A `LatentSpace`.

    Raises:
        ValueError: If the model has no latents, networks or such a space.
    """
    if not isinstance(model, LatentGAN) or isinstance(model, TableGAN):
        raise ValueError(
            "keras_gan_zoo.latent works on models that generate arrays from latents, "
            f"such as DCGAN. Received: {type(model).__name__}."
        )
    model.require_networks()
    spaces = spaces_of(model)
    if name not in spaces:
        raise ValueError(
            f"{type(model).__name__} has the spaces {list(spaces)}. Received: "
            f'space={name!r}. Models with styles, such as StyleGAN2, have "w", too.'
        )
    return spaces[name](model, labels)
