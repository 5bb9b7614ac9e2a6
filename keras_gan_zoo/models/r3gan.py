"""R3GAN: a loss that converges, and no tricks beside it.

Huang et al. 2024, "The GAN is dead; long live the GAN! A Modern Baseline GAN",
https://arxiv.org/abs/2501.05441

Each generated image is judged beside a real one (relativistic pairing), and the
discriminator's slope is held down on both kinds, R1 and R2 (section 2):
E softplus(-(D(x) - D(G(z)))) + gamma/2 (E |grad D(x)|^2 + E |grad D(G(z))|^2).
With that, plain residual networks without normalization are enough (section 3).
"""

import math
from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.averaging import EMA
from keras_gan_zoo.halving import halved_sizes
from keras_gan_zoo.latent_gan import LatentGAN
from keras_gan_zoo.layers import Conv2D, Downsample2D, LeakyReLU, Upsample2D
from keras_gan_zoo.registry import registered
from keras_gan_zoo.regularizers import R1, R2
from keras_gan_zoo.schedules import Cosine, ScheduledAdam
from keras_gan_zoo.typing import Tensor

WIDEST = 4  # times `base_channels`, the most channels a stage has
EXPANSION = 2  # how much wider a block is inside
GROUP = 16  # channels of a group of its grouped convolution


def stages(image_shape, base_channels) -> list[tuple[int, int, int]]:
    """Shapes of the feature maps, from those of the size of the image to the smallest.

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: Channels of the first, a multiple of 8; they double at each
            halving, up to four times.

    Returns:
        A list of (height, width, channels). 28x28 gives 28x28, 14x14 and 7x7.

    Raises:
        ValueError: If these are no images from 4x4 pixels, or `base_channels` does not
            fit.
    """
    sizes = halved_sizes(image_shape, "R3GAN")
    if base_channels % (GROUP // EXPANSION):
        raise ValueError(
            f"base_channels must be a multiple of {GROUP // EXPANSION}, so that blocks "
            f"fall into groups of {GROUP} channels. Received: base_channels="
            f"{base_channels}"
        )
    return [
        (*size, base_channels * min(2**halvings, WIDEST))
        for halvings, size in enumerate(sizes)
    ]


def r3gan_generator(
    image_shape, latent_dim=64, base_channels=64, blocks=2
) -> keras.Model:
    """Latents (batch, latent_dim) to images, by residual blocks.

    Args:
        image_shape: (height, width, channels) of the images.
        latent_dim: Length of the latents.
        base_channels: Channels at the size of the image, a multiple of 8.
        blocks: Residual blocks of each stage.

    Returns:
        A Functional model. What it makes is not bounded, but learns to be.
    """
    *larger, smallest = stages(image_shape, base_channels)
    gain = _gain(blocks * (len(larger) + 1))
    latents = keras.Input((latent_dim,), name="latents")
    x = Basis(smallest[:2])(_dense(smallest[-1])(latents))
    x = _residual_blocks(x, blocks, gain)
    for shape in reversed(larger):
        x = _project(x, shape[-1])
        x = _residual_blocks(Upsample2D()(x), blocks, gain)
    images = _convolve(image_shape[-1])(x)
    return keras.Model(latents, images, name="generator")


def r3gan_discriminator(image_shape, base_channels=64, blocks=2) -> keras.Model:
    """Images in [-1, 1] to logits (batch, 1): the generator's mirror image.

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: Channels at the size of the image, a multiple of 8.
        blocks: Residual blocks of each stage.

    Returns:
        A Functional model.
    """
    first, *deeper = stages(image_shape, base_channels)
    gain = _gain(blocks * (len(deeper) + 1))
    images = keras.Input(image_shape, name="images")
    x = _residual_blocks(_convolve(first[-1])(images), blocks, gain)
    for shape in deeper:
        x = _project(Downsample2D()(x), shape[-1])
        x = _residual_blocks(x, blocks, gain)
    summary = layers.DepthwiseConv2D(
        x.shape[1:3], use_bias=False, depthwise_initializer=_scaled(1.0)
    )
    logits = _dense(1)(layers.Flatten()(summary(x)))
    return keras.Model(images, logits, name="discriminator")


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Basis(layers.Layer):
    """Learned feature maps of the smallest size, each scaled by one number.

    Args:
        size: (height, width) of the maps.
        **kwargs: As in every Keras layer.
    """

    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = tuple(size)

    def build(self, input_shape) -> None:
        """Makes the maps, from a normal distribution."""
        normal = keras.initializers.RandomNormal(stddev=1.0)
        self.maps = self.add_weight((*self.size, input_shape[-1]), normal)

    def call(self, scales) -> Tensor:
        """Maps (batch, channels) to (batch, height, width, channels)."""
        return scales[:, None, None, :] * self.maps

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:
        """The shape of the maps."""
        return (input_shape[0], *self.size, input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "size": self.size}


def recipe(images=20_000_000, gamma=0.05, half_life=5_000_000) -> dict[str, Any]:
    """The paper's arguments of `compile`, for a training of another length.

    Args:
        images: How many images it takes until all schedules are at their end.
        gamma: Weight of both penalties at the beginning; a tenth of it at the end. The
            paper takes 0.05 for 32x32 images, 2 for 64x64 and 150 for 256x256.
        half_life: Images after which a weight counts half in the average, at the end;
            it begins with 0.

    Returns:
        A dict: `model.compile(**recipe(2_000_000, half_life=100_000))`.
    """

    def adam():
        rate, beta_2 = Cosine(2e-4, 5e-5, images), Cosine(0.9, 0.99, images)
        return ScheduledAdam(rate, beta_1=0.0, beta_2=beta_2, epsilon=1e-8)

    penalty = Cosine(gamma, gamma / 10, images)
    return {
        "generator_optimizer": adam(),
        "discriminator_optimizer": adam(),
        "loss": "relativistic_pairing",
        "regularizers": [R1(penalty), R2(penalty)],
        "ema": EMA(Cosine(0, half_life, images)),
    }


@registered("images from noise", "Huang et al. 2024", "2501.05441")
class R3GAN(LatentGAN):
    """A modern baseline (Huang et al. 2024).

    Args:
        image_shape: (height, width, channels), from 4x4 pixels; sides that can be
            halved often are best. Without it the networks are sized from the first
            batch.
        latent_dim: Length of the latents.
        base_channels: Channels at the size of the image, a multiple of 8; they double
            at each halving of the resolution, up to four times.
        blocks: Residual blocks of each resolution.
        **kwargs: `generator`, `discriminator`, `seed`, `name`, `dtype`: see
            `LatentGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("fashion_mnist_mini").images
        model = kgz.R3GAN(base_channels=16)
        model.fit(images, batch_size=64, epochs=20)
        samples = model.generate(16, seed=0)
        ```

    Reference:
        https://arxiv.org/abs/2501.05441
    """

    # Paper: 768 channels in all stages; here fewer, and fewer still where the maps are
    # large, because that is where they cost most.

    def __init__(
        self, image_shape=None, latent_dim=64, base_channels=64, blocks=2, **kwargs
    ):
        self.base_channels = base_channels
        self.blocks = blocks
        super().__init__(image_shape, latent_dim, **kwargs)

    def build_generator(self) -> keras.Model:
        """Returns the paper's generator."""
        return r3gan_generator(
            self.image_shape, self.latent_dim, self.base_channels, self.blocks
        )

    def build_discriminator(self) -> keras.Model:
        """Returns the paper's discriminator."""
        return r3gan_discriminator(self.image_shape, self.base_channels, self.blocks)

    def call(self, latents, training=False) -> Tensor:
        """Maps latents (batch, latent_dim) to float images, clipped to [-1, 1]."""
        return ops.clip(super().call(latents, training=training), -1.0, 1.0)

    # Paper: the generator's step sees real images of its own; here those of the step.

    def compile_defaults(self) -> dict[str, Any]:
        """The paper's values for CIFAR-10, 32x32 pixels."""
        return recipe()


def _residual_blocks(x, number, gain):
    for _ in range(number):
        inside = EXPANSION * x.shape[-1]
        y = _convolve(inside, use_bias=True, gain=gain)(x)
        y = _convolve(inside, 3, groups=inside // GROUP, use_bias=True, gain=gain)(
            LeakyReLU(0.2)(y)
        )
        y = Conv2D(x.shape[-1], 1, use_bias=False, kernel_initializer="zeros")(
            LeakyReLU(0.2)(y)
        )
        x = layers.Add()([x, y])
    return x


def _project(x, channels):
    return x if x.shape[-1] == channels else _convolve(channels)(x)


def _convolve(channels, kernel_size=1, gain=1.0, use_bias=False, **kwargs):
    return Conv2D(
        channels,
        kernel_size,
        padding="same",
        use_bias=use_bias,
        kernel_initializer=_scaled(gain),
        **kwargs,
    )


def _dense(units):
    return layers.Dense(units, use_bias=False, kernel_initializer=_scaled(1.0))


def _gain(blocks):
    """Of the first two layers of a block, so that many of them do not add up."""
    return math.sqrt(2 / (1 + 0.2**2)) * blocks**-0.25


def _scaled(gain):
    """N(0, gain^2 / fan_in)."""
    return keras.initializers.VarianceScaling(gain**2, "fan_in", "untruncated_normal")
