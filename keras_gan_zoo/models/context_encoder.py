"""Context encoder: fills holes in images by what surrounds them.

Pathak, Krahenbuhl, Donahue, Darrell and Efros 2016, "Context Encoders: Feature Learning
by Inpainting", https://arxiv.org/abs/1604.07379

An encoder squeezes the image with its hole into a vector, a decoder makes an image of
it. The squared error alone would fill the hole with the blurred mean of all that might
be there; a discriminator, which sees the hole and not its surroundings, asks for one of
them (section 3.2). Sizes are those of the authors' code, github.com/pathak22/
context-encoder.
"""

import math
from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.holes import draw_rectangles
from keras_gan_zoo.inpainting import InpaintingGAN
from keras_gan_zoo.layers import LeakyReLU
from keras_gan_zoo.layers.dcgan_blocks import downsample, normal, normalize, upsample
from keras_gan_zoo.registry import registered
from keras_gan_zoo.typing import Tensor

SMALLEST_SIDE = 4  # pixels, where the encoder ends and the decoder begins
WIDEST = 8  # times `base_channels`, the channels there
OVERLAP_WEIGHT = 10.0  # of those pixels
OVERLAP = 4  # pixels around a hole that are predicted too, 7 in the paper


def stage_channels(image_shape, base_channels) -> list[int]:
    """Channels after each halving of the image, from the largest map to the smallest.

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: Channels of the largest map.

    Returns:
        A list of integers. 128 pixels and 64 base channels give 64, 64, 128, 256, 512.

    Raises:
        ValueError: If the size cannot be halved down to 4 to 7 pixels.
    """
    halvings = int(math.log2(max(min(image_shape[:2]) / SMALLEST_SIDE, 1)))
    if halvings < 1 or any(side % 2**halvings for side in image_shape[:2]):
        raise ValueError(
            "ContextEncoder halves the images until the shorter side has 4 to 7 "
            "pixels, so both sides must be divisible that often; powers of two always "
            f"are. Received: {tuple(image_shape)}. Resize or crop the images."
        )
    return [
        max(base_channels, WIDEST * base_channels >> i)
        for i in reversed(range(halvings))
    ]


def context_generator(image_shape, base_channels=64, bottleneck=4000) -> keras.Model:
    """Images with a hole, and its mask, to whole images in [-1, 1].

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: Channels of the layers next to the image.
        bottleneck: Length of the vector between encoder and decoder.

    Returns:
        A Functional model from (height, width, channels + 1); the mask is the last
        channel.
    """
    stages = stage_channels(image_shape, base_channels)
    # Paper: the image alone; here its mask too, because a hole may have any shape, and
    # the colour that it is filled with may also be that of the image.
    inputs = keras.Input((*image_shape[:2], image_shape[2] + 1), name="images_and_mask")
    x = _encode(inputs, stages)
    whole = {"kernel_size": x.shape[1:3], "strides": 1, "padding": "valid"}
    x = normalize(downsample(x, bottleneck, use_bias=False, **whole))
    x = upsample(LeakyReLU(0.2)(x), stages[-1], use_bias=False, **whole)
    for channels in reversed(stages[:-1]):
        x = upsample(layers.ReLU()(normalize(x)), channels, use_bias=False)
    x = upsample(layers.ReLU()(normalize(x)), image_shape[-1])
    return keras.Model(inputs, layers.Activation("tanh")(x), name="generator")


def context_discriminator(image_shape, base_channels=64) -> keras.Model:
    """Images in [-1, 1] to logits (batch, 1).

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: Channels of the first layer.

    Returns:
        A Functional model.
    """
    images = keras.Input(image_shape, name="images")
    x = layers.Flatten()(_encode(images, stage_channels(image_shape, base_channels)))
    logits = layers.Dense(1, kernel_initializer=normal())(x)
    return keras.Model(images, logits, name="discriminator")


@registered("inpainting", "Pathak et al. 2016", "1604.07379")
class ContextEncoder(InpaintingGAN):
    """Inpainting (Pathak et al. 2016).

    `fit(images)` cuts a random rectangle out of each image; `fit(images, masks)` cuts
    what the masks say, (batch, height, width, 1) with 1 where pixels are missing.

    Args:
        image_shape: (height, width, channels). Without it the networks are sized from
            the first batch.
        base_channels: Channels of the layers next to the image.
        bottleneck: Length of the vector between encoder and decoder.
        hole: Shortest and longest side of the random rectangles, as shares of the
            image's.
        **kwargs: `generator`, `discriminator`, `seed`, `name`, `dtype`: see
            `InpaintingGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.emoji("noto").images
        model = kgz.ContextEncoder(base_channels=16, bottleneck=400)
        model.fit(images, batch_size=64, epochs=500)
        masks = kgz.datasets.masks(len(images), (64, 64))
        whole = model.inpaint(images, masks)
        ```

    Reference:
        https://arxiv.org/abs/1604.07379
    """

    def __init__(
        self,
        image_shape=None,
        base_channels=64,
        bottleneck=4000,
        hole=(0.25, 0.5),
        **kwargs,
    ) -> None:
        if not 0 < hole[0] <= hole[1] < 1:
            raise ValueError(
                "hole is the shortest and the longest side of the rectangles that are "
                "cut out, as shares of the image's: two numbers between 0 and 1. "
                f"Received: hole={hole}"
            )
        self.base_channels = base_channels
        self.bottleneck = bottleneck
        self.hole = tuple(hole)
        super().__init__(image_shape, **kwargs)

    def build_generator(self) -> keras.Model:
        """Returns the paper's generator."""
        return context_generator(self.image_shape, self.base_channels, self.bottleneck)

    def build_discriminator(self) -> keras.Model:
        """Returns the paper's discriminator."""
        return context_discriminator(self.image_shape, self.base_channels)

    def compile_defaults(self) -> dict[str, Any]:
        """The generator learns ten times as fast as the discriminator."""
        return {
            "generator_optimizer": keras.optimizers.Adam(2e-3, beta_1=0.5),
            "discriminator_optimizer": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "loss": "non_saturating",
            "loss_weights": {"l2_loss": 0.999, "generator_loss": 0.001},
        }

    def draw_masks(self, num) -> Tensor:
        """Draws rectangles inside a training step, (num, height, width, 1)."""
        sides = self.image_shape[:2]
        return draw_rectangles(num, sides, self.hole, self.seed_generator)

    def generator_loss(self, batch, fake) -> dict[str, Tensor]:
        """0.001 times the adversarial loss, and 0.999 times the squared error.

        The error counts within the hole, and ten times in the pixels around it, which
        the generator sees: so what it fills in goes on where they end.
        """
        masks = batch.condition
        near = ops.max_pool(masks, 2 * OVERLAP + 1, 1, "same", "channels_last")
        weights = masks + OVERLAP_WEIGHT * (near - masks)
        errors = ops.mean(ops.square(batch.real - fake), axis=-1, keepdims=True)
        error = ops.sum(weights * errors) / ops.maximum(ops.sum(near), 1.0)
        return {**super().generator_loss(batch, fake), "l2_loss": error}

    def discriminate(self, images, condition=None) -> Tensor | list[Tensor]:
        """Maps what lies in the holes, without its surroundings, to logits."""
        return super().discriminate(images * condition)


def _encode(x, stages):
    for stage, channels in enumerate(stages):
        x = downsample(x, channels, use_bias=stage == 0)
        x = LeakyReLU(0.2)(x if stage == 0 else normalize(x))
    return x
