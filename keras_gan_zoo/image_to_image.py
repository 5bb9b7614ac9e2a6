"""GANs that make images from images."""

import numpy as np
from keras import ops

from keras_gan_zoo.checks import check_shape, shape_of
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.inference import run_on_samples
from keras_gan_zoo.phases import Batch
from keras_gan_zoo.serving import Serving, translating
from keras_gan_zoo.typing import Tensor
from keras_gan_zoo.validation import Limits


class ImageToImageGAN(GAN):
    """Base of the models whose generator maps images to images.

    They train on pairs, `fit(sources, targets)`. The losses get a `Batch` whose
    `images` are the targets and whose `condition` are the sources.

    Args:
        image_shape: (height, width, channels) of the targets. Without it the networks
            are sized from the first batch.
        source_shape: (height, width, channels) of the sources, if it is another.
        **kwargs: The networks to use in place of the paper's; `seed`, `name`, `dtype`:
            see `GAN`.
    """

    learns_from_pairs = True

    def __init__(self, image_shape=None, source_shape=None, **kwargs):
        if source_shape is None and kwargs.get("generator") is not None:
            source_shape = shape_of(kwargs["generator"], "input")[1:]
        self.source_shape = source_shape or image_shape
        super().__init__(image_shape, **kwargs)

    def check_networks(self) -> None:
        """Raises a `ValueError` if the networks do not fit each other."""
        super().check_networks()
        sources = (None, *self.source_shape)
        check_shape("generator's input", shape_of(self.generator, "input"), sources)

    def call(self, images, training=False) -> Tensor:
        """Maps float source images in [-1, 1] to float images in [-1, 1]."""
        return self.sampler(images, training=training)

    def serving(self, name) -> Serving:
        """Of the generator: images to what `transform` returns."""
        if name != "generator":
            return super().serving(name)
        return translating(self.sampler, self.domain)

    def check_data(self, x, y) -> None:
        """Refuses a batch that is no pair of images, and sizes the networks."""
        if y is None:
            raise ValueError(
                f"{type(self).__name__} learns from pairs of images, but the data "
                "holds one kind alone. Pass fit(sources, targets) or a data set of "
                "(sources, targets)."
            )
        self.domain.check(x)
        given = self.source_shape
        self.source_shape = given or tuple(x.shape[1:])
        try:
            check_shape("source images", tuple(x.shape), (None, *self.source_shape))
            super().check_data(y, None)
        except ValueError:
            self.source_shape = given  # still open to images of another size
            raise

    def limits(self, x, y) -> tuple[Limits | None, Limits | None]:
        """Both are images."""
        limits = self.domain.limits
        return limits(x), None if y is None else limits(y)

    def prepare(self, x, y) -> Batch:
        """A batch of the targets, to be generated from the sources."""
        return Batch(self.domain.encode(y), condition=self.domain.encode(x))

    def sample_like(self, batch) -> Tensor | tuple[Tensor, ...]:
        """Maps the sources of the batch, in training mode."""
        return ops.cast(
            self.generator(batch.condition, training=True), batch.real.dtype
        )

    def transform(self, images, batch_size=16, verbose="auto") -> np.ndarray:
        """Maps images.

        Args:
            images: Sources, (num, height, width, channels), uint8 or float in [-1, 1].
            batch_size: How many are computed at a time.
            verbose: Whether to show a progress bar: 0, 1, or `"auto"` for long work.

        Returns:
            uint8 array (num, height, width, channels).

        Raises:
            ValueError: If the networks are not made yet or the images do not fit.
        """
        self.require_networks()
        return run_on_samples(
            self.sampler, self.domain, images, batch_size, self.domain.decode, verbose
        )
