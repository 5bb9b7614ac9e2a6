"""SAGAN: networks in which distant parts of an image know of each other.

Zhang et al. 2019, "Self-Attention Generative Adversarial Networks",
https://arxiv.org/abs/1805.08318

A convolution sees what is next to it, attention the whole map (equations 1 to 3). Both
networks have a layer of it and spectral normalization, and the discriminator learns at
four times the generator's rate in place of taking more steps (section 4). All else is
that of SNGAN.
"""

import dataclasses
import math
from typing import Any

import keras

from keras_gan_zoo.layers import SelfAttention2D, SpectralConv2D, SpectralDense
from keras_gan_zoo.layers.spectral_normalization import power_iteration
from keras_gan_zoo.models.sngan import SNGAN, sngan_discriminator, sngan_generator
from keras_gan_zoo.phases import Phase
from keras_gan_zoo.registry import registered
from keras_gan_zoo.typing import Tensor

ATTENTION_SIDE = 32  # pixels, the largest maps with attention


def attention_stage(image_shape, side=ATTENTION_SIDE) -> int:
    """How often the maps that get attention are halved, at least once.

    Args:
        image_shape: (height, width, channels) of the images.
        side: Pixels of the largest maps with attention.

    Returns:
        An integer: by default 2 for 128x128 and 1 for 64x64, whose maps then have 32x32
        pixels; 1 for smaller images.
    """
    return max(1, math.ceil(math.log2(max(image_shape[:2]) / side)))


@registered("images from noise or of a class", "Zhang et al. 2019", "1805.08318")
class SAGAN(SNGAN):
    """Self-attention GAN (Zhang et al. 2019), with or without classes.

    Args:
        image_shape: As in `SNGAN`.
        latent_dim: As in `SNGAN`.
        num_classes: As in `SNGAN`.
        base_channels: As in `SNGAN`.
        discriminator_base_channels: As in `SNGAN`.
        **kwargs: As in `SNGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images, labels = kgz.datasets.load("fashion_mnist_mini")
        model = kgz.SAGAN(
            num_classes=10, base_channels=32, discriminator_base_channels=32
        )
        model.fit(images, labels, batch_size=64, epochs=20)
        samples = model.generate(labels=[3, 3, 7], seed=0)
        ```

    Reference:
        https://arxiv.org/abs/1805.08318
    """

    discriminator_steps = 1
    attention_side = ATTENTION_SIDE

    def __init__(
        self,
        image_shape=None,
        latent_dim=128,
        num_classes=None,
        base_channels=64,
        discriminator_base_channels=64,
        **kwargs,
    ):
        super().__init__(
            image_shape,
            latent_dim,
            num_classes,
            base_channels,
            discriminator_base_channels,
            **kwargs,
        )

    def build_generator(self) -> keras.Model:
        """Returns SNGAN's generator with spectral normalization and attention."""
        return sngan_generator(
            self.image_shape,
            self.latent_dim,
            self.num_classes,
            self.base_channels,
            convolution=SpectralConv2D,
            dense=SpectralDense,
            attend=self.attend,
        )

    def build_discriminator(self) -> keras.Model:
        """Returns SNGAN's discriminator with attention."""
        return sngan_discriminator(
            self.image_shape,
            self.num_classes,
            self.discriminator_base_channels,
            attend=self.attend,
        )

    def attend(self, maps, stage) -> Tensor:
        """Gives the maps of one stage attention and returns all others as they are.

        Args:
            maps: Feature maps of a Functional model.
            stage: How often they are halved.

        Returns:
            Maps of the same shape.
        """
        if stage != attention_stage(self.image_shape, self.attention_side):
            return maps
        return SelfAttention2D()(maps)

    def compile_defaults(self) -> dict[str, Any]:
        """The hinge loss and the two rates of section 4."""
        return {
            "generator_optimizer": _adam(1e-4),
            "discriminator_optimizer": _adam(4e-4),
            "loss": "hinge",
        }

    def phases(self) -> list[Phase]:
        """SNGAN's; the generator's spectral norms move too."""
        discriminator, generator = super().phases()
        after = self.constrain_generator
        return [discriminator, dataclasses.replace(generator, after=after)]

    def constrain_generator(self, seen=None) -> None:
        """Moves the estimates of the generator's norms along with its kernels."""
        power_iteration(self.generator)


def _adam(learning_rate):
    return keras.optimizers.Adam(learning_rate, beta_1=0.0, beta_2=0.9)
