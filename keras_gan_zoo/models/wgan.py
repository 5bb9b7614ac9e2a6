"""WGAN: a critic that measures how far apart real and generated images are.

Arjovsky, Chintala and Bottou 2017, "Wasserstein GAN",
https://arxiv.org/abs/1701.07875

The loss estimates the earth mover's distance (equation 2): the largest difference of
means, E D(x) - E D(G(z)), that a critic of bounded slope reaches. Clipping its weights
bounds the slope; five steps for each of the generator keep it near the largest.
"""

import dataclasses
from typing import Any

import keras

from keras_gan_zoo.models.dcgan import DCGAN, dcgan_discriminator
from keras_gan_zoo.phases import Phase
from keras_gan_zoo.registry import registered


@registered("images from noise", "Arjovsky et al. 2017", "1701.07875")
class WGAN(DCGAN):
    """Wasserstein GAN with weight clipping (Arjovsky et al. 2017).

    It takes the arguments of `DCGAN`.

    Attributes:
        critic_steps: Steps of the critic for each step of the generator.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("fashion_mnist_mini").images
        model = kgz.WGAN()
        model.fit(images, batch_size=64, epochs=20)
        samples = model.generate(16, seed=0)
        ```

    Reference:
        https://arxiv.org/abs/1701.07875
    """

    critic_steps = 5

    def build_discriminator(self) -> keras.Model:
        """Returns DCGAN's discriminator without the bias that a difference cancels."""
        return dcgan_discriminator(self.image_shape, self.base_channels, use_bias=False)

    def compile_defaults(self) -> dict[str, Any]:
        """The values of algorithm 1."""
        # Paper's code: up to 100 critic steps in the first 25 iterations and in every
        # 500th; here: five always, as in algorithm 1.
        return {
            "generator_optimizer": keras.optimizers.RMSprop(5e-5),
            "discriminator_optimizer": keras.optimizers.RMSprop(5e-5),
            "loss": "wasserstein",
            "regularizers": "weight_clipping",
        }

    def phases(self) -> list[Phase]:
        """Five steps of the critic, then one of the generator."""
        # Paper: each critic step sees new real images; here: all see one batch, each
        # with fresh noise, because a step of Keras gets one batch from the data. To
        # draw five would make an epoch five passes long.
        critic, generator = super().phases()
        return [dataclasses.replace(critic, repeats=self.critic_steps), generator]
