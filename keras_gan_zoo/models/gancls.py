"""GANCLS: the first pictures from captions, by a discriminator that reads along.

Reed et al. 2016, "Generative Adversarial Text to Image Synthesis",
https://arxiv.org/abs/1605.05396

Both players of a DCGAN are told the caption (section 4.1). The discriminator also sees
real images with captions of others and is to refuse them (GAN-CLS, algorithm 1), so
that it learns what captions mean and not only what images look like. The generator
also draws what lies between two captions (GAN-INT, section 4.3).
"""

from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.caption_conditional import CaptionConditional
from keras_gan_zoo.layers import Conv2D, LeakyReLU
from keras_gan_zoo.layers.beside import beside
from keras_gan_zoo.layers.dcgan_blocks import normal, normalize
from keras_gan_zoo.models.dcgan import DCGAN, dcgan_generator, dcgan_maps
from keras_gan_zoo.registry import registered
from keras_gan_zoo.typing import Tensor

COMPRESSED = 128  # numbers that are left of a sentence


def gancls_generator(
    image_shape, latent_dim=100, sentence_dim=256, base_channels=64
) -> keras.Model:
    """Latents and sentences to images in [-1, 1], by transposed convolutions.

    Args:
        image_shape: (height, width, channels) of the images.
        latent_dim: Length of the latents.
        sentence_dim: Length of the sentences.
        base_channels: As in `dcgan_generator`.

    Returns:
        A Functional model of [latents (batch, latent_dim), sentences (batch,
        sentence_dim)].
    """
    latents = keras.Input((latent_dim,), name="latents")
    sentences = keras.Input((sentence_dim,), name="sentences")
    joint = layers.Concatenate()([latents, compressed(sentences)])
    draw = dcgan_generator(image_shape, latent_dim + COMPRESSED, base_channels)
    return keras.Model([latents, sentences], draw(joint), name="generator")


def gancls_discriminator(
    image_shape, sentence_dim=256, base_channels=64
) -> keras.Model:
    """Images in [-1, 1] and sentences to logits (batch, 1).

    Args:
        image_shape: (height, width, channels) of the images.
        sentence_dim: Length of the sentences.
        base_channels: As in `dcgan_discriminator`.

    Returns:
        A Functional model of [images, sentences].
    """
    images = keras.Input(image_shape, name="images")
    sentences = keras.Input((sentence_dim,), name="sentences")
    maps = dcgan_maps(images, base_channels)
    joint = beside(maps, compressed(sentences))
    mix = Conv2D(maps.shape[-1], 1, use_bias=False, kernel_initializer=normal())
    x = LeakyReLU(0.2)(normalize(mix(joint)))
    # Paper: a 4x4 convolution; here: a dense layer, because maps may be a bit larger.
    logits = layers.Dense(1, kernel_initializer=normal())(layers.Flatten()(x))
    return keras.Model([images, sentences], logits, name="discriminator")


def compressed(sentences) -> Tensor:
    """Sentences (batch, dim) of a Functional model as 128 numbers each."""
    return LeakyReLU(0.2)(layers.Dense(COMPRESSED)(sentences))


@registered("images of a caption", "Reed et al. 2016", "1605.05396")
class GANCLS(CaptionConditional, DCGAN):  # type: ignore[misc]
    """Matching-aware GAN with interpolated captions, GAN-INT-CLS (Reed et al. 2016).

    It trains on images with captions: strings, one or several an image.

    Args:
        image_shape: (height, width, channels), height and width from 8. Without it the
            networks are sized from the first batch.
        latent_dim: Length of the latents.
        text: A `text.TextEncoder`. Without it a `text.WordEncoder`, which `fit` teaches
            the words of the captions.
        **kwargs: `base_channels`: see `DCGAN`; `generator`, a Keras model of [latents,
            sentences], `discriminator`, one of [images, sentences], `text_encoder`,
            `seed`, `name`, `dtype`: see `LatentGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        faces = kgz.datasets.avatars(captions=5)
        model = kgz.GANCLS()
        model.fit(faces.images, faces.captions, batch_size=64, epochs=50)
        samples = model.generate("a smiling person with pink hair", num=8, seed=0)
        ```

    Reference:
        https://arxiv.org/abs/1605.05396
    """

    def build_generator(self) -> keras.Model:
        """Returns DCGAN's generator with a sentence at its input."""
        return gancls_generator(
            self.image_shape, self.latent_dim, self.text.dim, self.base_channels
        )

    def build_discriminator(self) -> keras.Model:
        """Returns DCGAN's discriminator with a sentence beside its last maps."""
        return gancls_discriminator(self.image_shape, self.text.dim, self.base_channels)

    def compile_defaults(self) -> dict[str, Any]:
        """Adam as in section 5; without `interpolation_loss` it is GAN-CLS alone."""
        weights = {"interpolation_loss": 1.0}
        return {**super().compile_defaults(), "loss_weights": weights}

    def sample_like(self, batch) -> tuple[Tensor, ...]:
        """Images and sentences; and the same of means of two of these, half as many.

        An odd batch makes one more; an image alone has its own caption for both.
        """
        images, sentences = super().sample_like(batch)
        if not self.counts("interpolation_loss"):
            return images, sentences
        num = ops.shape(sentences)[0]
        half = num // 2
        # Equation 5, with beta = 1/2.
        means = (sentences[: num - half] + sentences[half:]) / 2
        between = self.generator([self.noise(num - half), means], training=True)
        return images, sentences, ops.cast(between, images.dtype), means

    def generator_loss(self, batch, fake) -> dict[str, Tensor]:
        """-log D(G(z, s), s) - log D(G(z, m), m), where m is a mean of two sentences.

        Args:
            batch: A `Batch`.
            fake: What `sample_like` made for it.

        Returns:
            A dict of named scalars.
        """
        terms = super().generator_loss(batch, fake[:2])
        if not self.counts("interpolation_loss"):
            return terms
        # No image belongs to m: relativistic losses compare with those of the batch.
        likewise = batch._replace(real=batch.real[: ops.shape(fake[3])[0]])
        (between,) = super().generator_loss(likewise, fake[2:]).values()
        return {**terms, "interpolation_loss": between}
