"""BigGAN: class-conditional images from latents that speak at every resolution.

Brock et al. 2019, "Large Scale GAN Training for High Fidelity Natural Image Synthesis",
https://arxiv.org/abs/1809.11096

Latents are cut into chunks. The first makes the smallest maps; each other one, beside
an embedding of the class that all blocks share, decides gain and bias of the batch
normalization in its block (section 3, appendix B). Kernels begin orthogonal, and the
generator's are kept so (equation 3), so that latents may be drawn from the middle of
their distribution alone: better images, which differ less (section 3.1). All else is
that of SAGAN.
"""

import math
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo import standing_statistics
from keras_gan_zoo.averaging import EMA
from keras_gan_zoo.datasets.base import check_positive
from keras_gan_zoo.latent_gan import random_state
from keras_gan_zoo.layers import BatchNormalization, SpectralConv2D, SpectralDense
from keras_gan_zoo.models.sagan import SAGAN
from keras_gan_zoo.models.sngan import sngan_discriminator, stage_shapes, up_block
from keras_gan_zoo.priors import TruncatedNormal
from keras_gan_zoo.registry import registered
from keras_gan_zoo.regularizers import Orthogonal
from keras_gan_zoo.schedules import Linear

NORMALIZATION = {"momentum": 0.9, "epsilon": 1e-5}


def biggan_generator(
    image_shape,
    latent_dim=120,
    num_classes=None,
    base_channels=96,
    embedding_dim=128,
    attend=lambda x, stage: x,
) -> keras.Model:
    """Latents, and labels if there are classes, to images in [-1, 1].

    Args:
        image_shape: (height, width, channels) of the images.
        latent_dim: Length of the latents, which are cut into a chunk for each size of
            the maps: 3 for 28x28 images, 6 for 128x128.
        num_classes: How many classes there are; None for a model without labels.
        base_channels: See `sngan.stage_shapes`.
        embedding_dim: Length of the vector of a class.
        attend: As in `sngan_generator`.

    Returns:
        A Functional model of latents (batch, latent_dim), or of [latents, labels
        (batch,)].

    Raises:
        ValueError: If the images are too small, or there are fewer latents than chunks.
    """
    *larger, smallest = stage_shapes(image_shape, base_channels)
    inputs = latents = keras.Input((latent_dim,), name="latents")
    first, *chunks = ops.split(latents, _cuts(latent_dim, len(larger) + 1), axis=1)
    if num_classes is not None:
        labels = keras.Input((), dtype="int32", name="labels")
        embedded = layers.Embedding(num_classes, embedding_dim)(labels)
        chunks = [layers.Concatenate()([chunk, embedded]) for chunk in chunks]
        inputs = [latents, labels]
    x = layers.Reshape(smallest)(SpectralDense(math.prod(smallest))(first))
    x = attend(x, len(larger))
    for stage, shape in reversed(list(enumerate(larger))):
        normalize = _normalization(chunks[len(larger) - 1 - stage])
        x = attend(up_block(x, shape, normalize, SpectralConv2D), stage)
    x = layers.ReLU()(BatchNormalization(**NORMALIZATION)(x))
    to_images = SpectralConv2D(image_shape[-1], 3, padding="same", activation="tanh")
    return _orthogonal(keras.Model(inputs, to_images(x), name="generator"))


def biggan_discriminator(
    image_shape, num_classes=None, base_channels=96, attend=lambda x, stage: x
) -> keras.Model:
    """Images in [-1, 1], and labels if there are classes, to logits (batch, 1).

    Args:
        image_shape: (height, width, channels) of the images.
        num_classes: How many classes there are; None for a model without labels.
        base_channels: See `sngan.stage_shapes`.
        attend: As in `sngan_generator`.

    Returns:
        SNGAN's, whose last block does not halve the maps, with orthogonal kernels.
    """
    return _orthogonal(
        sngan_discriminator(
            image_shape, num_classes, base_channels, attend, halve_last=False
        )
    )


def adam(learning_rate) -> keras.optimizers.Adam:
    """The paper's optimizer, with another rate for batches of another size."""
    return keras.optimizers.Adam(learning_rate, beta_1=0.0, beta_2=0.999, epsilon=1e-6)


@registered("images from noise or of a class", "Brock et al. 2019", "1809.11096")
class BigGAN(SAGAN):
    """BigGAN (Brock et al. 2019), with or without classes.

    Args:
        image_shape: As in `SNGAN`.
        latent_dim: Length of the latents; the paper has 20 for each size of the maps.
        num_classes: As in `SNGAN`.
        base_channels: As in `SNGAN`. Paper: 96 for 128x128.
        discriminator_base_channels: The same of the discriminator.
        embedding_dim: Length of the vector of a class that all blocks share.
        **kwargs: As in `SNGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images, labels = kgz.datasets.load("fashion_mnist_mini")
        model = kgz.BigGAN(
            num_classes=10, base_channels=32, discriminator_base_channels=32
        )
        model.fit(images, labels, batch_size=64, epochs=20)
        model.update_standing_statistics(seed=0)
        samples = model.generate(labels=[3, 3, 7], seed=0, truncation=0.5)
        ```

    Reference:
        https://arxiv.org/abs/1809.11096
    """

    discriminator_steps = 2
    attention_side = 64  # pixels, the largest maps with attention

    def __init__(
        self,
        image_shape=None,
        latent_dim=120,
        num_classes=None,
        base_channels=96,
        discriminator_base_channels=96,
        embedding_dim=128,
        **kwargs,
    ):
        self.embedding_dim = embedding_dim
        super().__init__(
            image_shape,
            latent_dim,
            num_classes,
            base_channels,
            discriminator_base_channels,
            **kwargs,
        )

    def build_generator(self) -> keras.Model:
        """Returns the generator of chunks of latents."""
        return biggan_generator(
            self.image_shape,
            self.latent_dim,
            self.num_classes,
            self.base_channels,
            self.embedding_dim,
            self.attend,
        )

    def build_discriminator(self) -> keras.Model:
        """Returns the projection discriminator, with attention."""
        return biggan_discriminator(
            self.image_shape,
            self.num_classes,
            self.discriminator_base_channels,
            self.attend,
        )

    def compile_defaults(self) -> dict[str, Any]:
        """The paper's rates for batches of 2,048 images, and equation 3."""
        # Paper: the average has momentum 0.9999 in steps of 2,048 images, which is this
        # half-life. Here it grows to that as a tenth of the images seen, because the
        # average of a shorter training would be of its beginning.
        half_life = 14_000_000
        return {
            "generator_optimizer": adam(5e-5),
            "discriminator_optimizer": adam(2e-4),
            "loss": "hinge",
            "regularizers": [Orthogonal(1e-4)],
            "ema": EMA(Linear(0, half_life, 10 * half_life)),
        }

    def generate(
        self,
        num=None,
        labels=None,
        seed=None,
        batch_size=64,
        verbose="auto",
        latents=None,
        truncation=None,
    ) -> np.ndarray:
        """Generates images; see `LatentGAN.generate`.

        Args:
            num: How many.
            labels: Where there are classes.
            seed: Integer.
            batch_size: How many are computed at a time.
            verbose: Whether to show a progress bar.
            latents: Floats (num, latent_dim), in place of a seed.
            truncation: A number above 0. Numbers of the latents beyond it are drawn
                again until they lie within; all others stay those of the seed. Below 1
                images are better and more alike.

        Returns:
            uint8 array of shape (num, height, width, channels).

        Raises:
            ValueError: If the networks are not made yet or an argument does not fit.
        """
        self.require_networks()
        inputs = self.inputs_for(num, labels, seed, latents, truncation)
        return self.draw(inputs, batch_size, verbose)

    def inputs_for(
        self, num, labels=None, seed=None, latents=None, truncation=None
    ) -> np.ndarray | list[np.ndarray]:
        """What the generator is called with, for such arguments of `generate`."""
        drawn = super().inputs_for(num, labels, seed, latents)
        if truncation is None:
            return drawn
        if latents is not None:
            raise ValueError(
                "Latents that are given are not truncated, those of a seed are. Leave "
                f"latents or truncation out. Received: truncation={truncation!r} and "
                "latents."
            )
        prior = TruncatedNormal(self.latent_dim, truncation)
        truncated = prior.sample(len(keras.tree.flatten(drawn)[0]), random_state(seed))
        return self.with_labels(truncated, drawn[-1])

    def update_standing_statistics(
        self, num_batches=100, batch_size=64, seed=None, truncation=None
    ) -> None:
        """Measures anew what batch normalization goes by when samples are generated.

        The moving statistics of training are of weights that have changed since, and
        not of averaged ones. Here the network that makes the samples generates batches
        of random labels, and theirs take their place: the paper's standing statistics.
        Files and presets keep them, more training moves them.

        Args:
            num_batches: How many batches, of which the mean is taken.
            batch_size: Images of each; best as many as in training.
            seed: Integer, which decides latents and labels.
            truncation: That of the samples to come, as in `generate`.

        Raises:
            ValueError: If the networks are not made yet or an argument does not fit.
        """
        self.require_networks()
        check_positive("num_batches", num_batches)
        check_positive("batch_size", batch_size)
        random, num = random_state(seed), num_batches * batch_size
        labels = random.randint(self.num_classes or 1, size=num)
        labels = labels if self.conditional else None
        seed = random.randint(2**31)
        inputs = self.inputs_for(num, labels, seed, truncation=truncation)
        batches = (
            keras.tree.map_structure(lambda x, at=at: x[at : at + batch_size], inputs)
            for at in range(0, num, batch_size)
        )
        standing_statistics.measure(self.sampler, batches)


def _cuts(length, parts):
    """Where a vector is cut into so many parts, as equal as they can be."""
    if length < parts:
        raise ValueError(
            "BigGAN cuts latents into a chunk for each size of its maps, here "
            f"{parts}. Received: latent_dim={length}. Pass latent_dim={parts} at "
            "least, or smaller images."
        )
    return [length * part // parts for part in range(1, parts)]


def _normalization(condition) -> Any:
    """A function that normalizes maps, with gain and bias linear in a condition."""

    def normalize(x):
        gain, bias = (_linear(condition, x.shape[-1]) for _ in range(2))
        x = BatchNormalization(center=False, scale=False, **NORMALIZATION)(x)
        return x * (1.0 + gain) + bias  # jax2onnx mistypes a whole 1

    return normalize


def _linear(condition, channels):
    x = SpectralDense(channels, use_bias=False)(condition)
    return layers.Reshape((1, 1, channels))(x)


def _orthogonal(network):
    """Begins all kernels and embeddings of a network anew, orthogonal."""
    for variable in network.trainable_variables:
        if len(variable.shape) > 1:
            orthogonal = keras.initializers.Orthogonal()
            variable.assign(orthogonal(variable.shape, "float32"))
    return network
