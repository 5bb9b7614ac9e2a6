"""CycleGAN: from one kind of image to another and back, learned without pairs.

Zhu, Park, Isola and Efros 2017, "Unpaired Image-to-Image Translation using
Cycle-Consistent Adversarial Networks", https://arxiv.org/abs/1703.10593

Two generators, A to B and B to A, each with a discriminator of what it makes. Nothing
says which image of B belongs to one of A; but there and back again must lead to the
image it began with (section 3.2). Details are those of the authors' code,
github.com/junyanz/pytorch-CycleGAN-and-pix2pix (BSD).
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.checks import check_shape, shape_of
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.inference import run_on_samples
from keras_gan_zoo.layers import (
    Conv2D,
    Conv2DTranspose,
    ImagePool,
    InstanceNormalization,
    ReflectionPadding2D,
    patch_discriminator,
)
from keras_gan_zoo.layers.dcgan_blocks import normal
from keras_gan_zoo.losses import in_float32
from keras_gan_zoo.phases import Batch, Phase
from keras_gan_zoo.registry import registered
from keras_gan_zoo.serving import Serving, translating
from keras_gan_zoo.typing import Tensor
from keras_gan_zoo.validation import Limits


def resnet_generator(image_shape, base_channels=64, blocks=None) -> keras.Model:
    """Images to images in [-1, 1], by residual blocks at a quarter of the size.

    Args:
        image_shape: (height, width, channels); height and width are multiples of 4.
        base_channels: Channels of the layers next to the images; the blocks have four
            times as many.
        blocks: How many residual blocks. Without it 6 up to 128 pixels, 9 above.

    Returns:
        A Functional model.

    Raises:
        ValueError: If a side is not a multiple of 4, from 8.
    """
    if any(side % 4 or side < 8 for side in image_shape[:2]):
        raise ValueError(
            "CycleGAN halves the images twice, so their height and width must be "
            f"multiples of 4, from 8. Received: {tuple(image_shape)}. Resize or pad "
            "them."
        )
    if blocks is None:
        blocks = 6 if max(image_shape[:2]) <= 128 else 9
    images = keras.Input(image_shape, name="images")
    x = _rectified(_convolve(ReflectionPadding2D(3)(images), base_channels, 7))
    for channels in (2 * base_channels, 4 * base_channels):
        x = _rectified(_convolve(layers.ZeroPadding2D(1)(x), channels, 3, strides=2))
    for _ in range(blocks):
        x = _residual_block(x)
    for channels in (2 * base_channels, base_channels):
        enlarge = Conv2DTranspose(
            channels, 3, 2, "same", use_bias=False, kernel_initializer=normal()
        )
        x = _rectified(enlarge(x))
    x = _convolve(ReflectionPadding2D(3)(x), image_shape[-1], 7, use_bias=True)
    return keras.Model(images, layers.Activation("tanh")(x), name="generator")


@registered("image to image without pairs", "Zhu et al. 2017", "1703.10593")
class CycleGAN(GAN):
    """Translation between two sets of images without pairs (Zhu et al. 2017).

    `fit(images_a, images_b)` takes as many images of A as of B, in any order; data sets
    yield (batch of A, batch of B). Sets of different length: see `datasets.Unpaired`.

    Args:
        image_shape: (height, width, channels) of both kinds; height and width are
            multiples of 4. Without it the networks are sized from the first batch.
        base_channels: Channels of the layers next to the images.
        blocks: Residual blocks of a generator. Without it 6 up to 128 pixels, 9 above.
        patch: Side in pixels of the patches that are judged: 16, 34, 70 or 142.
        pool_size: How many generated images of each kind are kept to be judged later.
        **kwargs: `generator_ab`, `generator_ba`, `discriminator_a`, `discriminator_b`,
            `seed`, `name`, `dtype`: see `GAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images_a = kgz.datasets.emoji("twemoji").images
        images_b = kgz.datasets.emoji("noto").images
        model = kgz.CycleGAN(base_channels=16)
        model.fit(images_a, images_b, batch_size=1, epochs=200)
        translated = model.translate(images_a, to="B")
        ```

    Reference:
        https://arxiv.org/abs/1703.10593
    """

    networks = ("generator_ab", "generator_ba", "discriminator_a", "discriminator_b")
    samplers = ("generator_ab", "generator_ba")
    sides_of_images = {
        "generator_ab": "output",
        "generator_ba": "output",
        "discriminator_a": "input",
        "discriminator_b": "input",
    }
    learns_from_pairs = True  # of sets

    def __init__(
        self,
        image_shape=None,
        base_channels=64,
        blocks=None,
        patch=70,
        pool_size=50,
        **kwargs,
    ):
        self.base_channels = base_channels
        self.blocks = blocks
        self.patch = patch
        self.pool_size = pool_size
        self.pool_a: Any = None
        self.pool_b: Any = None
        super().__init__(image_shape, **kwargs)

    def build_generator_ab(self) -> keras.Model:
        """Returns the paper's generator."""
        return resnet_generator(self.image_shape, self.base_channels, self.blocks)

    def build_discriminator_a(self) -> keras.Model:
        """Returns the paper's discriminator."""
        return patch_discriminator(self.image_shape, self.base_channels, self.patch)

    build_generator_ba = build_generator_ab
    build_discriminator_b = build_discriminator_a

    def check_networks(self) -> None:
        """Raises a `ValueError` if the networks do not fit each other."""
        images = (None, *self.image_shape)
        for name in self.networks:
            network = getattr(self, name)
            check_shape(f"{name}'s input", shape_of(network, "input"), images)
            if name.startswith("generator"):
                check_shape(f"{name}'s output", shape_of(network, "output"), images)

    def build_training_state(self) -> None:
        """Makes the pools of generated images, empty."""
        super().build_training_state()
        if self.pool_a is None:
            self.pool_a = ImagePool(self.pool_size, name="pool_a")
            self.pool_b = ImagePool(self.pool_size, name="pool_b")
            for pool in (self.pool_a, self.pool_b):
                pool.build((None, *self.image_shape))

    # Training.

    def compile_defaults(self) -> dict[str, Any]:
        """The optimizers and weights of sections 4 and 5.2."""
        return {
            "generator_optimizer": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator_optimizer": keras.optimizers.Adam(2e-4, beta_1=0.5),
            # The paper halves the discriminators' loss, as this one has it, but not
            # the generators': hence their weight of 2.
            "loss": "least_squares",
            "loss_weights": {
                "generator_loss": 2.0,
                "cycle_loss": 10.0,
                "identity_loss": 5.0,
            },
        }

    def phases(self) -> list[Phase]:
        """Both generators together, then both discriminators."""
        return [
            Phase(
                "generators",
                self.generator_loss,
                [self.generator_ab, self.generator_ba],
                self.generator_optimizer,
            ),
            Phase(
                "discriminators",
                self.discriminator_loss,
                [self.discriminator_a, self.discriminator_b],
                self.discriminator_optimizer,
                after=self.constrain_discriminator,
            ),
        ]

    def check_data(self, x, y) -> None:
        """Refuses what is not a batch of A and a batch of B of the same size."""
        if y is None:
            raise ValueError(
                "CycleGAN learns from two sets of images, but the data holds one. Pass "
                "fit(images_a, images_b) or a data set of (images_a, images_b)."
            )
        for batch in (x, y):
            super().check_data(batch, None)

    def limits(self, x, y) -> tuple[Limits | None, Limits | None]:
        """Both are images."""
        return self.domain.limits(x), self.domain.limits(y)

    def prepare(self, x, y) -> Batch:
        """A batch of B, and as its condition one of A."""
        return Batch(self.domain.encode(y), condition=self.domain.encode(x))

    def sample_like(self, batch) -> Tensor | tuple[Tensor, ...]:
        """Both generators on images of both kinds.

        Returns:
            F(b) and G(a); and what they make of their own kind, F(a) and G(b), where
            the identity loss counts.
        """
        a, b = batch.condition, batch.real
        if not self.counts("identity_loss"):
            return self.generate_a(b), self.generate_b(a)
        # In one call, which is faster: each image is normalized by itself.
        num = ops.shape(a)[0]
        made_a = self.generate_a(ops.concatenate([b, a]))
        made_b = self.generate_b(ops.concatenate([a, b]))
        return made_a[:num], made_b[:num], made_a[num:], made_b[num:]

    def generator_loss(self, batch, fake) -> dict[str, Tensor]:
        """Fooling both discriminators, coming back, leaving be what is right already.

        E (D_B(G(a)) - 1)^2 + E (D_A(F(b)) - 1)^2
        + 10 (E |F(G(a)) - a| + E |G(F(b)) - b|) + 5 (E |F(a) - a| + E |G(b) - b|)
        """
        a, b = batch.condition, batch.real
        fake_a, fake_b, *same = fake
        fooling = sum(
            self.generator_adversarial_loss(
                Batch(real, kind), self.discriminate(fake, kind)
            )
            for real, fake, kind in [(a, fake_a, "A"), (b, fake_b, "B")]
        )
        cycle = _distance(self.generate_a(fake_b), a)
        cycle = cycle + _distance(self.generate_b(fake_a), b)
        identity = 0.0 * cycle
        if same:
            identity = _distance(same[0], a) + _distance(same[1], b)
        return {
            "generator_loss": fooling,
            "cycle_loss": cycle,
            "identity_loss": identity,
        }

    def discriminator_loss(self, batch, fake) -> dict[str, Tensor]:
        """Telling images from those of the generators' step, and older ones (4)."""
        a, b = batch.condition, batch.real
        fake_a, fake_b = map(ops.stop_gradient, fake[:2])
        pooled_a = self.pool_a(fake_a, seed=self.seed_generator)
        pooled_b = self.pool_b(fake_b, seed=self.seed_generator)
        terms_a = self.discriminator_terms(Batch(a, "A"), pooled_a)
        terms_b = self.discriminator_terms(Batch(b, "B"), pooled_b)
        return {name: terms_a[name] + terms_b[name] for name in terms_a}

    def generate_a(self, images) -> Tensor:
        """Maps images of B to A, in training mode."""
        return ops.cast(self.generator_ba(images, training=True), images.dtype)

    def generate_b(self, images) -> Tensor:
        """Maps images of A to B, in training mode."""
        return ops.cast(self.generator_ab(images, training=True), images.dtype)

    def discriminate(self, images, condition=None) -> Tensor | list[Tensor]:
        """Maps images to logits of the discriminator of the set, `"A"` or `"B"`."""
        network = {"A": self.discriminator_a, "B": self.discriminator_b}[condition]
        return in_float32(network(self.augmented(images), training=True))

    def constrain_discriminator(self, seen=None) -> None:
        """Lets the regularizers act on the discriminators' weights."""
        for regularizer in self.regularizers_now("discriminator"):
            for network in (self.discriminator_a, self.discriminator_b):
                regularizer.after_step(network.trainable_variables)

    # Use.

    def call(self, images, training=False) -> Tensor:
        """Maps float images of A in [-1, 1] to float images of B."""
        return self.sampler(images, training=training)

    def serving(self, name) -> Serving:
        """Of a generator: images to what `translate` returns."""
        if name not in self.samplers:
            return super().serving(name)
        return translating(self.averaged(name), self.domain)

    def translate(self, images, to="B", batch_size=16, verbose="auto") -> np.ndarray:
        """Translates images.

        Args:
            images: (num, height, width, channels), uint8 or float in [-1, 1].
            to: The kind to make, `"B"` from images of A or `"A"` from images of B.
            batch_size: How many are computed at a time.
            verbose: Whether to show a progress bar: 0, 1, or `"auto"` for long work.

        Returns:
            uint8 array (num, height, width, channels).

        Raises:
            ValueError: If the networks are not made yet or an argument does not fit.
        """
        self.require_networks()
        generators = {"A": "generator_ba", "B": "generator_ab"}
        if to not in generators:
            raise ValueError(
                'translate() makes images of one of the two kinds, to="A" or to="B". '
                f"Received: to={to!r}"
            )
        return run_on_samples(
            self.averaged(generators[to]),
            self.domain,
            images,
            batch_size,
            self.domain.decode,
            verbose,
        )


def _distance(images, others):
    return ops.mean(ops.abs(images - others))


def _residual_block(inputs):
    channels = inputs.shape[-1]
    x = _rectified(_convolve(ReflectionPadding2D(1)(inputs), channels, 3))
    x = _convolve(ReflectionPadding2D(1)(x), channels, 3)
    return layers.Add()([inputs, InstanceNormalization()(x)])


def _rectified(x):
    return layers.ReLU()(InstanceNormalization()(x))


def _convolve(x, channels, kernel_size, strides=1, use_bias=False):
    convolve = Conv2D(
        channels, kernel_size, strides, use_bias=use_bias, kernel_initializer=normal()
    )
    return convolve(x)
