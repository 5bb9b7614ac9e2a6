"""What all text encoders are: strings to arrays on the host, those to vectors."""

from typing import Any, ClassVar, Self

import keras
import numpy as np

from keras_gan_zoo.validation import Limits


class TextEncoder:
    """Base of all text encoders. Each argument of a constructor is an attribute.

    A training step sees no strings: `encode` makes numbers of them on the host, and the
    network that `build` returns makes vectors of the numbers.

    Attributes:
        dim: Length of a vector.
        shape: Of what stands for a caption, a tuple.
        examples: A few captions, which are drawn where none are asked for.
    """

    dim: int
    shape: tuple[int, ...]
    examples: tuple[str, ...]
    known: ClassVar[dict[str, type["TextEncoder"]]] = {}

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        TextEncoder.known[cls.__name__] = cls

    @property
    def is_ready(self) -> bool:
        """Whether it can encode, or is to learn from captions first."""
        raise TypeError(f"{type(self).__name__} must define is_ready")

    def of(self, captions) -> Self:
        """An encoder of the same settings that has learned from captions.

        Args:
            captions: A list of strings.
        """
        raise TypeError(f"{type(self).__name__} must define of(captions)")

    def encode(self, captions) -> np.ndarray:
        """Turns strings into numbers.

        Args:
            captions: See `text.listed`.

        Returns:
            Array (num, captions, *shape). Where some have fewer captions than others,
            rows of zeros stand behind theirs.
        """
        raise TypeError(f"{type(self).__name__} must define encode(captions)")

    def build(self) -> keras.Model:
        """Returns a network of (batch, *shape) to vectors (batch, dim)."""
        raise TypeError(f"{type(self).__name__} must define build()")

    def limits(self) -> Limits | None:
        """Where the numbers must lie."""
        return None

    def get_config(self) -> dict[str, Any]:
        """The name of the class and the arguments of the constructor, as plain data."""
        arguments = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in vars(self).items()
        }
        return {"class_name": type(self).__name__, "config": arguments}


def get(chosen) -> TextEncoder:
    """Finds a text encoder.

    Args:
        chosen: A `TextEncoder`, or the dict that its `get_config` returns.

    Returns:
        A `TextEncoder`.

    Raises:
        ValueError: If it is something else.
    """
    if isinstance(chosen, TextEncoder):
        return chosen
    if isinstance(chosen, dict) and chosen.get("class_name") in TextEncoder.known:
        return TextEncoder.known[chosen["class_name"]](**chosen["config"])
    raise ValueError(
        "text must be an encoder of captions such as keras_gan_zoo.text.WordEncoder(). "
        f"Received: text={chosen!r}"
    )
