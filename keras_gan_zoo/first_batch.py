"""The first batch of a data set: checked on the host, and what sizes the networks."""

import warnings

import keras

from keras_gan_zoo.checks import check_shape
from keras_gan_zoo.fitting import refuse


class FirstBatch:
    """The part of `GAN` that looks at the data before anything is trained."""

    _trained: tuple[int, ...] | None
    _warnings: tuple[str, ...]

    def on_first_batch(self, data) -> None:
        """Checks the data, sizes the networks and makes the optimizers' variables."""
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        if weights is not None:
            refuse(self, "a data set with sample weights")
        if self.ignores_labels and y is not None:
            self.warn_of_labels()
        self.check_data(x, y)
        self.warn_once(self.data_domain(x).doubt(x))
        self.watch.expect(x, y)
        self.build_training_state()
        trained = tuple(id(variable) for variable in self.trainable_variables)
        if trained != self._trained:  # something was frozen, or is no longer
            self._trained, self.train_function = trained, None

    def check_data(self, x, y) -> None:
        """Refuses a batch that the model cannot learn from, and sizes the networks.

        Args:
            x: Samples, as the model's domain has them.
            y: What the data set yields beside them, or None.

        Raises:
            ValueError: If the batch does not fit.
        """
        if y is None and self.requires_labels:
            raise ValueError(
                f"{type(self).__name__} learns from labels, but the data holds images "
                "alone. Pass fit(images, labels) or a data set of (images, labels)."
            )
        if y is not None:
            self.check_labels(y, x.shape[0])
        self.data_domain(x).check(x)
        shape = self.trained_shape(tuple(x.shape[1:]))
        if self.image_shape is None:
            self.build((None, *(self.given_shape or shape)))
        check_shape("training data", (x.shape[0], *shape), (None, *self.image_shape))

    def trained_shape(self, shape) -> tuple[int, ...]:
        """The `image_shape` of a model by the shape of its data; mostly the same."""
        return shape

    def check_labels(self, labels, num) -> None:
        """Refuses labels of so many images; a model that ignores them takes any."""

    def count_classes(self, labels) -> None:
        """Shows all labels of the data to a model that sizes its networks by them."""

    def warn_of_labels(self) -> None:
        """Warns, once, that the model does not look at the labels that it is given."""
        self.warn_once(
            f"{type(self).__name__} ignores the labels that came with the images. Pass "
            "the images alone, fit(images), or take a model that learns from labels, "
            "such as ConditionalGAN."
        )

    def warn_once(self, message) -> None:
        """Warns, unless there is no message or the model has said so before."""
        if message and message not in self._warnings:
            self._warnings = (*self._warnings, message)
            warnings.warn(message, stacklevel=3)
