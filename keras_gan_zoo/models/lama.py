"""LaMa: fills large holes, and sees the whole image in every layer.

Suvorov et al. 2022, "Resolution-robust Large Mask Inpainting with Fourier
Convolutions", https://arxiv.org/abs/2109.07161

A convolution on the spectrum of a feature map reaches all of the map at once. So the
first layers already know what is on the other side of a hole, and patterns that repeat
go on through it. Details are those of the authors' code, github.com/advimman/lama
(Apache-2.0).
"""

from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.content_features import ContentFeatures, distance_of_maps
from keras_gan_zoo.holes import draw_free_form
from keras_gan_zoo.inpainting import InpaintingGAN
from keras_gan_zoo.layers import (
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Fourier2D,
    InverseFourier2D,
    LeakyReLU,
    ReflectionPadding2D,
    patch_discriminator,
)
from keras_gan_zoo.registry import registered
from keras_gan_zoo.regularizers import R1
from keras_gan_zoo.typing import Tensor

GLOBAL = 0.75  # share of the channels that pass through the spectrum


def lama_generator(channels=3, base_channels=64, blocks=9, halvings=3) -> keras.Model:
    """Images with holes, and their masks, to whole images in [-1, 1], of any size.

    Args:
        channels: Of the images.
        base_channels: Channels of the layers next to the images; they double at each
            halving.
        blocks: How many residual blocks.
        halvings: How often height and width are halved before the blocks.

    Returns:
        A Functional model from (height, width, channels + 1), the mask last; 2 to the
        number of halvings divides height and width.

    Raises:
        ValueError: If `halvings` is no positive integer.
    """
    halvings = _checked(halvings)
    inputs = keras.Input((None, None, channels + 1), name="images_and_mask")
    x = _rectified(_convolve(inputs, base_channels, 7))
    for halving in range(1, halvings):
        x = _rectified(_convolve(x, base_channels * 2**halving, strides=2))
    widest = base_channels * 2**halvings
    number = round(GLOBAL * widest)
    split = (widest - number, number)  # of local and of global channels
    maps = [_rectified(_convolve(x, part, strides=2)) for part in split]
    for _ in range(blocks):
        changed = _fourier_convolution(*_fourier_convolution(*maps))
        maps = [x + change for x, change in zip(maps, changed, strict=True)]
    x = layers.Concatenate()(maps)
    for halving in reversed(range(halvings)):
        enlarge = Conv2DTranspose(
            base_channels * 2**halving, 3, 2, "same", use_bias=False
        )
        x = _rectified(enlarge(x))
    # Paper: a sigmoid, for pixels in [0, 1].
    x = layers.Activation("tanh")(_convolve(x, channels, 7, use_bias=True))
    return keras.Model(inputs, x, name="generator")


def lama_discriminator(image_shape, base_channels=64, patch=142) -> keras.Model:
    """Images in [-1, 1] to a map of logits, and the feature maps before it.

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: Channels of the first layer.
        patch: See `patch_discriminator`.

    Returns:
        A Functional model of several outputs, the logits first.
    """
    network = patch_discriminator(image_shape, base_channels, patch)
    maps = [layer.output for layer in network.layers if isinstance(layer, LeakyReLU)]
    return keras.Model(network.input, [network.output, *maps], name="discriminator")


@registered("inpainting", "Suvorov et al. 2022", "2109.07161")
class LaMa(ContentFeatures, InpaintingGAN):
    """Large mask inpainting (Suvorov et al. 2022).

    `fit(images)` draws wide holes anew in each step, `fit(images, masks)` cuts what the
    masks say. `inpaint` takes images of any size.

    Args:
        image_shape: (height, width, channels) of the images in training, sides that
            can be halved so often. Without it the networks are sized from the first
            batch.
        base_channels: Channels of the generator's layers next to the images.
        blocks: How many residual blocks it has: 9 in LaMa-Fourier, 18 in Big LaMa.
        discriminator_base_channels: Channels of the discriminator's first layer.
        patch: Side in pixels of the patches that are judged: 16, 34, 70 or 142.
        halvings: How often the generator halves the images before its blocks. The
            paper's crops of 256 pixels become 32x32 by three; smaller images keep more
            with two.
        **kwargs: `generator`, of images and masks in one to images, `discriminator`,
            of images to logits and feature maps, `seed`, `name`, `dtype`: see `GAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        photos = kgz.datasets.photos(size=96).images
        model = kgz.LaMa(base_channels=16, blocks=4, patch=70)
        model.fit(photos, batch_size=16, epochs=50)
        masks = kgz.datasets.masks(len(photos), (96, 96))
        whole = model.inpaint(photos, masks)
        ```

    Reference:
        https://arxiv.org/abs/2109.07161
    """

    def __init__(
        self,
        image_shape=None,
        base_channels=64,
        blocks=9,
        discriminator_base_channels=64,
        patch=142,
        halvings=3,
        **kwargs,
    ):
        self.base_channels = base_channels
        self.blocks = blocks
        self.halvings = _checked(halvings)
        self.divisor = 2**halvings
        self.smallest = 2 * self.divisor  # mirrored by a pixel where it is halved most
        self.discriminator_base_channels = discriminator_base_channels
        self.patch = patch
        super().__init__(image_shape, **kwargs)

    def build_generator(self) -> keras.Model:
        """Returns the paper's generator."""
        return lama_generator(
            self.image_shape[-1], self.base_channels, self.blocks, self.halvings
        )

    def build_discriminator(self) -> keras.Model:
        """Returns the paper's discriminator, which shows its feature maps."""
        return lama_discriminator(
            self.image_shape, self.discriminator_base_channels, self.patch
        )

    def check_networks(self) -> None:
        """Raises a `ValueError` if the networks do not fit each other or the images."""
        if any(s % self.divisor or s < self.smallest for s in self.image_shape[:2]):
            raise ValueError(
                f"LaMa halves the images {self.halvings} times, so {self.divisor} must "
                f"divide their height and width, from {self.smallest}. Received: "
                f"{tuple(self.image_shape)}. Crop them; `inpaint` takes any size."
            )
        super().check_networks()

    def compile_defaults(self) -> dict[str, Any]:
        """The rates, weights and penalty of the authors' configuration."""
        return {
            "generator_optimizer": keras.optimizers.Adam(1e-3, global_clipnorm=1.0),
            "discriminator_optimizer": keras.optimizers.Adam(1e-4, global_clipnorm=1.0),
            "loss": "non_saturating",
            # Paper: 0.001 E |grad D|^2.
            "regularizers": [R1(0.002)],
            # Paper: 10 for pixels in [0, 1]; here 5, for those in [-1, 1].
            "loss_weights": {
                "generator_loss": 10.0,
                "matching_loss": 100.0,
                "content_loss": 30.0,
                "l1_loss": 5.0,
            },
        }

    def draw_masks(self, num) -> Tensor:
        """Draws wide holes inside a training step, (num, height, width, 1)."""
        return draw_free_form(num, self.image_shape[:2], self.seed_generator)

    def judge(self, images) -> list[Tensor]:
        """Maps images to float32 logits and feature maps."""
        return super().discriminate(images)

    def discriminate(self, images, condition=None) -> Tensor | list[Tensor]:
        """Maps images to a map of logits; the features are left out."""
        return self.judge(images)[0]

    def discriminator_loss(self, batch, fake) -> dict[str, Tensor]:
        """That of GAN, but patches of generated images outside the holes are real."""
        fake = ops.stop_gradient(fake)
        logits, *_ = self.judge(fake)
        holes = ops.image.resize(
            batch.condition,
            ops.shape(logits)[1:3],
            "nearest",
            data_format="channels_last",
        )
        # Mirrored where real and generated part, a logit is taken for a real one.
        turned = 2 * self.adversarial_loss.middle - logits
        logits = ops.where(holes > 0.5, logits, turned)
        real_logits = self.discriminate(batch.real)
        loss = self.discriminator_adversarial_loss(real_logits, logits)
        return {"discriminator_loss": loss, **self.penalties(batch, fake)}

    def generator_loss(self, batch, fake) -> dict[str, Tensor]:
        """The terms of section 2.3.4.

        Adversarial; E |f(real) - f(fake)|^2 of the discriminator's feature maps, and of
        those of `content_features` if there are; E |real - fake| of known pixels.
        """
        logits, *maps = self.judge(fake)
        _, *real_maps = self.judge(batch.real)
        known = 1 - batch.condition
        terms = {
            "generator_loss": self.generator_adversarial_loss(batch, logits),
            "matching_loss": distance_of_maps(real_maps, maps, ops.square) / len(maps),
            "l1_loss": ops.mean(known * ops.abs(batch.real - fake)),
        }
        if self.content_features is not None:
            gap = self.content_distance(batch.real, fake, ops.square)
            terms["content_loss"] = gap
        return terms


def _fourier_convolution(near, far):
    """A convolution of local and global maps, each of which reads both (figure 2)."""
    split = near.shape[-1], far.shape[-1]
    local = _convolve(near, split[0]) + _convolve(far, split[0])
    whole = _convolve(near, split[1]) + _spectral(far)
    return _rectified(local), _rectified(whole)


def _spectral(x):
    """Global maps to global maps, by way of their spectrum."""
    channels = x.shape[-1]
    x = _rectified(Conv2D(channels // 2, 1, use_bias=False)(x))
    spectrum = Fourier2D()(x)
    spectrum = Conv2D(spectrum.shape[-1], 1, use_bias=False)(spectrum)
    x = x + InverseFourier2D()(_rectified(spectrum), x)
    return Conv2D(channels, 1, use_bias=False)(x)


def _convolve(x, channels, kernel_size=3, strides=1, use_bias=False):
    x = ReflectionPadding2D(kernel_size // 2)(x)
    return Conv2D(channels, kernel_size, strides, use_bias=use_bias)(x)


def _rectified(x):
    return layers.ReLU()(BatchNormalization(momentum=0.9, epsilon=1e-5)(x))


def _checked(halvings):
    if not isinstance(halvings, int) or halvings < 1:
        raise ValueError(
            "halvings must be a positive integer, how often height and width are "
            f"halved before the blocks. Received: halvings={halvings!r}"
        )
    return halvings
