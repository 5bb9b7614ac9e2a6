"""GANs that draw what a caption says: sentences beside latents and beside images.

On the host strings become numbers (`text.TextEncoder.encode`). In a step a network of
the model, the text encoder, makes of them a vector a caption, the sentence, which the
generator and the discriminator take.
"""

import dataclasses
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan_zoo.checks import as_array, check_number, check_shape, shape_of
from keras_gan_zoo.inference import run
from keras_gan_zoo.losses import in_float32, over_heads
from keras_gan_zoo.phases import Batch, Phase
from keras_gan_zoo.serving import Input
from keras_gan_zoo.text import WordEncoder, flat, get, is_text, listed, peeked
from keras_gan_zoo.typing import Tensor
from keras_gan_zoo.validation import Limits


class CaptionConditional:
    """What a `LatentGAN` needs to draw what captions say; it stands before its base.

    The discriminator tells three kinds of pairs apart: real images with their captions
    from generated images, and from real images with the captions of others (Reed et al.
    2016, algorithm 1; Tao et al. 2022, equation 2).

    Attributes:
        text: A `text.TextEncoder`, which says what becomes of strings.
    """

    networks: tuple[str, ...] = ("generator", "discriminator", "text_encoder")
    samplers: tuple[str, ...] = ("generator", "text_encoder")
    sides_of_images = {"generator": "output"}
    requires_labels = True
    conditional = True

    def __init__(self, image_shape=None, latent_dim=100, text=None, **kwargs):
        self.text = WordEncoder() if text is None else get(text)
        super().__init__(image_shape, latent_dim, **kwargs)  # type: ignore[call-arg]

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor, the text encoder as data."""
        return {**super().get_config(), "text": self.text.get_config()}

    # The networks.

    def unknown_arguments(self) -> dict[str, str]:
        """What the networks need and is not known yet."""
        unknown = super().unknown_arguments()
        if self.text.is_ready:
            return unknown
        return {**unknown, "text=WordEncoder().of(captions)": "the words of captions"}

    def build_text_encoder(self) -> keras.Model:
        """Returns a network of what stands for captions to sentences (batch, dim)."""
        return self.text.build()

    def input_shapes(self) -> dict[str, Any]:
        """Both players see sentences too."""
        sentences = (None, self.text.dim)
        shapes = {name: [s, sentences] for name, s in super().input_shapes().items()}
        return {**shapes, "text_encoder": (None, *self.text.shape)}

    def check_networks(self) -> None:
        """Raises a `ValueError` if the networks do not fit each other."""
        super().check_networks()
        made = shape_of(self.text_encoder, "output")
        check_shape("text_encoder's output", made, (None, self.text.dim))

    # The data.

    def fit(self, x=None, y=None, **kwargs) -> keras.callbacks.History:
        """Trains the model, with the paper's choices if it was not compiled.

        Args:
            x: Images; or a tuple (images, captions); or a data set that yields images
                and what `model.text.encode(captions)` returns.
            y: Captions: a list, array, tensor or column of a table of strings, one an
                image; or of lists of strings, of which one is drawn at each use. The
                first call of `fit` learns the words from them.
            **kwargs: As in `GAN.fit`.

        Returns:
            The Keras `History`: each loss term, by epoch.

        Raises:
            ValueError: If captions are missing or no strings, or as in `GAN.fit`.
        """
        if isinstance(x, tuple) and len(x) == 2 and y is None:
            x, y = x
        first, x = peeked(x)
        if isinstance(first, list | tuple) and len(first) > 1:
            self._refuse_text(first[1])
        before = self.text
        try:
            return super().fit(x, self.encoded(y), **kwargs)
        except BaseException:
            if self.image_shape is None:  # it is still open to other captions
                self.text = before
            raise

    def train_on_batch(self, x, y=None, **kwargs) -> Any:
        """Runs one training step on one batch; arguments as in Keras and `fit`."""
        return super().train_on_batch(x, self.encoded(y), **kwargs)

    def encoded(self, captions) -> Any:
        """What stands for captions in training; the first ones are learned from.

        Args:
            captions: See `fit`.

        Returns:
            Array (num, captions, *text.shape); what is no text, as it is.
        """
        if captions is None or not is_text(captions):
            return captions
        if not self.text.is_ready:
            self.text = self.text.of(flat(captions))
        return self.text.encode(captions)

    def check_data(self, x, y) -> None:
        """Refuses a batch that the model cannot learn from, and sizes the networks."""
        if y is None:
            raise ValueError(
                f"{type(self).__name__} learns from captions, but the data holds "
                "images alone. Pass fit(images, captions), a string or a list of "
                "strings an image."
            )
        if len(x) < 2:
            raise ValueError(
                f"{type(self).__name__} compares images with the captions of others in "
                "the batch. Choose a batch_size from 2 on. Received: 1 image."
            )
        self._refuse_text(y)
        super().check_data(x, y)

    def _refuse_text(self, captions):
        """Says what a data set must yield in place of strings."""
        if captions is not None and is_text(captions):
            raise ValueError(
                f"{type(self).__name__} reads strings in fit(images, captions). The "
                "data set holds strings beside its images, expected numbers. Make the "
                "model with text=WordEncoder().of(captions), and have the data set "
                "yield model.text.encode(captions)."
            )

    def check_labels(self, labels, num) -> None:
        """Raises a `ValueError` unless these stand for captions of so many images."""
        name = type(self).__name__
        if not self.text.is_ready:
            raise ValueError(
                f"{name} knows no words yet. Pass strings, fit(images, captions), or "
                f"say what it is to know: {name}(text=WordEncoder().of(captions))."
            )
        expected = (num, None, *self.text.shape)
        shape = tuple(getattr(labels, "shape", ()))
        if len(shape) != len(expected) or shape[2:] != expected[2:] or shape[0] != num:
            differ = shape and shape[0] != num
            counts = f"{num} images and {shape[0]} captions, " if differ else ""
            raise ValueError(
                f"{name} learns from captions, one or a list of them an image: "
                f"strings, or what model.text.encode(captions) makes of them, an array "
                f"{expected}. Received: {counts}{type(labels).__name__} of shape "
                f"{shape}."
            )

    def limits(self, x, y) -> tuple[Limits | None, Limits | None]:
        """Where images, and what stands for captions, must lie."""
        return self.domain.limits(x), self.text.limits()

    def prepare(self, x, y) -> Batch:
        """Images, and what stands for one caption of each, drawn at each use."""
        limits = self.text.limits()
        if limits is not None:  # what lies beyond cannot break the step before
            y = ops.clip(y, limits.lowest, limits.highest)
        return super().prepare(x, self._one_of(y))

    def _one_of(self, captions):
        if captions.shape[1] == 1:
            return captions[:, 0]
        rest = tuple(range(2, len(captions.shape)))
        there = ops.any(ops.not_equal(captions, 0), axis=rest)  # (batch, captions)
        counts = ops.sum(ops.cast(there, "int32"), axis=1)
        num = ops.shape(captions)[0]
        shares = keras.random.uniform((num,), seed=self.seed_generator)
        chosen = ops.cast(shares * ops.cast(counts, "float32"), "int32")
        chosen = ops.minimum(chosen, counts - 1)
        chosen = ops.reshape(chosen, (-1, 1, *[1] * len(rest)))
        return ops.squeeze(ops.take_along_axis(captions, chosen, axis=1), 1)

    # Training.

    def phases(self) -> list[Phase]:
        """The usual two; the text encoder learns with the discriminator."""
        # Papers: trained before and fixed; here along with the discriminator, which
        # Reed et al. find slower and as good, because no weights need be there first.
        discriminator, *others = super().phases()
        networks = [*discriminator.networks, self.text_encoder]
        return [dataclasses.replace(discriminator, networks=networks), *others]

    def conditioned(self, latents, batch) -> list[Tensor]:
        """Latents, and the sentences of the batch's first captions, as values."""
        captions = batch.condition[: ops.shape(latents)[0]]
        sentences = self.text_encoder(captions, training=True)
        return [latents, ops.stop_gradient(sentences)]

    def sample_like(self, batch) -> tuple[Tensor, ...]:
        """Generates an image of each caption; returns the sentences, too."""
        inputs = self.conditioned(self.noise(ops.shape(batch.real)[0]), batch)
        images = self.generator(inputs, training=True)
        return ops.cast(images, batch.real.dtype), inputs[1]

    def discriminate(self, images, condition=None) -> Tensor | list[Tensor]:
        """Maps images and sentences to float32 logits, through the augmentation."""
        inputs = [self.augmented(images), condition]
        return in_float32(self.discriminator(inputs, training=True))

    def discriminator_loss(self, batch, fake) -> dict[str, Tensor]:
        """The discriminator's terms, differentiable in the sentences."""
        sentences = self.text_encoder(batch.condition, training=True)
        batch = batch._replace(condition=sentences)
        return self.discriminator_terms(batch, ops.stop_gradient(fake[0]))

    def discriminator_terms(self, batch, fake) -> dict[str, Tensor]:
        """L(D(x, s), D(G, s)) / 2 + L(D(x, s), D(x, s')) / 2, and the penalties.

        Args:
            batch: A `Batch` of real images and their sentences s. Those of their
                neighbours are s'. Of an image alone the second term has no slope.
            fake: Generated images.

        Returns:
            A dict of named scalars.
        """
        others = ops.roll(batch.condition, 1, axis=0)
        real_logits, mismatched, penalties = self.compared(batch, others)
        fake_logits = self.discriminate(fake, batch.condition)
        adversarial = self.discriminator_adversarial_loss(real_logits, fake_logits)
        loss = self.adversarial_loss.discriminator
        matching = over_heads(loss, real_logits, mismatched)
        # An image that is alone in its batch has no neighbour: its term moves nothing.
        is_alone = ops.equal(ops.shape(others)[0], 1)
        matching = ops.where(is_alone, ops.stop_gradient(matching), matching)
        return {
            "discriminator_loss": adversarial / 2,
            "matching_loss": matching / 2,
            **penalties,
            **self.penalties(batch, fake),
        }

    def compared(self, batch, others) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """Real images beside their captions and beside those of others.

        Args:
            batch: As in `discriminator_terms`.
            others: Sentences (batch, dim) that do not belong to the images.

        Returns:
            The logits of both, and a dict of penalties, scalars, that come of them.
        """
        matching = self.discriminate(batch.real, batch.condition)
        return matching, self.discriminate(batch.real, others), {}

    def generator_loss(self, batch, fake) -> dict[str, Tensor]:
        """The generator's terms, of images together with their captions."""
        images, sentences = fake[:2]
        return super().generator_loss(batch._replace(condition=sentences), images)

    # Use.

    def call(self, inputs, training=False) -> Tensor:
        """Maps [latents, sentences], or latents to the examples, to float images."""
        if not isinstance(inputs, list | tuple):
            ids = self.text.encode(list(self.text.examples))[:, 0]
            sentences = self.averaged("text_encoder")(ops.convert_to_tensor(ids))
            in_turn = ops.arange(ops.shape(inputs)[0]) % len(ids)
            inputs = [inputs, ops.take(sentences, in_turn, axis=0)]
        return super().call(inputs, training=training)

    def predict(self, x, batch_size=64, verbose="auto") -> np.ndarray:
        """Maps [latents, sentences], or latents to the examples; see `GAN.predict`."""
        if not isinstance(x, list | tuple):
            x = self.inputs_for(None, latents=x)
        return super().predict(x, batch_size, verbose)

    def generator_inputs(self) -> list[Input]:
        """Latents, and a sentence an image."""
        return [*super().generator_inputs(), Input("sentences", (self.text.dim,))]

    def sentences(self, captions, batch_size=64) -> np.ndarray:
        """What the generator takes for captions.

        Args:
            captions: A string, or a list, array, tensor or column of a table of
                strings. What are sentences already stays so.
            batch_size: How many are computed at a time.

        Returns:
            float32 array (num, text.dim). Sums of them are sentences, too.

        Raises:
            ValueError: If the networks are not made yet, the captions are no strings,
                several stand for one image, or no word is known.
        """
        self.require_networks()
        if is_text(captions):
            ids = self.text.encode(_one_each(captions))[:, 0]
            return run(self.averaged("text_encoder"), ids, batch_size, verbose=0)
        sentences = _numbers(captions)
        if sentences.shape[1:] != (self.text.dim,) or sentences.dtype.kind not in "fiu":
            raise ValueError(
                "Captions are a string or a list of strings, sentences floats of shape "
                f"(num, {self.text.dim}). Received: {captions!r:.200}"
            )
        return sentences.astype("float32")

    def generate(
        self,
        captions=None,
        num=None,
        seed=None,
        batch_size=64,
        verbose="auto",
        latents=None,
        labels=None,
    ) -> np.ndarray:
        """Generates images of captions.

        Args:
            captions: A string, or a list, array, tensor or column of a table of them,
                or what `sentences` returns: image i is of caption i % len(captions).
                Without them `text.examples` take turns. An integer in this place is
                `num`.
            num: How many; by default one a caption, or as many as there are latents.
            seed: Integer. The same seed gives the same latents, whatever the captions.
            batch_size: How many images are computed at a time.
            verbose: Whether to show a progress bar: 0, 1, or `"auto"` for long work.
            latents: Floats (num, prior.dim) to generate from, in place of a seed.
            labels: As `captions`, for what treats all conditional models alike.
                Integers are places in `text.examples`.

        Returns:
            uint8 array of shape (num, height, width, channels).

        Raises:
            ValueError: If the networks are not made yet or an argument does not fit.
        """
        if _is_integer(captions):
            captions, num = None, captions
        captions = labels if captions is None else captions
        return super().generate(num, captions, seed, batch_size, verbose, latents)

    def inputs_for(
        self, num, labels=None, seed=None, latents=None
    ) -> np.ndarray | list[np.ndarray]:
        """Latents and sentences for `generate`."""
        captions: Any = self.text.examples if labels is None else labels
        if not is_text(captions) and _numbers(captions).dtype.kind in "iu":
            captions = self._examples_at(_numbers(captions))
        sentences = self.sentences(captions)
        if num is None and latents is not None:
            num = len(latents)
        elif num is None and labels is not None:
            num = len(sentences)
        check_number(num)
        latents = self.latents_for(num, seed, latents)
        return [latents, sentences[np.arange(num) % len(sentences)]]

    def _examples_at(self, places):
        examples = np.array(self.text.examples)
        beyond = places[(places < 0) | (places >= len(examples))]
        if beyond.size:
            raise ValueError(
                "Labels are places in model.text.examples, expected integers from 0 to "
                f"{len(examples) - 1}. Received: {beyond[0]}"
            )
        return np.atleast_1d(examples[places])

    def interpolate(self, start, end, num=8, seed=None) -> np.ndarray:
        """Generates images on the way from one caption to another.

        Args:
            start: A string.
            end: A string.
            num: How many images, from 2 on; the first is of `start`, the last of `end`.
            seed: Integer, of the latent that all of them share.

        Returns:
            uint8 array (num, height, width, channels).

        Raises:
            ValueError: If an argument is something else, or as in `generate`.
        """
        if not isinstance(start, str) or not isinstance(end, str):
            raise ValueError(
                "interpolate() goes from one caption to another, expected two strings. "
                f"Received: {type(start).__name__} and {type(end).__name__}. Between "
                "sentences go by generate((1 - share) * start + share * end)."
            )
        if not _is_integer(num) or num < 2:
            raise ValueError(
                "interpolate() takes num, the number of images, an integer from 2 on. "
                f"Received: num={num!r}"
            )
        first, last = self.sentences([start, end])
        share = np.linspace(0, 1, num)[:, None]
        latents = np.repeat(self.latents(1, seed), num, axis=0)
        return self.generate((1 - share) * first + share * last, latents=latents)


def _is_integer(value):
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _numbers(values):
    """An array of numbers; an empty one if rows differ in length."""
    try:
        return as_array(values)
    except ValueError:
        return np.empty(0)


def _one_each(captions):
    captions = listed(captions)
    several = next((each for each in captions if len(each) > 1), None)
    if several is not None:
        raise ValueError(
            f"An image is drawn of one caption. Received: {several!r} for one image. "
            "Pass a list of strings, one an image."
        )
    return captions
