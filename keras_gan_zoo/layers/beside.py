"""Vectors where maps are: the condition of a discriminator of convolutions."""

from keras import layers

from keras_gan_zoo.typing import Tensor


def beside(maps, vectors) -> Tensor:
    """Repeats vectors at each place of maps, as more channels behind theirs.

    Args:
        maps: Tensor (batch, height, width, channels) of a Functional model.
        vectors: Tensor (batch, dim) of it.

    Returns:
        Maps (batch, height, width, channels + dim).
    """
    _, height, breadth, _ = maps.shape
    everywhere = layers.Reshape((1, 1, vectors.shape[-1]))(vectors)
    everywhere = layers.UpSampling2D((height, breadth))(everywhere)
    return layers.Concatenate()([maps, everywhere])
