"""LSGAN: the discriminator learns by regression.

Mao et al. 2017, "Least Squares Generative Adversarial Networks",
https://arxiv.org/abs/1611.04076
"""

from typing import Any

from keras_gan_zoo.models.dcgan import DCGAN
from keras_gan_zoo.registry import registered


@registered("images from noise", "Mao et al. 2017", "1611.04076")
class LSGAN(DCGAN):
    """Least-squares GAN (Mao et al. 2017), on the networks of DCGAN.

    It takes the arguments of `DCGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("fashion_mnist_mini").images
        model = kgz.LSGAN()
        model.fit(images, batch_size=64, epochs=20)
        samples = model.generate(16, seed=0)
        ```

    Reference:
        https://arxiv.org/abs/1611.04076
    """

    # Paper: networks of its own for 112x112 images; here: DCGAN's, because they fit any
    # size. Their learning rate, 2e-4, is that of the paper's experiments on stability.

    def compile_defaults(self) -> dict[str, Any]:
        """DCGAN's optimizers, and the loss of equation 9."""
        return {**super().compile_defaults(), "loss": "least_squares"}
