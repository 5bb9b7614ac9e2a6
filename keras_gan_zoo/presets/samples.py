"""The picture of a preset's card: what the model generates from seed 0."""

from typing import TYPE_CHECKING

from keras_gan_zoo.images import to_pillow

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

MOST_DRAWN = 16  # of samples that are pictures of their own
LONGEST_SIDE = 1024  # pixels


def picture_of(model, networks, samples=None) -> "Image.Image | None":
    """Draws samples of a model.

    Args:
        model: A GAN.
        networks: Names of its networks that are written.
        samples: What to draw, as `generate` returns it; without it the model generates
            some from seed 0, if it can do so from noise and one of its networks that
            make samples is written. False for no picture.

    Returns:
        A `PIL.Image.Image`; None without samples, or without Pillow to draw them.
    """
    if samples is False:
        return None
    if samples is None:
        samples = samples_of(model, networks)
        if samples is None:
            return None
    picture = to_pillow(model.domain.preview(samples))
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return picture


def samples_of(model, networks) -> "np.ndarray | None":
    """What a model generates from seed 0, as many samples as are shown.

    Args:
        model: A GAN.
        networks: Names of those of its networks that are there.

    Returns:
        What `generate` returns; None if it makes nothing from noise, if none of these
        networks makes samples, or without Pillow to draw them.
    """
    if not hasattr(model, "generate") or model.samplers[0] not in networks:
        return None
    if not _has_pillow():
        return None
    domain = model.domain
    num = domain.num_shown if domain.one_file else min(MOST_DRAWN, domain.num_shown)
    return model.generate(num, seed=0, verbose=0)


def _has_pillow():
    try:
        import PIL  # noqa: F401
    except ImportError:
        return False
    return True
