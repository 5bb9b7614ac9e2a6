"""WaveGAN: sounds as waves, sample by sample.

Donahue, McAuley and Puckette 2019, "Adversarial Audio Synthesis",
https://arxiv.org/abs/1802.04208

DCGAN in one dimension: a sound has no edges, but tones that go on over many samples,
so windows are 25 samples long in place of 5x5 pixels, and strides are 4 in place of 2x2
(section 3.2). The critic sees its features moved in time at random, so that it cannot
tell generated sounds by the phase of what transposed convolutions leave (section 3.3).
It learns as in WGAN-GP.
"""

import dataclasses
from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.class_conditional import ClassConditional
from keras_gan_zoo.datasets.base import check_positive
from keras_gan_zoo.domains import Audio
from keras_gan_zoo.latent_gan import LatentGAN
from keras_gan_zoo.layers import Conv1D, Conv1DTranspose, LeakyReLU, PhaseShuffle
from keras_gan_zoo.phases import Phase
from keras_gan_zoo.priors import Prior, Uniform
from keras_gan_zoo.registry import registered
from keras_gan_zoo.typing import Tensor

STRIDED = {"kernel_size": 25, "strides": 4, "padding": "same"}
SHORTEST = 16  # samples, where the generator starts and the critic ends


def stage_shapes(shape, base_channels) -> list[tuple[int, int]]:
    """Shapes of the feature maps from the wave downwards, each a quarter of the last.

    Args:
        shape: (samples, channels) of the waves.
        base_channels: Channels of the longest feature map; each shorter one has twice
            as many.

    Returns:
        A list of (samples, channels), that of the wave first. 16384 samples give 16384,
        4096, 1024, 256, 64 and 16 with `base_channels` x 1, 2, 4, 8, 16 channels.

    Raises:
        ValueError: If the length is not 16 times a power of 4.
    """
    length, shapes = shape[0], [tuple(shape)]
    while length > SHORTEST and length % 4 == 0:
        length //= 4
        shapes.append((length, base_channels * 2 ** (len(shapes) - 1)))
    if len(shape) != 2 or len(shapes) == 1 or length != SHORTEST:
        raise ValueError(
            "WaveGAN makes waves of shape (samples, channels), as many samples as 16 "
            "times a power of 4: 1024, 4096, 16384, 65536. Received: "
            f"{tuple(shape)}. Cut the waves, or add silence."
        )
    return shapes


def wavegan_generator(
    shape, latent_dim=100, num_classes=None, base_channels=64
) -> keras.Model:
    """Latents, and labels if there are classes, to waves in [-1, 1].

    Args:
        shape: (samples, channels) of the waves.
        latent_dim: Length of the latents.
        num_classes: How many classes there are; None for a model without labels.
        base_channels: See `stage_shapes`.

    Returns:
        A Functional model of latents (batch, latent_dim), or of [latents, labels
        (batch,)].
    """
    wave, *longer, shortest = stage_shapes(shape, base_channels)
    latents = x = keras.Input((latent_dim,), name="latents")
    labels = _labels(num_classes)
    if labels is not None:
        x = layers.Concatenate()([x, ops.one_hot(labels, num_classes)])
    x = layers.Reshape(shortest)(layers.Dense(shortest[0] * shortest[1])(x))
    for _, channels in reversed(longer):
        x = Conv1DTranspose(channels, **STRIDED)(layers.ReLU()(x))
    x = Conv1DTranspose(wave[-1], **STRIDED)(layers.ReLU()(x))
    inputs = latents if labels is None else [latents, labels]
    return keras.Model(inputs, layers.Activation("tanh")(x), name="generator")


def wavegan_critic(shape, num_classes=None, base_channels=64, shuffle=2) -> keras.Model:
    """Waves in [-1, 1], and labels if there are classes, to scores (batch, 1).

    Args:
        shape: (samples, channels) of the waves.
        num_classes: How many classes there are; None for a model without labels.
        base_channels: See `stage_shapes`.
        shuffle: The furthest that features are moved in time; see `PhaseShuffle`.

    Returns:
        A Functional model of waves, or of [waves, labels (batch,)].
    """
    waves = x = keras.Input(shape, name="waves")
    labels = _labels(num_classes)
    *longer, shortest = stage_shapes(shape, base_channels)[1:]
    for _, channels in longer:
        x = LeakyReLU(0.2)(Conv1D(channels, **STRIDED)(x))
        x = PhaseShuffle(shuffle)(x)
    x = LeakyReLU(0.2)(Conv1D(shortest[-1], **STRIDED)(x))
    features = layers.Flatten()(x)
    # A difference of means cancels the last bias.
    scores = layers.Dense(1, use_bias=False)(features)
    if labels is None:
        return keras.Model(waves, scores, name="discriminator")
    # As in SNGAN: Miyato and Koyama 2018, equation 4.
    vectors = layers.Embedding(
        num_classes, features.shape[-1], embeddings_initializer="glorot_uniform"
    )(labels)
    scores = scores + layers.Dot(1)([vectors, features])
    return keras.Model([waves, labels], scores, name="discriminator")


@registered("sounds from noise or of a class", "Donahue et al. 2019", "1802.04208")
class WaveGAN(ClassConditional, LatentGAN):
    """WaveGAN (Donahue et al. 2019): sounds as waves, with or without classes.

    It trains on (batch, samples, channels), int16 or float in [-1, 1], as the domain
    `Audio` has them, and `generate` returns float32 in [-1, 1].

    Args:
        image_shape: (samples, channels), as many samples as 16 times a power of 4.
            Without it the networks are sized from the first batch.
        latent_dim: Length of the latents.
        num_classes: How many classes there are. With it the model learns from labels,
            integers in [0, num_classes), and makes what they say. Without it there are
            no labels.
        rate: Samples a second of the waves, in Hz, for files and pictures.
        base_channels: Channels of the layers next to the wave; each layer further away
            has twice as many. Paper: 64, of 16384 samples.
        shuffle: Samples by which the critic's features are moved at most; 0 leaves it
            out.
        **kwargs: `generator`, `discriminator`, `seed`, `name`, `dtype`: see
            `LatentGAN`; with classes the networks have labels as their second input.

    Attributes:
        critic_steps: Steps of the critic for each step of the generator.

    Example:
        ```python
        import numpy as np

        import keras_gan_zoo as kgz

        time = np.arange(4096) / 16000  # seconds
        pitches = np.random.default_rng(0).uniform(200, 800, (64, 1))
        waves = np.sin(2 * np.pi * pitches * time) * np.exp(-8 * time)
        model = kgz.WaveGAN(rate=16000, base_channels=8)
        model.fit(waves[..., None], batch_size=16, epochs=50)
        model.domain.save(model.generate(4, seed=0), "tone.wav")
        ```

    Reference:
        https://arxiv.org/abs/1802.04208
    """

    requires_labels = conditional = False  # unless there are classes
    critic_steps = 5

    def __init__(
        self,
        image_shape=None,
        latent_dim=100,
        num_classes=None,
        rate=16000,
        base_channels=64,
        shuffle=2,
        **kwargs,
    ):
        if num_classes is not None:
            check_positive("num_classes", num_classes)
        self.num_classes = num_classes
        self.rate = rate
        self.base_channels = base_channels
        self.shuffle = shuffle
        self.domains = (Audio(rate),)
        self.requires_labels = self.conditional = num_classes is not None
        super().__init__(image_shape, latent_dim, **kwargs)

    @property
    def prior(self) -> Prior:
        """The uniform distribution on [-1, 1]."""
        return Uniform(self.latent_dim)

    def build_generator(self) -> keras.Model:
        """Returns the paper's generator, without batch normalization."""
        return wavegan_generator(
            self.image_shape, self.latent_dim, self.num_classes, self.base_channels
        )

    def build_discriminator(self) -> keras.Model:
        """Returns the paper's critic."""
        return wavegan_critic(
            self.image_shape, self.num_classes, self.base_channels, self.shuffle
        )

    def compile_defaults(self) -> dict[str, Any]:
        """The values of appendix E."""
        return {
            "generator_optimizer": _adam(),
            "discriminator_optimizer": _adam(),
            "loss": "wasserstein",
            "regularizers": "gradient_penalty",
        }

    def phases(self) -> list[Phase]:
        """Five steps of the critic, which see one batch, then one of the generator."""
        critic, generator = super().phases()
        return [dataclasses.replace(critic, repeats=self.critic_steps), generator]


def _labels(num_classes) -> Tensor | None:
    if num_classes is None:
        return None
    return keras.Input((), dtype="int32", name="labels")


def _adam():
    return keras.optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.9)
