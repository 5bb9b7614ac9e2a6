"""R3DCGAN: the model to start with, whose settings follow from the data.

DCGAN's generator (Radford et al. 2015, https://arxiv.org/abs/1511.06434) against the
critic of WGAN-GP, which has no batch normalization (Gulrajani et al. 2017,
https://arxiv.org/abs/1704.00028), with the loss of R3GAN, which converges (Huang et al.
2024, "The GAN is dead; long live the GAN! A Modern Baseline GAN",
https://arxiv.org/abs/2501.05441): relativistic pairing, R1 and R2.

R3GAN's own networks take several times as long a step on a CPU. Points are made by
perceptrons.
"""

import math
from typing import Any

import keras
from keras import layers

from keras_gan_zoo.augment import DiffAugment
from keras_gan_zoo.averaging import EMA
from keras_gan_zoo.models.dcgan import DCGAN, dcgan_generator
from keras_gan_zoo.models.wgan_gp import wgan_gp_critic
from keras_gan_zoo.priors import Normal, Prior
from keras_gan_zoo.registry import registered
from keras_gan_zoo.regularizers import R1, R2

FEW = 1_000  # images, below which they are augmented
UNITS, DEPTH = 64, 4  # of the perceptrons for points


def perceptron(inputs, outputs, name) -> keras.Model:
    """Vectors to vectors, by four dense layers of 64 units and a linear one.

    Args:
        inputs: Length of the vectors that come in.
        outputs: Length of those that go out.
        name: Of the network.

    Returns:
        A Functional model.
    """
    vectors = x = keras.Input((inputs,))
    for _ in range(DEPTH):
        # Without biases all kinks would run through the origin at first.
        x = layers.Dense(
            UNITS,
            "leaky_relu",
            kernel_initializer="he_normal",
            bias_initializer=keras.initializers.RandomNormal(stddev=1.0),
        )(x)
    return keras.Model(vectors, layers.Dense(outputs)(x), name=name)


def recipe(shape, num_images=None, images=None) -> dict[str, Any]:
    """The arguments of `compile` for data of some size.

    Args:
        shape: (height, width, channels) of the images, or (dimensions,) of points.
        num_images: How many there are to learn from; few are augmented.
        images: How many are seen in all, `num_images` times the epochs.

    Returns:
        A dict: `model.compile(**recipe((64, 64, 3), len(x), 50 * len(x)))`.
    """
    points = len(shape) == 1
    # A change that is seen in all pixels moves logits by the slope in all of them.
    gamma = 0.1 if points else max(1.0, math.prod(shape[:2]) / 32**2)
    few = not points and num_images is not None and num_images < FEW
    half_life = 10_000 if images is None else min(images / 20, 10_000)

    def adam():
        rate = 3e-3 if points else 4e-4
        return keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99)

    return {
        "generator_optimizer": adam(),
        "discriminator_optimizer": adam(),
        "loss": "relativistic_pairing",
        "regularizers": [R1(gamma), R2(gamma)],
        "augment": DiffAugment() if few else None,
        "ema": EMA(half_life),
    }


@registered("images or points from noise", "Huang et al. 2024", "2501.05441")
class R3DCGAN(DCGAN):
    """DCGAN's networks with R3GAN's loss: the model to start with.

    `fit` chooses penalties, average and augmentation by the size of the images and of
    the data set, unless `compile` was called before.

    Args:
        image_shape: (height, width, channels), height and width from 8, or
            (dimensions,) of points. Without it the networks are sized from the first
            batch.
        latent_dim: Length of the latents; by default 100 for images, and as many as
            points have dimensions.
        base_channels: As in `DCGAN`.
        **kwargs: `generator`, `discriminator`, `seed`, `name`, `dtype`: see
            `LatentGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("avatars").images
        model = kgz.R3DCGAN()
        model.fit(images, epochs=10)
        samples = model.generate(16, seed=0)
        ```

    Reference:
        https://arxiv.org/abs/2501.05441
    """

    def __init__(self, image_shape=None, latent_dim=None, base_channels=32, **kwargs):
        super().__init__(image_shape, latent_dim, base_channels, **kwargs)

    @property
    def prior(self) -> Prior:
        """Normal latents; see `latent_dim`."""
        of_data = 100 if self._has_images() else self.image_shape[0]
        return Normal(self.latent_dim or of_data)

    def _has_images(self):
        return self.image_shape is None or len(self.image_shape) == 3

    def build_generator(self) -> keras.Model:
        """Returns DCGAN's generator, or a perceptron for points."""
        if not self._has_images():
            return perceptron(self.prior.dim, self.image_shape[0], "generator")
        return dcgan_generator(self.image_shape, self.prior.dim, self.base_channels)

    def build_discriminator(self) -> keras.Model:
        """Returns WGAN-GP's critic, or a perceptron for points."""
        if not self._has_images():
            return perceptron(self.image_shape[0], 1, "discriminator")
        return wgan_gp_critic(self.image_shape, self.base_channels)

    def compile_defaults(self) -> dict[str, Any]:
        """What `recipe` has for the model's images, or for 32x32 pixels."""
        return recipe(self.image_shape or (32, 32))

    def compile_for(self, plan) -> dict[str, Any]:
        """What `recipe` has for the images of a run."""
        if plan.shape is None:
            return {}
        return recipe(plan.shape, plan.num_images, plan.images_in_all)
