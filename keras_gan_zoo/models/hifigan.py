"""HiFi-GAN: mel spectrograms back to sound.

Kong, Kim and Bae 2020, "HiFi-GAN: Generative Adversarial Networks for Efficient and
High Fidelity Speech Synthesis", https://arxiv.org/abs/2010.05646

A mel spectrogram says how loud which pitches are, but not their phases, and what makes
speech of text ends in one. A generator makes 256 samples of each frame. Speech consists
of vibrations of many periods, so discriminators look at every second, third, fifth,
seventh and eleventh sample alone, others at the whole wave and at coarser ones. Details
are those of the authors' code, github.com/jik876/hifi-gan (MIT).
"""

from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.checks import as_array, check_shape
from keras_gan_zoo.content_features import distance_of_maps
from keras_gan_zoo.domains import Audio
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.inference import run
from keras_gan_zoo.layers import (
    Conv1D,
    Conv1DTranspose,
    LeakyReLU,
    MelSpectrogram,
    wave_discriminator,
)
from keras_gan_zoo.layers.spectral_normalization import power_iteration
from keras_gan_zoo.layers.wave_discriminator import PERIODS, check_discriminators
from keras_gan_zoo.phases import Batch
from keras_gan_zoo.registry import registered
from keras_gan_zoo.serving import Input, Serving, sampling
from keras_gan_zoo.typing import Tensor

HOP = 256  # samples of a frame
BANDS = 80  # of the mel spectrograms
SEGMENT = 8192  # samples of a sound that a step looks at
SHORTEST = 2 * HOP  # samples that can be mirrored around a window of 1024


class Plan(NamedTuple):
    """A generator of the paper's appendix.

    Attributes:
        channels: Of the frames; each transposed convolution halves them.
        strides: Of the transposed convolutions, whose product is `HOP`.
        blocks: Dict of the kernel sizes of the residual blocks behind each of these, to
            the dilations of their convolutions, a tuple for each sum.
    """

    channels: int
    strides: tuple[int, ...]
    blocks: dict[int, tuple[tuple[int, ...], ...]]


PAIRS = ((1, 1), (3, 1), (5, 1))
VARIANTS = {
    "v1": Plan(512, (8, 8, 2, 2), dict.fromkeys((3, 7, 11), PAIRS)),
    "v2": Plan(128, (8, 8, 2, 2), dict.fromkeys((3, 7, 11), PAIRS)),
    "v3": Plan(256, (8, 8, 4), {3: ((1,), (2,)), 5: ((2,), (6,)), 7: ((3,), (12,))}),
}
# Paper: weight normalization in all layers but those with spectral normalization; here
# none, the kernels themselves, which are what its authors keep after training.


def hifigan_generator(variant="v1", base_channels=None) -> keras.Model:
    """Logarithms of mel spectrograms to waves in [-1, 1], of any length.

    Args:
        variant: `"v1"`, `"v2"` or `"v3"`: see `VARIANTS`.
        base_channels: Channels of the frames, without it the paper's; 16 divides them.

    Returns:
        A Functional model, (batch, frames, 80) to (batch, 256 * frames, 1).

    Raises:
        ValueError: If the channels cannot be halved so often.
    """
    plan = VARIANTS[variant]
    channels = base_channels or plan.channels
    if channels % 2 ** len(plan.strides):
        raise ValueError(
            "HiFiGAN halves its channels with each transposed convolution: "
            f"base_channels must be a multiple of {2 ** len(plan.strides)} for "
            f"{variant!r}. Received: base_channels={base_channels!r}"
        )
    mels = keras.Input((None, BANDS), name="mels")
    x = Conv1D(channels, 7, padding="same")(mels)
    for stride in plan.strides:
        channels //= 2
        enlarge = Conv1DTranspose(channels, 2 * stride, stride, padding="same")
        x = enlarge(LeakyReLU(0.1)(x))
        views = [_residual_block(x, *block) for block in plan.blocks.items()]
        x = layers.Average()(views)  # multi-receptive field fusion, section 2.2
    x = Conv1D(1, 7, padding="same")(LeakyReLU(0.01)(x))
    return keras.Model(mels, layers.Activation("tanh")(x), name="generator")


@registered("sounds from mel spectrograms", "Kong et al. 2020", "2010.05646")
class HiFiGAN(GAN):
    """HiFi-GAN (Kong et al. 2020): a vocoder, mel spectrograms to waves.

    It trains on waves alone, (batch, samples, 1), int16 or float in [-1, 1], of any one
    length: each step cuts a segment of each, computes its mel spectrogram on the
    device, and learns to make the segment of that.

    Args:
        image_shape: (samples, 1) of the segments, a multiple of 256. Without it 8192
            samples, or as many as the first batch has if they are fewer.
        variant: `"v1"`, the best, `"v2"`, the smallest, or `"v3"`, the fastest.
        rate: Samples a second of the waves, in Hz.
        base_channels: Channels of the generator's first layer, in place of the paper's
            512, 128 or 256; 16 divides them.
        discriminator_base_channels: See `wave_discriminator`.
        periods: Of the discriminators that see every p-th sample.
        scales: How many discriminators see the whole wave, ever coarser.
        **kwargs: `generator`, mel spectrograms to waves, and `discriminator`, as
            `wave_discriminator` makes it; `seed`, `name`, `dtype`: see `GAN`.

    Raises:
        ValueError: If there is no such variant, nothing that judges, or segments have
            another shape.

    Example:
        ```python
        import numpy as np

        import keras_gan_zoo as kgz

        time = np.arange(4096) / 22050  # seconds
        pitches = np.random.default_rng(0).uniform(200, 800, (32, 1))
        waves = 0.5 * np.sin(2 * np.pi * pitches * time)[..., None]
        model = kgz.HiFiGAN(
            variant="v3", base_channels=16, discriminator_base_channels=2
        )
        model.fit(waves, batch_size=16, epochs=5)
        again = model.vocode(model.mels(waves[:4]))
        model.domain.save(again, "tone.wav")
        ```

    Reference:
        https://arxiv.org/abs/2010.05646
    """

    sides_of_images = {"discriminator": "input"}
    ignores_labels = True

    def __init__(
        self,
        image_shape=None,
        variant="v1",
        rate=22050,
        base_channels=None,
        discriminator_base_channels=32,
        periods=PERIODS,
        scales=3,
        **kwargs,
    ):
        if variant not in VARIANTS:
            raise ValueError(
                f"variant must be one of {list(VARIANTS)}. Received: {variant!r}"
            )
        check_discriminators(periods, scales)
        self.variant = variant
        self.rate = rate
        self.base_channels = base_channels
        self.discriminator_base_channels = discriminator_base_channels
        self.periods = tuple(periods)
        self.scales = scales
        self.domains = (Audio(rate),)
        super().__init__(image_shape, **kwargs)
        self.mel = MelSpectrogram(rate, highest=min(8000.0, rate / 2))
        # Its authors compare all frequencies, although the generator is told of those
        # up to 8,000 Hz alone.
        self.compared_mel = MelSpectrogram(rate, highest=None)

    def build_generator(self) -> keras.Model:
        """Returns the paper's generator."""
        return hifigan_generator(self.variant, self.base_channels)

    def build_discriminator(self) -> keras.Model:
        """Returns the paper's discriminators, as one network."""
        samples, base_channels = self.image_shape[0], self.discriminator_base_channels
        return wave_discriminator(samples, base_channels, self.periods, self.scales)

    def check_networks(self) -> None:
        """Raises a `ValueError` if the networks do not fit each other or the frames."""
        samples, *others = self.image_shape
        if samples % HOP or samples < SHORTEST or others != [1]:
            raise ValueError(
                f"HiFiGAN learns from segments of one channel, of a multiple of {HOP} "
                f"samples, from {SHORTEST}: image_shape=({SEGMENT}, 1). Received: "
                f"{tuple(self.image_shape)}"
            )
        super().check_networks()
        check_shape(
            "generator's output for 2 frames",
            self.generator.compute_output_shape((None, 2, BANDS)),
            (None, 2 * HOP, 1),
        )

    def call(self, mels, training=False) -> Tensor:
        """Maps (batch, frames, 80) to waves (batch, 256 * frames, 1) in [-1, 1]."""
        return self.sampler(mels, training=training)

    def serving(self, name) -> Serving:
        """Of the generator: mel spectrograms to what `vocode` returns."""
        if name != "generator":
            return super().serving(name)
        inputs = [Input("mels", (None, BANDS))]
        return sampling(self.averaged(name), inputs, self.domain)

    # Training.

    def compile_defaults(self) -> dict[str, Any]:
        """The settings of section 3 and the weights of section 2.4."""
        # The paper halves no squares, as this loss does: hence the first weight.
        weights = {"generator_loss": 2.0, "matching_loss": 2.0, "mel_loss": 45.0}
        return {
            "generator_optimizer": _adam(),
            "discriminator_optimizer": _adam(),
            "loss": "least_squares",
            "loss_weights": weights,
        }

    def trained_shape(self, shape) -> tuple[int, ...]:
        """The shape of the segments of waves."""
        known = self.image_shape or self.given_shape
        longest = known[0] if known else SEGMENT
        samples = min(longest, shape[0] // HOP * HOP)
        if samples < SHORTEST:
            raise ValueError(
                f"HiFiGAN learns from waves of {SHORTEST} samples or more. Received "
                f"waves of {shape[0]}. Add silence."
            )
        return (samples, *shape[1:])

    def prepare(self, x, y) -> Batch:
        """A segment of each wave, and as the condition its mel spectrogram."""
        num, samples = ops.shape(x)[0], self.image_shape[0]
        begin = keras.random.randint(
            (num, 1), 0, x.shape[1] - samples + 1, seed=self.seed_generator
        )
        places = (begin + ops.arange(samples, dtype="int32"))[..., None]
        segments = self.domain.encode(ops.take_along_axis(x, places, axis=1))
        return Batch(segments, condition=self.mel(segments))

    def sample_like(self, batch) -> Tensor | tuple[Tensor, ...]:
        """Makes the segments of their mel spectrograms, in training mode."""
        waves = self.generator(batch.condition, training=True)
        return ops.cast(waves, batch.real.dtype)

    def judge(self, waves) -> list[Tensor]:
        """Maps waves to the float32 logits and feature maps of all discriminators."""
        return super().discriminate(waves)

    def discriminate(self, images, condition=None) -> Tensor | list[Tensor]:
        """Maps waves to the logits of all discriminators; the maps are left out."""
        return self.judge(images)[: len(self.periods) + self.scales]

    def generator_loss(self, batch, fake) -> dict[str, Tensor]:
        """The terms of section 2.4; the first two are sums over discriminators.

        E (D(G(s)) - 1)^2 + 2 E |f(x) - f(G(s))| + 45 E |mel(x) - mel(G(s))|, where s is
        the mel spectrogram of x, and f all feature maps of D and its logits.
        """
        real, judged = self.judge(batch.real), self.judge(fake)
        mels = [self.compared_mel(waves) for waves in (batch.real, fake)]
        logits = judged[: len(self.periods) + self.scales]
        return {
            "generator_loss": self.generator_adversarial_loss(batch, logits),
            "matching_loss": distance_of_maps(real, judged, ops.abs),
            "mel_loss": ops.mean(ops.abs(mels[0] - mels[1])),
        }

    def constrain_discriminator(self, seen=None) -> None:
        """Moves the estimates of the spectral norms along with the kernels."""
        super().constrain_discriminator(seen)
        power_iteration(self.discriminator)

    # Use.

    def mels(self, waves) -> np.ndarray:
        """Computes mel spectrograms, as `vocode` takes them.

        Args:
            waves: (num, samples, 1), int16 or float in [-1, 1], at the model's rate;
                385 samples or more.

        Returns:
            float32 array (num, samples // 256, 80).

        Raises:
            ValueError: If they are no such waves.
        """
        self.domain.check(waves)
        self.mel.check_waves(waves.shape)
        return ops.convert_to_numpy(self.mel(self.domain.encode(waves)))

    def vocode(self, mels, batch_size=16, verbose="auto") -> np.ndarray:
        """Makes sound of mel spectrograms of any length, which is a program of its own.

        Args:
            mels: Float array (num, frames, 80), as `mels` makes them.
            batch_size: How many are computed at a time.
            verbose: As in `generate`.

        Returns:
            float32 array (num, 256 * frames, 1) in [-1, 1].

        Raises:
            ValueError: If the networks are not made yet or the spectrograms do not fit.
        """
        self.require_networks()
        mels = as_array(mels)
        check_shape("mel spectrograms", mels.shape, (None, None, BANDS))
        if 0 in mels.shape:
            raise ValueError(
                "vocode() makes sound of one mel spectrogram or more, of one frame or "
                f"more. Received: shape {mels.shape}."
            )
        decode = self.domain.decode
        return run(self.sampler, mels, batch_size, None, decode, verbose)


def _residual_block(x, kernel, sums):
    """Sums of x and what one or two dilated convolutions make of it (figure 1)."""
    for dilations in sums:
        y = x
        for dilation in dilations:
            convolve = Conv1D(
                x.shape[-1], kernel, padding="same", dilation_rate=dilation
            )
            y = convolve(LeakyReLU(0.1)(y))
        x = layers.Add()([x, y])
    return x


def _adam():
    # The rate falls by a thousandth in each epoch: as many steps as the paper's 12,950
    # sounds take in batches of 16.
    rate = keras.optimizers.schedules.ExponentialDecay(
        2e-4, decay_steps=809, decay_rate=0.999
    )
    return keras.optimizers.AdamW(rate, weight_decay=0.01, beta_1=0.8, beta_2=0.99)
