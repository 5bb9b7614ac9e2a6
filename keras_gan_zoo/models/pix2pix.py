"""Pix2Pix: from one image to another, learned from pairs.

Isola, Zhu, Zhou and Efros 2017, "Image-to-Image Translation with Conditional
Adversarial Networks", https://arxiv.org/abs/1611.07004

The generator is a U-Net, whose skips carry the source's layout to the target. The
discriminator sees source and target together and judges patches, so it asks for texture
that fits the source; an L1 loss asks for the right picture as a whole.
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.image_to_image import ImageToImageGAN
from keras_gan_zoo.layers import InstanceNormalization, LeakyReLU, patch_discriminator
from keras_gan_zoo.layers.dcgan_blocks import downsample, upsample
from keras_gan_zoo.registry import registered
from keras_gan_zoo.typing import Tensor

DEEPEST = 8  # halvings, from 256x256 to 1x1
WIDEST = 8  # times `base_channels`, the most channels a layer has
WITH_DROPOUT = 3  # blocks at the beginning of the decoder


def halvings(image_shape) -> int:
    """How often height and width can both be halved.

    Args:
        image_shape: (height, width, channels) of the images.

    Returns:
        An integer from 2 to 8.

    Raises:
        ValueError: If a side is not a multiple of 4.
    """
    height, width = image_shape[:2]
    depth = 0
    while depth < DEEPEST and height % 2 == width % 2 == 0:
        height, width, depth = height // 2, width // 2, depth + 1
    if depth < 2:
        raise ValueError(
            "Pix2Pix halves the images at least twice, so their height and width must "
            f"be multiples of 4; powers of two are best. Received: {tuple(image_shape)}"
            ". Resize or pad them."
        )
    return depth


def unet_generator(
    source_shape, channels, base_channels=64, dropout=0.5
) -> keras.Model:
    """Source images to target images in [-1, 1], by a U-Net.

    Args:
        source_shape: (height, width, channels) of the sources. They are halved as often
            as both sides allow, at most eight times.
        channels: Channels of the targets.
        base_channels: Channels of the first layer; they double up to eight times as
            many.
        dropout: Share of units dropped in the first three blocks of the decoder.

    Returns:
        A Functional model.
    """
    depth = halvings(source_shape)
    sources = x = keras.Input(source_shape, name="sources")
    skips = []
    for level in range(depth):
        x = x if level == 0 else LeakyReLU(0.2)(x)
        x = downsample(x, base_channels * min(2**level, WIDEST), use_bias=level == 0)
        # Neither next to the source, nor at the bottom, where it might be one pixel.
        x = InstanceNormalization()(x) if 0 < level < depth - 1 else x
        skips.append(x)
    for block, skip in enumerate(reversed(skips[:-1])):
        x = upsample(layers.ReLU()(x), skip.shape[-1], use_bias=False)
        x = InstanceNormalization()(x)
        x = layers.Dropout(dropout)(x) if block < WITH_DROPOUT else x
        x = layers.Concatenate()([x, skip])
    x = upsample(layers.ReLU()(x), channels)
    return keras.Model(sources, layers.Activation("tanh")(x), name="generator")


@registered("image to image from pairs", "Isola et al. 2017", "1611.07004")
class Pix2Pix(ImageToImageGAN):
    """Image-to-image translation from pairs (Isola et al. 2017).

    Args:
        image_shape: (height, width, channels) of the targets; height and width are
            multiples of 4, best powers of two. Without it the networks are sized from
            the first batch.
        source_shape: (height, width, channels) of the sources, if their channels are
            others.
        base_channels: Channels of the layers next to the images.
        patch: Side in pixels of the patches that are judged: 16, 34, 70 or 142.
        dropout: Share of units dropped in the first three blocks of the decoder.
        **kwargs: `generator`, `discriminator`, `seed`, `name`, `dtype`: see
            `ImageToImageGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        targets = kgz.datasets.emoji("noto").images
        sources = kgz.datasets.edges(targets)
        model = kgz.Pix2Pix(base_channels=16)
        model.fit(sources, targets, batch_size=1, epochs=200)
        images = model.translate(sources)
        ```

    Reference:
        https://arxiv.org/abs/1611.07004
    """

    # Paper: batch normalization by the statistics of the batch, in use too, which at
    # its batch size of 1 is instance normalization; here instance normalization at any
    # batch size, so that an image does not depend on its neighbours.

    def __init__(
        self,
        image_shape=None,
        source_shape=None,
        base_channels=64,
        patch=70,
        dropout=0.5,
        **kwargs,
    ):
        self.base_channels = base_channels
        self.patch = patch
        self.dropout = dropout
        super().__init__(image_shape, source_shape, **kwargs)

    def build_generator(self) -> keras.Model:
        """Returns the paper's generator."""
        return unet_generator(
            self.source_shape, self.image_shape[-1], self.base_channels, self.dropout
        )

    def build_discriminator(self) -> keras.Model:
        """Returns the paper's discriminator, of sources and targets in one image."""
        channels = self.source_shape[-1] + self.image_shape[-1]
        shape = (*self.image_shape[:2], channels)
        return patch_discriminator(shape, self.base_channels, self.patch)

    def compile_defaults(self) -> dict[str, Any]:
        """The optimizers and weights of sections 3.3 and 4.2.

        The discriminator's loss counts half, which slows it down.
        """
        return {
            "generator_optimizer": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator_optimizer": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "loss": "non_saturating",
            "loss_weights": {"l1_loss": 100.0, "discriminator_loss": 0.5},
        }

    def generator_loss(self, batch, fake) -> dict[str, Tensor]:
        """- E log D(source, fake), and E |target - fake|."""
        distance = ops.mean(ops.abs(batch.real - fake))
        return {**super().generator_loss(batch, fake), "l1_loss": distance}

    def discriminate(self, images, condition=None) -> Tensor | list[Tensor]:
        """Maps targets beside their sources to a map of logits."""
        return super().discriminate(ops.concatenate([condition, images], axis=-1))

    # Paper: dropout stays on in use, as the only noise; here it is off, so that an
    # image has one translation. The paper found little variety in them (section 3).

    def translate(self, sources, batch_size=16, verbose="auto") -> np.ndarray:
        """Translates images.

        Args:
            sources: (num, height, width, channels), uint8 or float in [-1, 1].
            batch_size: How many are computed at a time.
            verbose: Whether to show a progress bar: 0, 1, or `"auto"` for long work.

        Returns:
            uint8 array (num, height, width, channels).

        Raises:
            ValueError: If the networks are not made yet or the images do not fit.
        """
        return self.transform(sources, batch_size, verbose)
