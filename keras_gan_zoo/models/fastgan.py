"""FastGAN: images of high resolution from few examples and little time.

Liu et al. 2021, "Towards Faster and Stabilized GAN Training for High-fidelity Few-shot
Image Synthesis", https://arxiv.org/abs/2101.04775

Small maps of the generator scale the channels of much larger ones (section 3.1,
skip-layer excitation), which passes gradients on and costs little. The discriminator
must also encode: small decoders make the real images again from its feature maps, so it
cannot look at a few details alone and learn the data by heart (section 3.2).
"""

import dataclasses
import math
from typing import Any

import keras
from keras import ops

from keras_gan_zoo.augment import DiffAugment
from keras_gan_zoo.checks import check_shape
from keras_gan_zoo.content_features import ContentFeatures
from keras_gan_zoo.latent_gan import LatentGAN
from keras_gan_zoo.layers import LeakyReLU
from keras_gan_zoo.layers.fastgan_blocks import (
    SMALLEST_SIDE,
    convolved,
    first_maps,
    halved,
    noisy_up,
    rectified,
    skip_layer_excitation,
    skips,
    to_image,
    up,
)
from keras_gan_zoo.layers.spectral_normalization import power_iteration
from keras_gan_zoo.losses import in_float32, one_head
from keras_gan_zoo.phases import Phase
from keras_gan_zoo.registry import registered
from keras_gan_zoo.typing import Tensor

# Channels of the generator's maps of 4, 8, ..., 1024 pixels, times `base_channels`.
CHANNELS = (16, 8, 4, 2, 2, 1, 1 / 2, 1 / 4, 1 / 8)
SMALL_STAGE = 5  # of 128 pixels, the largest of the second image
SLACK = 0.2  # margins of the hinge loss are drawn from [1 - SLACK, 1]


def stages(image_shape, base_channels=64) -> list[tuple[int, int, int]]:
    """Shapes of the generator's feature maps, from the smallest on.

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: Channels at 128 pixels. Smaller maps have up to 16 times as many.

    Returns:
        A list of such shapes, the last of the images' size. 64x64 gives 5, from 4x4.

    Raises:
        ValueError: If the sides cannot be halved 3 to 8 times, to 4 to 7 pixels.
    """
    sides = image_shape[:2] if len(image_shape) == 3 else (0,)
    halvings = int(math.log2(max(min(sides) / SMALLEST_SIDE, 1)))
    divides = all(side % 2**halvings == 0 for side in sides)
    if not (3 <= halvings < len(CHANNELS) and divides):
        raise ValueError(
            "FastGAN makes images of shape (height, width, channels), whose sides can "
            "be halved 3 to 8 times, until the shorter one has 4 to 7 pixels: 32, 40, "
            f"48, 56, 64, ... Received: {tuple(image_shape)}. Resize or crop them."
        )
    channels = [max(1, int(factor * base_channels)) for factor in CHANNELS]
    return [
        (image_shape[0] >> left, image_shape[1] >> left, channels[halvings - left])
        for left in reversed(range(halvings + 1))
    ]


def fastgan_generator(image_shape, latent_dim=256, base_channels=64) -> keras.Model:
    """Latents to images in [-1, 1].

    Args:
        image_shape: (height, width, channels) of the images.
        latent_dim: Length of the latents.
        base_channels: See `stages`.

    Returns:
        A Functional model of two others: `"lower"`, latents to the maps of the second
        image's size and to smaller ones that are needed later, and `"upper"`, those to
        images.
    """
    shapes = stages(image_shape, base_channels)
    small, last = _small_stage(shapes), len(shapes) - 1
    latents = keras.Input((latent_dim,), name="latents")
    maps = _enlarged({0: first_maps(latents, shapes[0])}, shapes, small)
    needed = [n for stage, n in skips(last, 4).items() if stage > small]
    kept = {n: maps[n] for n in (small, *needed)}
    lower = keras.Model(latents, list(kept.values()), name="lower")
    inputs = {n: keras.Input(x.shape[1:]) for n, x in kept.items()}
    images = to_image(_enlarged(inputs, shapes, last)[last], image_shape[-1])
    upper = keras.Model(list(inputs.values()), images, name="upper")
    return keras.Model(latents, upper(lower(latents)), name="generator")


def fastgan_discriminator(image_shape, base_channels=64) -> keras.Model:
    """Images in [-1, 1], and smaller ones, to logits and feature maps.

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: An eighth of the channels of the smallest map.

    Returns:
        A Functional model of [images, small images] to [logits, logits of the small
        ones, the smallest map, the one before it, the smallest map of the small ones].
    """
    shapes = stages(image_shape)
    images = keras.Input(image_shape, name="images")
    *_, before, last = halved(images, len(shapes) - 2, base_channels)
    x = rectified(convolved(last, 2 * last.shape[-1], 1))
    logits = convolved(x, 1, 4, padding="valid")
    size = shapes[_small_stage(shapes)][:2]
    small_images = x = keras.Input((*size, image_shape[-1]), name="small_images")
    for left in reversed(range(_small_stage(shapes) - 1)):
        y = convolved(x, max(1, 4 * base_channels >> left), 4, 2)
        x = LeakyReLU(0.2)(y) if x is small_images else rectified(y)
    outputs = [logits, convolved(x, 1, 4, padding="valid"), last, before, x]
    return keras.Model([images, small_images], outputs, name="discriminator")


def fastgan_decoder(map_shapes, image_shape, base_channels=64) -> keras.Model:
    """Feature maps to images in [-1, 1], each by layers of its own.

    Args:
        map_shapes: List of (height, width, channels), of the maps.
        image_shape: (height, width, channels) of all images.
        base_channels: Twice the channels at 128 pixels.

    Returns:
        A Functional model of a list of maps to a list of images.
    """
    maps = [keras.Input(shape) for shape in map_shapes]
    images = []
    for x in maps:
        for factor in CHANNELS[2:]:
            if x.shape[1] < image_shape[0]:
                x = up(x, max(1, int(factor * base_channels / 2)))
        images.append(to_image(x, image_shape[-1]))
    return keras.Model(maps, images, name="decoder")


@registered("images from noise", "Liu et al. 2021", "2101.04775")
class FastGAN(ContentFeatures, LatentGAN):
    """FastGAN (Liu et al. 2021), for few images.

    Args:
        image_shape: (height, width, channels), from 32x32 pixels, sides that can be
            halved until the shorter one has 4 to 7. Without it the first batch decides.
        latent_dim: Length of the latents.
        base_channels: Channels of the generator at 128 pixels, and of the other
            networks in proportion.
        **kwargs: `generator`, a Keras model of two others named `"lower"` and
            `"upper"`, `small_head`, of the former's first output to small images,
            `discriminator`, `decoder`, `seed`, `name`, `dtype`: see `LatentGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.emoji("noto").images
        model = kgz.FastGAN(base_channels=8)
        model.fit(images, batch_size=8, epochs=20)
        samples = model.generate(16, seed=0)
        ```

    Reference:
        https://arxiv.org/abs/2101.04775
    """

    networks = ("generator", "small_head", "discriminator", "decoder")
    sides_of_images = {"generator": "output"}

    def __init__(self, image_shape=None, latent_dim=256, base_channels=64, **kwargs):
        self.base_channels = base_channels
        super().__init__(image_shape, latent_dim=latent_dim, **kwargs)

    def build_generator(self) -> keras.Model:
        """Returns the generator of full images."""
        return fastgan_generator(self.image_shape, self.latent_dim, self.base_channels)

    def build_small_head(self) -> keras.Model:
        """Returns the layer that makes small images, in training alone."""
        maps = keras.Input(self.part("lower").output_shape[0][1:])
        images = to_image(maps, self.image_shape[-1], 1)
        return keras.Model(maps, images, name="small_head")

    def build_discriminator(self) -> keras.Model:
        """Returns the discriminator of images and small images."""
        return fastgan_discriminator(self.image_shape, self.base_channels)

    def build_decoder(self) -> keras.Model:
        """Returns the decoders of three feature maps, as one network."""
        maps = [(None,) * 4] * 5
        check_shape("discriminator's output", self.discriminator.output_shape, maps)
        *_, last, before, of_small = self.discriminator.output_shape
        shapes = [last[1:], (*last[1:3], before[-1]), of_small[1:]]
        return fastgan_decoder(shapes, self.small_shape, self.base_channels)

    @property
    def small_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of the small images."""
        return self.small_head.output_shape[1:]

    def part(self, name) -> keras.Model:
        """The network `"lower"` or `"upper"` of the generator that is trained."""
        names = [layer.name for layer in self.generator.layers]
        if name not in names:
            raise ValueError(
                'The generator of FastGAN consists of two networks, "lower" and '
                f'"upper". Received: layers {names}. See fastgan_generator().'
            )
        return self.generator.get_layer(name)

    def input_shapes(self) -> dict[str, Any]:
        """The discriminator sees small images, too."""
        images, small = (None, *self.image_shape), (None, *self.small_shape)
        return {**super().input_shapes(), "discriminator": [images, small]}

    def compile_defaults(self) -> dict[str, Any]:
        """The values of the paper and of its authors' code."""
        return {
            "generator_optimizer": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator_optimizer": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "loss": "hinge",
            "loss_weights": {"reconstruction_loss": 1.0},
            "augment": DiffAugment("color,translation", seed=self.seed),
            "ema": 0.999,
        }

    def phases(self) -> list[Phase]:
        """The decoders move with the discriminator, the small head with the other."""
        discriminator, generator = super().phases()
        discriminator.networks.append(self.decoder)
        generator.networks.append(self.small_head)
        after = self.constrain_generator
        return [discriminator, dataclasses.replace(generator, after=after)]

    def sample_like(self, batch) -> Tensor | tuple[Tensor, ...]:
        """Generates images, and the small ones that the lower stages have in mind."""
        latents = self.noise(ops.shape(batch.real)[0])
        maps = self.part("lower")(latents, training=True)
        images = self.part("upper")(maps, training=True)
        small = self.small_head(maps[0], training=True)
        return tuple(ops.cast(x, batch.real.dtype) for x in (images, small))

    def discriminator_loss(self, batch, fake) -> dict[str, Tensor]:
        """The adversarial loss, what the decoders get wrong, the penalties.

        E relu(m - D(x)) + E relu(m + D(G(z))) + E |decoded(x) - x|, m from U(0.8, 1)
        """
        fake = tuple(map(ops.stop_gradient, fake))
        real = self.seen(batch.real)
        real_logits, maps = self.judge(real)
        # relu(m - D) = relu(1 - (D + 1 - m)), for which all losses have a meaning.
        loss = self.discriminator_adversarial_loss(
            real_logits + self.slack(real_logits),
            self.discriminate(fake) - self.slack(real_logits),
        )
        return {
            "discriminator_loss": loss,
            "reconstruction_loss": self.reconstruction_loss(*real, maps),
            **self.penalties(batch, fake[0]),
        }

    def slack(self, logits) -> Tensor:
        """Draws 1 - m, how much closer than 1 a margin is, for each logit."""
        seed = self.seed_generator
        return keras.random.uniform(ops.shape(logits), 0.0, SLACK, seed=seed)

    def reconstruction_loss(self, images, small_images, maps) -> Tensor:
        """How far decoded images are from the real ones; see `seen` and `judge`."""
        last, before, of_small = maps
        place = keras.random.randint((), 0, 4, seed=self.seed_generator)
        part = shrunk(quarter(images, place), self.small_shape)
        maps = [last, quarter(before, place), of_small]
        decoded = in_float32(self.decoder(maps, training=True))
        pairs = zip((small_images, part, small_images), decoded, strict=True)
        return sum(self.content_distance(*pair, ops.abs) for pair in pairs)

    def seen(self, images) -> tuple[Tensor, Tensor]:
        """Augments real images and shrinks them, or a generated pair of both sizes."""
        if isinstance(images, tuple | list):
            return tuple(map(self.augmented, images))
        images = self.augmented(images)
        return images, shrunk(images, self.small_shape)

    def judge(self, seen) -> tuple[Tensor, list[Tensor]]:
        """Maps what `seen` returned to logits (batch, number), and three maps."""
        outputs = in_float32(self.discriminator(list(seen), training=True))
        return one_head(outputs[:2]), outputs[2:]

    def discriminate(self, images, condition=None) -> Tensor:
        """Maps images, or a pair of images and small ones, to logits; see `judge`."""
        return self.judge(self.seen(images))[0]

    def constrain_discriminator(self, seen=None) -> None:
        """Moves the estimates of the spectral norms along with the kernels."""
        super().constrain_discriminator(seen)
        power_iteration(self.discriminator)
        power_iteration(self.decoder)

    def constrain_generator(self, seen=None) -> None:
        """The same of the generator."""
        power_iteration(self.generator)
        power_iteration(self.small_head)


def quarter(maps, place) -> Tensor:
    """A quarter of feature maps or images of even sides.

    Args:
        maps: (batch, height, width, channels).
        place: Which one, 0 to 3: the upper two from left to right, then the lower two.

    Returns:
        (batch, height / 2, width / 2, channels).
    """
    rows, columns = maps.shape[1] // 2, maps.shape[2] // 2
    split = ops.reshape(maps, (-1, 2, rows, 2, columns, maps.shape[-1]))
    return ops.take(ops.take(split, place // 2, axis=1), place % 2, axis=2)


def shrunk(images, shape) -> Tensor:
    """Images of a smaller size, (height, width, ...), by the mean of each square."""
    times = images.shape[1] // shape[0]
    return ops.average_pool(images, times, times, data_format="channels_last")


def _small_stage(shapes):
    """Number of the second image's stage: half of the size, 128 pixels at most."""
    return min(len(shapes) - 2, SMALL_STAGE)


def _enlarged(maps, shapes, last):
    """Adds the maps of the stages up to `last`, every second one with noise."""
    maps = dict(maps)
    pairs = skips(len(shapes) - 1, 4)
    for stage in range(max(maps) + 1, last + 1):
        x, channels = maps[stage - 1], shapes[stage][-1]
        x = noisy_up(x, channels, seed=stage) if stage % 2 else up(x, channels)
        small = maps.get(pairs.get(stage))
        maps[stage] = x if small is None else skip_layer_excitation(small, x)
    return maps
