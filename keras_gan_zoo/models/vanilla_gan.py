"""The first GAN: two multi-layer perceptrons play a minimax game.

Goodfellow et al. 2014, "Generative Adversarial Networks",
https://arxiv.org/abs/1406.2661

The discriminator D learns to tell images of the data from generated ones, the
generator G to make images that D takes for real: min over G, max over D of
E log D(x) + E log(1 - D(G(z))). The hyperparameters are those of the authors' MNIST
experiment (github.com/goodfeli/adversarial, mnist.yaml).
"""

import math
from typing import Any

import keras
from keras import layers

from keras_gan_zoo.latent_gan import LatentGAN
from keras_gan_zoo.layers import Maxout
from keras_gan_zoo.priors import Prior, Uniform
from keras_gan_zoo.registry import registered

BOUND = math.sqrt(3.0)  # latents are uniform in [-BOUND, BOUND], which has variance 1


def vanilla_generator(image_shape, latent_dim=100, units=1200) -> keras.Model:
    """Latents (batch, latent_dim) to images in [-1, 1], or to unbounded points.

    Args:
        image_shape: (height, width, channels) of images, or (dimensions,) of points.
        latent_dim: Length of the latents.
        units: Units of each of the two hidden layers.

    Returns:
        A Functional model.
    """
    latents = x = keras.Input((latent_dim,), name="latents")
    for _ in range(2):
        x = layers.Dense(units, "relu", kernel_initializer=_uniform(0.05))(x)
    x = layers.Dense(math.prod(image_shape), kernel_initializer=_uniform(0.05))(x)
    if len(image_shape) == 3:
        # Paper: the sigmoid's bias starts at the mean image; here at zero, because
        # the networks are made before the data is read.
        x = layers.Rescaling(2.0, -1.0)(layers.Activation("sigmoid")(x))
    return keras.Model(latents, layers.Reshape(image_shape)(x), name="generator")


def vanilla_discriminator(
    image_shape, units=240, dropout=0.5, input_dropout=0.2
) -> keras.Model:
    """Images or points to logits (batch, 1), through two maxout layers.

    Args:
        image_shape: (height, width, channels) of images, or (dimensions,) of points.
        units: Units of each of the two hidden layers.
        dropout: Share of hidden units dropped.
        input_dropout: Share of pixels dropped.

    Returns:
        A Functional model.
    """
    images = x = keras.Input(image_shape, name="images")
    if len(image_shape) == 3:
        # The paper's images lie in [0, 1]; its learning rate diverges on [-1, 1].
        x = layers.Rescaling(0.5, 0.5)(x)
    x = layers.Dropout(input_dropout)(layers.Flatten()(x))
    for _ in range(2):
        x = layers.Dropout(dropout)(Maxout(units)(x))
    logits = layers.Dense(1, kernel_initializer=_uniform(0.005))(x)
    return keras.Model(images, logits, name="discriminator")


@registered("images or points from noise", "Goodfellow et al. 2014", "1406.2661")
class VanillaGAN(LatentGAN):
    """The first GAN, of multi-layer perceptrons (Goodfellow et al. 2014).

    Args:
        image_shape: (height, width, channels) of images, or (dimensions,) of points.
            Without it the networks are sized from the first batch.
        latent_dim: Length of the latents, uniform with mean 0 and variance 1.
        units: Units of the generator's hidden layers.
        discriminator_units: Units of the discriminator's maxout layers.
        dropout: Share of the discriminator's hidden units dropped.
        input_dropout: Share of the discriminator's inputs dropped.
        **kwargs: `generator`, `discriminator`, `seed`, `name`, `dtype`: see
            `LatentGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("fashion_mnist_mini").images
        model = kgz.VanillaGAN()
        model.fit(images, batch_size=100, epochs=50)
        samples = model.generate(16, seed=0)
        ```

    Reference:
        https://arxiv.org/abs/1406.2661
    """

    def __init__(
        self,
        image_shape=None,
        latent_dim=100,
        units=1200,
        discriminator_units=240,
        dropout=0.5,
        input_dropout=0.2,
        **kwargs,
    ):
        self.units = units
        self.discriminator_units = discriminator_units
        self.dropout = dropout
        self.input_dropout = input_dropout
        super().__init__(image_shape, latent_dim, **kwargs)

    def build_generator(self) -> keras.Model:
        """Returns the paper's generator."""
        return vanilla_generator(self.image_shape, self.latent_dim, self.units)

    def build_discriminator(self) -> keras.Model:
        """Returns the paper's discriminator."""
        return vanilla_discriminator(
            self.image_shape, self.discriminator_units, self.dropout, self.input_dropout
        )

    def compile_defaults(self) -> dict[str, Any]:
        """Gradient descent with momentum and a slowly decaying rate for both."""
        # The authors' code halves the discriminator's loss; here it is algorithm 1's.
        return {
            "generator_optimizer": _momentum(),
            "discriminator_optimizer": _momentum(),
            "loss": "non_saturating",
        }

    @property
    def prior(self) -> Prior:
        """Uniform latents of variance 1."""
        return Uniform(self.latent_dim, BOUND)


def _uniform(irange):
    return keras.initializers.RandomUniform(-irange, irange)


def _momentum():
    # Paper: momentum grows from 0.5 to 0.7 over 250 epochs; here it stays at 0.5,
    # because Keras' optimizers have no schedule for it. The rate's floor, 1e-6, is
    # reached after 2.9 million steps and left out.
    rate = keras.optimizers.schedules.ExponentialDecay(
        0.1, decay_steps=1, decay_rate=1 / 1.000004
    )
    return keras.optimizers.SGD(rate, momentum=0.5)
