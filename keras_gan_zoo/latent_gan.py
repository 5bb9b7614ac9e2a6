"""GANs that make images from noise alone, and what sampling them needs."""

import random
from collections.abc import Callable

import numpy as np
from keras import ops

from keras_gan_zoo.checks import as_array, check_number, check_shape, shape_of
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.inference import run
from keras_gan_zoo.priors import Normal, Prior
from keras_gan_zoo.serving import Input, Serving, sampling
from keras_gan_zoo.typing import Tensor


class LatentGAN(GAN):
    """Base of the models whose generator maps latents to images.

    Args:
        image_shape: (height, width, channels) of the images, or (dimensions,) of
            points. Without it the networks are sized from the first batch.
        latent_dim: Length of the latents.
        **kwargs: `generator`, a Keras model from latents (batch, latent_dim) to images
            in [-1, 1], and `discriminator`, images to logits, to use in place of the
            paper's; `seed`, `name`, `dtype`: see `GAN`.
    """

    sides_of_images = {"generator": "output", "discriminator": "input"}
    conditional = False  # whether generate() takes labels

    @property
    def ignores_labels(self) -> bool:  # type: ignore[override]
        """Whether labels that the data hold mean nothing to the model."""
        return not self.requires_labels

    def __init__(self, image_shape=None, latent_dim=100, **kwargs):
        self.latent_dim = latent_dim
        super().__init__(image_shape, **kwargs)

    def check_networks(self) -> None:
        """Raises a `ValueError` if the networks do not fit each other."""
        if self.prior.dim < 1:
            raise ValueError(
                f"{type(self).__name__} generates from latents of at least one number. "
                f"Received: latent_dim={self.latent_dim}"
            )
        super().check_networks()
        for name, expected in self.input_shapes().items():
            received = shape_of(getattr(self, name), "input")
            check_shape(f"{name}'s input", received, expected)

    def input_shapes(self) -> dict[str, tuple | list]:
        """Returns a dict of network to the shape of its input, or to a list of them."""
        return {
            "generator": (None, self.prior.dim),
            "discriminator": (None, *self.image_shape),
        }

    @property
    def prior(self) -> Prior:
        """What latents are drawn from, a `priors.Prior`."""
        return Normal(self.latent_dim)

    def call(self, latents, training=False) -> Tensor:
        """Maps latents (batch, latent_dim) to float images in [-1, 1]."""
        return self.sampler(latents, training=training)

    def serving(self, name) -> Serving:
        """Of the generator: latents to what `generate` returns."""
        if name != "generator":
            return super().serving(name)
        return sampling(self.sampler, self.generator_inputs(), self.domain)

    def generator_inputs(self) -> list[Input]:
        """What an exported generator takes."""
        return [Input("latents", (self.prior.dim,))]

    def sample_like(self, batch) -> Tensor | tuple[Tensor, ...]:
        """Generates as many images as the batch holds, in training mode."""
        generate, latents = self.latent_path(batch)
        # Half precision stays within the networks.
        return ops.cast(generate(latents), batch.real.dtype)

    def smoothness(self, phase, batch) -> dict[str | None, Tensor]:
        """The generator's regularizers, by name, on latents of their own."""
        terms = super().smoothness(phase, batch)
        if self.generator not in phase.networks:
            return terms
        steps = self.generator_optimizer.iterations
        return terms | {
            regularizer.name: regularizer.on_turn(
                steps, *self.latent_path(batch), batch.real, self.seed_generator
            )
            for regularizer in self.regularizers_now("generator")
        }

    def latent_path(self, batch) -> tuple[Callable, Tensor]:
        """Where a generator is to be smooth: a function to images, and its inputs.

        Args:
            batch: What `prepare` returned.

        Returns:
            A function from latents to images in [-1, 1], and latents.
        """

        def generate(latents):
            return self.generator(self.conditioned(latents, batch), training=True)

        return generate, self.noise(ops.shape(batch.real)[0])

    def conditioned(self, latents, batch) -> Tensor | list[Tensor]:
        """What the generator takes in a step; see `ClassConditional`.

        Args:
            latents: (num, latent_dim), at most as many as the batch holds.
            batch: What `prepare` returned.

        Returns:
            The latents, or a list that begins with them.
        """
        return latents

    def noise(self, num) -> Tensor:
        """Draws latents of shape (num, prior.dim) inside a training step."""
        return self.prior.draw(num, self.seed_generator)

    def latents(self, num, seed=None) -> np.ndarray:
        """Draws latents outside training, a float32 array (num, prior.dim)."""
        return self.prior.sample(num, random_state(seed))

    def latents_for(self, num, seed, latents=None) -> np.ndarray:
        """Draws latents, unless there are some already.

        Args:
            num: How many; not needed if there are latents.
            seed: Integer.
            latents: Floats (num, prior.dim), or None.

        Returns:
            float32 array (num, prior.dim).

        Raises:
            ValueError: If an argument does not fit the others.
        """
        if latents is None:
            check_number(num)
            return self.latents(num, seed)
        latents = as_array(latents)
        check_shape("latents", latents.shape, (num, self.prior.dim))
        if num not in (None, len(latents)) or seed is not None:
            raise ValueError(
                f"generate() got {len(latents)} latents, which say what is generated. "
                f"Leave num and seed out. Received: num={num}, seed={seed}."
            )
        return latents.astype("float32")

    def generate(
        self,
        num=None,
        labels=None,
        seed=None,
        batch_size=64,
        verbose="auto",
        latents=None,
    ) -> np.ndarray:
        """Generates images.

        Args:
            num: How many; not needed if there are labels or latents.
            labels: Where the model is conditional, integers in [0, num_classes), one an
                image, or a single one for all. Without them the classes take turns:
                image i is of class i % num_classes.
            seed: Integer. The same seed gives the same latents, whatever the labels,
                hence the same images up to rounding, on every backend and for every
                `batch_size`. Training is never affected.
            batch_size: How many images are computed at a time.
            verbose: Whether to show a progress bar: 0, 1, or `"auto"` for long work.
            latents: Floats (num, prior.dim) to generate from, in place of a seed: from
                an interpolation, an arithmetic or an encoder.

        Returns:
            uint8 array of shape (num, height, width, channels); for points, a float32
            array of shape (num, dimensions).

        Raises:
            ValueError: If the networks are not made yet or an argument does not fit.
        """
        self.require_networks()
        inputs = self.inputs_for(num, labels, seed, latents)
        return self.draw(inputs, batch_size, verbose)

    def inputs_for(
        self, num, labels=None, seed=None, latents=None
    ) -> np.ndarray | list[np.ndarray]:
        """What the generator is called with, for such arguments of `generate`.

        Returns:
            A NumPy array of latents, or a list of arrays where it has several inputs.
        """
        if labels is not None:
            raise ValueError(
                f"{type(self).__name__} is not conditional: it cannot generate images "
                "of given labels. Leave labels out."
            )
        return self.latents_for(num, seed, latents)

    def draw(self, inputs, batch_size=64, verbose="auto") -> np.ndarray:
        """Maps NumPy inputs of the generator to what `generate` returns."""
        decode = self.domain.decode
        return run(self.sampler, inputs, batch_size, after=decode, verbose=verbose)


def random_state(seed) -> np.random.RandomState:
    """A `RandomState`, whose streams are frozen: a seed means the same for ever.

    Without a seed Python's generator decides, as `keras.utils.set_random_seed` expects.
    """
    return np.random.RandomState(random.getrandbits(32) if seed is None else seed)
