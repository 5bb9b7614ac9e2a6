"""SNGAN: a discriminator whose layers have spectral norm 1.

Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks",
https://arxiv.org/abs/1802.05957

Each kernel is divided by its largest singular value (equation 8), so that no layer
stretches any direction, and the discriminator is 1-Lipschitz without a penalty. With
classes its logit is l(f(x)) + <e(y), f(x)>, a projection of the features on a vector of
the class: Miyato and Koyama 2018, https://arxiv.org/abs/1802.05637, equation 4.
"""

import dataclasses
import math
from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.class_conditional import ClassConditional
from keras_gan_zoo.latent_gan import LatentGAN
from keras_gan_zoo.layers import (
    AveragePooling2D,
    BatchNormalization,
    ConditionalBatchNormalization,
    Conv2D,
    SpectralConv2D,
    SpectralDense,
    SpectralEmbedding,
)
from keras_gan_zoo.layers.dcgan_blocks import crop
from keras_gan_zoo.layers.spectral_normalization import power_iteration
from keras_gan_zoo.phases import Phase
from keras_gan_zoo.registry import registered
from keras_gan_zoo.typing import Tensor

SMALLEST_SIDE = 4  # pixels, where the generator starts
UNIFORM_SIDE = 32  # pixels, up to which all layers have the same number of channels
WIDEST = 16  # times `base_channels`, the most channels a stage has


def stage_shapes(image_shape, base_channels) -> list[tuple[int, int, int]]:
    """Shapes of the feature maps, from those of the size of the image to the smallest.

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: Channels of the first. Up to 32 pixels all have as many; in
            larger images they double at each halving, up to 16 times.

    Returns:
        A list of (height, width, channels). 28x28 gives 28x28, 14x14 and 7x7.

    Raises:
        ValueError: If these are not images, or a side is shorter than 8 pixels.
    """
    if len(image_shape) != 3 or min(image_shape[:2]) < 2 * SMALLEST_SIDE:
        raise ValueError(
            "Residual networks of SNGAN are for images of shape (height, width, "
            f"channels), from 8x8 pixels. Received: {tuple(image_shape)}. Smaller "
            "images and points are a task for VanillaGAN."
        )
    height, breadth, _ = image_shape
    shapes = []
    for stage in range(int(math.log2(min(height, breadth) / SMALLEST_SIDE)) + 1):
        halved = 2**stage
        wider = min(halved, WIDEST) if _is_large(image_shape) else 1
        sides = math.ceil(height / halved), math.ceil(breadth / halved)
        shapes.append((*sides, wider * base_channels))
    return shapes


def sngan_generator(
    image_shape,
    latent_dim=128,
    num_classes=None,
    base_channels=256,
    convolution=Conv2D,
    dense=layers.Dense,
    attend=lambda x, stage: x,
) -> keras.Model:
    """Latents, and labels if there are classes, to images in [-1, 1].

    Args:
        image_shape: (height, width, channels) of the images.
        latent_dim: Length of the latents.
        num_classes: How many classes there are; None for a model without labels.
        base_channels: See `stage_shapes`.
        convolution: Class of the convolutions.
        dense: Class of the dense layer.
        attend: Called with the maps of each stage and its number, 0 at the size of the
            image; returns maps of the same shape.

    Returns:
        A Functional model of latents (batch, latent_dim), or of [latents, labels
        (batch,)].
    """
    *larger, smallest = stage_shapes(image_shape, base_channels)
    latents = keras.Input((latent_dim,), name="latents")
    labels = _labels(num_classes)
    normalize = _normalization(labels, num_classes)
    first = dense(math.prod(smallest), kernel_initializer=_glorot())
    x = layers.Reshape(smallest)(first(latents))
    x = attend(x, len(larger))
    for stage, shape in reversed(list(enumerate(larger))):
        x = attend(up_block(x, shape, normalize, convolution), stage)
    x = layers.ReLU()(_normalization(None, None)(x))
    images = layers.Activation("tanh")(_convolve(convolution, image_shape[-1], 1.0)(x))
    inputs = latents if labels is None else [latents, labels]
    return keras.Model(inputs, images, name="generator")


def sngan_discriminator(
    image_shape,
    num_classes=None,
    base_channels=128,
    attend=lambda x, stage: x,
    halve_last=True,
) -> keras.Model:
    """Images in [-1, 1], and labels if there are classes, to logits (batch, 1).

    Args:
        image_shape: (height, width, channels) of the images.
        num_classes: How many classes there are; None for a model without labels.
        base_channels: See `stage_shapes`.
        attend: As in `sngan_generator`.
        halve_last: Whether the last block halves the maps too, in images above 32
            pixels.

    Returns:
        A Functional model of images, or of [images, labels (batch,)].
    """
    images = x = keras.Input(image_shape, name="images")
    labels = _labels(num_classes)
    blocks = _blocks(image_shape, base_channels, halve_last)
    for stage, (channels, halve) in enumerate(blocks, 1):
        x = attend(_down_block(x, channels, halve, is_first=x is images), stage)
    features = ops.sum(layers.ReLU()(x), axis=(1, 2))
    logits = SpectralDense(1, kernel_initializer=_glorot())(features)
    if labels is None:
        return keras.Model(images, logits, name="discriminator")
    embed = SpectralEmbedding(
        num_classes, features.shape[-1], embeddings_initializer=_glorot()
    )
    logits = logits + layers.Dot(1)([embed(labels), features])
    return keras.Model([images, labels], logits, name="discriminator")


def up_block(x, shape, normalize, convolution) -> Tensor:
    """A residual block that doubles height and width.

    Args:
        x: Feature maps of a Functional model.
        shape: (height, width, channels) of what it returns.
        normalize: Function of maps, called before each activation.
        convolution: Class of the convolutions.

    Returns:
        Maps of this shape.
    """

    def convolve(x):
        # No biases, which normalization would take away.
        return _convolve(convolution, shape[-1], use_bias=False)(x)

    y = convolve(_enlarge(layers.ReLU()(normalize(x)), shape))
    y = convolve(layers.ReLU()(normalize(y)))
    # Paper: enlarged first, which comes to the same.
    shortcut = _convolve(convolution, shape[-1], 1.0, kernel_size=1, use_bias=False)
    return layers.Add()([_enlarge(shortcut(x), shape), y])


@registered("images from noise or of a class", "Miyato et al. 2018", "1802.05957")
class SNGAN(ClassConditional, LatentGAN):
    """Spectrally normalized GAN (Miyato et al. 2018), with or without classes.

    Args:
        image_shape: (height, width, channels), height and width from 8. Without it the
            networks are sized from the first batch.
        latent_dim: Length of the latents.
        num_classes: How many classes there are. With it the model learns from labels,
            integers in [0, num_classes), and draws what they say: batch normalization
            by class, and the projection discriminator. Without it there are no labels.
        base_channels: Channels of the generator at the size of the image; in images
            above 32 pixels they double at each halving. Paper: 256 for 32x32, 64 for
            64x64.
        discriminator_base_channels: The same of the discriminator. Paper: 128 and 64.
        **kwargs: `generator`, `discriminator`, `seed`, `name`, `dtype`: see
            `LatentGAN`; with classes the networks have labels as their second input.

    Attributes:
        discriminator_steps: Steps of the discriminator for each of the generator.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images, labels = kgz.datasets.load("fashion_mnist_mini")
        model = kgz.SNGAN(
            num_classes=10, base_channels=32, discriminator_base_channels=32
        )
        model.fit(images, labels, batch_size=64, epochs=20)
        samples = model.generate(labels=[3, 3, 7], seed=0)
        ```

    Reference:
        https://arxiv.org/abs/1802.05957
    """

    requires_labels = conditional = False  # unless there are classes
    discriminator_steps = 5

    def __init__(
        self,
        image_shape=None,
        latent_dim=128,
        num_classes=None,
        base_channels=256,
        discriminator_base_channels=128,
        **kwargs,
    ):
        self.num_classes = num_classes
        self.base_channels = base_channels
        self.discriminator_base_channels = discriminator_base_channels
        self.requires_labels = self.conditional = num_classes is not None
        super().__init__(image_shape, latent_dim, **kwargs)

    def build_generator(self) -> keras.Model:
        """Returns the paper's residual generator, without spectral normalization."""
        return sngan_generator(
            self.image_shape, self.latent_dim, self.num_classes, self.base_channels
        )

    def build_discriminator(self) -> keras.Model:
        """Returns the paper's residual discriminator."""
        return sngan_discriminator(
            self.image_shape, self.num_classes, self.discriminator_base_channels
        )

    def compile_defaults(self) -> dict[str, Any]:
        """The hinge loss and Adam of section 4 for residual networks."""
        # Paper: learning rates fall to 0 along a line; here they stay, because how long
        # a training lasts is not known. Its generator sees twice as many images.
        return {
            "generator_optimizer": _adam(),
            "discriminator_optimizer": _adam(),
            "loss": "hinge",
        }

    def phases(self) -> list[Phase]:
        """Some steps of the discriminator, then one of the generator."""
        discriminator, generator = super().phases()
        steps = self.discriminator_steps
        return [dataclasses.replace(discriminator, repeats=steps), generator]

    def constrain_discriminator(self, seen=None) -> None:
        """Moves the estimates of the spectral norms along with the kernels."""
        super().constrain_discriminator(seen)
        power_iteration(self.discriminator)


def _down_block(x, channels, halve, is_first):
    """A residual block that may halve height and width; the first sees the image."""
    y = x if is_first else layers.ReLU()(x)
    y = _convolve(SpectralConv2D, channels)(y)
    y = _convolve(SpectralConv2D, channels)(layers.ReLU()(y))
    if halve:
        x, y = AveragePooling2D(2)(x), AveragePooling2D(2)(y)
    if halve or x.shape[-1] != channels:
        x = _convolve(SpectralConv2D, channels, 1.0, kernel_size=1)(x)
    return layers.Add()([x, y])


def _blocks(image_shape, base_channels, halve_last):
    """The discriminator's blocks: channels, and whether they halve the maps."""
    if _is_large(image_shape):
        *others, last = [s[-1] for s in stage_shapes(image_shape, base_channels)]
        return [*((channels, True) for channels in others), (last, halve_last)]
    return [(base_channels, True)] * 2 + [(base_channels, False)] * 2


def _is_large(image_shape):
    return min(image_shape[:2]) > UNIFORM_SIDE


def _labels(num_classes):
    if num_classes is None:
        return None
    return keras.Input((), dtype="int32", name="labels")


def _normalization(labels, num_classes) -> Any:
    """A function that normalizes maps, by labels if there are any."""
    settings = {"momentum": 0.9, "epsilon": 2e-5}
    if labels is None:
        return lambda x: BatchNormalization(**settings)(x)
    return lambda x: ConditionalBatchNormalization(num_classes, **settings)([x, labels])


def _enlarge(x, shape) -> Tensor:
    return crop(layers.UpSampling2D()(x), shape)


def _convolve(kind, channels, scale=2.0, kernel_size=3, **options):
    return kind(
        channels,
        kernel_size,
        padding="same",
        kernel_initializer=_glorot(scale),
        **options,
    )


def _glorot(scale=1.0):
    """Glorot's uniform initialization, its variance times a scale."""
    return keras.initializers.VarianceScaling(scale, "fan_avg", "uniform")


def _adam():
    return keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.9)
