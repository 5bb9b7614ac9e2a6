"""ConditionalGAN: a label says what is to be drawn.

Mirza and Osindero 2014, "Conditional Generative Adversarial Nets",
https://arxiv.org/abs/1411.1784

Both players also see the label y (equation 2): min over G, max over D of
E log D(x|y) + E log(1 - D(G(z|y)|y)). An image that is fine but of another class than
its label says is one that D can tell from the real ones.
"""

import keras
from keras import layers, ops

from keras_gan_zoo.class_conditional import ClassConditional
from keras_gan_zoo.layers.beside import beside
from keras_gan_zoo.models.dcgan import DCGAN, dcgan_discriminator, dcgan_generator
from keras_gan_zoo.registry import registered

# Paper: perceptrons, in which hidden layers of the label and of the rest are
# concatenated; here: DCGAN's networks, because they draw better, with the one-hot label
# at their inputs. Where it weighed as much as the latents, each class collapsed.


def conditional_generator(
    image_shape, latent_dim=100, num_classes=10, base_channels=64
) -> keras.Model:
    """Latents and labels to images in [-1, 1], by transposed convolutions.

    Args:
        image_shape: (height, width, channels) of the images.
        latent_dim: Length of the latents.
        num_classes: How many classes there are.
        base_channels: As in `dcgan_generator`.

    Returns:
        A Functional model of [latents (batch, latent_dim), labels (batch,)].
    """
    latents = keras.Input((latent_dim,), name="latents")
    labels = keras.Input((), dtype="int32", name="labels")
    joint = layers.Concatenate()([latents, ops.one_hot(labels, num_classes)])
    images = dcgan_generator(image_shape, latent_dim + num_classes, base_channels)(
        joint
    )
    return keras.Model([latents, labels], images, name="generator")


def conditional_discriminator(
    image_shape, num_classes=10, base_channels=64
) -> keras.Model:
    """Images in [-1, 1] and labels to logits (batch, 1), by strided convolutions.

    Args:
        image_shape: (height, width, channels) of the images.
        num_classes: How many classes there are.
        base_channels: As in `dcgan_discriminator`.

    Returns:
        A Functional model of [images (batch, *image_shape), labels (batch,)].
    """
    height, breadth, channels = image_shape
    images = keras.Input(image_shape, name="images")
    labels = keras.Input((), dtype="int32", name="labels")
    # One more channel for each class, 1 everywhere where it is the label, and else 0.
    joint = beside(images, ops.one_hot(labels, num_classes))
    shape = (height, breadth, channels + num_classes)
    logits = dcgan_discriminator(shape, base_channels)(joint)
    return keras.Model([images, labels], logits, name="discriminator")


@registered("images of a class", "Mirza and Osindero 2014", "1411.1784")
class ConditionalGAN(ClassConditional, DCGAN):
    """Conditional GAN (Mirza and Osindero 2014), on the networks of DCGAN.

    It trains on images with labels, integers in [0, num_classes).

    Args:
        image_shape: (height, width, channels), height and width from 8. Without it the
            networks are sized from the first batch.
        latent_dim: Length of the latents.
        num_classes: How many classes there are. Without it `fit(images, labels)` counts
            them in the labels; where the networks are made before all labels are seen,
            because of `image_shape` or a data set, they are 10.
        **kwargs: `base_channels`: see `DCGAN`; `generator`, a Keras model of [latents,
            labels], `discriminator`, one of [images, labels], `seed`, `name`, `dtype`:
            see `LatentGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images, labels = kgz.datasets.load("fashion_mnist_mini")
        model = kgz.ConditionalGAN()
        model.fit(images, labels, batch_size=64, epochs=20)
        samples = model.generate(labels=[3, 3, 7], seed=0)
        ```

    Reference:
        https://arxiv.org/abs/1411.1784
    """

    def __init__(self, image_shape=None, latent_dim=100, num_classes=None, **kwargs):
        self.num_classes = num_classes
        super().__init__(image_shape, latent_dim, **kwargs)

    def build_generator(self) -> keras.Model:
        """Returns DCGAN's generator with a label at its input."""
        return conditional_generator(
            self.image_shape, self.latent_dim, self.num_classes, self.base_channels
        )

    def build_discriminator(self) -> keras.Model:
        """Returns DCGAN's discriminator with a label at its input."""
        return conditional_discriminator(
            self.image_shape, self.num_classes, self.base_channels
        )
