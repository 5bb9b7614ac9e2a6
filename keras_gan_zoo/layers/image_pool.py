"""An image pool: the discriminator also sees images that were generated earlier."""

from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ImagePool(layers.Layer):
    """Keeps generated images, and hands out old ones in place of new ones.

    Until the pool is full, images are stored and returned. After that each image is
    returned with probability 1/2; otherwise it takes the place of a stored one, which
    is returned in its stead. Within a batch no two images take the same place, and
    images beyond `size` pass through.

    Args:
        size: How many images are kept.
        **kwargs: As in every Keras layer.

    Reference:
        Shrivastava et al. 2017, section 2.3, https://arxiv.org/abs/1612.07828
    """

    def __init__(self, size=50, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def build(self, input_shape) -> None:
        """Makes room for the images."""
        # On several devices one pool is kept, that of the first.
        kept = {"trainable": False, "aggregation": "only_first_replica"}
        self.images = self.add_weight(
            (self.size, *input_shape[1:]), "zeros", name="images", **kept
        )
        self.filled = self.add_weight((), "zeros", "int32", name="filled", **kept)

    def call(self, images, seed) -> Tensor:
        """Stores images and returns as many.

        Args:
            images: (batch, height, width, channels).
            seed: A `SeedGenerator`.
        """
        fresh, beyond = images[: self.size], images[self.size :]
        num = ops.shape(fresh)[0]
        places = self._places(seed)[:num]
        is_free = places >= self.filled
        swaps = keras.random.uniform((self.size,), seed=seed)[:num] < 0.5
        stays = _as_mask(ops.logical_or(is_free, ops.logical_not(swaps)))
        stored = ops.take(self.images, places, axis=0)
        returned = ops.where(stays, fresh, stored)
        kept = ops.where(_as_mask(ops.logical_or(is_free, swaps)), fresh, stored)
        self.images.assign(ops.scatter_update(self.images, places[:, None], kept))
        self.filled.assign(ops.minimum(self.filled + num, self.size))
        return ops.concatenate([returned, beyond])

    def _places(self, seed):
        """All places: free ones first and in order, then the others at random."""
        index = ops.arange(self.size)
        chance = keras.random.uniform((self.size,), seed=seed)  # in [0, 1)
        free_first = ops.cast(index - self.size, chance.dtype)  # in [-size, -1]
        return ops.argsort(ops.where(index >= self.filled, free_first, chance))

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "size": self.size}


def _as_mask(choices):
    return ops.reshape(choices, (-1, 1, 1, 1))
