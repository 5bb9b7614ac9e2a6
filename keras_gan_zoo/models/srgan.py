"""SRGAN: small images to large ones that look sharp.

Ledig et al. 2017, "Photo-Realistic Single Image Super-Resolution Using a Generative
Adversarial Network", https://arxiv.org/abs/1609.04802
"""

from functools import partial
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.checks import check_shape
from keras_gan_zoo.content_features import ContentFeatures
from keras_gan_zoo.image_to_image import ImageToImageGAN
from keras_gan_zoo.layers import BatchNormalization, Conv2D, LeakyReLU
from keras_gan_zoo.phases import Batch, Phase
from keras_gan_zoo.registry import registered
from keras_gan_zoo.resampling import resize_bicubic
from keras_gan_zoo.serving import Serving, sample_input
from keras_gan_zoo.typing import Tensor
from keras_gan_zoo.upscaling import enlarge_whole, upscale

FEATURE_SCALE = 1 / 12.75  # brings VGG's features to the size of pixels (section 3.2)


def srresnet(scale=4, channels=3, base_channels=64, blocks=16) -> keras.Model:
    """Small images to large ones, in [-1, 1] and of any size (figure 4).

    The last layer is linear: values may lie a little beyond [-1, 1].

    Args:
        scale: How many times higher and wider the images become.
        channels: Of the images.
        base_channels: Channels of the features.
        blocks: How many residual blocks.

    Returns:
        A Functional model, (batch, height, width, channels) to (batch, scale * height,
        scale * width, channels).
    """
    images = keras.Input((None, None, channels), name="images")
    x = start = _prelu(_convolve(images, base_channels, 9))
    for _ in range(blocks):
        x = x + _normalized(_prelu(_normalized(x, base_channels)), base_channels)
    x = start + _normalized(x, base_channels)
    for step in steps_of(scale):
        x = _convolve(x, base_channels * step**2)
        x = _prelu(ops.depth_to_space(x, step, "channels_last"))
    return keras.Model(images, _convolve(x, channels, 9), name="generator")


def srgan_discriminator(channels=3, base_channels=64, use_bias=True) -> keras.Model:
    """Large images in [-1, 1] to logits (batch, 1), in the manner of VGG (figure 4).

    Args:
        channels: Of the images.
        base_channels: Channels of the first layer; they double three times.
        use_bias: Whether the logits have a bias.

    Returns:
        A Functional model.
    """
    images = keras.Input((None, None, channels), name="images")
    x = LeakyReLU(0.2)(_convolve(images, base_channels))
    for factor, strides in [(1, 2), (2, 1), (2, 2), (4, 1), (4, 2), (8, 1), (8, 2)]:
        x = LeakyReLU(0.2)(_normalized(x, factor * base_channels, strides))
    # Paper: the maps are flattened; here averaged, so that patches may have any size.
    x = layers.Dense(16 * base_channels)(layers.GlobalAveragePooling2D()(x))
    logits = layers.Dense(1, use_bias=use_bias)(LeakyReLU(0.2)(x))
    return keras.Model(images, logits, name="discriminator")


def steps_of(scale) -> list[int]:
    """Factors of a scale: 2 as often as it goes, then what is left.

    Args:
        scale: Integer from 2.

    Returns:
        A list of integers; 4 gives [2, 2], 6 gives [2, 3].
    """
    steps = []
    while scale % 2 == 0:
        steps.append(2)
        scale //= 2
    return [*steps, scale] if scale > 1 else steps


@registered("super-resolution", "Ledig et al. 2017", "1609.04802")
class SRGAN(ContentFeatures, ImageToImageGAN):
    """Super-resolution GAN (Ledig et al. 2017).

    It trains on large images, which it shrinks by itself: `fit(images)`. If you have
    small ones, of another camera say, train on pairs: `fit(small, large)`. The content
    loss compares pixels, as in the paper's SRGAN-MSE, unless `compile` gets
    `content_features`; `loss_weights={"generator_loss": 0}` trains the generator alone,
    with no discriminator: the paper's SRResNet.

    Args:
        image_shape: (height, width, channels) of the large images in training, sides
            that `scale` divides. Without it the networks are sized from the first
            batch. `upscale` takes images of any size.
        scale: How many times higher and wider the images become.
        base_channels: Channels of the generator's features.
        blocks: How many residual blocks the generator has.
        discriminator_base_channels: Channels of the discriminator's first layer.
        **kwargs: `generator`, a Keras model from small images to large ones, and
            `discriminator`, large images to logits, to use in place of the paper's;
            `seed`, `name`, `dtype`: see `GAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        photos = kgz.datasets.photos(size=96).images
        model = kgz.SRGAN(scale=4)
        model.compile(loss_weights={"generator_loss": 0})  # first the pixels alone
        model.fit(photos, batch_size=16, epochs=20)
        model.compile()
        model.fit(photos, batch_size=16, epochs=20)
        large = model.upscale("photo.jpg")
        ```

    Reference:
        https://arxiv.org/abs/1609.04802
    """

    def __init__(
        self,
        image_shape=None,
        scale=4,
        base_channels=64,
        blocks=16,
        discriminator_base_channels=64,
        **kwargs,
    ):
        if not isinstance(scale, int) or scale < 2:
            raise ValueError(
                f"scale must be an integer from 2. Received: scale={scale!r}"
            )
        self.scale = scale
        self.base_channels = base_channels
        self.blocks = blocks
        self.discriminator_base_channels = discriminator_base_channels
        super().__init__(image_shape, **kwargs)

    def build(self, input_shape) -> None:
        """Makes the networks for patches of a size; the generator fits any."""
        self.source_shape = (None, None, int(input_shape[-1]))
        super().build(input_shape)

    def build_generator(self) -> keras.Model:
        """Returns the paper's generator."""
        return srresnet(
            self.scale, self.image_shape[-1], self.base_channels, self.blocks
        )

    def build_discriminator(self) -> keras.Model:
        """Returns the paper's discriminator."""
        return srgan_discriminator(
            self.image_shape[-1], self.discriminator_base_channels
        )

    def check_networks(self) -> None:
        """Raises a `ValueError` if the networks do not fit each other or the scale."""
        super().check_networks()
        if "generator" in self.custom_networks:
            small = (None, 8, 8, self.image_shape[-1])
            side = 8 * self.scale
            check_shape(
                f"generator's output for {small[1:]} and scale={self.scale}",
                self.generator.compute_output_shape(small),
                (None, side, side, self.image_shape[-1]),
            )

    def compile_defaults(self) -> dict[str, Any]:
        """Adam with learning rate 1e-4, and the weights of equation 3."""
        # Paper: 1e-5 in the second half of the training.
        return {
            "generator_optimizer": keras.optimizers.Adam(1e-4),
            "discriminator_optimizer": keras.optimizers.Adam(1e-4),
            "loss": "non_saturating",
            "loss_weights": {"content_loss": 1.0, "generator_loss": 1e-3},
        }

    def phases(self) -> list[Phase]:
        """The discriminator, unless its loss counts nothing, and the generator."""
        discriminator, generator = super().phases()
        is_used = self.counts("generator_loss")
        return [discriminator, generator] if is_used else [generator]

    def generator_loss(self, batch, fake) -> dict[str, Tensor]:
        """The terms of equation 3: content, and the adversarial loss."""
        terms = self.reconstruction_loss(batch.real, fake)
        if self.counts("generator_loss"):
            terms |= super().generator_loss(batch, fake)
        return terms

    def reconstruction_loss(self, real, fake) -> dict[str, Tensor]:
        """The terms that compare images: E (features(real) - features(fake))^2.

        Args:
            real: Images (batch, height, width, channels) in [-1, 1].
            fake: Images of that shape, made from small ones.

        Returns:
            A dict of named scalars.
        """
        return {"content_loss": self.content_distance(real, fake, ops.square)}

    def features(self, images) -> list[Tensor]:
        """What the content loss compares: feature maps, or the pixels themselves."""
        maps = super().features(images)
        if self.content_features is None:
            return maps
        return [FEATURE_SCALE * x for x in maps]

    def serving(self, name) -> Serving:
        """Of the generator: images to what `upscale` returns, without tiles."""
        if name != "generator" or None not in self.sampler.input_shape[1:]:
            return super().serving(name)
        images = sample_input(self.domain, tuple(self.sampler.input_shape[1:]))
        return Serving(self.sampler, [images], partial(enlarge_whole, self.scale))

    def check_data(self, x, y) -> None:
        """Refuses images that `scale` does not fit, and sizes the networks."""
        if y is None:
            self.domain.check(x)
            x, y = self.shrink(self.domain.encode(x)), x
        sides = [self.scale * side for side in x.shape[1:3]]
        check_shape(
            f"large images for small ones of {tuple(x.shape)} and scale={self.scale}",
            tuple(y.shape),
            (None, *sides, *x.shape[3:]),
        )
        super().check_data(x, y)

    def prepare(self, x, y) -> Batch:
        """A batch of the large images, to be generated from the small ones."""
        if y is None:
            y = self.domain.encode(x)
            x = self.shrink(y)
        return super().prepare(x, y)

    def shrink(self, images) -> Tensor:
        """Makes small images of large ones, bicubic.

        Args:
            images: Float (batch, height, width, channels) in [-1, 1].

        Returns:
            A tensor (batch, height / scale, width / scale, channels) in [-1, 1].

        Raises:
            ValueError: If `scale` does not divide height and width.
        """
        sides = images.shape[1:-1]
        if len(sides) != 2 or any(side % self.scale for side in sides):
            raise ValueError(
                "Large images must have the shape (batch, height, width, channels), "
                f"and scale={self.scale} must divide height and width. Received: "
                f"{tuple(images.shape)}. Crop them."
            )
        small = resize_bicubic(images, *(side // self.scale for side in sides))
        return ops.clip(small, -1.0, 1.0)

    def upscale(self, image, tile=None, overlap=None, verbose="auto") -> np.ndarray:
        """Enlarges an image, or several of one size.

        The network sees the image mirrored beyond its four sides, so that its borders
        come out as its middle does. Large images go through it in tiles, so memory is
        bounded. JAX and TensorFlow compile it anew for tiles of another size, whose
        sides are multiples of 16. Channels that the network was not made for go through
        it as grey images of their own; alpha stays between the values around it, so
        what is opaque stays opaque.

        Args:
            image: uint8 array (height, width), (height, width, channels) or (num,
                height, width, channels), of any size, grey or RGB, with alpha or
                without; or a Pillow image of any mode, or the path of a file.
            tile: Side in pixels of the largest tiles of the small image. By default
                768 where what enlarges stands behind all else in the network and gets
                tiles of its own, elsewhere 384.
            overlap: How many pixels more, on each side, a tile sees than is kept of it,
                and how many are mirrored. By default a tile sees as many as the network
                looks, but not more than 96 or a third of a tile; as many are mirrored
                as the network looks if that is up to 32, else 8.
            verbose: Whether to show a progress bar: 0, 1, or `"auto"` for long work.

        Returns:
            uint8 array of the same rank, `scale` times as high and wide.

        Raises:
            ValueError: If the network is not made yet, or this is no such image.
        """
        if self.generator is None:  # which presets may hold alone
            self.require_networks()
        return upscale(self.sampler, self.scale, image, tile, overlap, verbose)


def _convolve(x, channels, kernel_size=3):
    return Conv2D(channels, kernel_size, padding="same")(x)


def _normalized(x, channels, strides=1):
    x = Conv2D(channels, 3, strides, padding="same", use_bias=False)(x)
    return BatchNormalization(momentum=0.9, epsilon=1e-5)(x)


def _prelu(x):
    return layers.PReLU(shared_axes=(1, 2))(x)  # one slope a channel
