"""Augmentation of the same strength throughout: colour, translation, cutout."""

from typing import Any

import keras
from keras import ops

from keras_gan_zoo.domains import Images
from keras_gan_zoo.randomness import SeedGenerator
from keras_gan_zoo.typing import Tensor

_registered = keras.saving.register_keras_serializable("keras_gan_zoo")


@_registered
class DiffAugment(keras.layers.Layer):
    """Random colour, translation and cutout (DiffAugment), each image for itself.

    Args:
        policy: Names from `POLICIES`, separated by commas, in the order of their use.
        seed: Makes the changes reproducible.
        **kwargs: As in every Keras layer.

    Raises:
        ValueError: If the policy names something else, or the inputs are no images.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("fashion_mnist_mini").images
        model = kgz.DCGAN()
        model.compile(augment=kgz.augment.DiffAugment())
        model.fit(images, batch_size=64, epochs=100)
        ```

    Reference:
        Zhao et al. 2020, https://arxiv.org/abs/2006.10738
    """

    def __init__(self, policy="color,translation,cutout", seed=None, **kwargs):
        # Half precision stays within the networks.
        super().__init__(autocast=False, **kwargs)
        self.policy = policy
        self.seed = seed
        self.changes = [_find(name) for name in policy.split(",")]
        self.seed_generator = SeedGenerator(seed)

    def build(self, input_shape) -> None:
        """Checks that the inputs are images."""
        if not Images().fits(input_shape[1:]):
            raise ValueError(
                "DiffAugment changes images of shape (batch, height, width, channels). "
                f"Received: {tuple(input_shape)}. Leave augment out for other data."
            )

    def call(self, images) -> Tensor:
        """Maps float images in [-1, 1] to changed ones of the same shape.

        As in the paper's code, colours may leave [-1, 1], and what moves in or is cut
        out is 0, a middle grey.
        """
        for change in self.changes:
            images = change(images, self.seed_generator)
        return images

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:
        """The shape of the inputs."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "policy": self.policy, "seed": self.seed}


@_registered
def color(images, seed) -> Tensor:
    """Changes brightness by up to 0.5, saturation by 0 to 2, contrast by 0.5 to 1.5.

    Args:
        images: (batch, height, width, channels) in [-1, 1].
        seed: A `keras.random.SeedGenerator`.

    Returns:
        A tensor of the same shape.
    """
    brightness, saturation, contrast = (_draw(images, seed) for _ in range(3))
    images = images + brightness - 0.5
    images = _scale(images, 2 * saturation, axis=-1)
    return _scale(images, contrast + 0.5, axis=(1, 2, 3))


@_registered
def translation(images, seed) -> Tensor:
    """Moves by up to 1/8 of the size along each axis; what moves in is 0.

    Args:
        images: (batch, height, width, channels) in [-1, 1].
        seed: A `keras.random.SeedGenerator`.

    Returns:
        A tensor of the same shape.
    """
    for _ in range(2):  # rows, then columns as rows; the axes end where they were
        limit = _share(images.shape[1], 1 / 8)
        amount = _draw_integer(images, 2 * limit + 1, seed)
        images = ops.swapaxes(_shift_rows(images, amount, limit), 1, 2)
    return images


@_registered
def cutout(images, seed) -> Tensor:
    """Sets a rectangle of half the height and width to 0.

    Its centre lies anywhere, so that it may stick out at the border.

    Args:
        images: (batch, height, width, channels) in [-1, 1].
        seed: A `keras.random.SeedGenerator`.

    Returns:
        A tensor of the same shape.
    """
    inside = True
    for axis in (1, 2):
        size = images.shape[axis]
        length = _share(size, 1 / 2)
        center = _draw_integer(images, size + 1 - length % 2, seed)
        shape = [size if i == axis else 1 for i in range(4)]
        distance = ops.reshape(ops.arange(size), shape) - (center - length // 2)
        inside = ops.logical_and(inside, (distance >= 0) & (distance < length))
    return ops.where(inside, 0.0, images)


POLICIES = {"color": color, "translation": translation, "cutout": cutout}


def _find(name):
    if name not in POLICIES:
        raise ValueError(
            f"Unknown augmentation {name!r}. Expected names separated by commas, such "
            f"as 'color,cutout', out of: {', '.join(POLICIES)}."
        )
    return POLICIES[name]


def _draw(images, seed):
    """One number in [0, 1) for each image, (batch, 1, 1, 1)."""
    shape = (ops.shape(images)[0], 1, 1, 1)
    return keras.random.uniform(shape, dtype=images.dtype, seed=seed)


def _draw_integer(images, end, seed):
    """One integer in [0, end) for each image, (batch, 1, 1, 1)."""
    return keras.random.randint((ops.shape(images)[0], 1, 1, 1), 0, end, seed=seed)


def _share(size, share):
    """So many pixels of `size`, to the nearest."""
    return int(size * share + 0.5)


def _scale(images, factor, axis):
    """Scales the distance from the mean over `axis`."""
    mean = ops.mean(images, axis=axis, keepdims=True)
    return mean + factor * (images - mean)


def _shift_rows(images, amount, limit):
    """Moves each image down by `limit - amount` pixels; amount is 0 to 2 `limit`."""
    rows = amount + ops.reshape(ops.arange(images.shape[1]), (1, -1, 1, 1))
    images = ops.pad(images, [(0, 0), (limit, limit), (0, 0), (0, 0)])
    return ops.take_along_axis(images, rows, axis=1)
