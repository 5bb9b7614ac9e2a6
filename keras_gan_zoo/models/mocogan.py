"""MoCoGAN: what is seen in a clip, and how it moves, are drawn apart.

Tulyakov, Liu, Yang and Kautz 2018, "MoCoGAN: Decomposing Motion and Content for Video
Generation", https://arxiv.org/abs/1707.04993

The latent of a frame has two parts. The content is drawn once for the clip. The motion
is the state of a recurrent network that takes a step for each frame, from fresh noise.
An image generator draws each frame by itself. One discriminator sees a single frame of
the clip, the other the whole of it, and only that one can judge motion.
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.checks import check_number
from keras_gan_zoo.datasets.base import check_positive
from keras_gan_zoo.domains import Video
from keras_gan_zoo.inference import run
from keras_gan_zoo.latent_gan import LatentGAN, random_state
from keras_gan_zoo.layers import Conv3D, LeakyReLU, MergeFrames, SplitFrames
from keras_gan_zoo.layers.dcgan_blocks import normal, normalize
from keras_gan_zoo.losses import in_float32, over_heads
from keras_gan_zoo.models.dcgan import (
    dcgan_discriminator,
    dcgan_generator,
    stage_shapes,
)
from keras_gan_zoo.phases import Phase
from keras_gan_zoo.priors import Mixed, Normal, Sequence
from keras_gan_zoo.registry import registered
from keras_gan_zoo.settings import making_networks
from keras_gan_zoo.typing import Tensor

SEEN = 4  # frames that a convolution of the video discriminator joins


def mocogan_generator(
    image_shape, latent_dim=50, motion_dim=10, base_channels=64
) -> keras.Model:
    """Latents of content and motion to clips in [-1, 1].

    Args:
        image_shape: (frames, height, width, channels) of the clips.
        latent_dim: Length of the content's latent.
        motion_dim: Length of the motion's latent, and of the noise of a frame.
        base_channels: See `dcgan_generator`.

    Returns:
        A Functional model of (batch, latent_dim + (1 + frames) * motion_dim): content,
        the first state of the motion, and noise for each frame.

    Raises:
        ValueError: If these are no clips, or a side is shorter than 8 pixels.
    """
    if len(image_shape) != 4:
        raise ValueError(
            "MoCoGAN makes clips of shape (frames, height, width, channels). Received: "
            f"{tuple(image_shape)}."
        )
    frames, *frame_shape = image_shape
    dim = latent_dim + (1 + frames) * motion_dim
    latents = keras.Input((dim,), name="latents")
    cuts = [latent_dim, latent_dim + motion_dim]
    content, state, noise = ops.split(latents, cuts, axis=1)
    noise = layers.Reshape((frames, motion_dim))(noise)
    motion = layers.GRU(motion_dim, return_sequences=True)(noise, initial_state=state)
    codes = layers.Concatenate()([layers.RepeatVector(int(frames))(content), motion])
    draw = dcgan_generator(frame_shape, latent_dim + motion_dim, base_channels)
    images = draw(MergeFrames()(codes))
    return keras.Model(latents, SplitFrames(frames)(images), name="generator")


def video_discriminator(image_shape, base_channels=64, normalized=True) -> keras.Model:
    """Clips in [-1, 1] to logits (batch, 1), by convolutions in space and time.

    Args:
        image_shape: (frames, height, width, channels) of the clips.
        base_channels: Channels of the first hidden layer; each layer after has twice as
            many, up to eight times.
        normalized: Whether there is batch normalization, as in the paper. Penalties of
            slopes want none (`R1`): it ties the clips of a batch together.

    Returns:
        A Functional model.
    """
    start = normal() if normalized else "he_normal"
    clips = x = keras.Input(image_shape, name="clips")
    _, *stages = stage_shapes(image_shape[1:], base_channels)
    for stage, (_, _, channels) in enumerate(stages):
        # Frames become fewer by 3, while there are more than one.
        kernel = (min(SEEN, x.shape[1]), 4, 4)
        convolve = Conv3D(
            channels,
            kernel,
            strides=(1, 2, 2),
            use_bias=stage == 0 or not normalized,
            kernel_initializer=start,
        )
        x = convolve(layers.ZeroPadding3D((0, 1, 1))(x))
        x = LeakyReLU(0.2)(normalize(x) if stage and normalized else x)
    # Paper: logits of patches, from both discriminators; here one of the whole.
    logits = layers.Dense(1, kernel_initializer=normal())(layers.Flatten()(x))
    return keras.Model(clips, logits, name="discriminator")


@registered("clips from noise", "Tulyakov et al. 2018", "1707.04993")
class MoCoGAN(LatentGAN):
    """Motion and content of clips, decomposed (Tulyakov et al. 2018).

    Args:
        image_shape: (frames, height, width, channels) of the clips, height and width
            from 8. Without it the networks are sized from the first batch.
        latent_dim: Length of the content's latent.
        motion_dim: Length of the motion's latent, and of the noise of a frame.
        base_channels: Channels of the layers next to the clips; they double at each
            halving of the resolution, up to eight times as many.
        **kwargs: `generator`, a Keras model from latents (see `mocogan_generator`) to
            clips, `discriminator`, of clips to logits, `image_discriminator`, of frames
            to logits, `seed`, `name`, `dtype`: see `LatentGAN`.

    Example:
        ```python
        import keras_gan_zoo as kgz

        clips = kgz.datasets.moving_garments(num=500, frames=16).images
        model = kgz.MoCoGAN(base_channels=16)
        model.fit(clips, batch_size=16, epochs=20)
        samples = model.generate(4, seed=0)
        same_content = model.generate(4, seed=0, motion_seed=1)
        longer = model.generate(4, seed=0, frames=32)
        ```

    Reference:
        https://arxiv.org/abs/1707.04993
    """

    domains = (Video(),)
    networks = ("generator", "discriminator", "image_discriminator")

    def __init__(
        self,
        image_shape=None,
        latent_dim=50,
        motion_dim=10,
        base_channels=64,
        **kwargs,
    ):
        self.motion_dim = motion_dim
        self.base_channels = base_channels
        super().__init__(image_shape, latent_dim, **kwargs)

    @property
    def prior(self) -> Mixed:
        """The latents of clips as long as those of the data."""
        return self.prior_of(self.image_shape[0])

    def prior_of(self, frames) -> Mixed:
        """What the latents of clips are drawn from: content, and motion.

        Args:
            frames: How many frames a clip has.

        Returns:
            A `priors.Mixed`. Longer clips begin as shorter ones do.
        """
        motion = Sequence(self.motion_dim, 1 + frames)
        return Mixed(Normal(self.latent_dim), motion)

    def build_generator(self) -> keras.Model:
        """Returns the paper's generator."""
        return self._generator_of(self.image_shape[0])

    def _generator_of(self, frames):
        shape, dims = (
            (frames, *self.image_shape[1:]),
            (self.latent_dim, self.motion_dim),
        )
        return mocogan_generator(shape, *dims, self.base_channels)

    def build_discriminator(self) -> keras.Model:
        """Returns the discriminator of clips."""
        return video_discriminator(self.image_shape, self.base_channels)

    def build_image_discriminator(self) -> keras.Model:
        """Returns the discriminator of frames, that of DCGAN."""
        return dcgan_discriminator(self.image_shape[1:], self.base_channels)

    def input_shapes(self) -> dict[str, Any]:
        """The image discriminator sees frames."""
        frames = (None, *self.image_shape[1:])
        return {**super().input_shapes(), "image_discriminator": frames}

    # Paper: weight decay 1e-5; here none, as in the other models.

    def compile_defaults(self) -> dict[str, Any]:
        """Adam as the authors have it, one for each network."""
        names = ("generator", "discriminator", "image_discriminator")
        optimizers = {
            f"{name}_optimizer": keras.optimizers.Adam(2e-4, beta_1=0.5)
            for name in names
        }
        return {**optimizers, "loss": "non_saturating"}

    def phases(self) -> list[Phase]:
        """The two discriminators, one after the other, then the generator."""
        of_clips, generator = super().phases()
        of_images = Phase(
            "image_discriminator",
            self.image_discriminator_loss,
            [self.image_discriminator],
            self.image_discriminator_optimizer,
            after=self.constrain_image_discriminator,
        )
        return [of_images, of_clips, generator]

    def constrain_image_discriminator(self, seen=None) -> None:
        """Lets the regularizers act on the weights of the one that sees frames."""
        for regularizer in self.regularizers_now("discriminator"):
            regularizer.after_step(self.image_discriminator.trainable_variables)

    def image_discriminator_loss(self, batch, fake) -> dict[str, Tensor]:
        """- E log D_I(frame) - E log(1 - D_I(generated frame)), and its penalties."""
        frames = batch._replace(real=self.random_frames(batch.real))
        fake = self.random_frames(ops.stop_gradient(fake))
        logits = [self.discriminate(images) for images in (frames.real, fake)]
        terms = {
            "discriminator_loss": over_heads(
                self.adversarial_loss.discriminator, *logits
            ),
            **self.penalties(frames, fake),
        }
        return {f"image_{name}": term for name, term in terms.items()}

    def generator_loss(self, batch, fake) -> dict[str, Tensor]:
        """- E log D_V(clip) - E log D_I(frame)."""
        fake_logits = self.discriminate(self.random_frames(fake))
        real_logits = None
        if self.adversarial_loss.relativistic:
            real_logits = self.discriminate(self.random_frames(batch.real))
        loss = over_heads(self.adversarial_loss.generator, real_logits, fake_logits)
        return {**super().generator_loss(batch, fake), "image_generator_loss": loss}

    def discriminate(self, images, condition=None) -> Tensor:
        """Maps clips, or frames (batch, height, width, channels), to float32 logits."""
        if len(images.shape) == 5:
            return super().discriminate(images, condition)
        return in_float32(
            self.image_discriminator(self.augmented(images), training=True)
        )

    def random_frames(self, clips) -> Tensor:
        """One frame of each clip, drawn uniformly, (batch, height, width, channels)."""
        num, frames = ops.shape(clips)[0], clips.shape[1]
        chosen = keras.random.randint((num,), 0, frames, seed=self.seed_generator)
        weights = ops.one_hot(chosen, frames, dtype=clips.dtype)
        return ops.sum(clips * weights[:, :, None, None, None], axis=1)

    # Use.

    def latents(self, num, seed=None, frames=None) -> np.ndarray:
        """Draws latents outside training, float32 (num, prior_of(frames).dim)."""
        frames = self.image_shape[0] if frames is None else frames
        return self.prior_of(frames).sample(num, random_state(seed))

    def generate(
        self,
        num=None,
        labels=None,
        seed=None,
        batch_size=16,
        verbose="auto",
        latents=None,
        frames=None,
        content_seed=None,
        motion_seed=None,
    ) -> np.ndarray:
        """Generates clips.

        Args:
            num: How many; not needed if there are latents.
            labels: Not used by a model without labels.
            seed: Integer, of content and motion. The same seed gives the same clips.
            batch_size: How many clips are computed at a time.
            verbose: Whether to show a progress bar: 0, 1, or `"auto"` for long work.
            latents: Floats (num, prior.dim) to generate from, in place of seeds.
            frames: How long the clips are, by default as those of the data. Longer ones
                begin as shorter ones do. Only with the paper's generator.
            content_seed: Integer, of the content, in place of `seed`.
            motion_seed: Integer, of the motion, in place of `seed`.

        Returns:
            uint8 array (num, frames, height, width, channels).

        Raises:
            ValueError: If the networks are not made yet or an argument does not fit.
        """
        self.require_networks()
        if latents is not None:
            _refuse(frames=frames, content_seed=content_seed, motion_seed=motion_seed)
        if latents is not None or labels is not None:
            return super().generate(num, labels, seed, batch_size, verbose, latents)
        check_number(num)
        frames = self.image_shape[0] if frames is None else frames
        check_positive("frames", frames)
        seeds = [seed if x is None else x for x in (content_seed, motion_seed)]
        content, motion = [self.latents(num, x, frames) for x in seeds]
        content, motion = content[:, : self.latent_dim], motion[:, self.latent_dim :]
        inputs = np.concatenate([content, motion], axis=1)
        network, decode = self.sampler_of(frames), self.domain.decode
        return run(network, inputs, batch_size, after=decode, verbose=verbose)

    def sampler_of(self, frames) -> keras.Model:
        """The network that makes clips, for clips of so many frames.

        Args:
            frames: A positive integer.

        Returns:
            A Keras model, a copy unless the data has clips of this length.

        Raises:
            ValueError: If the generator was given and makes clips of another length.
        """
        if frames == self.image_shape[0]:
            return self.sampler
        if "generator" in self.custom_networks:
            raise ValueError(
                "The generator that was passed to MoCoGAN makes clips of "
                f"{self.image_shape[0]} frames. Received: frames={frames}."
            )
        with making_networks(self.seed, self.dtype_policy):
            network = self._generator_of(frames)
        network.set_weights(self.sampler.get_weights())
        return network


def _refuse(**arguments):
    given = {name: value for name, value in arguments.items() if value is not None}
    if given:
        raise ValueError(
            "generate() got latents, which say what is generated. Leave "
            f"{', '.join(given)} out. Received: {given}."
        )
