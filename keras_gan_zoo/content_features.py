"""Losses that compare images by the features of a trained network."""

from typing import Any

import keras

from keras_gan_zoo.gan import GAN
from keras_gan_zoo.typing import Tensor


class ContentFeatures(GAN):
    """Part of a GAN whose `compile` takes a network that is never trained.

    It is put before another base: `class LaMa(ContentFeatures, InpaintingGAN)`.
    """

    content_features: keras.Model | None

    def __init__(self, image_shape=None, **kwargs):
        super().__init__(image_shape, **kwargs)
        self.content_features = None

    def compile(self, optimizer=None, *, content_features=None, **kwargs) -> None:
        """Chooses how to train. What is not given is as in the paper.

        Args:
            optimizer: Refused, as in `GAN.compile`.
            content_features: A Keras model, float images in [-1, 1] to feature maps, in
                which the content loss compares images; it is kept in the file of the
                model and never trained. See `metrics.vgg16_hed_features`.
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
        """The feature maps that the content loss compares, at least one."""
        maps = self.content_features(images, training=False)
        return maps if isinstance(maps, list | tuple) else [maps]
