"""Arithmetic on latents: a smiling woman, less a woman, and a man (DCGAN)."""

import numpy as np

from keras_gan_zoo.latent.results import Strip, strip_of
from keras_gan_zoo.latent.spaces import space_of


def arithmetic(model, plus, minus=(), labels=None, space="z", **options) -> Strip:
    """Adds and subtracts latents.

    An operand of several latents is their mean. The paper takes three samples that look
    alike for each, because single ones gave no stable results.

    Args:
        model: A `LatentGAN`.
        plus: List of operands to add, at least one. Each is latents (dim,) or (num,
            dim), a seed, or a list of seeds.
        minus: List of operands to subtract.
        labels: Of a conditional model, one for all; by default 0.
        space: `"z"`, or `"w"` of StyleGAN2.
        **options: `batch_size` and `verbose`, as in `generate`.

    Returns:
        A `Strip` of one row: the operands, and last the result, whose latents are
        `strip.latents[0, -1]`.

    Raises:
        ValueError: If an argument does not fit.

    Example:
        ```python
        import keras_gan_zoo as kgz

        model = kgz.GAN.from_preset("fastgan_emoji_64")
        strip = kgz.latent.arithmetic(model, plus=[[0, 1, 2], 5], minus=[[3, 4]])
        strip.save("arithmetic.png")
        ```

    Reference:
        Radford et al. 2015, section 6.3.2, https://arxiv.org/abs/1511.06434
    """
    if not len(plus):
        raise ValueError("arithmetic(plus=[...]) needs an operand to add. Received: []")
    place = space_of(model, space, labels)
    if labels is None and model.conditional:
        place.labels = 0
    added, taken = (
        [place.points(operand).mean(axis=0) for operand in operands]
        for operands in (plus, minus)
    )
    result = np.sum(added, axis=0) - np.sum(taken, axis=0)
    row = np.stack([*added, *taken, result]).astype("float32")
    titles = [*"+" * len(added), *"-" * len(taken), "="]
    return strip_of(place, row[None], titles, **options)
