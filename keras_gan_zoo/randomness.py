"""Random numbers of a training step."""

import keras

from keras_gan_zoo import backend
from keras_gan_zoo.typing import Tensor


class SeedGenerator(keras.random.SeedGenerator):
    """Keras' generator of seeds, but each replica of a model draws numbers of its own.

    Where several devices or processes compute a share of the batch each, all begin with
    the same state, and with Keras' generator all would draw the same noise. The first
    one draws what a single device would.
    """

    def next(self, ordered=True) -> Tensor:
        """Returns the next seed, a tensor of two integers."""
        seed = super().next(ordered)
        replica = backend.replica()
        if isinstance(replica, int) and replica == 0:
            return seed
        offset = keras.ops.cast(replica * 1_000_003, seed.dtype)
        return seed + keras.ops.stack([offset, keras.ops.zeros_like(offset)])
