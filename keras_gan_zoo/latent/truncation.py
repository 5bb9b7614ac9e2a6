"""Truncation: samples nearer to the mean of the latents are better, and more alike."""

from keras_gan_zoo.latent.results import Strip, strip_of
from keras_gan_zoo.latent.spaces import space_of, spaces_of
from keras_gan_zoo.latent.strengths import checked, titles


def truncate(
    model,
    latents,
    truncations=(1.0, 0.8, 0.6, 0.4, 0.2, 0.0),
    labels=None,
    **options,
) -> Strip:
    """Generates the same samples at several truncations.

    Models with styles scale w - mean(w), as `generate(truncation=)` does; others scale
    their latents, whose mean is 0.

    Args:
        model: A `LatentGAN` whose latents are normal or uniform, or one with styles.
        latents: Latents z (num, dim), or seeds; a row each.
        truncations: Factors, a column each. 1 leaves everything as it is.
        labels: Of a conditional model: one a row, or one for all.
        **options: `batch_size` and `verbose`, as in `generate`.

    Returns:
        A `Strip`; its latents are those of w for models with styles.

    Raises:
        ValueError: If the prior has no mean that it could draw, or an argument does not
            fit.

    Reference:
        Karras et al. 2019, appendix B, https://arxiv.org/abs/1812.04948
    """
    factors = checked("truncations", truncations)
    drawn = space_of(model, "z", labels).points(latents)
    space = space_of(model, [*spaces_of(model)][-1], labels)
    center = space.center()
    apart = space.from_z(drawn) - center
    grid = center + factors[:, None] * apart[:, None]
    return strip_of(space, grid, titles(factors), **options)
