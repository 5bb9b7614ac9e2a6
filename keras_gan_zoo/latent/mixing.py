"""Style mixing: some styles of one image, all others of another (StyleGAN2)."""

import numpy as np
from keras import ops

from keras_gan_zoo.latent.results import Strip
from keras_gan_zoo.latent.spaces import LatentSpace, space_of


class Mixing(Strip):
    """A `Strip` with the images that are mixed at its left and top.

    Attributes:
        row_samples: The images whose styles a row has, (rows, ...).
        column_samples: Those whose styles a column has, (columns, ...).
    """

    def __init__(self, latents, samples, domain, row_samples, column_samples):
        super().__init__(latents, samples, domain)
        self.titles = ["", *self.titles]
        self.row_samples = row_samples
        self.column_samples = column_samples

    def cells(self) -> np.ndarray:
        """Pictures (1 + rows, 1 + columns, height, width, channels)."""
        corner = np.full_like(self.row_samples[:1], 255)
        left = np.concatenate([corner, self.row_samples])[:, None]
        others = np.concatenate([self.column_samples[None], self.samples])
        every = np.concatenate([left, others], axis=1)
        return Strip(None, every, self.domain).cells()


def mix_styles(
    model, rows, columns, places=range(4), labels=None, space="z", **options
) -> Mixing:
    """Generates images that have some styles of one image, and all others of another.

    The first places decide on pose and shape, the last ones on colours. Four places are
    the stages of 4x4 and 8x8 pixels.

    Args:
        model: A model with styles, such as `StyleGAN2`.
        rows: Latents (num, dim), or seeds, of the images that give all other styles.
        columns: Those of the images that give the styles at `places`.
        places: Numbers of places, of those from 0 to `model.places` - 1.
        labels: Of a conditional model, one for all.
        space: Of the latents, `"z"` or `"w"`.
        **options: `batch_size` and `verbose`, as in `synthesize`.

    Returns:
        A `Mixing`, whose latents are styles (rows, columns, places, dim).

    Raises:
        ValueError: If the model has no styles, or an argument does not fit.

    Reference:
        Karras et al. 2019, section 3.1, https://arxiv.org/abs/1812.04948
    """
    styles = space_of(model, "w", labels)
    places = checked_places(styles, places)
    rows, columns = (_at_all_places(styles, x, space, labels) for x in (rows, columns))
    shape = (len(rows), len(columns), *rows.shape[1:])
    grid = np.broadcast_to(rows[:, None], shape).copy()
    grid[:, :, places] = columns[:, places]
    every = np.concatenate([rows, columns, grid.reshape(-1, *shape[2:])])
    images = styles.samples(every, None, **options)
    ends = [len(rows), len(rows) + len(columns)]
    left, top, mixed = np.split(images, ends)
    mixed = mixed.reshape(*shape[:2], *images.shape[1:])
    return Mixing(grid, mixed, model.domain, left, top)


def checked_places(space: LatentSpace, places) -> list[int]:
    """Numbers of places as a list.

    Raises:
        ValueError: If the space has no places, or these are none of them.
    """
    if space.name != "w":
        raise ValueError(
            f"Only styles have places. Received: places={places!r} in the space "
            f"{space.name}. Leave places out, or pass space='w' for StyleGAN2."
        )
    chosen, number = list(places), space.model.places
    if not chosen or not set(chosen) <= set(range(number)):
        raise ValueError(
            f"The styles of this {type(space.model).__name__} have the places 0 to "
            f"{number - 1}. Received: places={chosen}."
        )
    return chosen


def _at_all_places(styles, latents, space, labels):
    points = space_of(styles.model, space, labels).points(latents)
    points = styles.from_z(points) if space == "z" else points
    return ops.convert_to_numpy(styles.expanded(points))
