"""Models that learn from class labels, and how they know how many classes there are."""

from typing import Any

import keras
from keras import ops

from keras_gan_zoo.checks import as_array, check_classes
from keras_gan_zoo.phases import Batch
from keras_gan_zoo.validation import Limits

UNKNOWN = 10  # how many classes there are where nothing tells
MOST = 10_000  # classes that are counted in labels


class ClassLabels:
    """What a `GAN` needs to learn from integer labels; it stands before its base.

    Attributes:
        num_classes: How many classes there are; None until that is known.
        requires_labels: Whether it learns from labels. A model that can do without sets
            it to False, and is then one of images alone.
        lowest_label: The least label, below 0 where that means "not known".
    """

    num_classes: Any  # an integer, or None until it is known
    requires_labels = True
    lowest_label = 0

    def build(self, input_shape) -> None:
        """Makes the networks, for 10 classes if nothing has told how many there are."""
        before = self.num_classes
        if self.requires_labels and before is None:
            self.num_classes = UNKNOWN
        try:
            super().build(input_shape)
        except Exception:
            self._put_back(before)
            raise

    def fit(self, x=None, y=None, **kwargs) -> keras.callbacks.History:
        """Trains the model, and takes the number of classes from the labels of arrays.

        Arguments and errors are those of `GAN.fit`. A model that could not be built is
        still open to other classes.
        """
        before = self.num_classes
        try:
            return super().fit(x, y, **kwargs)
        except BaseException:
            if self.image_shape is None:
                self._put_back(before)
            raise

    def _put_back(self, num_classes):
        if self.num_classes != num_classes:  # of tables it is not set
            self.num_classes = num_classes

    def count_classes(self, labels) -> None:
        """Takes the number of classes from all labels of the data, if it is not known.

        Args:
            labels: Integers (num,).

        Raises:
            ValueError: If they are not, or there are none or more than 10,000 classes.
        """
        if self.requires_labels and self.num_classes is None:
            labels = as_array(labels)
            check_classes(labels, len(labels), self.lowest_label, MOST)
            if labels.max() < 0:
                raise ValueError(
                    f"{type(self).__name__} learns from labels, but all are below 0: "
                    "not known. Label some images, from 0 on, or pass num_classes."
                )
            self.num_classes = int(labels.max()) + 1

    def check_labels(self, labels, num) -> None:
        """Raises a `ValueError` unless labels are integers below `num_classes`.

        Args:
            labels: Array, tensor or list.
            num: How many there must be.
        """
        if self.requires_labels:
            num_classes = self.num_classes or UNKNOWN
            check_classes(labels, num, self.lowest_label, num_classes)

    def check_data(self, x, y) -> None:
        """Refuses a batch that the model cannot learn from, and sizes the networks."""
        guessed = self.requires_labels and self.num_classes is None
        super().check_data(x, y)
        if guessed:
            self.warn_once(
                f"{type(self).__name__} is made for {UNKNOWN} classes: one batch does "
                "not tell how many there are. Pass num_classes to "
                f"{type(self).__name__}(), or arrays to fit(images, labels)."
            )

    def prepare(self, x, y) -> Batch:
        """A batch of images and their labels, int32.

        Labels out of range, of which `limits` tells, cannot break the step before.
        """
        if not self.requires_labels:
            return super().prepare(x, y)
        labels = ops.cast(y, "int32")
        inside = ops.clip(labels, self.lowest_label, self.num_classes - 1)
        return super().prepare(x, inside)

    def limits(self, x, y) -> tuple[Limits | None, Limits | None]:
        """Where images and labels must lie."""
        if not self.requires_labels:
            return super().limits(x, y)
        labels = Limits("labels", self.lowest_label, self.num_classes - 1)
        return self.domain.limits(x), labels
