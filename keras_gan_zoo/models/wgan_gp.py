"""WGAN-GP: a penalty on the critic's slope in place of clipped weights.

Gulrajani et al. 2017, "Improved Training of Wasserstein GANs",
https://arxiv.org/abs/1704.00028

An optimal critic has slope 1 almost everywhere between real and generated images
(proposition 1), so the penalty pulls the slope there to 1 (equation 3):
E D(G(z)) - E D(x) + 10 E (|grad D(x')| - 1)^2, x' between x and G(z).
"""

from typing import Any

import keras
from keras import layers

from keras_gan_zoo.layers import LeakyReLU
from keras_gan_zoo.layers.dcgan_blocks import downsample
from keras_gan_zoo.models.wgan import WGAN
from keras_gan_zoo.registry import registered


def wgan_gp_critic(image_shape, base_channels=64) -> keras.Model:
    """Images in [-1, 1] to scores (batch, 1), without normalization.

    The penalty is on the slope at each image by itself, and batch normalization would
    tie the images of a batch together (section 4).

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: Channels of the first hidden layer; each layer after has twice as
            many, up to eight times. The sides are halved while they have 8 pixels or
            more.

    Returns:
        A Functional model.
    """
    images = x = keras.Input(image_shape, name="images")
    channels = base_channels
    while min(x.shape[1:3]) >= 8:
        # Paper's code: 5x5 kernels; here: 4x4, as in the generator, because the
        # gradient then reaches each pixel equally often. He's initialization, as in the
        # paper's code: without normalization DCGAN's small weights would let the scores
        # fade from layer to layer.
        x = LeakyReLU(0.2)(downsample(x, channels, kernel_initializer="he_normal"))
        channels = min(2 * channels, 8 * base_channels)
    # A difference of means cancels the last bias.
    scores = layers.Dense(1, use_bias=False)(layers.Flatten()(x))
    return keras.Model(images, scores, name="discriminator")


@registered("images from noise", "Gulrajani et al. 2017", "1704.00028")
class WGANGP(WGAN):
    """Wasserstein GAN with gradient penalty (Gulrajani et al. 2017).

    It takes the arguments of `DCGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("fashion_mnist_mini").images
        model = kgz.WGANGP()
        model.fit(images, batch_size=64, epochs=20)
        samples = model.generate(16, seed=0)
        ```

    Reference:
        https://arxiv.org/abs/1704.00028
    """

    def build_discriminator(self) -> keras.Model:
        """Returns a critic without batch normalization (section 4)."""
        return wgan_gp_critic(self.image_shape, self.base_channels)

    def compile_defaults(self) -> dict[str, Any]:
        """The values of algorithm 1."""
        # Paper: beta_1=0; here: 0.5, as in its authors' code for small images.
        return {
            "generator_optimizer": _adam(),
            "discriminator_optimizer": _adam(),
            "loss": "wasserstein",
            "regularizers": "gradient_penalty",
        }


def _adam():
    return keras.optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.9)
