"""BiGAN: an encoder beside the generator, so that images have latents, too.

Donahue, Krähenbühl and Darrell 2016, "Adversarial Feature Learning",
https://arxiv.org/abs/1605.09782. The same idea is ALI, Dumoulin et al. 2016,
"Adversarially Learned Inference", https://arxiv.org/abs/1606.00704

The discriminator sees pairs: an image with its code, (x, E(x)), or a generated image
with its latent, (G(z), z). Where it cannot tell them apart, E inverts G.
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.checks import check_shape, shape_of
from keras_gan_zoo.inference import run_on_samples
from keras_gan_zoo.layers import LeakyReLU
from keras_gan_zoo.losses import in_float32, over_heads
from keras_gan_zoo.models.dcgan import DCGAN, dcgan_features
from keras_gan_zoo.phases import Phase
from keras_gan_zoo.priors import Prior, Uniform
from keras_gan_zoo.registry import registered
from keras_gan_zoo.serving import Serving, translating
from keras_gan_zoo.typing import Tensor


def bigan_encoder(image_shape, latent_dim=50, base_channels=64) -> keras.Model:
    """Images in [-1, 1] to codes (batch, latent_dim), by DCGAN's layers.

    Args:
        image_shape: (height, width, channels) of the images.
        latent_dim: Length of the codes.
        base_channels: See `dcgan_features`.

    Returns:
        A Functional model.
    """
    images = keras.Input(image_shape, name="images")
    codes = layers.Dense(latent_dim)(dcgan_features(images, base_channels))
    return keras.Model(images, codes, name="encoder")


def bigan_discriminator(image_shape, latent_dim=50, base_channels=64) -> keras.Model:
    """Pairs of image and latent to logits (batch, 1).

    Args:
        image_shape: (height, width, channels) of the images.
        latent_dim: Length of the latents.
        base_channels: See `dcgan_features`; what joins the two has 8 times as many
            units.

    Returns:
        A Functional model of two inputs.
    """
    images = keras.Input(image_shape, name="images")
    latents = keras.Input((latent_dim,), name="latents")
    of_latents = LeakyReLU(0.2)(layers.Dense(8 * base_channels)(latents))
    joint = layers.Concatenate()([dcgan_features(images, base_channels), of_latents])
    joint = LeakyReLU(0.2)(layers.Dense(8 * base_channels)(joint))
    logits = layers.Dense(1)(joint)
    return keras.Model([images, latents], logits, name="discriminator")


@registered("images from noise and back", "Donahue et al. 2016", "1605.09782")
class BiGAN(DCGAN):
    """Bidirectional GAN (Donahue et al. 2016), on the networks of DCGAN.

    Args:
        image_shape: (height, width, channels), height and width from 8. Without it the
            networks are sized from the first batch.
        latent_dim: Length of the latents and of the codes.
        **kwargs: `base_channels`: see `DCGAN`; `generator`, `discriminator`, a Keras
            model of images and latents, `encoder`, of images to (batch, latent_dim),
            `seed`, `name`, `dtype`: see `LatentGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("fashion_mnist_mini").images
        model = kgz.BiGAN()
        model.fit(images, batch_size=128, epochs=20)
        codes = model.encode(images[:16])
        again = model.generate(latents=codes)
        ```

    Reference:
        https://arxiv.org/abs/1605.09782
    """

    networks = ("generator", "discriminator", "encoder")

    def __init__(self, image_shape=None, latent_dim=50, **kwargs):
        super().__init__(image_shape, latent_dim, **kwargs)

    @property
    def prior(self) -> Prior:
        """The uniform distribution on [-1, 1]."""
        return Uniform(self.latent_dim)

    def build_encoder(self) -> keras.Model:
        """Returns the network E of the paper."""
        return bigan_encoder(self.image_shape, self.latent_dim, self.base_channels)

    def build_discriminator(self) -> keras.Model:
        """Returns the discriminator of pairs."""
        return bigan_discriminator(
            self.image_shape, self.latent_dim, self.base_channels
        )

    def input_shapes(self) -> dict[str, Any]:
        """The discriminator sees latents, too, and the encoder images."""
        images = (None, *self.image_shape)
        latents = (None, self.latent_dim)
        return {
            "generator": latents,
            "discriminator": [images, latents],
            "encoder": images,
        }

    def check_networks(self) -> None:
        """Raises a `ValueError` if the networks do not fit each other."""
        super().check_networks()
        codes = shape_of(self.encoder, "output")
        check_shape("encoder's output", codes, (None, self.latent_dim))

    def serving(self, name) -> Serving:
        """Of the encoder: images to what `encode` returns."""
        if name != "encoder":
            return super().serving(name)
        encoder = self.averaged(name)
        return translating(encoder, self.domain, lambda x: ops.cast(x, "float32"))

    def phases(self) -> list[Phase]:
        """Generator and encoder work together, so one step moves both."""
        discriminator, generator = super().phases()
        generator.networks.append(self.encoder)
        return [discriminator, generator]

    def sample_like(self, batch) -> Tensor | tuple[Tensor, ...]:
        """Both pairs: the codes of the batch, latents, and the images made of those."""
        latents = self.noise(ops.shape(batch.real)[0])
        images = self.generator(latents, training=True)
        codes = self.encoder(batch.real, training=True)
        dtype = batch.real.dtype
        return ops.cast(images, dtype), latents, ops.cast(codes, dtype)

    def discriminator_loss(self, batch, fake) -> dict[str, Tensor]:
        """- E log D(x, E(x)) - E log(1 - D(G(z), z)), and the penalties."""
        images, latents, codes = map(ops.stop_gradient, fake)
        real_logits, fake_logits = self.judge(batch, images, latents, codes)
        loss = self.discriminator_adversarial_loss(real_logits, fake_logits)
        penalties = self.penalties(batch._replace(condition=codes), images)
        return {"discriminator_loss": loss, **penalties}

    def generator_loss(self, batch, fake) -> dict[str, Tensor]:
        """The discriminator's loss with the two kinds of pairs exchanged.

        - E log D(G(z), z) - E log(1 - D(x, E(x)))
        """
        real_logits, fake_logits = self.judge(batch, *fake)
        loss = over_heads(self.adversarial_loss.discriminator, fake_logits, real_logits)
        return {"generator_loss": loss}

    def judge(self, batch, images, latents, codes) -> tuple[Any, Any]:
        """The logits of (x, E(x)) and of (G(z), z)."""
        real_logits = self.discriminate(batch.real, codes)
        return real_logits, self.discriminate(images, latents)

    def discriminate(self, images, condition=None) -> Tensor | list[Tensor]:
        """Maps images beside their latents to logits."""
        pair = [self.augmented(images), condition]
        return in_float32(self.discriminator(pair, training=True))

    def encode(self, images, batch_size=64, verbose="auto") -> np.ndarray:
        """Finds the latents of images.

        Args:
            images: (num, height, width, channels), uint8 or float in [-1, 1].
            batch_size: How many are computed at a time.
            verbose: Whether to show a progress bar: 0, 1, or `"auto"` for long work.

        Returns:
            float32 array (num, latent_dim), which `generate(latents=...)` takes.

        Raises:
            ValueError: If the networks are not made yet or the images do not fit.
        """
        self.require_networks()
        return run_on_samples(
            self.averaged("encoder"), self.domain, images, batch_size, verbose=verbose
        )
