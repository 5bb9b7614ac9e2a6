"""DFGAN: pictures from captions in one stage, which the caption steers everywhere.

Tao et al. 2022, "DF-GAN: A Simple and Effective Baseline for Text-to-Image Synthesis",
https://arxiv.org/abs/2008.05865

One generator makes images at their full size (section 3.2). In each of its blocks the
caption scales and shifts the feature maps four times, with rectifiers in between (deep
fusion, section 3.4). The discriminator gives one logit of an image together with its
caption, and is flat where an image is real and its caption fits: the matching-aware
gradient penalty (section 3.3), by which the generator is led to such pairs and to no
others.
"""

import math
from collections.abc import Callable
from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.backend import value_and_gradient
from keras_gan_zoo.caption_conditional import CaptionConditional
from keras_gan_zoo.halving import halved_sizes
from keras_gan_zoo.latent_gan import LatentGAN
from keras_gan_zoo.layers import AveragePooling2D, Conv2D, Gate, LeakyReLU
from keras_gan_zoo.layers.beside import beside
from keras_gan_zoo.losses import in_float32
from keras_gan_zoo.registry import registered
from keras_gan_zoo.typing import Tensor

WIDEST = 8  # times `base_channels`, the most channels a layer has
JOINED = 64  # channels in which an image and a sentence meet, however narrow the rest
POWER = 6  # p of the penalty


def dfgan_generator(
    image_shape, latent_dim=100, sentence_dim=256, base_channels=32
) -> keras.Model:
    """Latents and sentences to images in [-1, 1].

    Args:
        image_shape: (height, width, channels) of the images.
        latent_dim: Length of the latents.
        sentence_dim: Length of the sentences.
        base_channels: Channels of the largest maps; they double at each halving, up to
            eight times as many.

    Returns:
        A Functional model of [latents (batch, latent_dim), sentences (batch,
        sentence_dim)].
    """
    *larger, smallest = stages(image_shape, base_channels)
    latents = keras.Input((latent_dim,), name="latents")
    sentences = keras.Input((sentence_dim,), name="sentences")
    condition = layers.Concatenate()([latents, sentences])
    x = layers.Reshape(smallest)(layers.Dense(math.prod(smallest))(latents))
    for _, _, channels in reversed(larger):
        x = fusion_block(layers.UpSampling2D()(x), condition, channels)
    images = _conv(image_shape[-1], activation="tanh")(LeakyReLU(0.2)(x))
    return keras.Model([latents, sentences], images, name="generator")


def fusion_block(x, condition, channels) -> Tensor:
    """Adds what two convolutions make of maps that the condition has changed.

    Args:
        x: Maps (batch, height, width, any) of a Functional model.
        condition: Vectors (batch, any) of it.
        channels: How many there will be.

    Returns:
        Maps (batch, height, width, channels).
    """
    y = _conv(channels)(deep_fusion(x, condition))
    y = _conv(channels)(deep_fusion(y, condition))
    return layers.Add()([_as_wide(x, channels), y])


def deep_fusion(x, condition) -> Tensor:
    """Two affine maps by the condition, each with a rectifier behind it."""
    for _ in range(2):
        x = LeakyReLU(0.2)(affine(x, condition))
    return x


def affine(x, condition) -> Tensor:
    """Scales and shifts each channel by numbers that perceptrons make of a condition.

    At first the scale is 1 and the shift 0.
    """
    channels = x.shape[-1]

    def perceptron(start):
        hidden = layers.Dense(channels, "relu")(condition)
        last = layers.Dense(channels, None, True, "zeros", start)
        return layers.Reshape((1, 1, channels))(last(hidden))

    scaled = layers.Multiply()([x, perceptron("ones")])
    return layers.Add()([scaled, perceptron("zeros")])


def dfgan_discriminator(image_shape, sentence_dim=256, base_channels=32) -> keras.Model:
    """Images in [-1, 1] and sentences to logits (batch, 1).

    Args:
        image_shape: (height, width, channels) of the images.
        sentence_dim: Length of the sentences.
        base_channels: Channels of the first maps; they double at each halving, up to
            eight times as many.

    Returns:
        A Functional model of [images, sentences]. Its layers are two networks:
        "features", of images, and "judge", of these features and sentences.
    """
    images = keras.Input(image_shape, name="images")
    sentences = keras.Input((sentence_dim,), name="sentences")
    _, *smaller = stages(image_shape, base_channels)
    x = _conv(base_channels)(images)
    for _, _, channels in smaller:
        x = _halved(x, channels)
    see = keras.Model(images, x, name="features")
    # One way to the logit: of the image and the sentence together (section 3.3).
    features = keras.Input(x.shape[1:], name="features")
    x = LeakyReLU(0.2)(_conv(JOINED)(beside(features, sentences)))
    logits = layers.Dense(1)(layers.Flatten()(x))
    judge = keras.Model([features, sentences], logits, name="judge")
    pairs = [images, sentences]
    return keras.Model(pairs, judge([see(images), sentences]), name="discriminator")


def stages(image_shape, base_channels) -> list[tuple[int, int, int]]:
    """Shapes of the feature maps, from the image's size to 4 pixels if it goes so far.

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: Channels of the largest maps.

    Returns:
        A list of (height, width, channels). 64x64 gives 5, the last two with eight
        times `base_channels`.
    """
    return [
        (*size, base_channels * min(2**stage, WIDEST))
        for stage, size in enumerate(halved_sizes(image_shape, "DFGAN"))
    ]


def matching_penalty(see, judge, images, sentences) -> tuple[Tensor, Tensor]:
    """E |grad D(x, s)|^6, as equation 2, which adds up the norms in x and in s.

    Here it is the norm of both gradients joined, as in the authors' code.

    Args:
        see: A function of images to features.
        judge: A function of features and sentences to logits.
        images: Real images (batch, height, width, channels).
        sentences: Those of their captions (batch, dim).

    Returns:
        A scalar, and the features of the images.
    """
    shape = images.shape[1:]
    size = math.prod(shape)

    def logits(pairs):
        features = see(ops.reshape(pairs[:, :size], (-1, *shape)))
        return judge(features, pairs[:, size:]), features

    rows = ops.reshape(images, (-1, size))
    pairs = ops.concatenate([rows, ops.cast(sentences, rows.dtype)], axis=1)
    (_, features), slopes = value_and_gradient(logits, pairs)
    squared = ops.sum(ops.square(slopes), axis=1)
    return ops.mean(squared ** (POWER // 2)), features


@registered("images of a caption", "Tao et al. 2022", "2008.05865")
class DFGAN(CaptionConditional, LatentGAN):  # type: ignore[misc]
    """Deep fusion GAN (Tao et al. 2022).

    It trains on images with captions: strings, one or several an image.

    Args:
        image_shape: (height, width, channels), sides from 4 that can be halved. Without
            it the networks are sized from the first batch.
        latent_dim: Length of the latents.
        text: A `text.TextEncoder`. Without it a `text.WordEncoder`, which `fit` teaches
            the words of the captions.
        base_channels: Channels of the maps of the images' size, of both networks.
        **kwargs: `generator`, a Keras model of [latents, sentences], `discriminator`,
            one of [images, sentences], `text_encoder`, `seed`, `name`, `dtype`: see
            `LatentGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        faces = kgz.datasets.avatars(captions=5)
        model = kgz.DFGAN()
        model.fit(faces.images, faces.captions, batch_size=32, epochs=50)
        samples = model.generate("a smiling person with pink hair", num=8, seed=0)
        ```

    Reference:
        https://arxiv.org/abs/2008.05865
    """

    def __init__(
        self, image_shape=None, latent_dim=100, text=None, base_channels=32, **kwargs
    ):
        self.base_channels = base_channels
        super().__init__(image_shape, latent_dim, text, **kwargs)

    def build_generator(self) -> keras.Model:
        """Returns the generator of sections 3.2 and 3.4."""
        return dfgan_generator(
            self.image_shape, self.latent_dim, self.text.dim, self.base_channels
        )

    def build_discriminator(self) -> keras.Model:
        """Returns the discriminator of section 3.3."""
        return dfgan_discriminator(self.image_shape, self.text.dim, self.base_channels)

    def compile_defaults(self) -> dict[str, Any]:
        """The values of section 4; the weight of the penalty is its k."""
        return {
            "generator_optimizer": keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9),
            "discriminator_optimizer": keras.optimizers.Adam(
                4e-4, beta_1=0.0, beta_2=0.9
            ),
            "loss": "hinge",
            "loss_weights": {"matching_penalty": 2.0},
        }

    def compared(self, batch, others) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """As in the base class, by one look at the images, and the penalty."""
        see, judge = self.halves()
        if self.counts("matching_penalty"):
            # It is on the discriminator: the text encoder must not evade it.
            sentences = ops.stop_gradient(batch.condition)
            penalty, features = matching_penalty(see, judge, batch.real, sentences)
            penalties = {"matching_penalty": penalty}
        else:
            features, penalties = see(batch.real), {}
        return judge(features, batch.condition), judge(features, others), penalties

    def halves(self) -> tuple[Callable[..., Tensor], Callable[..., Tensor]]:
        """The discriminator as two functions, of images and of features and sentences.

        The features of one of your own, which may not be made of two networks, are the
        images themselves.
        """
        parts = {layer.name: layer for layer in self.discriminator.layers}
        in_halves = {"features", "judge"} <= parts.keys()
        judge: Any = parts["judge"] if in_halves else self.discriminator

        def features(images):
            images = self.augmented(images)
            return parts["features"](images, training=True) if in_halves else images

        def logits(features, sentences):
            return in_float32(judge([features, sentences], training=True))

        return features, logits


def _halved(x, channels):
    """Means of 2x2 pixels, and what convolutions add to them in time."""
    y = LeakyReLU(0.2)(Conv2D(channels, 4, 2, "same")(x))
    y = LeakyReLU(0.2)(_conv(channels)(y))
    x = _as_wide(AveragePooling2D(2)(x), channels)
    return layers.Add()([x, Gate()(y)])


def _as_wide(x, channels):
    return x if x.shape[-1] == channels else Conv2D(channels, 1)(x)


def _conv(channels, **options):
    return Conv2D(channels, 3, padding="same", **options)
