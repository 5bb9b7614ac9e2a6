"""Losses that compare images by the features of a trained network."""

from typing import Any

import keras
from keras import ops

from keras_gan_zoo.gan import GAN
from keras_gan_zoo.losses import in_float32
from keras_gan_zoo.typing import Tensor


class ContentFeatures(GAN):
    """Part of a GAN whose `compile` takes a network that is never trained.

    It stands before another base: `class LaMa(ContentFeatures, InpaintingGAN)`.
    """

    content_features: keras.Model | None

    def __init__(self, image_shape=None, **kwargs):
        super().__init__(image_shape, **kwargs)
        self.content_features = None

    def compile(self, optimizer=None, *, content_features=None, **kwargs) -> None:
        """Chooses how to train. What is not given is as in the paper.

        Args:
            optimizer: Refused, as in `GAN.compile`.
            content_features: A Keras model, float images in [-1, 1] to a feature map
                or a list of them, in which the content loss compares images; the losses
                of several are added. It is kept in the file of the model and never
                trained. See `metrics.vgg16_hed_features`.
            **kwargs: As in `GAN.compile`.
        """
        self.content_features = content_features
        if content_features is not None:
            content_features.trainable = False
        super().compile(optimizer, **kwargs)

    def get_compile_config(self) -> dict[str, Any]:
        """Arguments of `compile`, as data."""
        config = super().get_compile_config()
        features = keras.saving.serialize_keras_object(self.content_features)
        return {**config, "content_features": features} if config else config

    def features(self, images) -> list[Tensor]:
        """What the content loss compares: feature maps, or the pixels themselves."""
        if self.content_features is None:
            return [images]
        maps = self.content_features(images, training=False)
        return in_float32(keras.tree.flatten(maps))

    def content_distance(self, real, fake, distance) -> Tensor:
        """E distance(features(real) - features(fake)), the sum of all feature maps.

        Args:
            real: Images (batch, height, width, channels) in [-1, 1].
            fake: Images of that shape.
            distance: See `distance_of_maps`.

        Returns:
            A scalar.
        """
        return distance_of_maps(self.features(real), self.features(fake), distance)


def distance_of_maps(real, fake, distance) -> Tensor:
    """The sum over feature maps of E distance(real - fake).

    Args:
        real: List of tensors.
        fake: List of tensors of the same shapes.
        distance: Function, a tensor of differences to one of that shape.

    Returns:
        A scalar.
    """
    return sum(ops.mean(distance(a - b)) for a, b in zip(real, fake, strict=True))
