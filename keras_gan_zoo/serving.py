"""What is exported: a network with the steps before and after it, as one model."""

from typing import Any, NamedTuple

import keras
import numpy as np

from keras_gan_zoo.domains import Images, Video
from keras_gan_zoo.typing import Tensor


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

    def example(self, num, sides, random) -> np.ndarray:
        """Draws an array of this shape.

        Args:
            num: How many rows.
            sides: What stands in place of each None, in turn.
            random: A NumPy `RandomState`.

        Returns:
            Array (num, ...) of integers, or of floats from the normal distribution.
        """
        free = iter(sides)
        shape = (num, *(next(free) if size is None else size for size in self.shape))
        if "int" in self.dtype:
            return random.randint(self.below, size=shape).astype(self.dtype)
        return random.standard_normal(shape).astype(self.dtype)


class Serving(keras.Model):
    """A network and what is computed before and after it.

    Args:
        network: A Keras model.
        inputs: A list of `Input`.
        function: `function(network, *tensors)` calls the network and returns a tensor.
    """

    def __init__(self, network, inputs, function):
        super().__init__(name=f"{network.name}_serving")
        self.network = network
        self.function = function
        self.specs = tuple(inputs)
        self.built = True  # it has no weights but the network's

    def call(self, inputs, training=False) -> Tensor:
        """Maps a tensor, or a list of them where there are several inputs."""
        return self.function(self.network, *self.listed(inputs))

    def signature(self) -> list:
        """The inputs as Keras' exporters take them."""
        return [self._joined([spec.spec() for spec in self.specs])]

    def examples(self, num, sides) -> Any:
        """Seeded inputs of `num` rows for `call`; see `Input.example`."""
        random = np.random.RandomState(num)
        return self._joined([x.example(num, sides, random) for x in self.specs])

    def listed(self, inputs) -> list:
        """The inputs of `call` as a list, also where there is one alone."""
        return [inputs] if len(self.specs) == 1 else list(inputs)

    def named(self, inputs) -> dict[str, np.ndarray]:
        """The inputs of `call`, by name."""
        pairs = zip(self.specs, self.listed(inputs), strict=True)
        return {spec.name: array for spec, array in pairs}

    def _joined(self, values):
        return values[0] if len(self.specs) == 1 else values


def bare(network) -> Serving:
    """A network as it is, with nothing before or after it.

    Args:
        network: A Functional or Sequential Keras model of one output.

    Returns:
        A `Serving`.
    """
    inputs = [
        Input(tensor.name, tuple(tensor.shape[1:]), tensor.dtype, below=2)
        for tensor in network.inputs
    ]
    return Serving(network, inputs, apply)


def sampling(network, inputs, domain) -> Serving:
    """A network that makes samples, and how they are decoded.

    Args:
        network: A Keras model.
        inputs: A list of `Input`.
        domain: A `Domain`.

    Returns:
        A `Serving`, whose output is what `generate` returns.
    """
    return Serving(network, inputs, lambda *args: domain.decode(apply(*args)))


def translating(network, domain, decode=None) -> Serving:
    """A network of samples, and how they are encoded and decoded.

    Args:
        network: A Keras model of one input.
        domain: A `Domain`.
        decode: What is done with its output, in place of `domain.decode`.

    Returns:
        A `Serving`, of uint8 where the samples are images.
    """

    def function(network, samples):
        return (decode or domain.decode)(apply(network, domain.encode(samples)))

    shape = tuple(network.input_shape[1:])
    return Serving(network, [sample_input(domain, shape)], function)


def sample_input(domain, shape) -> Input:
    """Samples of a domain as an input: bytes of images and clips, else floats."""
    dtype = "uint8" if isinstance(domain, Images | Video) else "float32"
    return Input(domain.name, shape, dtype)


def apply(network, *tensors) -> Any:
    """Calls a network at inference; several tensors are a list to it."""
    return network(tensors[0] if len(tensors) == 1 else list(tensors), training=False)
