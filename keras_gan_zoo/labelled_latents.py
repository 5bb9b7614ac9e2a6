"""Models whose generator maps latents and a label to an image."""

from typing import Any

import numpy as np
from keras import ops

from keras_gan_zoo.checks import as_array, check_number
from keras_gan_zoo.class_labels import ClassLabels
from keras_gan_zoo.serving import Input
from keras_gan_zoo.typing import Tensor


class LabelledLatents(ClassLabels):
    """What a `LatentGAN` needs to draw images of a class; it stands before its base.

    Both networks have the label as a second input: the generator is a Keras model of
    [latents, labels], the discriminator one of [images, labels].
    """

    conditional = True
    sides_of_images = {"generator": "output"}

    def input_shapes(self) -> dict[str, Any]:
        """Both networks see labels too."""
        return {name: [s, (None,)] for name, s in super().input_shapes().items()}

    def call(self, inputs, training=False) -> Tensor:
        """Maps [latents, labels], or latents to classes in turn, to float images."""
        if not isinstance(inputs, list | tuple):
            inputs = [inputs, self.classes_in_turn(ops.shape(inputs)[0])]
        return super().call(inputs, training=training)

    def predict(self, x, batch_size=64, verbose="auto") -> np.ndarray:
        """Maps [latents, labels], or latents to classes in turn; see `GAN.predict`."""
        if not isinstance(x, list | tuple):
            x = [x, np.arange(len(x)) % self.num_classes]
        return super().predict(x, batch_size, verbose)

    def classes_in_turn(self, num) -> np.ndarray:
        """The labels 0, 1, ..., num_classes - 1, 0, 1, ... of shape (num,)."""
        return ops.arange(num) % self.num_classes

    def generator_inputs(self) -> list[Input]:
        """Latents, and an integer an image."""
        labels = Input("labels", (), "int32", below=self.num_classes)
        return [*super().generator_inputs(), labels]

    def discriminate(self, images, condition=None) -> Tensor | list[Tensor]:
        """Maps images and their labels to float32 logits, through the augmentation."""
        logits = self.discriminator([self.augmented(images), condition], training=True)
        return ops.cast(logits, "float32")

    def inputs_for(
        self, num, labels=None, seed=None, latents=None
    ) -> np.ndarray | list[np.ndarray]:
        """Latents and labels for `generate`; without labels the classes take turns."""
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
