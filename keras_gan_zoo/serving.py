"""What is exported: a network with the steps before and after it, as one model."""

from typing import Any, NamedTuple

import keras
import numpy as np

from keras_gan_zoo.typing import Tensor

FREE_SIDES = (24, 40)  # pixels of the examples, where an image may have any size


class Input(NamedTuple):
    """One input of what is exported.

    Attributes:
        name: What runtimes call it.
        shape: Without the batch axis; None stands for any size.
        dtype: `"float32"`, or that of integers.
        below: Integers lie in [0, below).
    """

    name: str
    shape: tuple[int | None, ...]
    dtype: str = "float32"
    below: int = 256

    def spec(self) -> keras.layers.InputSpec:
        """What Keras' exporters call it: any number of rows."""
        return keras.layers.InputSpec(self.dtype, (None, *self.shape), name=self.name)

    def example(self, num, side, random) -> np.ndarray:
        """Draws an array of this shape.

        Args:
            num: How many rows.
            side: What stands in place of each None.
            random: A NumPy `RandomState`.

        Returns:
            Array (num, ...) of integers, or of floats from the normal distribution.
        """
        shape = (num, *(size or side for size in self.shape))
        if "int" in self.dtype:
            return random.randint(self.below, size=shape).astype(self.dtype)
        return random.standard_normal(shape).astype(self.dtype)


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Serving(keras.Model):
    """A network and what is computed before and after it.

    Args:
        network: A Keras model.
        inputs: A list of `Input`.
        function: `function(network, *tensors)` calls the network and returns a tensor.
        **kwargs: As in every Keras model.
    """

    def __init__(self, network, inputs, function, **kwargs):
        super().__init__(name=f"{network.name}_served", **kwargs)
        self.network = network
        self.function = function
        self.specs = tuple(inputs)

    def call(self, inputs, training=False) -> Tensor:
        """Maps a tensor, or a list of them where there are several inputs."""
        single = len(self.specs) == 1
        return self.function(self.network, *([inputs] if single else inputs))

    def signature(self) -> list:
        """The inputs as Keras' exporters take them."""
        return [self._joined([spec.spec() for spec in self.specs])]

    def examples(self, num, side=FREE_SIDES[0]) -> Any:
        """Seeded inputs of `num` rows, what `call` takes."""
        random = np.random.RandomState(num)
        return self._joined([x.example(num, side, random) for x in self.specs])

    @property
    def has_free_sides(self) -> bool:
        """Whether images of other sizes may go in."""
        return any(None in spec.shape for spec in self.specs)

    def _joined(self, values):
        return values[0] if len(self.specs) == 1 else values


def bare(network) -> Serving:
    """Floats to floats: a network as it is, with nothing before or after it.

    Args:
        network: A Functional or Sequential Keras model of one output.

    Returns:
        A `Serving`.
    """
    inputs = [
        Input(tensor.name, tuple(tensor.shape[1:]), tensor.dtype, below=2)
        for tensor in network.inputs
    ]
    return Serving(network, inputs, call)


def call(network, *tensors) -> Tensor:
    """Calls a network at inference; several tensors are a list to it."""
    return network(tensors[0] if len(tensors) == 1 else list(tensors), training=False)
