"""GANs that fill holes in images."""

import keras
import numpy as np
from keras import ops

from keras_gan_zoo.checks import as_array, check_shape, shape_of
from keras_gan_zoo.gan import GAN
from keras_gan_zoo.holes import check_masks, with_holes
from keras_gan_zoo.images import to_unit_range
from keras_gan_zoo.inference import run
from keras_gan_zoo.phases import Batch
from keras_gan_zoo.serving import Input, Serving, apply, sample_input
from keras_gan_zoo.typing import Tensor
from keras_gan_zoo.validation import Limits


class InpaintingGAN(GAN):
    """Base of the models whose generator fills holes in images.

    The generator sees images, grey in their holes, and the mask as one more channel.
    `fit(images)` cuts holes of the model's own, `fit(images, masks)` those of the
    masks, (batch, height, width, 1) with 1 where pixels are missing. The losses get a
    `Batch` whose `condition` are the masks.

    Args:
        image_shape: (height, width, channels). Without it the networks are sized from
            the first batch.
        **kwargs: The networks to use in place of the paper's; `seed`, `name`, `dtype`:
            see `GAN`.
    """

    sides_of_images = {"generator": "output", "discriminator": "input"}
    learns_from_pairs = True
    divisor = 1  # of the sides of what the generator takes
    smallest = 1  # of such sides, in pixels

    def draw_masks(self, num) -> Tensor:
        """Draws holes inside a training step, (num, height, width, 1) of 0 and 1."""
        raise TypeError(f"{type(self).__name__} must define draw_masks(num)")

    def check_networks(self) -> None:
        """Raises a `ValueError` if the networks do not fit each other."""
        super().check_networks()
        *sides, channels = images = (None, *self.image_shape)
        for name, shape in [
            ("generator", (*sides, channels + 1)),
            ("discriminator", images),
        ]:
            network = getattr(self, name)
            check_shape(f"{name}'s input", shape_of(network, "input"), shape)

    def check_data(self, x, y) -> None:
        """Refuses images or masks that do not fit, and sizes the networks."""
        super().check_data(x, None)
        if y is not None:
            check_masks(y, x)

    def prepare(self, x, y) -> Batch:
        """A batch of images, and as its condition the masks, drawn if not given."""
        images = self.domain.encode(x)
        if y is None:
            return Batch(images, condition=self.draw_masks(ops.shape(images)[0]))
        return Batch(images, condition=ops.cast(y, images.dtype))

    def limits(self, x, y) -> tuple[Limits | None, Limits | None]:
        """Masks are 0 or 1."""
        return self.domain.limits(x), None if y is None else Limits("masks", 0, 1)

    def sample_like(self, batch) -> Tensor | tuple[Tensor, ...]:
        """Makes whole images from those with a hole, in training mode."""
        inputs = with_holes(batch.real, batch.condition)
        return ops.cast(self.generator(inputs, training=True), batch.real.dtype)

    def call(self, images, masks, training=False) -> Tensor:
        """Fills float images in [-1, 1] where the masks are 1."""
        masks = ops.cast(masks, images.dtype)
        filled = self.sampler(with_holes(images, masks), training=training)
        return images * (1 - masks) + filled * masks

    def serving(self, name) -> Serving:
        """Of the generator: images and masks to what `inpaint` returns."""
        if name != "generator":
            return super().serving(name)
        images = sample_input(self.domain, self.image_shape)
        masks = Input("masks", (*self.image_shape[:2], 1), "uint8", below=2)
        return Serving(self.sampler, [images, masks], self._fill)

    def _fill(self, network, images, masks):
        masks = ops.cast(ops.cast(masks, "float32") > 0.0, keras.config.floatx())
        filled = apply(network, with_holes(self.domain.encode(images), masks))
        # As floats, which all runtimes can choose between.
        values = [ops.cast(x, "float32") for x in (self.domain.decode(filled), images)]
        return ops.cast(ops.where(masks > 0.0, *values), images.dtype)

    def inpaint(self, images, masks, batch_size=16, verbose="auto") -> np.ndarray:
        """Fills in what is missing.

        Args:
            images: (num, height, width, channels), uint8 or float in [-1, 1]. What
                stands in the holes makes no difference.
            masks: (num, height, width, 1), 1 or True where pixels are missing; holes of
                any shape.
            batch_size: How many are computed at a time.
            verbose: Whether to show a progress bar: 0, 1, or `"auto"` for long work.

        Returns:
            Array like `images`, of the same dtype. Known pixels are those of `images`.

        Raises:
            ValueError: If the networks are not made yet or an argument does not fit.
        """
        self.require_networks()
        self.domain.check(images)
        sides = shape_of(self.sampler, "input")[1:-1]
        expected = (None, *sides, self.image_shape[-1])
        check_shape("images", tuple(images.shape), expected)
        check_masks(masks, images)
        images, masks = map(as_array, (images, masks))
        after = self.domain.decode if images.dtype == "uint8" else None
        inputs = [self._fitted(x) for x in (images, masks.astype("float32"))]
        filled = run(self.sampler, inputs, batch_size, _as_one_input, after, verbose)
        height, width = images.shape[1:3]
        return np.where(masks, filled[:, :height, :width].astype(images.dtype), images)

    def _fitted(self, images):
        """Goes on with their mirror image until the sides are such as it takes."""
        sides = [max(side, self.smallest) for side in images.shape[1:3]]
        beyond = [
            (0, side + -side % self.divisor - own)
            for side, own in zip(sides, images.shape[1:3], strict=True)
        ]
        return np.pad(images, [(0, 0), *beyond, (0, 0)], mode="symmetric")


def _as_one_input(images, masks):
    return with_holes(to_unit_range(images), masks)
