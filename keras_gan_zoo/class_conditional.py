"""GANs that draw what a label says: labels beside latents and beside images."""

from typing import Any

import numpy as np
from keras import ops

from keras_gan_zoo.checks import as_array, check_number
from keras_gan_zoo.class_labels import ClassLabels
from keras_gan_zoo.losses import in_float32
from keras_gan_zoo.serving import Input
from keras_gan_zoo.typing import Tensor


class ClassConditional(ClassLabels):
    """What a `LatentGAN` needs to draw images of a class; it stands before its base.

    Attributes:
        conditional: Whether the networks take labels. A model that can do without sets
            it to False together with `requires_labels`.
    """

    conditional = True
    sides_of_images = {"generator": "output"}

    def with_labels(self, x, labels) -> Any:
        """What a network takes: [x, labels], or x alone if it takes no labels."""
        return [x, labels] if self.conditional else x

    def input_shapes(self) -> dict[str, Any]:
        """Both networks see labels too."""
        shapes = super().input_shapes()
        return {name: self.with_labels(s, (None,)) for name, s in shapes.items()}

    def call(self, inputs, training=False) -> Tensor:
        """Maps [latents, labels], or latents to classes in turn, to float images."""
        if self.conditional and not isinstance(inputs, list | tuple):
            inputs = [inputs, self.classes_in_turn(ops.shape(inputs)[0])]
        return super().call(inputs, training=training)

    def predict(self, x, batch_size=64, verbose="auto") -> np.ndarray:
        """Maps [latents, labels], or latents to classes in turn; see `GAN.predict`."""
        if self.conditional and not isinstance(x, list | tuple):
            x = [x, np.arange(len(x)) % self.num_classes]
        return super().predict(x, batch_size, verbose)

    def classes_in_turn(self, num) -> np.ndarray:
        """The labels 0, 1, ..., num_classes - 1, 0, 1, ... of shape (num,)."""
        return ops.arange(num) % self.num_classes

    def generator_inputs(self) -> list[Input]:
        """Latents, and an integer an image."""
        inputs = super().generator_inputs()
        if not self.conditional:
            return inputs
        return [*inputs, Input("labels", (), "int32", below=self.num_classes)]

    def conditioned(self, latents, batch) -> Tensor | list[Tensor]:
        """Latents and the batch's first labels."""
        if not self.conditional:
            return latents
        return [latents, batch.condition[: ops.shape(latents)[0]]]

    def discriminate(self, images, condition=None) -> Tensor | list[Tensor]:
        """Maps images and their labels to float32 logits, through the augmentation."""
        inputs = self.with_labels(self.augmented(images), condition)
        return in_float32(self.discriminator(inputs, training=True))

    def inputs_for(
        self, num, labels=None, seed=None, latents=None
    ) -> np.ndarray | list[np.ndarray]:
        """Latents and labels for `generate`; without labels the classes take turns."""
        if not self.conditional:
            return super().inputs_for(num, labels, seed, latents)
        labels = None if labels is None else as_array(labels)
        if num is None:
            num = _number_of(labels, latents)
        check_number(num)
        if labels is None:
            labels = np.arange(num) % self.num_classes
        labels = np.full(num, labels) if labels.ndim == 0 else labels
        self.check_labels(labels, num)
        return [self.latents_for(num, seed, latents), labels.astype("int32")]


def _number_of(labels, latents):
    """How many images there are to be, where their number is not given."""
    if latents is not None:
        return len(latents)
    if labels is not None and labels.ndim == 0:
        raise ValueError(
            f"generate(labels={labels}) does not say how many images. Pass num too, "
            f"generate(16, labels={labels}), or a label an image."
        )
    return None if labels is None else len(labels)
