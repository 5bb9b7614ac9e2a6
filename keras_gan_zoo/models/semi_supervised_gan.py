"""The discriminator as a classifier that learns from a few labels.

Salimans et al. 2016, "Improved Techniques for Training GANs", sections 3.1 and 5,
https://arxiv.org/abs/1606.03498

The discriminator has a logit l_k for each of K classes and none for "generated": that
class may have logit 0 without loss of generality. Then
D(x) = Z / (Z + 1) with Z = sum_k exp l_k, so log Z is the logit of being real. Images
without labels teach it what images look like, a few labels which classes there are. The
generator does not try to win, but matches features: their mean over a batch of real
images, where the features are what the class logits are made of. (It can also be asked
to win, see `compile`.)
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.checks import check_shape
from keras_gan_zoo.class_labels import ClassLabels
from keras_gan_zoo.inference import run
from keras_gan_zoo.layers import LeakyReLU
from keras_gan_zoo.layers.dcgan_blocks import downsample
from keras_gan_zoo.models.dcgan import DCGAN, stage_shapes
from keras_gan_zoo.registry import registered
from keras_gan_zoo.serving import Serving, translating
from keras_gan_zoo.typing import Tensor


def semi_supervised_discriminator(
    image_shape, num_classes=10, base_channels=32, num_features=256
) -> keras.Model:
    """Images in [-1, 1] to class logits and to the features they are made of.

    Args:
        image_shape: (height, width, channels) of the images.
        num_classes: How many classes there are.
        base_channels: Channels of the first convolution; each one after has twice as
            many.
        num_features: How many features there are.

    Returns:
        A Functional model with the outputs (batch, num_classes) and
        (batch, num_features).
    """
    images = keras.Input(image_shape, name="images")
    x = layers.GaussianNoise(0.15)(images)
    for _, _, channels in stage_shapes(image_shape, base_channels)[1:]:
        x = downsample(x, channels, kernel_initializer="he_normal")
        x = layers.Dropout(0.3)(LeakyReLU(0.2)(x))
    # A dense layer, not a mean over all pixels: the features that the generator is to
    # match then say where in the image something is.
    x = layers.Dense(num_features, kernel_initializer="he_normal")(layers.Flatten()(x))
    features = LeakyReLU(0.2, name="features")(x)
    logits = layers.Dense(num_classes, name="class_logits")(
        layers.Dropout(0.3)(features)
    )
    return keras.Model(images, [logits, features], name="discriminator")


@registered("classes from few labels", "Salimans et al. 2016", "1606.03498")
class SemiSupervisedGAN(ClassLabels, DCGAN):
    """A classifier trained on few labels and many images (Salimans et al. 2016).

    Labels are integers, -1 where there is none. `datasets.PartlyLabelled` makes
    batches in which enough images have one.

    Args:
        image_shape: (height, width, channels), height and width from 8. Without it the
            networks are sized from the first batch.
        latent_dim: Length of the latents.
        base_channels: Channels of the generator's last hidden layer.
        num_classes: As in `ConditionalGAN`.
        discriminator_base_channels: Channels of the discriminator's first convolution.
        **kwargs: As in `DCGAN`; a `discriminator` has two outputs, class logits and
            features.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images, labels = kgz.datasets.load("fashion_mnist_mini")
        few = labels.copy()
        few[100:] = -1  # as if nothing were known of all others
        data = kgz.datasets.PartlyLabelled(images, few)
        model = kgz.SemiSupervisedGAN()
        model.fit(data, epochs=20)
        classes = model.predict(images).argmax(axis=1)
        ```

    Reference:
        https://arxiv.org/abs/1606.03498
    """

    lowest_label = -1  # which means that an image has none

    def __init__(
        self,
        image_shape=None,
        latent_dim=100,
        base_channels=64,
        num_classes=None,
        discriminator_base_channels=32,
        **kwargs,
    ):
        self.num_classes = num_classes
        self.discriminator_base_channels = discriminator_base_channels
        super().__init__(image_shape, latent_dim, base_channels, **kwargs)

    def build_discriminator(self) -> keras.Model:
        """Returns a classifier without batch normalization."""
        # Paper: nine convolutions with weight normalization; here one for each halving
        # of the image and a dense layer, without.
        return semi_supervised_discriminator(
            self.image_shape, self.num_classes, self.discriminator_base_channels
        )

    def compile_defaults(self) -> dict[str, Any]:
        """Adam with learning rate 3e-4 and momentum 0.5 for both; feature matching."""
        return {
            "generator_optimizer": keras.optimizers.Adam(3e-4, beta_1=0.5),
            "discriminator_optimizer": keras.optimizers.Adam(3e-4, beta_1=0.5),
            "loss": "non_saturating",
            "loss_weights": {"feature_matching": 1.0, "generator_loss": 0.0},
        }

    def serving(self, name) -> Serving:
        """Of the discriminator: images to what `predict` returns."""
        if name != "discriminator":
            return super().serving(name)
        return translating(self.discriminator, self.domain, _probabilities)

    def discriminator_loss(self, batch, fake) -> dict[str, Tensor]:
        """The adversarial loss, and the cross-entropy of the images with a label."""
        fake = ops.stop_gradient(fake)
        logits, _ = self.classify(batch.real)
        loss = self.discriminator_adversarial_loss(
            real_logits(logits), self.discriminate(fake)
        )
        return {
            "discriminator_loss": loss,
            **self.penalties(batch, fake),
            "class_loss": labelled_cross_entropy(batch.condition, logits),
        }

    def generator_loss(self, batch, fake) -> dict[str, Tensor]:
        """|E f(real) - E f(fake)|^2, the adversarial loss, or both."""
        terms = {}
        if self.counts("feature_matching"):
            gap = self.mean_features(batch.real) - self.mean_features(fake)
            terms["feature_matching"] = ops.sum(ops.square(gap))
        if self.counts("generator_loss"):
            terms |= super().generator_loss(batch, fake)
        return terms

    def classify(self, images) -> list[Tensor]:
        """Maps images to float32 class logits and features, in training mode."""
        return super().discriminate(images)

    def mean_features(self, images) -> Tensor:
        """The features of a batch, averaged, (num_features,)."""
        return ops.mean(self.classify(images)[1], axis=0)

    def discriminate(self, images, condition=None) -> Tensor | list[Tensor]:
        """Maps images to the logits of being real, (batch, 1)."""
        return real_logits(self.classify(images)[0])

    def predict(self, x, batch_size=64, verbose="auto") -> np.ndarray:
        """Classifies images.

        Args:
            x: Images (num, height, width, channels), uint8 or float in [-1, 1].
            batch_size: How many are computed at a time.
            verbose: Whether to show a progress bar: 0, 1, or `"auto"` for long work.

        Returns:
            Probabilities of the classes, a float32 array (num, num_classes).

        Raises:
            ValueError: If the networks are not made yet or the images do not fit.
        """
        self.require_networks()
        self.domain.check(x)
        check_shape("images", tuple(x.shape), (None, *self.image_shape))
        return run(
            self.discriminator,
            x,
            batch_size,
            self.domain.encode,
            _probabilities,
            verbose,
        )


def _probabilities(outputs):
    return ops.softmax(ops.cast(outputs[0], "float32"))


def real_logits(class_logits) -> Tensor:
    """The logits of being real, log Z, (batch, 1)."""
    return ops.logsumexp(class_logits, axis=1, keepdims=True)


def labelled_cross_entropy(labels, logits) -> Tensor:
    """Mean cross-entropy of the rows that have a label, 0 if none has.

    Args:
        labels: Integers (batch,), -1 where there is none.
        logits: (batch, num_classes), unbounded.

    Returns:
        A scalar.
    """
    known = ops.cast(labels >= 0, logits.dtype)
    losses = keras.losses.sparse_categorical_crossentropy(
        ops.maximum(labels, 0), logits, from_logits=True
    )
    return ops.sum(known * losses) / ops.maximum(ops.sum(known), 1)
