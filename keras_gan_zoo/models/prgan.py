"""PrGAN: solid shapes learned from silhouettes alone.

Gadelha, Maji and Wang 2017, "3D Shape Induction from 2D Views of Multiple Objects",
https://arxiv.org/abs/1612.05872

A generator of solid shapes never sees one. Each shape it makes is looked at from a side
drawn at random, and the discriminator compares these silhouettes with those of the
data, of which nobody knows from where they were taken (section 3). Shapes whose
silhouettes look right from every side are right themselves. The way from a shape to its
silhouette is a product with a matrix and an exponential, so it has gradients.
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.checks import check_finite, shape_of
from keras_gan_zoo.datasets import silhouettes
from keras_gan_zoo.domains import Domain, Images, domain_of
from keras_gan_zoo.halving import halved_sizes
from keras_gan_zoo.layers import LeakyReLU
from keras_gan_zoo.layers.dcgan_blocks import downsample, normal, normalize
from keras_gan_zoo.models.voxelgan import VoxelGAN
from keras_gan_zoo.phases import Phase
from keras_gan_zoo.registry import registered
from keras_gan_zoo.typing import Tensor
from keras_gan_zoo.views import VIEWS, opacity


def silhouette_discriminator(image_shape, base_channels=128) -> keras.Model:
    """Silhouettes in [-1, 1] to logits (batch, 1) and what its first layer sees.

    Args:
        image_shape: (height, width, 1) of the silhouettes.
        base_channels: Channels of the first layer; they double at each halving.

    Returns:
        A Functional model of two outputs, the second of them the maps of its first
        layer, (batch, height / 2, width / 2, base_channels).
    """
    halvings = len(halved_sizes(image_shape, "PrGAN")) - 1
    images = keras.Input(image_shape, name="silhouettes")
    first = x = LeakyReLU(0.2)(downsample(images, base_channels, kernel_size=5))
    for level in range(1, halvings):
        channels = base_channels * 2**level
        x = downsample(x, channels, kernel_size=5, use_bias=False)
        x = LeakyReLU(0.2)(normalize(x))
    logits = layers.Dense(1, kernel_initializer=normal())(layers.Flatten()(x))
    return keras.Model(images, [logits, first], name="discriminator")


@registered("solid shapes from silhouettes", "Gadelha et al. 2017", "1612.05872")
class PrGAN(VoxelGAN):
    """PrGAN (Gadelha et al. 2017): solid shapes from silhouettes of others.

    It trains on silhouettes, images (batch, side, side, 1) of white shapes on black,
    and `generate` makes shapes, float32 (num, side, side, side, 1) in [0, 1], as those
    of `VoxelGAN`.

    Args:
        image_shape: (height, depth, width, 1) of the shapes, three equal sides of 8,
            16, 32 or 64 cells. Without it the networks are sized from the first
            silhouettes, which have as many pixels a side.
        latent_dim: Length of the latents.
        base_channels: Channels of the generator's layers next to the shape; they double
            at each halving.
        discriminator_base_channels: Those of the discriminator's first layer.
        tau: How much of the light a full cell holds back; see `project`.
        **kwargs: `generator`, latents to shapes in [0, 1], `discriminator`, silhouettes
            to logits and maps, `seed`, `name`, `dtype`: see `LatentGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        furniture = kgz.datasets.shapes(categories=["Living room"])
        images = kgz.datasets.silhouettes(furniture.voxels).images
        model = kgz.PrGAN(discriminator_base_channels=32)
        model.fit(images, batch_size=64, epochs=50)
        shapes = model.generate(4, seed=0)
        model.domain.save(shapes, "samples/shape.glb")
        ```

    Reference:
        https://arxiv.org/abs/1612.05872
    """

    # Paper: 128, 64, 32 and 1 channels of 64 cells a side; here 16 in place of the 1,
    # because all that the last layer draws would have to pass through one map. Its
    # weights stand for the factor 1 / tau before the sigmoid.

    sides_of_images = {"generator": "output"}  # the discriminator sees silhouettes

    def __init__(
        self,
        image_shape=None,
        latent_dim=200,
        base_channels=16,
        discriminator_base_channels=128,
        tau=0.5,
        **kwargs,
    ):
        check_finite("tau", tau)
        if tau <= 0:
            raise ValueError(f"Cells hold light back by a tau above 0. Received: {tau}")
        self.discriminator_base_channels = discriminator_base_channels
        self.tau = tau
        super().__init__(image_shape, latent_dim, base_channels, **kwargs)

    @property
    def silhouette_shape(self) -> tuple[int, int, int]:
        """(height, width, 1) of what the discriminator sees."""
        return (*self.image_shape[:2], 1)

    def data_domain(self, batch) -> Domain:
        """It learns from images, and makes voxels."""
        return domain_of(batch, [Images()])

    def trained_shape(self, shape) -> tuple[int, ...]:
        """The shape of what has silhouettes of a shape, a cube."""
        if len(shape) != 3 or shape[0] != shape[1] or shape[2] != 1:
            raise ValueError(
                "PrGAN learns from square silhouettes of one channel, (batch, side, "
                f"side, 1). Received: (batch, {', '.join(map(str, shape))}). Those of "
                "solid shapes are made by datasets.silhouettes(voxels)."
            )
        return (*shape[:2], *shape[1:])

    def build(self, input_shape) -> None:
        """Makes the networks, or checks those that were given."""
        _, side, *others = input_shape
        if others != [side, side, 1]:
            raise ValueError(
                "PrGAN makes shapes (side, side, side, 1), which can be looked at from "
                f"all sides. Received: image_shape={tuple(input_shape[1:])}"
            )
        super().build(input_shape)

    def build_discriminator(self) -> keras.Model:
        """Returns the paper's discriminator."""
        return silhouette_discriminator(
            self.silhouette_shape, self.discriminator_base_channels
        )

    def check_networks(self) -> None:
        """Raises a `ValueError` if the networks do not fit each other."""
        super().check_networks()
        outputs = shape_of(self.discriminator, "output")
        if not isinstance(outputs, list) or len(outputs) != 2:
            raise ValueError(
                "The discriminator of PrGAN returns logits and the maps that the "
                f"generator is to match. Received outputs of shape {outputs}."
            )

    def input_shapes(self) -> dict[str, tuple | list]:
        """The discriminator sees silhouettes."""
        silhouettes = (None, *self.silhouette_shape)
        return {**super().input_shapes(), "discriminator": silhouettes}

    def compile_defaults(self) -> dict[str, Any]:
        """Adam with momentum 0.5, learning rates 0.0025 and 1e-4."""
        return {
            "generator_optimizer": keras.optimizers.Adam(2.5e-3, beta_1=0.5),
            "matching_optimizer": keras.optimizers.Adam(2.5e-3, beta_1=0.5),
            "discriminator_optimizer": keras.optimizers.Adam(1e-4, beta_1=0.5),
            "loss": "non_saturating",
        }

    def phases(self) -> list[Phase]:
        """Those of `VoxelGAN`, and a second step of the generator."""
        matching = Phase(
            "matching", self.matching_loss, [self.generator], self.matching_optimizer
        )
        return [*super().phases(), matching]

    def smoothness(self, phase, batch) -> dict[str | None, Tensor]:
        """Regularizers of the generator, in the first of its two steps."""
        return {} if phase.name == "matching" else super().smoothness(phase, batch)

    # Paper: a 201st latent chooses the view; here it is drawn beside the latents, which
    # say of a sample what shape it is.

    def latent_path(self, batch) -> tuple[Any, Tensor]:
        """From latents to silhouettes, each from a side drawn for it."""
        generate, latents = super().latent_path(batch)
        num = ops.shape(latents)[0]
        views = keras.random.randint((num,), 0, VIEWS, seed=self.seed_generator)

        def photograph(latents):
            return 2 * opacity(generate(latents), views, self.tau) - 1

        return photograph, latents

    def judge(self, images) -> list[Tensor]:
        """Maps silhouettes to float32 logits and maps, through the augmentation."""
        return super().discriminate(images)

    def discriminate(self, images, condition=None) -> Tensor:
        """Maps silhouettes to float32 logits; the maps are left out."""
        return self.judge(images)[0]

    def matching_loss(self, batch, fake) -> dict[str, Tensor]:
        """|E f(real) - E f(fake)|^2 + |Var f(real) - Var f(fake)|^2, each a mean.

        f are the maps of the discriminator's first layer, E and Var those of a batch.

        Args:
            batch: A `Batch` of silhouettes.
            fake: What the generator made before its first step; it makes others here.

        Returns:
            A dict of one scalar.
        """
        both = [self.judge(x)[1] for x in (batch.real, self.sample_like(batch))]
        real, fake = [ops.stack(ops.moments(maps, axes=[0])) for maps in both]
        return {"matching_loss": 2 * ops.mean(ops.square(real - fake))}

    def project(self, shapes, views=range(VIEWS)) -> np.ndarray:
        """Draws silhouettes of shapes as the discriminator sees them.

        A ray is as bright as 1 - exp(-tau * sum of the cells that it passes).

        Args:
            shapes: (num, side, side, side, 1) bool, uint8 0 or 1, or float in [0, 1],
                such as `generate` makes.
            views: A list of integers: 0 to 7 go around the shape by 45 degrees each,
                from the front on, and 8 is from above.

        Returns:
            uint8 array (num * len(views), side, side, 1), all views of the first shape
            first.

        Raises:
            ValueError: If an argument does not fit.
        """
        return silhouettes(shapes, views, self.tau).images
