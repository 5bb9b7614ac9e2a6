"""A residual dense network, which enlarges images, and the blocks it is made of."""

import keras
from keras import layers

from keras_gan_zoo.layers.conv2d import Conv2D
from keras_gan_zoo.layers.leaky_relu import LeakyReLU
from keras_gan_zoo.old_names import renamed


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ResidualDenseNetwork(keras.Model):
    """A lighter generator, whose dense blocks are all fused at the end.

    Args:
        scale: How many times higher and wider the images become.
        channels: Of the images.
        base_channels: Channels of the features.
        blocks: How many residual dense blocks.
        growth: Channels that each convolution in a block adds.
        convolutions: How many convolutions grow a block.
        **kwargs: `name`, as in every Keras model.

    Example:
        ```python
        import keras_gan_zoo as kgz
        from keras_gan_zoo.models.esrgan import ResidualDenseNetwork

        network = ResidualDenseNetwork(scale=2, blocks=4, growth=16)
        model = kgz.ESRGAN(scale=2, generator=network)
        ```

    Reference:
        Zhang et al. 2018, https://arxiv.org/abs/1802.08797
    """

    def __init__(
        self,
        scale=4,
        channels=3,
        base_channels=64,
        blocks=10,
        growth=64,
        convolutions=1,
        **kwargs,
    ):
        images = keras.Input((None, None, channels), name="images")
        start = _convolve(images, base_channels)
        x, fused = _convolve(start, base_channels), []
        for _ in range(blocks):
            grown = grow(x, growth, convolutions, slope=0.0)
            x = x + _convolve(grown, base_channels, 1)
            fused.append(x)
        x = _convolve(
            layers.Concatenate()(fused) if blocks > 1 else x, base_channels, 1
        )
        x = start + _convolve(x, base_channels)
        x = layers.ReLU()(_convolve(x, base_channels, 5))
        x = layers.ReLU()(_convolve(x, base_channels // 2))
        # Zhang et al.: a sub-pixel convolution; here nearest neighbours, because the
        # published weights were trained with them.
        x = layers.UpSampling2D(scale)(_convolve(x, channels * scale**2))
        super().__init__(images, _convolve(x, channels), **kwargs)
        self.arguments = {
            "scale": scale,
            "channels": channels,
            "base_channels": base_channels,
            "blocks": blocks,
            "growth": growth,
            "convolutions": convolutions,
        }

    def get_config(self):
        """Arguments of the constructor."""
        return {"name": self.name, **self.arguments}

    @classmethod
    def from_config(cls, config):
        """Rebuilds the network from `get_config()`, of an earlier version too."""
        return cls(**renamed(config, cls))


def grow(x, growth, convolutions, slope, **options):
    """A dense block: each convolution sees what all before it have made.

    Args:
        x: Features (batch, height, width, channels) of a Functional model.
        growth: Channels that each convolution adds.
        convolutions: How many there are.
        slope: Of the leaky ReLU after each.
        **options: More arguments of the convolutions.

    Returns:
        (batch, height, width, channels + convolutions * growth).
    """
    for _ in range(convolutions):
        grown = LeakyReLU(slope)(_convolve(x, growth, **options))
        x = layers.Concatenate()([x, grown])
    return x


def _convolve(x, channels, kernel_size=3, **options):
    return Conv2D(channels, kernel_size, padding="same", **options)(x)
