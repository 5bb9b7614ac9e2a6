"""DCGAN: a stable recipe for convolutional GANs.

Radford, Metz and Chintala 2015, "Unsupervised Representation Learning with Deep
Convolutional Generative Adversarial Networks", https://arxiv.org/abs/1511.06434

The recipe (section 3): strided convolutions in place of pooling, batch normalization
everywhere but at the generator's output and the discriminator's input, no hidden dense
layers, ReLU in the generator, leaky ReLU in the discriminator.
"""

import math
from typing import Any

import keras
from keras import layers

from keras_gan_zoo.latent_gan import LatentGAN
from keras_gan_zoo.layers import LeakyReLU
from keras_gan_zoo.layers.dcgan_blocks import (
    crop,
    downsample,
    normal,
    normalize,
    upsample,
)
from keras_gan_zoo.registry import registered
from keras_gan_zoo.typing import Tensor

SMALLEST_SIDE = 4  # pixels, where the generator starts and the discriminator ends
WIDEST = 8  # times `base_channels`, the most channels a layer has


def stage_shapes(image_shape, base_channels) -> list[tuple[int, int, int]]:
    """Shapes of the feature maps from the image downwards, each half the one before.

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: Channels of the largest feature map.

    Returns:
        A list of (height, width, channels), the image itself first. 64x64 gives
        64x64, 32x32, 16x16, 8x8 and 4x4 with `base_channels` x 1, 2, 4, 8 channels.

    Raises:
        ValueError: If these are not images, or a side is shorter than 8 pixels.
    """
    if len(image_shape) != 3 or min(image_shape[:2]) < 2 * SMALLEST_SIDE:
        raise ValueError(
            "DCGAN makes images of shape (height, width, channels), from 8x8 pixels. "
            f"Received: {tuple(image_shape)}. Smaller images and points are a task for "
            "VanillaGAN."
        )
    height, breadth, _ = image_shape
    stages = int(math.log2(min(height, breadth) / SMALLEST_SIDE))
    shapes = [tuple(image_shape)]
    for stage in range(stages):
        height, breadth = math.ceil(height / 2), math.ceil(breadth / 2)
        shapes.append((height, breadth, base_channels * min(2**stage, WIDEST)))
    return shapes


def dcgan_generator(image_shape, latent_dim=100, base_channels=64) -> keras.Model:
    """Latents (batch, latent_dim) to images in [-1, 1], by transposed convolutions.

    Args:
        image_shape: (height, width, channels) of the images.
        latent_dim: Length of the latents.
        base_channels: Channels of the last hidden layer; each layer before has twice as
            many.

    Returns:
        A Functional model.
    """
    *larger, smallest = stage_shapes(image_shape, base_channels)
    latents = keras.Input((latent_dim,), name="latents")
    first = layers.Dense(
        math.prod(smallest), use_bias=False, kernel_initializer=normal()
    )
    x = normalize(layers.Reshape(smallest)(first(latents)))
    for shape in reversed(larger[1:]):
        x = normalize(_enlarge(layers.ReLU()(x), shape, use_bias=False))
    images = layers.Activation("tanh")(_enlarge(layers.ReLU()(x), larger[0]))
    return keras.Model(latents, images, name="generator")


def dcgan_discriminator(image_shape, base_channels=64, use_bias=True) -> keras.Model:
    """Images in [-1, 1] to logits (batch, 1), by strided convolutions.

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: Channels of the first hidden layer; each layer after has twice as
            many.
        use_bias: Whether the logits have a bias.

    Returns:
        A Functional model.
    """
    images = keras.Input(image_shape, name="images")
    last = layers.Dense(1, use_bias=use_bias, kernel_initializer=normal())
    logits = last(dcgan_features(images, base_channels))
    return keras.Model(images, logits, name="discriminator")


def dcgan_features(images, base_channels=64) -> Tensor:
    """The discriminator without its last layer, for networks that end in another.

    Args:
        images: Input (batch, height, width, channels) of a Functional model.
        base_channels: See `dcgan_discriminator`.

    Returns:
        Features (batch, units) of the images.
    """
    return layers.Flatten()(dcgan_maps(images, base_channels))


def dcgan_maps(images, base_channels=64) -> Tensor:
    """The discriminator's convolutions.

    Args:
        images: Input (batch, height, width, channels) of a Functional model.
        base_channels: See `dcgan_discriminator`.

    Returns:
        Feature maps (batch, 4, 4, channels), or a little larger, of the images.
    """
    _, first, *deeper = stage_shapes(images.shape[1:], base_channels)
    x = LeakyReLU(0.2)(downsample(images, first[-1]))
    for _, _, channels in deeper:
        x = LeakyReLU(0.2)(normalize(downsample(x, channels, use_bias=False)))
    return x


@registered("images from noise", "Radford et al. 2015", "1511.06434")
class DCGAN(LatentGAN):
    """Deep convolutional GAN (Radford et al. 2015).

    Args:
        image_shape: (height, width, channels), height and width from 8. Without it the
            networks are sized from the first batch.
        latent_dim: Length of the latents.
        base_channels: Channels of the layers next to the image; they double at each
            halving of the resolution, up to eight times as many.
        **kwargs: `generator`, `discriminator`, `seed`, `name`, `dtype`: see
            `LatentGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("fashion_mnist_mini").images
        model = kgz.DCGAN()
        model.fit(images, batch_size=64, epochs=20)
        samples = model.generate(16, seed=0)
        ```

    Reference:
        https://arxiv.org/abs/1511.06434
    """

    def __init__(self, image_shape=None, latent_dim=100, base_channels=64, **kwargs):
        self.base_channels = base_channels
        super().__init__(image_shape, latent_dim, **kwargs)

    # Paper: uniform latents; here normal, as in its authors' later code.

    def build_generator(self) -> keras.Model:
        """Returns the paper's generator."""
        return dcgan_generator(self.image_shape, self.latent_dim, self.base_channels)

    def build_discriminator(self) -> keras.Model:
        """Returns the paper's discriminator."""
        return dcgan_discriminator(self.image_shape, self.base_channels)

    def compile_defaults(self) -> dict[str, Any]:
        """Adam with learning rate 2e-4 and momentum 0.5 for both (section 4)."""
        return {
            "generator_optimizer": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator_optimizer": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "loss": "non_saturating",
        }


def _enlarge(x, shape, use_bias=True):
    return crop(upsample(x, shape[-1], use_bias=use_bias), shape)
