"""The next frame of a clip, from coarse to fine.

Mathieu, Couprie and LeCun 2016, "Deep multi-scale video prediction beyond mean square
error", https://arxiv.org/abs/1511.05440

The squared error alone blurs: of several possible futures their mean is the best guess.
So a discriminator judges the guess together with the frames before it, and a further
loss compares how steep images are. Small networks, one for each of several scales,
refine each other's guesses, so that large motion is small somewhere.
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.checks import as_array, check_shape, is_float, shape_of
from keras_gan_zoo.datasets.base import check_positive
from keras_gan_zoo.domains import Video
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.halving import halved_sizes
from keras_gan_zoo.images import to_uint8
from keras_gan_zoo.inference import run
from keras_gan_zoo.layers import AveragePooling2D, Conv2D
from keras_gan_zoo.losses import in_float32
from keras_gan_zoo.phases import Batch
from keras_gan_zoo.registry import registered
from keras_gan_zoo.serving import Serving, translating
from keras_gan_zoo.typing import Tensor

PAST = 4  # frames that are known
# Table 1, from the smallest scale up: sides of the kernels, and channels of the hidden
# layers in multiples of a base.
GENERATORS = (
    ((3, 3, 3, 3), (1, 2, 1)),
    ((5, 3, 3, 5), (1, 2, 1)),
    ((5, 3, 3, 3, 3, 5), (1, 2, 4, 2, 1)),
    ((7, 5, 5, 5, 5, 7), (1, 2, 4, 2, 1)),
)
# The same of the discriminators, and the units of their dense layers.
DISCRIMINATORS = (
    ((3,), (1,), (8, 4)),
    ((3, 3, 3), (1, 2, 2), (16, 8)),
    ((5, 5, 5), (2, 4, 4), (16, 8)),
    ((7, 7, 5, 5), (2, 4, 8, 2), (16, 8)),
)


def scales(image_shape) -> list[tuple[int, int]]:
    """The sizes at which a frame is predicted, from the smallest up.

    Args:
        image_shape: (height, width, channels) of the frames.

    Returns:
        A list of (height, width), two to four, each twice the one before: 64x64 gives
        8, 16, 32 and 64 pixels, 32x32 gives 4, 8, 16 and 32.

    Raises:
        ValueError: If there are not two.
    """
    # Paper: 4, 8, 16 and 32 pixels, of patches, in training; here of whole frames.
    sizes = halved_sizes(image_shape, "FramePredictionGAN")[: len(GENERATORS)]
    if len(sizes) < 2:
        raise ValueError(
            "FramePredictionGAN predicts at two to four scales, so the sides of frames "
            "are even, from 8 pixels; best they can be halved three times. Received: "
            f"{tuple(image_shape)}. Crop or pad the clips."
        )
    return sizes[::-1]


def pyramid(frames, num) -> list[Tensor]:
    """Frames (batch, height, width, channels) at `num` scales, from the smallest up."""
    levels = [frames]
    for _ in range(num - 1):
        levels.append(AveragePooling2D(2)(levels[-1]))
    return levels[::-1]


def frame_generator(image_shape, base_channels=128) -> keras.Model:
    """The past to guesses of the next frame in [-1, 1], one for each of its scales.

    Args:
        image_shape: (height, width, channels) of the frames.
        base_channels: Channels of the layers next to the frames.

    Returns:
        A Functional model of (batch, 4, height, width, channels), whose outputs are
        frames, from the smallest up.
    """
    past = keras.Input((PAST, *image_shape), name="past")
    guess, guesses = None, []
    for seen, plan in zip(_scaled(past, image_shape), GENERATORS, strict=False):
        if guess is None:
            guess = _refine(seen, *plan, base_channels, image_shape[-1])
        else:
            # Paper: y_k = u(y_(k-1)) + G_k(x_k, u(y_(k-1))); here the two are added
            # before the tanh, so that their sum stays within [-1, 1].
            before = layers.UpSampling2D(interpolation="bilinear")(guess)
            seen = layers.Concatenate()([seen, layers.Activation("tanh")(before)])
            finer = _refine(seen, *plan, base_channels, image_shape[-1])
            guess = layers.Add()([before, finer])
        guesses.append(layers.Activation("tanh")(guess))
    return keras.Model(past, guesses, name="generator")


def frame_discriminator(image_shape, base_channels=64) -> keras.Model:
    """The past and a next frame at all scales to logits (batch, 1), one for each scale.

    Args:
        image_shape: (height, width, channels) of the frames.
        base_channels: Channels of the first layer at the smallest scale.

    Returns:
        A Functional model of several inputs, the past and frames from the smallest up.
    """
    past = keras.Input((PAST, *image_shape), name="past")
    channels = image_shape[-1]
    nexts = [keras.Input((*size, channels)) for size in scales(image_shape)]
    seen, logits = _scaled(past, image_shape), []
    for *clip, plan in zip(seen, nexts, DISCRIMINATORS, strict=False):
        logits.append(_judge(layers.Concatenate()(clip), *plan, base_channels))
    return keras.Model([past, *nexts], logits, name="discriminator")


def _scaled(past, image_shape):
    """The past with its frames in the channels, at all scales."""
    num, (height, width, channels) = len(scales(image_shape)), image_shape
    x = layers.Permute((2, 3, 1, 4))(past)  # (batch, height, width, 4, channels)
    return pyramid(layers.Reshape((height, width, PAST * channels))(x), num)


def _refine(x, kernels, widths, base_channels, channels):
    for kernel, width in zip(kernels, widths, strict=False):
        x = Conv2D(width * base_channels, kernel, padding="same", activation="relu")(x)
    return Conv2D(channels, kernels[-1], padding="same")(x)


def _judge(x, kernels, widths, units, base_channels):
    for kernel, width in zip(kernels, widths, strict=True):
        x = Conv2D(width * base_channels, kernel, activation="relu")(x)
    # Paper: all maps of a patch of fixed size, pooled at the largest scale; here their
    # means, so that the discriminator does not grow with the frames.
    x = layers.GlobalAveragePooling2D()(x)
    for width in units:
        x = layers.Dense(width * base_channels, activation="relu")(x)
    return layers.Dense(1)(x)


def gradient_difference(real, fake, alpha=1) -> Tensor:
    """E ||d real| - |d fake||^alpha, summed over rows and columns; equation 6.

    Args:
        real: Frames (batch, height, width, channels), of which d are the differences of
            neighbouring pixels.
        fake: Frames of the same shape.
        alpha: The exponent.
    """

    def gap(steepness):
        return ops.mean(ops.abs(steepness(real) - steepness(fake)) ** alpha)

    rows = gap(lambda x: ops.abs(x[:, 1:] - x[:, :-1]))
    return rows + gap(lambda x: ops.abs(x[:, :, 1:] - x[:, :, :-1]))


@registered("next frames of clips", "Mathieu et al. 2016", "1511.05440")
class FramePredictionGAN(GAN):
    """Prediction of the next frame from the last four (Mathieu et al. 2016).

    It trains on clips of five frames or more, `fit(clips)`: in each step on five frames
    in a row, which begin anywhere.

    Args:
        image_shape: (height, width, channels) of a frame. Without it the networks are
            sized from the first batch. Sides are even, from 8; best they can be halved
            three times.
        base_channels: Channels of the generator's layers next to the frames.
        discriminator_base_channels: Those of the smallest discriminator's first layer.
        **kwargs: `generator`, `discriminator`, Keras models as `frame_generator` and
            `frame_discriminator` make them; `seed`, `name`, `dtype`: see `GAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        clips = kgz.datasets.moving_garments(num=500).images
        model = kgz.FramePredictionGAN(base_channels=16, discriminator_base_channels=8)
        model.fit(clips, batch_size=8, epochs=20)
        future = model.predict_next(clips[:4], num=10)
        ```

    Reference:
        https://arxiv.org/abs/1511.05440
    """

    domains = (Video(),)
    sides_of_images = {}  # the networks see frames of several sizes
    ignores_labels = True

    def __init__(
        self,
        image_shape=None,
        base_channels=128,
        discriminator_base_channels=64,
        **kwargs,
    ):
        self.base_channels = base_channels
        self.discriminator_base_channels = discriminator_base_channels
        super().__init__(image_shape, **kwargs)

    def build_generator(self) -> keras.Model:
        """Returns the paper's generator."""
        return frame_generator(self.image_shape, self.base_channels)

    def build_discriminator(self) -> keras.Model:
        """Returns the paper's discriminators, as one network."""
        return frame_discriminator(self.image_shape, self.discriminator_base_channels)

    def check_networks(self) -> None:
        """Raises a `ValueError` if the networks do not fit each other."""
        past = (None, PAST, *self.image_shape)
        channels = self.image_shape[-1]
        frames = [(None, *size, channels) for size in scales(self.image_shape)]
        generator, discriminator = self.generator, self.discriminator
        check_shape("generator's input", shape_of(generator, "input"), past)
        check_shape("generator's output", shape_of(generator, "output"), frames)
        seen = shape_of(discriminator, "input")
        check_shape("discriminator's input", seen, [past, *frames])

    def call(self, past, training=False) -> Tensor:
        """Maps four float frames in [-1, 1] to the next one."""
        return self.sampler(past, training=training)[-1]

    def serving(self, name) -> Serving:
        """Of the generator: four frames to the next one, uint8."""
        if name != "generator":
            return super().serving(name)
        decode = self.domain.decode
        return translating(self.sampler, self.domain, lambda x: decode(_largest(x)))

    # Training.

    # Paper: SGD, sums over pixels; here Adam, and means, so that weights mean the same
    # for frames of any size.

    def compile_defaults(self) -> dict[str, Any]:
        """The weights of section 4: lambda_adv, lambda_lp and lambda_gdl."""
        return {
            "generator_optimizer": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator_optimizer": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "loss": "non_saturating",
            "loss_weights": {
                "generator_loss": 0.05,
                "pixel_loss": 1.0,
                "gradient_loss": 1.0,
            },
        }

    def trained_shape(self, shape) -> tuple[int, ...]:
        """The shape of the frames of clips."""
        _check_frames("FramePredictionGAN learns from", PAST + 1, shape[0])
        return shape[1:]

    def prepare(self, x, y) -> Batch:
        """A batch of next frames, to be generated from the four before them."""
        begin = keras.random.randint((), 0, x.shape[1] - PAST, seed=self.seed_generator)
        window = ops.take(x, begin + ops.arange(PAST + 1), axis=1)
        clips = self.domain.encode(window)
        return Batch(clips[:, PAST], condition=clips[:, :PAST])

    def sample_like(self, batch) -> Tensor | tuple[Tensor, ...]:
        """Guesses of the next frame, from the smallest scale up."""
        guesses = self.generator(batch.condition, training=True)
        return tuple(ops.cast(guess, batch.real.dtype) for guess in guesses)

    def discriminate(self, images, condition=None) -> Tensor | list[Tensor]:
        """Maps frames of all scales, or the largest, after their past to logits."""
        if not isinstance(images, tuple | list):
            images = pyramid(images, len(scales(self.image_shape)))
        seen = [condition, *map(self.augmented, images)]
        return in_float32(self.discriminator(seen, training=True))

    def discriminator_loss(self, batch, fake) -> dict[str, Tensor]:
        """- E log D_k(x, y) - E log(1 - D_k(x, G_k(x))), summed over the scales k."""
        return self.discriminator_terms(batch, tuple(map(ops.stop_gradient, fake)))

    def penalties(self, batch, fake, known=()) -> dict[str, Tensor]:
        """The discriminator's regularizers, on frames of full size."""
        return super().penalties(batch, fake[-1], known)

    def generator_loss(self, batch, fake) -> dict[str, Tensor]:
        """Fooling the discriminators, and being right, summed over the scales."""
        pairs = list(zip(pyramid(batch.real, len(fake)), fake, strict=True))
        return {
            **super().generator_loss(batch, fake),
            "pixel_loss": sum(ops.mean(ops.square(x - y)) for x, y in pairs),
            "gradient_loss": sum(gradient_difference(x, y) for x, y in pairs),
        }

    # Use.

    def predict_next(self, clips, num=10, batch_size=16, verbose="auto") -> np.ndarray:
        """Predicts how clips go on; what was predicted is the past of what follows.

        Args:
            clips: (n, frames, height, width, channels), uint8 or float in [-1, 1], four
                frames or more, of which the last four count.
            num: How many frames are predicted.
            batch_size: How many clips are computed at a time.
            verbose: As in `generate`, for each frame.

        Returns:
            Array (n, num, height, width, channels), uint8 for uint8, float32 in [-1, 1]
            for float.

        Raises:
            ValueError: If the networks are not made yet or an argument does not fit.
        """
        self.require_networks()
        check_positive("num", num)
        clips = self._checked(clips)
        past = ops.convert_to_numpy(self.domain.encode(clips[:, -PAST:]))
        frames = list(np.moveaxis(past, 1, 0))
        for _ in range(num):
            seen = np.stack(frames[-PAST:], axis=1)
            frames.append(run(self.sampler, seen, batch_size, None, _largest, verbose))
        future = np.stack(frames[PAST:], axis=1)
        return future if is_float(clips) else to_uint8(future)

    def _checked(self, clips):
        self.domain.check(clips)
        _check_frames("predict_next() looks at", PAST, clips.shape[1])
        check_shape("clips", tuple(clips.shape), (None, None, *self.image_shape))
        return as_array(clips)


def _check_frames(what, least, received):
    if received < least:
        raise ValueError(
            f"{what} {least} frames of a clip, or more. Received clips of {received}."
        )


def _largest(frames):
    return frames[-1]
