"""ConditionalStyleGAN2: styles of a class, and a discriminator that compares with them.

Karras et al. 2020, "Training Generative Adversarial Networks with Limited Data",
https://arxiv.org/abs/2006.06676

The mapping network sees a label beside the latents. The discriminator maps the label,
too, and multiplies the result with what it sees in the image.
"""

import math

import keras
from keras import layers, ops

from keras_gan_zoo.class_conditional import ClassConditional
from keras_gan_zoo.layers import EqualizedDense, RunningMean
from keras_gan_zoo.layers.stylegan2_blocks import (
    normalized,
    perceptron,
    stylegan2_features,
)
from keras_gan_zoo.models.stylegan2 import StyleGAN2
from keras_gan_zoo.registry import registered


def labelled_mapping_network(num_classes, latent_dim=512, depth=8) -> keras.Model:
    """Latents and labels to styles (batch, latent_dim).

    Args:
        num_classes: How many classes there are.
        latent_dim: Length of latents and styles.
        depth: How many layers it has.

    Returns:
        A Functional model like that of `mapping_network`, of [latents, labels].
    """
    latents = keras.Input((latent_dim,), name="latents")
    labels = keras.Input((), dtype="int32", name="labels")
    x = [normalized(latents), _embedded(labels, num_classes, latent_dim)]
    x = perceptron(layers.Concatenate()(x), latent_dim, depth)
    return keras.Model([latents, labels], RunningMean(name="mean")(x), name="mapping")


def projection_discriminator(
    image_shape, num_classes, latent_dim=512, base_channels=32, depth=8
) -> keras.Model:
    """Images in [-1, 1] and labels to logits (batch, 1).

    A logit is the product of what the image is like with the style of its label, over
    sqrt(latent_dim).

    Args:
        image_shape: (height, width, channels) of the images.
        num_classes: How many classes there are.
        latent_dim: Length of a label's style.
        base_channels: See `stages`.
        depth: Layers of the network that maps labels to styles.

    Returns:
        A Functional model of [images (batch, *image_shape), labels (batch,)].
    """
    images = keras.Input(image_shape, name="images")
    labels = keras.Input((), dtype="int32", name="labels")
    style = perceptron(_embedded(labels, num_classes, latent_dim), latent_dim, depth)
    likeness = EqualizedDense(latent_dim)(stylegan2_features(images, base_channels))
    logits = layers.Dot(axes=1)([likeness, style]) / math.sqrt(latent_dim)
    return keras.Model([images, labels], logits, name="discriminator")


@registered("images of a class", "Karras et al. 2020", "2006.06676")
class ConditionalStyleGAN2(ClassConditional, StyleGAN2):
    """StyleGAN2 of images with labels (Karras et al. 2020).

    The mapping network sees the label beside the latents, the discriminator compares
    the image with a style of the label.

    Args:
        image_shape: As in `StyleGAN2`.
        latent_dim: As in `StyleGAN2`.
        num_classes: How many classes there are. Without it `fit(images, labels)` counts
            them in the labels; where the networks are made before all labels are seen,
            because of `image_shape` or a data set, they are 10.
        **kwargs: As in `StyleGAN2`; networks have labels as a second input.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images, labels = kgz.datasets.load("fashion_mnist_mini")
        model = kgz.ConditionalStyleGAN2(latent_dim=64, base_channels=16)
        model.fit(images, labels, batch_size=32, epochs=20)
        samples = model.generate(labels=[3, 3, 7], seed=0)
        ```

    Reference:
        https://arxiv.org/abs/2006.06676
    """

    def __init__(self, image_shape=None, latent_dim=512, num_classes=None, **kwargs):
        self.num_classes = num_classes
        super().__init__(image_shape, latent_dim, **kwargs)

    def build_mapping(self) -> keras.Model:
        """Returns the mapping network that sees the label."""
        return labelled_mapping_network(self.num_classes, self.latent_dim, self.depth)

    def build_discriminator(self) -> keras.Model:
        """Returns the discriminator that projects on the label's style."""
        return projection_discriminator(
            self.image_shape,
            self.num_classes,
            self.latent_dim,
            self.base_channels,
            self.depth,
        )


def _embedded(labels, num_classes, units):
    return normalized(EqualizedDense(units)(ops.one_hot(labels, num_classes)))
