"""What is added to maps only once training has learned to use it."""

import keras

from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Gate(keras.layers.Layer):
    """Maps times one learned number, which starts at 0."""

    def build(self, input_shape) -> None:
        """Makes the number."""
        self.gamma = self.add_weight((), "zeros", name="gamma")

    def call(self, inputs) -> Tensor:
        """Maps a tensor of any shape to one of the same shape."""
        return self.gamma * inputs

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:
        """The shape of the inputs."""
        return input_shape
