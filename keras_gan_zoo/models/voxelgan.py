"""VoxelGAN (3D-GAN): solid shapes by volumetric convolutions.

Wu et al. 2016, "Learning a Probabilistic Latent Space of Object Shapes via 3D
Generative-Adversarial Modeling", https://arxiv.org/abs/1610.07584

DCGAN in three dimensions (section 3.1): transposed convolutions turn 200 numbers into
how far each of 64x64x64 cells is filled, and the discriminator is their mirror image.
It learns faster than the generator, since to tell shapes apart is easier than to make
them, so it moves only while it is wrong often enough (section 3.1, training details).
"""

import dataclasses
import math
from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.domains import Voxels
from keras_gan_zoo.latent_gan import LatentGAN
from keras_gan_zoo.layers import Conv3D, Conv3DTranspose, LeakyReLU
from keras_gan_zoo.layers.dcgan_blocks import STRIDED, normal, normalize
from keras_gan_zoo.losses import one_head
from keras_gan_zoo.phases import Phase
from keras_gan_zoo.priors import Prior, Uniform
from keras_gan_zoo.registry import registered
from keras_gan_zoo.typing import Tensor

SMALLEST_SIDE = 4  # cells, where the generator starts and the discriminator ends


def stage_shapes(shape, base_channels) -> list[tuple[int, int, int, int]]:
    """Shapes of the feature maps from the shape downwards, each half the one before.

    Args:
        shape: (height, depth, width, channels) of the shapes.
        base_channels: Channels of the largest feature map; each smaller one has twice
            as many.

    Returns:
        A list of (height, depth, width, channels), that of the shapes first. 64x64x64
        gives 64, 32, 16, 8 and 4 cells with `base_channels` x 1, 2, 4, 8 channels.

    Raises:
        ValueError: If the sides cannot be halved down to 4 cells.
    """
    stages = int(math.log2(max(min(shape[:3]), 1) / SMALLEST_SIDE))
    if len(shape) != 4 or stages < 1 or any(side % 2**stages for side in shape[:3]):
        raise ValueError(
            "Solid shapes are (height, depth, width, channels), whose sides are "
            "halved down to 4 to 7 cells: 8, 16, 32 or 64, for example. Received: "
            f"{tuple(shape)}. Pad the shapes with empty cells."
        )
    shapes = [tuple(shape)]
    for stage in range(stages):
        sides = [side // 2 for side in shapes[-1][:3]]
        shapes.append((*sides, base_channels * 2**stage))
    return shapes


def voxel_generator(shape, latent_dim=200, base_channels=64) -> keras.Model:
    """Latents (batch, latent_dim) to shapes in [0, 1], by transposed convolutions.

    Args:
        shape: (height, depth, width, channels) of the shapes.
        latent_dim: Length of the latents.
        base_channels: Channels of the last hidden layer; each layer before has twice as
            many.

    Returns:
        A Functional model.
    """
    *larger, smallest = stage_shapes(shape, base_channels)
    latents = keras.Input((latent_dim,), name="latents")
    # A transposed convolution of one cell is a dense layer.
    first = layers.Dense(
        math.prod(smallest), use_bias=False, kernel_initializer=normal()
    )
    x = layers.Reshape(smallest)(first(latents))
    for *_, channels in reversed(larger[1:]):
        x = _enlarge(layers.ReLU()(normalize(x)), channels, use_bias=False)
    x = _enlarge(layers.ReLU()(normalize(x)), shape[-1])
    return keras.Model(latents, layers.Activation("sigmoid")(x), name="generator")


def voxel_discriminator(shape, base_channels=64) -> keras.Model:
    """Shapes in [0, 1] to logits (batch, 1), by strided convolutions.

    Args:
        shape: (height, depth, width, channels) of the shapes.
        base_channels: Channels of the first hidden layer; each layer after has twice as
            many.

    Returns:
        A Functional model.
    """
    _, first, *deeper = stage_shapes(shape, base_channels)
    shapes = keras.Input(shape, name="shapes")
    x = LeakyReLU(0.2)(_shrink(shapes, first[-1]))
    for *_, channels in deeper:
        x = LeakyReLU(0.2)(normalize(_shrink(x, channels, use_bias=False)))
    logits = layers.Dense(1, kernel_initializer=normal())(layers.Flatten()(x))
    return keras.Model(shapes, logits, name="discriminator")


@registered("solid shapes from noise", "Wu et al. 2016", "1610.07584")
class VoxelGAN(LatentGAN):
    """3D-GAN (Wu et al. 2016): shapes on a grid of cells.

    It trains on (batch, height, depth, width, channels), bool or float in [0, 1], as
    the domain `Voxels` has them, and `generate` returns float32 in [0, 1].

    Args:
        image_shape: (height, depth, width, channels); 8, 16, 32 or 64 cells a side, or
            sides that can be halved as often. Without it the networks are sized from
            the first batch.
        latent_dim: Length of the latents.
        base_channels: Channels of the layers next to the shape; they double at each
            halving. Paper: 64, of 64x64x64 cells.
        **kwargs: `generator`, `discriminator`, `seed`, `name`, `dtype`: see
            `LatentGAN`.

    Attributes:
        most_accurate: Share of shapes above which the discriminator stands still.
        accuracy: Share of the shapes of the last batch, real and generated, that the
            discriminator told right, a variable.

    Example:
        ```python
        import keras_gan_zoo as kgz

        shapes = kgz.datasets.load("shapes").images
        model = kgz.VoxelGAN(base_channels=16)
        model.fit(shapes, batch_size=32, epochs=100)
        samples = model.generate(4, seed=0)
        model.domain.save(samples, "samples/shape.glb")
        ```

    Reference:
        https://arxiv.org/abs/1610.07584
    """

    domains = (Voxels(),)
    most_accurate = 0.8

    def __init__(self, image_shape=None, latent_dim=200, base_channels=64, **kwargs):
        self.base_channels = base_channels
        super().__init__(image_shape, latent_dim, **kwargs)
        self.add_state("accuracy")

    @property
    def prior(self) -> Prior:
        """The uniform distribution on [-1, 1]."""
        # Paper: on [0, 1]; here: on [-1, 1], as in other models, because the batch
        # normalization behind the first layer takes shift and scale away.
        return Uniform(self.latent_dim)

    def build_generator(self) -> keras.Model:
        """Returns the paper's generator."""
        return voxel_generator(self.image_shape, self.latent_dim, self.base_channels)

    def build_discriminator(self) -> keras.Model:
        """Returns the paper's discriminator."""
        return voxel_discriminator(self.image_shape, self.base_channels)

    def compile_defaults(self) -> dict[str, Any]:
        """Adam with momentum 0.5, learning rates 0.0025 and 1e-5 (section 3.1)."""
        return {
            "generator_optimizer": keras.optimizers.Adam(2.5e-3, beta_1=0.5),
            "discriminator_optimizer": keras.optimizers.Adam(1e-5, beta_1=0.5),
            "loss": "non_saturating",
        }

    def phases(self) -> list[Phase]:
        """The discriminator moves unless it told too many right in the last batch."""
        discriminator, generator = super().phases()
        return [dataclasses.replace(discriminator, when=self._is_needed), generator]

    def discriminator_adversarial_loss(self, real_logits, fake_logits) -> Tensor:
        """Cross entropy; also keeps how many shapes are told right."""
        real, fake = one_head(real_logits), one_head(fake_logits)
        between = self.adversarial_loss.boundary(fake)
        self.accuracy.assign((_share(real > between) + _share(fake < between)) / 2)
        return super().discriminator_adversarial_loss(real_logits, fake_logits)

    def _is_needed(self):
        return self.accuracy <= self.most_accurate


def _share(cases):
    return ops.mean(ops.cast(cases, "float32"))


def _enlarge(x, channels, **options):
    convolve = Conv3DTranspose(
        channels, **STRIDED, kernel_initializer=normal(), **options
    )
    return convolve(x)


def _shrink(x, channels, **options):
    return Conv3D(channels, **STRIDED, kernel_initializer=normal(), **options)(x)
