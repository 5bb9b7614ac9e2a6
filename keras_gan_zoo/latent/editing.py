"""Samples moved along a direction of the latent space."""

import numpy as np
from keras import ops

from keras_gan_zoo.checks import as_array
from keras_gan_zoo.latent.mixing import checked_places
from keras_gan_zoo.latent.results import Strip, strip_of
from keras_gan_zoo.latent.spaces import LatentSpace, space_of
from keras_gan_zoo.latent.strengths import checked, titles


def edit(
    model,
    latents,
    direction,
    strengths=(-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0),
    labels=None,
    space="z",
    places=None,
    **options,
) -> Strip:
    """Moves samples along a direction.

    Args:
        model: A `LatentGAN`.
        latents: Latents (num, dim) or (dim,), or seeds; a row each.
        direction: Array (dim,), such as `sefa(model).vectors[0]`; or (num, dim), one
            for each row. One latent and several directions give a row for each.
        strengths: What the direction is multiplied by, a column each. 0 changes
            nothing.
        labels: Of a conditional model: one a row, or one for all.
        space: `"z"`, or `"w"` of StyleGAN2: that in which the direction was found.
        places: In w the numbers of the places whose styles are moved; by default all.
        **options: `batch_size` and `verbose`, as in `generate`.

    Returns:
        A `Strip`.

    Raises:
        ValueError: If an argument does not fit.

    Example:
        ```python
        import keras_gan_zoo as kgz

        model = kgz.GAN.from_preset("fastgan_emoji_64")
        directions = kgz.latent.sefa(model, num=4)
        kgz.latent.edit(model, 0, directions.vectors).save("sefa.png")
        ```
    """
    place = space_of(model, space, labels)
    strengths = checked("strengths", strengths)
    points, moves = place.points(latents), _moves(place, direction)
    rows = max(len(points), len(moves))
    if {len(points), len(moves)} - {1, rows}:
        raise ValueError(
            "edit() takes one direction, one for each of the latents, or one of the "
            f"latents. Received: {len(points)} latents and {len(moves)} directions."
        )
    of_rows = np.shape(place.labels)[:1] == (rows,)
    labels = place.labels_of(rows if of_rows else len(points))
    if labels is not None:  # of one latent, for the rows of all directions
        place.labels = np.broadcast_to(labels, (rows, *labels.shape[1:]))
    if places is not None:
        chosen = checked_places(place, places)
        points = ops.convert_to_numpy(place.expanded(points))
        mask = np.isin(np.arange(points.shape[1]), chosen)
        moves = mask[:, None] * moves[:, None]
    elif points.ndim == 3:
        moves = moves[:, None]
    steps = strengths.reshape(-1, *[1] * (moves.ndim - 1))
    grid = np.broadcast_to(points, (rows, *points.shape[1:]))[:, None]
    return strip_of(place, grid + steps * moves[:, None], titles(strengths), **options)


def _moves(place: LatentSpace, direction):
    moves = as_array(direction)
    moves = moves[None] if moves.ndim == 1 else moves
    is_one = moves.ndim == 2 and moves.shape[1] == place.dim and len(moves)
    if not is_one or not np.isfinite(moves).all():
        raise ValueError(
            f"Directions in the space {place.name} of {type(place.model).__name__} are "
            f"{place.dim} finite numbers each. Received: shape "
            f"{as_array(direction).shape}."
        )
    return moves.astype("float32")
