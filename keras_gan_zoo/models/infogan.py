"""InfoGAN: a part of the latents that means something, found without labels.

Chen et al. 2016, "InfoGAN: Interpretable Representation Learning by Information
Maximizing Generative Adversarial Nets", https://arxiv.org/abs/1606.03657

Beside noise the generator gets a code c, a class and some numbers, and a third network
Q guesses the code from what the discriminator sees in the image. The better it can, the
more of c is in the image (section 5). Generator and Q maximize

    L_I = E log Q(c | G(z, c)) + H(c).
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.checks import (
    as_array,
    check_classes,
    check_number,
    check_shape,
    shape_of,
)
from keras_gan_zoo.inference import run, run_on_samples
from keras_gan_zoo.layers import BatchNormalization, LeakyReLU
from keras_gan_zoo.models.dcgan import DCGAN, dcgan_features, dcgan_generator
from keras_gan_zoo.phases import Phase
from keras_gan_zoo.priors import Categorical, Mixed, Uniform
from keras_gan_zoo.registry import registered
from keras_gan_zoo.typing import Tensor


def infogan_discriminator(image_shape, base_channels=64) -> keras.Model:
    """Images in [-1, 1] to logits (batch, 1) and features, by DCGAN's layers.

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: See `dcgan_features`.

    Returns:
        A Functional model of two outputs, the features (batch, units).
    """
    images = keras.Input(image_shape, name="images")
    features = dcgan_features(images, base_channels)
    logits = layers.Dense(1)(features)
    return keras.Model(images, [logits, features], name="discriminator")


def recognizer(features, units) -> keras.Model:
    """The discriminator's features to a guess of the code.

    Args:
        features: How many there are.
        units: Length of the guess.

    Returns:
        A Functional model, (batch, features) to (batch, units).
    """
    inputs = keras.Input((features,), name="features")
    x = layers.Dense(128, use_bias=False)(inputs)
    x = LeakyReLU(0.1)(BatchNormalization()(x))
    return keras.Model(inputs, layers.Dense(units)(x), name="recognizer")


@registered("images of codes that have a meaning", "Chen et al. 2016", "1606.03657")
class InfoGAN(DCGAN):
    """InfoGAN (Chen et al. 2016), on the networks of DCGAN.

    Args:
        image_shape: (height, width, channels), height and width from 8. Without it the
            networks are sized from the first batch.
        latent_dim: Length of the noise beside the code.
        classes: How many classes the code has.
        numbers: How many numbers in [-1, 1] the code has.
        **kwargs: `base_channels`: see `DCGAN`; `generator`, a Keras model of noise and
            code, (batch, latent_dim + classes + numbers), `discriminator`, of images to
            logits (batch, 1) and features (batch, units), `recognizer`, of features to
            (batch, classes + numbers), `seed`, `name`, `dtype`: see `LatentGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("fashion_mnist_mini").images
        model = kgz.InfoGAN()
        model.fit(images, batch_size=128, epochs=20)
        samples = model.generate(codes={"class": [3, 3, 7]}, seed=0)
        codes = model.recognize(images[:16])["class"]
        ```

    Reference:
        https://arxiv.org/abs/1606.03657
    """

    networks = ("generator", "discriminator", "recognizer")

    def __init__(
        self, image_shape=None, latent_dim=62, classes=10, numbers=2, **kwargs
    ):
        self.classes = classes
        self.numbers = numbers
        super().__init__(image_shape, latent_dim, **kwargs)

    @property
    def prior(self) -> Mixed:
        """Noise, a class and numbers, side by side."""
        noise, numbers = Uniform(self.latent_dim), Uniform(self.numbers)
        return Mixed(noise, Categorical(self.classes), numbers)

    def build_generator(self) -> keras.Model:
        """Returns DCGAN's generator of noise and code."""
        return dcgan_generator(self.image_shape, self.prior.dim, self.base_channels)

    def build_discriminator(self) -> keras.Model:
        """Returns the discriminator, which shows its features."""
        return infogan_discriminator(self.image_shape, self.base_channels)

    def build_recognizer(self) -> keras.Model:
        """Returns what the network Q of the paper has of its own."""
        return recognizer(self._features()[-1], self.classes + self.numbers)

    def input_shapes(self) -> dict[str, Any]:
        """The third network sees the discriminator's features."""
        return {**super().input_shapes(), "recognizer": self._features()}

    def _features(self):
        shapes = shape_of(self.discriminator, "output")
        check_shape("discriminator's output", shapes, [(None, 1), (None, None)])
        return shapes[1]

    def compile_defaults(self) -> dict[str, Any]:
        """The rates of appendix C.1, and lambda = 1."""
        return {
            "generator_optimizer": keras.optimizers.Adam(1e-3, beta_1=0.5),
            "discriminator_optimizer": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "loss": "non_saturating",
            "loss_weights": {"code_loss": 1.0},
        }

    def phases(self) -> list[Phase]:
        """Generator and recognizer work together, so one step moves both."""
        discriminator, generator = super().phases()
        generator.networks.append(self.recognizer)
        return [discriminator, generator]

    def sample_like(self, batch) -> Tensor | tuple[Tensor, ...]:
        """Images, and the latents that they are made from."""
        latents = self.noise(ops.shape(batch.real)[0])
        images = self.generator(latents, training=True)
        return ops.cast(images, batch.real.dtype), latents

    def discriminator_loss(self, batch, fake) -> dict[str, Tensor]:
        """Those of DCGAN."""
        return super().discriminator_loss(batch, fake[0])

    def judge(self, images) -> list[Tensor]:
        """Maps images to float32 logits and features, through the augmentation."""
        return super().discriminate(images)

    def discriminate(self, images, condition=None) -> Tensor | list[Tensor]:
        """Maps images to float32 logits; the features are left out."""
        return self.judge(images)[0]

    def generator_loss(self, batch, fake) -> dict[str, Tensor]:
        """Fooling the discriminator, and - L_I without the constant H(c)."""
        images, latents = fake
        fake_logits, features = self.judge(images)
        return {
            "generator_loss": self.generator_adversarial_loss(batch, fake_logits),
            "code_loss": self.code_loss(latents, features),
        }

    def code_loss(self, latents, features) -> Tensor:
        """- E log Q(c | image): a cross-entropy, and 1/2 |c - mean|^2 of the numbers.

        Args:
            latents: (batch, latent_dim + classes + numbers).
            features: The discriminator's, of the images that were made of them.

        Returns:
            A scalar.
        """
        _, chosen, numbers = self.prior.split(latents)
        guess = ops.cast(self.recognizer(features, training=True), "float32")
        logits, means = guess[:, : self.classes], guess[:, self.classes :]
        of_class = keras.losses.categorical_crossentropy(chosen, logits, True)
        of_numbers = ops.sum(ops.square(numbers - means), axis=1) / 2
        return ops.mean(of_class + of_numbers)

    def generate(
        self,
        num=None,
        labels=None,
        seed=None,
        batch_size=64,
        verbose="auto",
        latents=None,
        codes=None,
    ) -> np.ndarray:
        """Generates images.

        Args:
            num: How many. Not needed if a code says so.
            labels: Not used by a model without labels.
            seed: Integer. The same seed gives the same noise, whatever the codes.
            batch_size: How many images are computed at a time.
            verbose: Whether to show a progress bar: 0, 1, or `"auto"` for long work.
            latents: Noise and codes (num, latent_dim + classes + numbers) to generate
                from, in place of a seed and codes.
            codes: Dict of `"class"`, integers in [0, classes), one an image or one for
                all, and `"numbers"`, floats (num, numbers). What is not given is drawn.

        Returns:
            uint8 array of shape (num, height, width, channels).

        Raises:
            ValueError: If the networks are not made yet or an argument does not fit.
        """
        if codes is None or labels is not None:
            return super().generate(num, labels, seed, batch_size, verbose, latents)
        if latents is not None:
            raise ValueError(
                "generate() takes latents, which hold codes, or codes, not both."
            )
        self.require_networks()
        codes = {name: as_array(code) for name, code in codes.items()}
        lengths = {len(code) for code in codes.values() if code.ndim}
        num = lengths.pop() if num is None and len(lengths) == 1 else num
        check_number(num)
        noise, chosen, numbers = self.prior.split(self.latents(num, seed))
        if "class" in codes:
            labels = codes.pop("class")
            labels = np.full(num, labels) if labels.ndim == 0 else labels
            check_classes(labels, num, 0, self.classes)
            chosen = np.eye(self.classes, dtype="float32")[labels]
        if "numbers" in codes:
            numbers = codes.pop("numbers").astype("float32")
        if codes or numbers.shape != (num, self.numbers):
            raise ValueError(
                'codes is a dict of "class" and "numbers", the latter of shape '
                f"({num}, {self.numbers}). Received: numbers of shape {numbers.shape}"
                f"{f' and {list(codes)}' if codes else ''}."
            )
        latents = np.concatenate([noise, chosen, numbers], axis=1)
        return self.draw(latents, batch_size, verbose)

    def recognize(self, images, batch_size=64, verbose="auto") -> dict[str, np.ndarray]:
        """Guesses the codes of images.

        Args:
            images: (num, height, width, channels), uint8 or float in [-1, 1].
            batch_size: How many are computed at a time.
            verbose: Whether to show a progress bar: 0, 1, or `"auto"` for long work.

        Returns:
            A dict of `"class"`, integers (num,), and `"numbers"`, float32
            (num, numbers).

        Raises:
            ValueError: If the networks are not made yet or the images do not fit.
        """
        self.require_networks()
        _, features = run_on_samples(
            self.discriminator, self.domain, images, batch_size, verbose=verbose
        )
        guess = run(self.recognizer, features, batch_size, verbose=verbose)
        return {
            "class": guess[:, : self.classes].argmax(axis=1),
            "numbers": guess[:, self.classes :],
        }
