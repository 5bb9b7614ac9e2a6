"""The random changes of adaptive augmentation, and how much of each an image gets."""

import math

import keras
from keras import ops

from keras_gan_zoo.augment import geometry
from keras_gan_zoo.augment.colors import recolor
from keras_gan_zoo.augment.diff_augment import cutout
from keras_gan_zoo.typing import Tensor

# Amounts are made of numbers of U[0, 1) and of N(0, 1), both of shape (2, batch), the
# second ones for changes that have an amount for each axis. 0 changes nothing.
CHANGES = {
    # Geometry, in this order.
    "flip": lambda uniform, normal: ops.floor(2 * uniform),
    "rotate90": lambda uniform, normal: ops.floor(4 * uniform),
    "shift": lambda uniform, normal: (2 * uniform - 1) / 8,  # shares of the size
    "scale": lambda uniform, normal: 0.2 * normal,  # exponents of two
    "rotate": lambda uniform, normal: math.pi * (2 * uniform - 1),
    "stretch": lambda uniform, normal: 0.2 * normal,
    "fractional_shift": lambda uniform, normal: normal / 8,
    # Colours.
    "brightness": lambda uniform, normal: 0.2 * normal,
    "contrast": lambda uniform, normal: 0.5 * normal,
    "luma_flip": lambda uniform, normal: ops.floor(2 * uniform),
    "hue": lambda uniform, normal: math.pi * (2 * uniform - 1),
    "saturation": lambda uniform, normal: normal,
    # What is lost.
    "noise": lambda uniform, normal: ops.abs(0.1 * normal),
    "cutout": lambda uniform, normal: ops.ones_like(uniform),
}
# The matrices of two amounts of each image, and the (height, width) of all.
MATRICES = {
    "flip": lambda x, y, size: geometry.flip(x),
    "rotate90": lambda x, y, size: geometry.rotate90(x),
    "shift": lambda x, y, size: geometry.shift(
        ops.round(x * size[1]), ops.round(y * size[0])
    ),
    "scale": lambda x, y, size: geometry.scale(x, x),
    "rotate": lambda x, y, size: geometry.rotate(x),
    "stretch": lambda x, y, size: geometry.scale(x, -x),
    "fractional_shift": lambda x, y, size: geometry.shift(x * size[1], y * size[0]),
}
COLORS = ("brightness", "contrast", "luma_flip", "hue", "saturation")
POLICY = ",".join([*MATRICES, *COLORS])


def names_of(policy) -> list[str]:
    """The changes of a policy, in the order in which they are made.

    Raises:
        ValueError: If the policy names something else.
    """
    chosen = policy.split(",")
    unknown = sorted(set(chosen) - set(CHANGES))
    if unknown:
        raise ValueError(
            f"Unknown augmentations {unknown}. Expected names separated by commas, "
            f"such as 'flip,shift', out of: {', '.join(CHANGES)}."
        )
    names = [name for name in CHANGES if name in chosen]
    if "rotate" in names:  # and again, so that what is stretched has any direction
        names.insert(names.index("rotate") + 1 + ("stretch" in names), "rotate")
    return names


def change(images, names, p, seed) -> Tensor:
    """Makes changes, each with a probability, for each image by itself.

    Args:
        images: Float images in [-1, 1], (batch, height, width, channels).
        names: Those of the changes, as `names_of` returns them.
        p: The probability, a number or a scalar.
        seed: A `keras.random.SeedGenerator`.

    Returns:
        A tensor of the same shape; where p is 0, the images.
    """
    # What draws stands outside of the branch, which could not keep the seed.
    size, amounts = images.shape[1:3], _amounts(names, p, ops.shape(images)[0], seed)
    matrices = [(MATRICES[n], x) for n, x in amounts if n in MATRICES]
    colors = {name: x[0] for name, x in amounts if name in COLORS}

    def changed():
        # Channel by channel: computing with rows of three numbers is slow.
        planes = ops.transpose(images, (0, 3, 1, 2))
        if matrices:
            matrix = geometry.product([make(x[0], x[1], size) for make, x in matrices])
            planes = geometry.resample(planes, matrix)
        planes = recolor(planes, **colors) if colors else planes
        return ops.transpose(planes, (0, 2, 3, 1))

    result = ops.cond(p > 0, changed, lambda: images)
    for name, amount in amounts:
        amount = ops.reshape(amount[0], (-1, 1, 1, 1))
        if name == "noise":
            shape = ops.shape(images)
            result = result + amount * keras.random.normal(shape, seed=seed)
        if name == "cutout":
            result = ops.where(amount > 0, cutout(result, seed), result)
    return result


def _amounts(names, p, num, seed):
    """Pairs of a name and its amounts, (2, batch), 0 where nothing is to change."""
    uniform = keras.random.uniform((len(names), 3, num), seed=seed)
    normal = keras.random.normal((len(names), 2, num), seed=seed)
    once = 1 - (1 - p) ** 0.5  # of two, so that one of them is made with p
    found = []
    for i, name in enumerate(names):
        applies = uniform[i, 0] < (once if name == "rotate" else p)
        amount = CHANGES[name](uniform[i, 1:], normal[i])
        found.append((name, ops.where(applies, amount, 0.0)))
    return found
