"""ACGAN: the discriminator also names the class.

Odena, Olah and Shlens 2016, "Conditional Image Synthesis with Auxiliary Classifier
GANs", https://arxiv.org/abs/1610.09585

The discriminator is not told the class but asked for it. Both networks want it to be
right (section 3): D maximizes L_S + L_C and G maximizes L_C - L_S, where L_S is how
well real is told from generated, and L_C = E log P(c|x) + E log P(c|G(z, c)).
"""

from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.checks import check_shape, shape_of
from keras_gan_zoo.layers import BatchNormalization, LeakyReLU
from keras_gan_zoo.layers.dcgan_blocks import downsample, normal
from keras_gan_zoo.losses import in_float32
from keras_gan_zoo.models.conditional_gan import ConditionalGAN
from keras_gan_zoo.registry import registered
from keras_gan_zoo.typing import Tensor


def acgan_discriminator(
    image_shape, num_classes=10, base_channels=64, dropout=0.5
) -> keras.Model:
    """Images in [-1, 1] to two heads: is it real, and of which class is it?

    Args:
        image_shape: (height, width, channels) of the images.
        num_classes: How many classes there are.
        base_channels: Channels of the first hidden layer; each layer after has twice as
            many, up to eight times. The sides are halved while they have 8 pixels or
            more.
        dropout: Share of the features dropped after each layer.

    Returns:
        A Functional model, images to [logits (batch, 1), class logits (batch,
        num_classes)].
    """
    images = x = keras.Input(image_shape, name="images")
    channels = base_channels
    while min(x.shape[1:3]) >= 8:
        is_first = x is images
        # Paper: 3x3 kernels, each second one with stride 2; here: 4x4, all with stride
        # 2, as in the generator, because that is half as deep.
        x = downsample(x, channels)
        x = x if is_first else BatchNormalization(momentum=0.9)(x)
        x = layers.Dropout(dropout)(LeakyReLU(0.2)(x))
        channels = min(2 * channels, 8 * base_channels)
    features = layers.Flatten()(x)
    heads = [
        layers.Dense(units, kernel_initializer=normal(), name=name)(features)
        for name, units in [("source", 1), ("class", num_classes)]
    ]
    return keras.Model(images, heads, name="discriminator")


@registered("images of a class", "Odena et al. 2016", "1610.09585")
class ACGAN(ConditionalGAN):
    """Auxiliary classifier GAN (Odena et al. 2016).

    It trains on images with labels, integers in [0, num_classes).

    Args:
        image_shape: (height, width, channels), height and width from 8. Without it the
            networks are sized from the first batch.
        latent_dim: Length of the latents.
        num_classes: As in `ConditionalGAN`.
        dropout: Share of the discriminator's features dropped after each layer.
        **kwargs: As in `ConditionalGAN`; a `discriminator` is a Keras model from images
            to [logits (batch, 1), class logits (batch, num_classes)].

    Example:
        ```python
        import keras_gan_zoo as kgz

        images, labels = kgz.datasets.load("fashion_mnist_mini")
        model = kgz.ACGAN()
        model.fit(images, labels, batch_size=100, epochs=20)
        samples = model.generate(labels=[3, 3, 7], seed=0)
        ```

    Reference:
        https://arxiv.org/abs/1610.09585
    """

    def __init__(
        self, image_shape=None, latent_dim=100, num_classes=None, dropout=0.5, **kwargs
    ):
        self.dropout = dropout
        super().__init__(image_shape, latent_dim, num_classes, **kwargs)

    def build_discriminator(self) -> keras.Model:
        """Returns a discriminator with two heads."""
        return acgan_discriminator(
            self.image_shape, self.num_classes, self.base_channels, self.dropout
        )

    def input_shapes(self) -> dict[str, Any]:
        """The discriminator sees no labels."""
        return {**super().input_shapes(), "discriminator": (None, *self.image_shape)}

    def check_networks(self) -> None:
        """Raises a `ValueError` if the networks do not fit each other."""
        super().check_networks()
        heads = shape_of(self.discriminator, "output")
        expected = [(None, 1), (None, self.num_classes)]
        check_shape("discriminator's output", heads, expected)

    def compile_defaults(self) -> dict[str, Any]:
        """DCGAN's optimizers, and the class as important as the source."""
        weights = {"class_loss": 1.0, "generator_class_loss": 1.0}
        return {**super().compile_defaults(), "loss_weights": weights}

    def judge(self, images) -> list[Tensor]:
        """Maps images to float32 logits and class logits, through the augmentation."""
        return in_float32(self.discriminator(self.augmented(images), training=True))

    def discriminate(self, images, condition=None) -> Tensor | list[Tensor]:
        """Maps images to float32 logits; the classes are left out."""
        return self.judge(images)[0]

    def discriminator_loss(self, batch, fake) -> dict[str, Tensor]:
        """- L_S, - L_C of real and generated images, and the penalties."""
        fake = ops.stop_gradient(fake)
        real_logits, real_classes = self.judge(batch.real)
        fake_logits, fake_classes = self.judge(fake)
        return {
            "discriminator_loss": self.discriminator_adversarial_loss(
                real_logits, fake_logits
            ),
            "class_loss": self.class_loss(batch.condition, real_classes)
            + self.class_loss(batch.condition, fake_classes),
            **self.penalties(batch, fake),
        }

    def generator_loss(self, batch, fake) -> dict[str, Tensor]:
        """The adversarial loss, and - E log P(c|G(z, c))."""
        fake_logits, fake_classes = self.judge(fake)
        return {
            "generator_loss": self.generator_adversarial_loss(batch, fake_logits),
            "generator_class_loss": self.class_loss(batch.condition, fake_classes),
        }

    def class_loss(self, labels, class_logits) -> Tensor:
        """The cross-entropy - E log P(c|x).

        Args:
            labels: The classes c, integers (batch,).
            class_logits: Of the images x, (batch, num_classes).

        Returns:
            A scalar.
        """
        losses = keras.losses.sparse_categorical_crossentropy(
            labels, class_logits, from_logits=True
        )
        return ops.mean(losses)
