"""ESRGAN: residual in residual dense blocks, and a relativistic discriminator.

Wang et al. 2018, "ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks",
https://arxiv.org/abs/1809.00219
"""

from typing import Any, Self

import keras
from keras import layers, ops

from keras_gan_zoo.layers import Conv2D, LeakyReLU
from keras_gan_zoo.models.srgan import SRGAN, srgan_discriminator, steps_of
from keras_gan_zoo.old_names import renamed
from keras_gan_zoo.registry import registered
from keras_gan_zoo.typing import Tensor

RESIDUAL_SCALE = 0.2  # of what a block adds (section 3.1)


def rrdb_generator(
    scale=4,
    channels=3,
    base_channels=64,
    blocks=23,
    growth=32,
    slope=0.2,
    enlarge=None,
    fold=1,
) -> keras.Model:
    """Small images to large ones, in [-1, 1] and of any size (section 3.1).

    The last layer is linear: values may lie a little beyond [-1, 1].

    Args:
        scale: How many times higher and wider the images become.
        channels: Of the images.
        base_channels: Channels of the features.
        blocks: How many residual in residual dense blocks.
        growth: Channels that each convolution in a dense block adds.
        slope: Of the leaky ReLU.
        enlarge: Function (features, scale, channels) to images, for example
            `shuffle`; without it nearest neighbours and convolutions, as in the code
            of the paper's authors.
        fold: Of how many pixels along a side one of the features is made, which
            divides height and width: fewer are computed, and the network enlarges them
            `fold` times more.

    Returns:
        A Functional model, (batch, height, width, channels) to (batch, scale * height,
        scale * width, channels).
    """
    images = keras.Input((None, None, channels), name="images")
    x = ops.space_to_depth(images, fold, "channels_last") if fold > 1 else images
    x = start = _convolve(x, base_channels)
    for _ in range(blocks):
        x = _residual_in_residual(x, growth, slope)
    x = start + _convolve(x, base_channels)
    x = (enlarge or _interpolate)(x, fold * scale, channels)
    return keras.Model(images, x, name="generator")


def shuffle(x, scale, channels) -> Tensor:
    """Enlarges by one sub-pixel convolution, cheaper than the default.

    Args:
        x: Features (batch, height, width, features).
        scale: How many times higher and wider the images become.
        channels: Of the images.

    Returns:
        (batch, scale * height, scale * width, channels).
    """
    x = _convolve(x, channels * scale**2)
    return _convolve(ops.depth_to_space(x, scale, "channels_last"), channels)


class ConfiguredNetwork(keras.Model):
    """A Functional model that is saved by its name and `arguments`, not its layers."""

    arguments: dict[str, Any]

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {"name": self.name, **self.arguments}

    @classmethod
    def from_config(cls, config) -> Self:
        """Rebuilds the network from `get_config()`, of an earlier version too."""
        return cls(**renamed(config, cls))


@keras.saving.register_keras_serializable("keras_gan_zoo")
class ResidualDenseNetwork(ConfiguredNetwork):
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
            grown = _grow(x, growth, convolutions, slope=0.0)
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


@registered("super-resolution", "Wang et al. 2018", "1809.00219")
class ESRGAN(SRGAN):
    """Enhanced super-resolution GAN (Wang et al. 2018).

    Args:
        image_shape: As in `SRGAN`.
        scale: How many times higher and wider the images become.
        base_channels: Channels of the generator's features.
        blocks: How many residual in residual dense blocks the generator has.
        growth: Channels that each convolution in a dense block adds.
        **kwargs: `discriminator_base_channels` and more: see `SRGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        model = kgz.ESRGAN.from_preset("esrgan_upscalerjs_medium_x4")
        large = model.upscale("photo.jpg")
        ```

    Reference:
        https://arxiv.org/abs/1809.00219
    """

    def __init__(
        self,
        image_shape=None,
        scale=4,
        base_channels=64,
        blocks=23,
        growth=32,
        **kwargs,
    ):
        self.growth = growth
        super().__init__(image_shape, scale, base_channels, blocks, **kwargs)

    def build_generator(self) -> keras.Model:
        """Returns the paper's generator."""
        return rrdb_generator(
            self.scale,
            self.image_shape[-1],
            self.base_channels,
            self.blocks,
            self.growth,
        )

    def build_discriminator(self) -> keras.Model:
        """Returns SRGAN's discriminator without the bias that a difference cancels."""
        return srgan_discriminator(
            self.image_shape[-1], self.discriminator_base_channels, use_bias=False
        )

    def compile_defaults(self) -> dict[str, Any]:
        """The relativistic average loss, and the weights of section 4.1."""
        # Paper: the learning rate is halved at 50, 100, 200 and 300 thousand steps.
        return {
            **super().compile_defaults(),
            "loss": "relativistic_average",
            "loss_weights": {
                "content_loss": 1.0,
                "generator_loss": 5e-3,
                "pixel_loss": 1e-2,
            },
        }

    def reconstruction_loss(self, real, fake) -> dict[str, Tensor]:
        """E |features(real) - features(fake)| and E |real - fake| (equation 3)."""
        return {
            "content_loss": self.content_distance(real, fake, ops.abs),
            "pixel_loss": ops.mean(ops.abs(real - fake)),
        }


def _interpolate(x, scale, channels):
    features = x.shape[-1]
    for step in steps_of(scale):
        x = layers.UpSampling2D(step)(x)
        x = LeakyReLU(0.2)(_convolve(x, features))
    return _convolve(LeakyReLU(0.2)(_convolve(x, features)), channels)


def _residual_in_residual(x, growth, slope):
    """Three dense blocks within a residual connection (figure 4)."""
    start, features = x, x.shape[-1]
    for _ in range(3):
        grown = _grow(x, growth, 4, slope, kernel_initializer=_small())
        fused = _convolve(grown, features, kernel_initializer=_small())
        x = x + RESIDUAL_SCALE * fused
    return start + RESIDUAL_SCALE * x


def _grow(x, growth, convolutions, slope, **options):
    """A dense block: each convolution sees what all before it have made."""
    for _ in range(convolutions):
        grown = LeakyReLU(slope)(_convolve(x, growth, **options))
        x = layers.Concatenate()([x, grown])
    return x


def _small():
    # A tenth of what He et al. draw, so that deep networks train (section 3.1).
    return keras.initializers.VarianceScaling(0.02, "fan_in", "untruncated_normal")


def _convolve(x, channels, kernel_size=3, **options):
    return Conv2D(channels, kernel_size, padding="same", **options)(x)
