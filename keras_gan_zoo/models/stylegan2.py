"""StyleGAN2: latents become styles, which scale the channels of each convolution.

Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN",
https://arxiv.org/abs/1912.04958

A perceptron maps latents z to styles w. The image is made from learned maps by
convolutions whose kernels each w scales (section 2.2, modulation and demodulation),
with noise at each pixel. Each resolution adds to the image (section 4.1). The
discriminator's slope is held down, and equal steps in w shall move the image equally
far (section 3.2), both in some of the steps alone (section 3.1).
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.averaging import EMA
from keras_gan_zoo.checks import check_finite
from keras_gan_zoo.halving import halved_sizes
from keras_gan_zoo.inference import run
from keras_gan_zoo.latent_gan import LatentGAN
from keras_gan_zoo.layers import (
    Blur2D,
    EqualizedDense,
    LeakyReLU,
    LearnedConstant,
    MinibatchStddev,
    ModulatedConv2D,
    ModulatedConv2DTranspose,
    RunningMean,
    Upsample2D,
)
from keras_gan_zoo.layers.stylegan2_blocks import (
    GAIN,
    convolved,
    normalized,
    perceptron,
    residual_block,
    styled,
    to_image,
)
from keras_gan_zoo.registry import registered
from keras_gan_zoo.regularizers import R1, PathLength
from keras_gan_zoo.typing import Tensor

MOST_CHANNELS = 512


def stages(image_shape, base_channels) -> list[tuple[int, int, int]]:
    """Shapes of the feature maps, from the smallest to those of the image's size.

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: Channels of the largest; they double at each halving, up to 512.

    Returns:
        A list of such shapes. 28x28 gives 7x7, 14x14 and 28x28.

    Raises:
        ValueError: If these are no images from 4x4 pixels.
    """
    shapes = [
        (*size, min(base_channels * 2**halvings, MOST_CHANNELS))
        for halvings, size in enumerate(halved_sizes(image_shape, "StyleGAN2"))
    ]
    return shapes[::-1]


def mapping_network(latent_dim, depth=8) -> keras.Model:
    """Latents to styles, both (batch, latent_dim).

    Args:
        latent_dim: Length of latents and styles.
        depth: How many layers it has.

    Returns:
        A Functional model named `"mapping"`, whose layer `"mean"` keeps the mean style.
    """
    latents = keras.Input((latent_dim,), name="latents")
    styles = perceptron(normalized(latents), latent_dim, depth)
    return keras.Model(latents, RunningMean(name="mean")(styles), name="mapping")


def synthesis_network(image_shape, style_dim, base_channels=32) -> keras.Model:
    """Styles (batch, number, style_dim), one for each place of use, to images.

    Args:
        image_shape: (height, width, channels) of the images.
        style_dim: Length of a style.
        base_channels: See `stages`. There are two styles for each stage.

    Returns:
        A Functional model named `"synthesis"`. What it makes is not bounded.
    """
    first, *larger = stages(image_shape, base_channels)
    styles = keras.Input((2 * len(larger) + 2, style_dim), name="styles")
    x = LearnedConstant(first)(styles[:, 0])
    x = styled(x, styles[:, 0], ModulatedConv2D(first[-1], gain=GAIN), 0)
    image = to_image(x, styles[:, 1], image_shape[-1])
    for number, (*_, channels) in enumerate(larger):
        # The style that the stage before has for its image is the first one of this.
        one, two, three = (styles[:, 2 * number + place] for place in (1, 2, 3))
        up = ModulatedConv2DTranspose(channels, gain=GAIN)
        x = styled(x, one, up, 2 * number + 1, Blur2D(-1, gain=2))
        x = styled(x, two, ModulatedConv2D(channels, gain=GAIN), 2 * number + 2)
        image = layers.Add()([Upsample2D()(image), to_image(x, three, image_shape[-1])])
    return keras.Model(styles, image, name="synthesis")


def stylegan2_generator(mapping, synthesis) -> keras.Model:
    """Latents to images: a style of each latent, which is used at all places.

    Args:
        mapping: A network as of `mapping_network`.
        synthesis: One as of `synthesis_network`.

    Returns:
        A Functional model of the two.
    """
    styles = layers.RepeatVector(synthesis.input_shape[1])(mapping(mapping.input))
    return keras.Model(mapping.input, synthesis(styles), name="generator")


def stylegan2_discriminator(image_shape, base_channels=32) -> keras.Model:
    """Images in [-1, 1] to logits (batch, 1), by residual blocks.

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: See `stages`.

    Returns:
        A Functional model.
    """
    images = keras.Input(image_shape, name="images")
    logits = EqualizedDense(1)(stylegan2_features(images, base_channels))
    return keras.Model(images, logits, name="discriminator")


def stylegan2_features(images, base_channels=32) -> Tensor:
    """Images to what the discriminator sees in them.

    Args:
        images: A Keras tensor (batch, height, width, channels).
        base_channels: See `stages`.

    Returns:
        A Keras tensor (batch, features).
    """
    largest, *smaller = reversed(stages(images.shape[1:], base_channels))
    x = convolved(images, largest[-1], 1)
    for *_, channels in smaller:
        x = residual_block(x, channels)
    x = convolved(MinibatchStddev()(x), x.shape[-1], 3)
    return LeakyReLU(0.2)(EqualizedDense(x.shape[-1], GAIN)(layers.Flatten()(x)))


def recipe(gamma=10.0, rate=2e-3, half_life=10_000) -> dict[str, Any]:
    """The paper's arguments of `compile`, for images of another size.

    Args:
        gamma: Weight of R1. Of Karras et al. 2020 (https://arxiv.org/abs/2006.06676) is
            the rule 0.0002 times the pixels of an image, over the batch size.
        rate: Of learning, of both networks. That paper has 0.0025 up to 256x256.
        half_life: Images after which a weight counts half in the averaged generator.

    Returns:
        A dict: `model.compile(**recipe(gamma=0.1))`.
    """
    adam = {"beta_1": 0.0, "beta_2": 0.99, "epsilon": 1e-8}
    # Paper: penalties have steps of their own, for which rate and betas are corrected;
    # here they are terms of the loss of every 16th or 8th step.
    return {
        "generator_optimizer": keras.optimizers.Adam(rate, **adam),
        "discriminator_optimizer": keras.optimizers.Adam(rate, **adam),
        "loss": "non_saturating",
        "regularizers": [R1(gamma, every=16), PathLength(2.0, every=8)],
        "ema": EMA(half_life),
    }


@registered("images from noise", "Karras et al. 2020", "1912.04958")
class StyleGAN2(LatentGAN):
    """StyleGAN2 (Karras et al. 2020).

    Args:
        image_shape: (height, width, channels), from 4x4 pixels, sides that can be
            halved often. Without it the first batch decides.
        latent_dim: Length of latents and styles.
        base_channels: Channels at the size of the image; they double at each halving,
            up to 512. The paper has 32 for 1024x1024 pixels.
        depth: Layers of the mapping network.
        mixing: Share of the training images that have two styles.
        **kwargs: `generator`, a Keras model of two others named `"mapping"` and
            `"synthesis"`, `discriminator`, `seed`, `name`, `dtype`: see `LatentGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("fashion_mnist_mini").images
        model = kgz.StyleGAN2(latent_dim=64, base_channels=16)
        model.fit(images, batch_size=32, epochs=20)
        samples = model.generate(16, seed=0, truncation=0.7)
        ```

    Reference:
        https://arxiv.org/abs/1912.04958
    """

    def __init__(
        self,
        image_shape=None,
        latent_dim=512,
        base_channels=32,
        depth=8,
        mixing=0.9,
        **kwargs,
    ):
        self.base_channels = base_channels
        self.depth = depth
        self.mixing = mixing
        super().__init__(image_shape, latent_dim, **kwargs)

    def build_generator(self) -> keras.Model:
        """Returns the mapping and the synthesis network, one after the other."""
        size = self.image_shape, self.latent_dim, self.base_channels
        return stylegan2_generator(self.build_mapping(), synthesis_network(*size))

    def build_mapping(self) -> keras.Model:
        """Returns the network from latents to styles."""
        return mapping_network(self.latent_dim, self.depth)

    def build_discriminator(self) -> keras.Model:
        """Returns the residual discriminator."""
        return stylegan2_discriminator(self.image_shape, self.base_channels)

    def check_networks(self) -> None:
        """Raises a `ValueError` if the networks do not fit each other."""
        super().check_networks()
        names = [layer.name for layer in self.generator.layers]
        if not {"mapping", "synthesis"} <= set(names):
            raise ValueError(
                "StyleGAN2's generator consists of two networks, from latents to "
                'styles, named "mapping", and from styles to images, "synthesis". '
                f"Received: layers {names}. See stylegan2_generator()."
            )

    def call(self, latents, training=False) -> Tensor:
        """Maps latents (batch, latent_dim) to float images, clipped to [-1, 1]."""
        return ops.clip(super().call(latents, training=training), -1.0, 1.0)

    def compile_defaults(self) -> dict[str, Any]:
        """The paper's values for 1024x1024 pixels."""
        return recipe()

    def sample_like(self, batch) -> Tensor | tuple[Tensor, ...]:
        """Generates as many images as the batch holds, from mixed styles."""
        num = ops.shape(batch.real)[0]
        one, other = (self.draw_styles(num, batch, training=True) for _ in range(2))
        images = self.part("synthesis")(self.mix(one, other), training=True)
        return ops.cast(images, batch.real.dtype)

    def latent_path(self, batch) -> tuple[Callable, Tensor]:
        """From styles to images, for half a batch, as in the paper."""
        num = (ops.shape(batch.real)[0] + 1) // 2
        styles = self.draw_styles(num, batch)
        styles = ops.repeat(styles[:, None], self.places, axis=1)
        return lambda x: self.part("synthesis")(x, training=True), styles

    def draw_styles(self, num, batch, training=False) -> Tensor:
        """Draws styles (num, latent_dim) in a step.

        Args:
            num: How many, at most as many as the batch holds.
            batch: What `prepare` returned.
            training: Whether the mean style moves.
        """
        inputs = self.conditioned(self.noise(num), batch)
        return self.part("mapping")(inputs, training=training)

    def mix(self, one, other) -> Tensor:
        """Mixes styles: from a random place on, those of some images are others.

        Args:
            one: Styles (num, latent_dim).
            other: As many others.

        Returns:
            Styles (num, places, latent_dim).
        """
        shape, seed = (ops.shape(one)[0], 1), self.seed_generator
        begin = keras.random.randint(shape, 1, self.places, seed=seed)
        is_mixed = keras.random.uniform(shape, seed=seed) < self.mixing
        from_other = ops.logical_and(is_mixed, ops.arange(self.places) >= begin)
        return ops.where(from_other[..., None], other[:, None], one[:, None])

    @property
    def places(self) -> int:
        """How many styles an image has, one for each place where they are used."""
        return self.part("synthesis").input_shape[1]

    def part(self, name) -> keras.Model:
        """The network `"mapping"` or `"synthesis"` of the generator that is trained."""
        return self.generator.get_layer(name)

    def generate(
        self,
        num=None,
        labels=None,
        seed=None,
        batch_size=64,
        verbose="auto",
        latents=None,
        truncation=1.0,
    ) -> np.ndarray:
        """Generates images; see `LatentGAN.generate`.

        Args:
            num: How many.
            labels: Where the model is conditional.
            seed: Integer.
            batch_size: How many are computed at a time.
            verbose: Whether to show a progress bar.
            latents: Floats (num, latent_dim), in place of a seed.
            truncation: Scales w - mean(w): below 1 images are better and more alike.

        Returns:
            uint8 array of shape (num, height, width, channels).

        Raises:
            ValueError: If the networks are not made yet or an argument does not fit.
        """
        self.require_networks()
        check_finite("truncation", truncation)
        inputs = self.inputs_for(num, labels, seed, latents)
        mapping, synthesis = map(self.sampler.get_layer, ("mapping", "synthesis"))
        mean = ops.convert_to_numpy(mapping.get_layer("mean").mean)
        styles = run(mapping, inputs, batch_size, verbose=verbose)
        styles = mean + np.float32(truncation) * (styles - mean)
        styles = np.repeat(styles[:, None], self.places, axis=1)
        return run(synthesis, styles, batch_size, None, self.domain.decode, verbose)
