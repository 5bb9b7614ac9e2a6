"""Real-ESRGAN: enlarging what has been blurred, compressed and shrunk before.

Wang et al. 2021, "Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure
Synthetic Data", https://arxiv.org/abs/2107.10833
"""

from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.datasets.sharpening import unsharp_mask
from keras_gan_zoo.layers import Conv2D, LeakyReLU, Shrink2D, SpectralConv2D, Upsample2D
from keras_gan_zoo.layers.spectral_normalization import power_iteration
from keras_gan_zoo.models.esrgan import (
    ESRGAN,
    ConfiguredNetwork,
    rrdb_generator,
    shuffle,
)
from keras_gan_zoo.registry import registered
from keras_gan_zoo.typing import Tensor

# Paper: VGG19's last convolution of each block; here VGG16's, which has no fourth.
PERCEPTUAL_LAYERS = {
    "block1_conv2": 0.1,
    "block2_conv2": 0.1,
    "block3_conv3": 1.0,
    "block4_conv3": 1.0,
    "block5_conv3": 1.0,
}


@keras.saving.register_keras_serializable("keras_gan_zoo")
class RRDBNet(ConfiguredNetwork):
    """ESRGAN's generator on pixels in [0, 1], as its published weights expect.

    From the outside it maps images in [-1, 1] to such images, as every generator here.
    The zeros that its convolutions see beyond the borders are black.

    Args:
        scale: How many times higher and wider the images become.
        channels: Of the images.
        base_channels: Channels of the features.
        blocks: How many residual in residual dense blocks.
        growth: Channels that each convolution in a dense block adds.
        fold: Of how many pixels along a side one of the features is made; see
            `rrdb_generator`.
        slope: Of the leaky ReLU.
        shuffled: Whether one sub-pixel convolution enlarges, `esrgan.shuffle`, in place
            of nearest neighbours and convolutions.
        **kwargs: `name`, as in every Keras model.
    """

    def __init__(
        self,
        scale=4,
        channels=3,
        base_channels=64,
        blocks=23,
        growth=32,
        fold=1,
        slope=0.2,
        shuffled=False,
        **kwargs,
    ):
        images = keras.Input((None, None, channels), name="images")
        enlarge = shuffle if shuffled else None
        network = rrdb_generator(
            scale, channels, base_channels, blocks, growth, slope, enlarge, fold
        )
        super().__init__(images, _symmetric(network(_pixels(images))), **kwargs)
        self.arguments = {
            "scale": scale,
            "channels": channels,
            "base_channels": base_channels,
            "blocks": blocks,
            "growth": growth,
            "fold": fold,
            "slope": slope,
            "shuffled": shuffled,
        }


@keras.saving.register_keras_serializable("keras_gan_zoo")
class SRVGGNetCompact(ConfiguredNetwork):
    """The small generator of Real-ESRGAN's authors, for videos and drawings.

    All convolutions see the small image. The last one makes the pixels of the large
    one, which are added to the small image enlarged by nearest neighbours.

    Args:
        scale: How many times higher and wider the images become.
        channels: Of the images.
        base_channels: Channels of the features.
        blocks: How many convolutions with PReLU stand between the first and the last.
        inner_scale: How many times the network itself enlarges. What is larger than
            `scale` is shrunk, bicubic. Without it as `scale`.
        **kwargs: `name`, as in every Keras model.

    Example:
        ```python
        import keras_gan_zoo as kgz
        from keras_gan_zoo.models.real_esrgan import SRVGGNetCompact

        network = SRVGGNetCompact(scale=2, base_channels=32, blocks=8)
        model = kgz.RealESRGAN(scale=2, generator=network)
        ```

    Reference:
        https://github.com/xinntao/Real-ESRGAN, realesrgan/archs/srvgg_arch.py
    """

    def __init__(
        self,
        scale=4,
        channels=3,
        base_channels=64,
        blocks=16,
        inner_scale=None,
        **kwargs,
    ):
        inner = inner_scale or scale
        images = keras.Input((None, None, channels), name="images")
        x = pixels = _pixels(images)
        for _ in range(1 + blocks):
            x = _prelu(_convolve(x, base_channels))
        x = ops.depth_to_space(
            _convolve(x, channels * inner**2), inner, "channels_last"
        )
        x = x + layers.UpSampling2D(inner)(pixels)
        x = x if inner == scale else Shrink2D(inner, scale)(x)
        super().__init__(images, _symmetric(x), **kwargs)
        self.arguments = {
            "scale": scale,
            "channels": channels,
            "base_channels": base_channels,
            "blocks": blocks,
            "inner_scale": inner_scale,
        }


def unet_discriminator(image_shape, base_channels=64) -> keras.Model:
    """Large images in [-1, 1] to a logit for each pixel (figure 6).

    Args:
        image_shape: (height, width, channels), sides that 8 divides.
        base_channels: Channels of the first and the last layers.

    Returns:
        A Functional model, (batch, height, width, channels) to (batch, height, width,
        1).

    Raises:
        ValueError: If 8 does not divide height and width.
    """
    if any(side % 8 for side in image_shape[:2]):
        raise ValueError(
            "The U-Net of the discriminator halves height and width three times, so 8 "
            f"must divide both. Received: image_shape={tuple(image_shape)}. Crop the "
            "images."
        )
    images = keras.Input(image_shape, name="images")
    x = LeakyReLU(0.2)(_convolve(images, base_channels))
    skips = []
    for factor in (2, 4, 8):
        skips.append(x)
        x = _normalized(x, factor * base_channels, 4, strides=2)
    for skip in reversed(skips):
        # Paper: bilinear; here the same but for zeros beyond the borders, because a
        # gradient penalty differentiates it twice.
        x = skip + _normalized(Upsample2D()(x), skip.shape[-1])
    x = _normalized(_normalized(x, base_channels), base_channels)
    return keras.Model(images, _convolve(x, 1), name="discriminator")


@registered("super-resolution", "Wang et al. 2021", "2107.10833")
class RealESRGAN(ESRGAN):
    """Real-ESRGAN: ESRGAN for pictures as they are found (Wang et al. 2021).

    What is small in its training has been blurred, made noisy and compressed too, so
    that the generator removes what it finds: `fit(datasets.Degraded(large))`, or pairs
    of your own, `fit(small, large)`. Given large images alone, `fit(large)` shrinks
    them by bicubic interpolation and no more, as `SRGAN` does.

    Args:
        image_shape: As in `SRGAN`, with sides that 8 divides.
        scale: How many times higher and wider the images become.
        base_channels: Channels of the generator's features.
        blocks: How many residual in residual dense blocks the generator has.
        growth: Channels that each convolution in a dense block adds.
        **kwargs: `generator`, a network of another kind such as `SRVGGNetCompact`;
            `discriminator_base_channels` and more: see `SRGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        model = kgz.RealESRGAN(
            scale=2, base_channels=16, blocks=2, discriminator_base_channels=16
        )
        photos = kgz.datasets.photos(size=96).images
        data = kgz.datasets.Degraded(photos, scale=2, batch_size=16)
        # First the pixels alone, the paper's Real-ESRNet.
        model.compile(loss_weights={"content_loss": 0, "generator_loss": 0})
        model.fit(data, epochs=20)
        model.compile()
        model.fit(data, epochs=20)
        large = model.upscale("photo.jpg")
        ```

    Reference:
        https://arxiv.org/abs/2107.10833
    """

    def build_generator(self) -> keras.Model:
        """Returns the paper's generator, that of ESRGAN."""
        return RRDBNet(
            self.scale,
            self.image_shape[-1],
            self.base_channels,
            self.blocks,
            self.growth,
            fold=max(1, 4 // self.scale),  # so that scale 2 takes no longer than 4
            name="generator",
        )

    def build_discriminator(self) -> keras.Model:
        """Returns the paper's U-Net with spectral normalization."""
        return unet_discriminator(self.image_shape, self.discriminator_base_channels)

    def compile_defaults(self) -> dict[str, Any]:
        """The loss and the weights of section 4.1, and its moving average."""
        # Paper: the learning rate of the first stage, Real-ESRNet, is 2e-4.
        return {
            "generator_optimizer": keras.optimizers.Adam(1e-4, beta_2=0.99),
            "discriminator_optimizer": keras.optimizers.Adam(1e-4, beta_2=0.99),
            "loss": "non_saturating",
            "loss_weights": {
                "content_loss": 1.0,
                "generator_loss": 0.1,
                "pixel_loss": 1.0,
            },
            "ema": 0.999,
        }

    def compile(self, optimizer=None, *, sharpening=0.5, **kwargs) -> None:
        """Chooses how to train. What is not given is as in the paper.

        Args:
            optimizer: Refused, as in `GAN.compile`.
            sharpening: Weight of the unsharp masking of what pixels and features are
                compared with; 0 leaves it as it is. The discriminator sees the images
                as they are.
            **kwargs: As in `SRGAN.compile`. `content_features=
                metrics.vgg16_hed_features(PERCEPTUAL_LAYERS, activation=None)` is next
                to the paper's.
        """
        self.sharpening = sharpening
        super().compile(optimizer, **kwargs)

    def get_compile_config(self) -> dict[str, Any]:
        """Arguments of `compile`, as data."""
        config = super().get_compile_config()
        return {**config, "sharpening": self.sharpening} if config else config

    def reconstruction_loss(self, real, fake) -> dict[str, Tensor]:
        """As in `ESRGAN`, against sharpened images (section 3.5)."""
        return super().reconstruction_loss(unsharp_mask(real, self.sharpening), fake)

    def constrain_discriminator(self, seen=None) -> None:
        """Moves the estimates of the spectral norms along with the kernels."""
        super().constrain_discriminator(seen)
        power_iteration(self.discriminator)


def _pixels(images):
    return layers.Rescaling(0.5, 0.5)(images)  # [-1, 1] to [0, 1]


def _symmetric(pixels):
    return layers.Rescaling(2.0, -1.0)(pixels)  # and back


def _normalized(x, channels, kernel_size=3, strides=1):
    x = SpectralConv2D(channels, kernel_size, strides, padding="same", use_bias=False)(
        x
    )
    return LeakyReLU(0.2)(x)


def _convolve(x, channels):
    return Conv2D(channels, 3, padding="same")(x)


def _prelu(x):
    slopes = keras.initializers.Constant(0.25)
    return layers.PReLU(slopes, shared_axes=(1, 2))(x)  # one slope a channel
