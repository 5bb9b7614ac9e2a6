"""ProGAN: networks that grow with the images they learn, from 4x4 pixels.

Karras et al. 2018, "Progressive Growing of GANs for Improved Quality, Stability, and
Variation", https://arxiv.org/abs/1710.10196

Small images are learned first, by small networks. Then both networks get layers for
twice the size, which fade in (section 2): what the old and the new layers make is
(1 - alpha) old + alpha new, while alpha moves from 0 to 1. Real images are blended with
their halves in the same way.
"""

import math
from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo import backend
from keras_gan_zoo.halving import halved_sizes
from keras_gan_zoo.latent_gan import LatentGAN
from keras_gan_zoo.layers import (
    AveragePooling2D,
    EqualizedConv2D,
    EqualizedDense,
    LeakyReLU,
    MinibatchStddev,
    PixelNormalization,
)
from keras_gan_zoo.layers.stylegan2_blocks import GAIN, convolved
from keras_gan_zoo.losses import Wasserstein
from keras_gan_zoo.phases import Batch
from keras_gan_zoo.registry import registered
from keras_gan_zoo.regularizers import GradientPenalty
from keras_gan_zoo.typing import Tensor

WIDEST_STAGES = 4  # sizes with `base_channels` channels, 32x32 the largest from 4x4


def stages(image_shape, base_channels) -> list[tuple[int, int, int]]:
    """Shapes of the feature maps, from the smallest to those of the image's size.

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: Channels of the four smallest; each larger one has half as many.

    Returns:
        A list of such shapes. 28x28 gives 7x7, 14x14 and 28x28.

    Raises:
        ValueError: If these are no images from 4x4 pixels.
    """
    sizes = halved_sizes(image_shape, "ProGAN")[::-1]
    halvings = [max(0, stage - WIDEST_STAGES + 1) for stage in range(len(sizes))]
    channels = [max(1, base_channels // 2**number) for number in halvings]
    return [(*size, number) for size, number in zip(sizes, channels, strict=True)]


# Layers with weights are named by their size, so that larger networks know them again.


def progan_generator(
    image_shape, latent_dim=512, base_channels=512, fades=False
) -> keras.Model:
    """Latents (batch, latent_dim), of any length, to images.

    Args:
        image_shape: (height, width, channels) of the images.
        latent_dim: Length of the latents.
        base_channels: See `stages`.
        fades: Whether the layers of the largest size, if there are smaller ones, fade
            in, by a layer `Fade`.

    Returns:
        A Functional model. What it makes is not bounded, but learns to be.
    """
    first, *larger = stages(image_shape, base_channels)
    latents = keras.Input((latent_dim,), name="latents")
    x = PixelNormalization()(latents)
    x = EqualizedDense(math.prod(first), GAIN, name="dense")(x)
    x = PixelNormalization()(LeakyReLU(0.2)(layers.Reshape(first)(x)))
    x = smaller = _normalized(x, first[-1], "conv")
    for *_, channels in larger:
        smaller = x
        x = _normalized(layers.UpSampling2D(2)(x), channels, "conv_1")
        x = _normalized(x, channels, "conv_2")
    images = _to_image(x, image_shape[-1])
    if fades and larger:
        old = layers.UpSampling2D(2)(_to_image(smaller, image_shape[-1]))
        images = Fade(name=_named(images, "fade"))([old, images])
    return keras.Model(latents, images, name="generator")


def progan_discriminator(image_shape, base_channels=512, fades=False) -> keras.Model:
    """Images in [-1, 1] to scores (batch, 1), the generator's mirror image.

    Args:
        image_shape: (height, width, channels) of the images.
        base_channels: See `stages`.
        fades: Whether the layers of the largest size, if there are smaller ones, fade
            in, by a layer `Fade`.

    Returns:
        A Functional model.
    """
    *smaller, largest = stages(image_shape, base_channels)
    images = keras.Input(image_shape, name="images")
    x = _from_image(images, largest[-1])
    for shape in reversed(smaller):
        x = _convolved(x, x.shape[-1], "conv_1")
        x = AveragePooling2D(2)(_convolved(x, shape[-1], "conv_2"))
        if fades and shape == smaller[-1]:
            old = _from_image(AveragePooling2D(2)(images), shape[-1])
            x = Fade(name=_named(x, "fade"))([old, x])
    x = _convolved(MinibatchStddev()(x), x.shape[-1], "conv")
    x = EqualizedDense(x.shape[-1], GAIN, name="features")(layers.Flatten()(x))
    scores = EqualizedDense(1, name="scores")(LeakyReLU(0.2)(x))
    return keras.Model(images, scores, name="discriminator")


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Fade(layers.Layer):
    """From one input to the other, as a model moves `alpha` from 0 to 1.

    Attributes:
        alpha: A variable, 0 at the beginning; no gradient moves it.
    """

    def build(self, input_shape) -> None:
        """Makes alpha."""
        self.alpha = self.add_weight((), "zeros", trainable=False, name="alpha")

    def call(self, inputs) -> Tensor:
        """Maps a list of two tensors of one shape to (1 - alpha) old + alpha new."""
        old, new = inputs
        return faded(old, new, self.alpha)

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:
        """That of either."""
        return tuple(input_shape[0])


def faded(old, new, alpha) -> Tensor:
    """(1 - alpha) old + alpha new, exactly one of them at the ends."""
    return (1 - alpha) * old + alpha * new


@registered("images from noise", "Karras et al. 2018", "1710.10196")
class ProGAN(LatentGAN):
    """Progressively growing GAN (Karras et al. 2018).

    It is trained in stages. `fit` takes images of any size that can be halved to that
    of the networks, and shrinks them; `grow` doubles the networks.

    Args:
        image_shape: (height, width, channels) of what the networks make now. Without it
            they begin with the smallest size that the first batch can be halved to,
            from 4x4 pixels.
        latent_dim: Length of the latents.
        base_channels: Channels of the four smallest sizes; each larger one has half as
            many.
        fading: Images over which the layers of the largest size fade in; 0 if they do
            not. `grow` sets it.
        **kwargs: `generator`, `discriminator`, `seed`, `name`, `dtype`: see
            `LatentGAN`.

    Raises:
        ValueError: If a size is no integer, or the networks do not fit each other.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("fashion_mnist_mini").images
        model = kgz.ProGAN(latent_dim=64, base_channels=64)
        model.fit(images, batch_size=64, epochs=10)  # 7x7 pixels
        while model.image_shape != images.shape[1:]:
            model.grow(fading=5 * len(images))
            model.fit(images, batch_size=64, epochs=10)
        samples = model.generate(16, seed=0)
        ```

    Reference:
        https://arxiv.org/abs/1710.10196
    """

    def __init__(
        self,
        image_shape=None,
        latent_dim=512,
        base_channels=512,
        fading=0,
        **kwargs,
    ):
        self.base_channels = base_channels
        self.fading = fading
        super().__init__(image_shape, latent_dim, **kwargs)

    def build_generator(self) -> keras.Model:
        """Returns the paper's generator of the present size."""
        size = self.image_shape, self.latent_dim, self.base_channels
        return progan_generator(*size, fades=self.fading > 0)

    def build_discriminator(self) -> keras.Model:
        """Returns the paper's discriminator of the present size."""
        size = self.image_shape, self.base_channels
        return progan_discriminator(*size, fades=self.fading > 0)

    def call(self, latents, training=False) -> Tensor:
        """Maps latents (batch, latent_dim) to float images, clipped to [-1, 1]."""
        return ops.clip(super().call(latents, training=training), -1.0, 1.0)

    def compile_defaults(self) -> dict[str, Any]:
        """The paper's values (appendix A.1)."""
        return {
            "generator_optimizer": _adam(),
            "discriminator_optimizer": _adam(),
            "loss": Wasserstein(drift=1e-3),
            "regularizers": GradientPenalty(10.0),
            "ema": 0.999,
        }

    # Growing.

    def grow(self, fading=0, **networks) -> None:
        """Doubles height and width. The layers of before keep their weights.

        As any stage begins, optimizers and averages begin anew, and `fit` trains with
        the paper's choices unless the model is compiled before.

        Args:
            fading: Images over which the new layers fade in, 800,000 in the paper, half
                of those that a stage lasts. 0: they are there at once.
            **networks: Those to take in place of the paper's; see `GAN.grow`.

        Raises:
            ValueError: If the networks are not made yet, or do not fit. The model is
                then as it was before.
        """
        self.require_networks()
        larger = self._larger(fading, networks)
        made = {name: getattr(larger, name) for name in self.networks}
        for name in set(made) - set(networks):
            _take_weights(made[name], getattr(self, name))
        super().grow(**made)
        self.custom_networks = larger.custom_networks
        self.fading = fading

    def _larger(self, fading, networks):
        """A fresh model of twice the size."""
        config = {**self.get_config(), **networks, "fading": fading}
        own = sorted(set(self.custom_networks) - set(networks))
        if own:
            raise ValueError(
                f"The networks {own} are not those of the paper, so what they grow to "
                f"is for you to say. Pass grow({own[0]}=...) for twice the size."
            )
        height, width, channels = self.image_shape
        with self.variable_scope():
            shape = 2 * height, 2 * width, channels
            return type(self)(**{**config, "image_shape": shape})

    @property
    def alpha(self) -> float | Tensor:
        """How far the layers of the largest size have faded in, a scalar in [0, 1]."""
        fades = _fades(self.generator)
        return fades[0].alpha if fades else 1.0

    def update(self, data) -> dict[str, Tensor]:
        """Runs one training step, with layers that are faded in further."""
        x, *_ = keras.utils.unpack_x_y_sample_weight(data)
        num = ops.cast(backend.whole(ops.shape(x)[0]), "float32")
        for fade in [*_fades(self.generator), *_fades(self.discriminator)]:
            fade.alpha.assign(ops.minimum(1.0, fade.alpha + num / self.fading))
        return super().update(data)

    # Data of a larger size than that of the networks.

    def trained_shape(self, shape) -> tuple[int, ...]:
        """The networks' shape where images can be halved to it, or else their own."""
        sizes = halved_sizes(shape, "ProGAN")
        size = (self.image_shape or self.given_shape or sizes[-1])[:2]
        return (*size, shape[-1]) if tuple(size) in sizes else shape

    def prepare(self, x, y) -> Batch:
        """Shrinks the images to the networks' size, and blends them as these fade."""
        real = self.domain.encode(x)
        real = _shrunk(real, real.shape[1] // self.image_shape[0])
        if _fades(self.generator):
            halves = ops.repeat(ops.repeat(_shrunk(real, 2), 2, axis=1), 2, axis=2)
            real = faded(halves, real, self.alpha)
        return Batch(real, y)


def _normalized(x, channels, name):
    return PixelNormalization()(_convolved(x, channels, name))


def _convolved(x, channels, name):
    # Paper: biases are added as they are; here they are scaled as the kernel is, by
    # sqrt(2), so they learn that much faster.
    return convolved(x, channels, 3, _named(x, name))


def _to_image(x, channels):
    return EqualizedConv2D(channels, 1, name=_named(x, "to_image"))(x)


def _from_image(images, channels):
    return convolved(images, channels, 1, _named(images, "from_image"))


def _named(x, name):
    return f"{x.shape[1]}x{x.shape[2]}_{name}"


def _take_weights(network, smaller):
    """Copies the weights of the layers that both have, by name."""
    known = {layer.name: layer for layer in smaller.layers if layer.weights}
    for layer in network.layers:
        if layer.name in known:
            layer.set_weights(known[layer.name].get_weights())


def _fades(network):
    return [layer for layer in network.layers if isinstance(layer, Fade)]


def _shrunk(images, factor):
    if factor == 1:
        return images
    return ops.average_pool(images, factor, factor, data_format="channels_last")


def _adam():
    return keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99, epsilon=1e-8)
