"""What all regularizers are, and in which steps they are computed."""

import inspect
from typing import Any, Self

import keras
from keras import ops

from keras_gan_zoo.backend import sometimes
from keras_gan_zoo.typing import Tensor

registered = keras.saving.register_keras_serializable("keras_gan_zoo")


class Regularizer:
    """Base of all regularizers. Each argument of a constructor is an attribute.

    Attributes:
        name: The name of the term in the progress bar, or `None` without a term.
        every: In which of its side's steps it is computed, each by default.
        side: `"discriminator"`, `"generator"` or `"weights"`.
    """

    name: str | None = None
    every = 1
    side = "discriminator"

    def on_turn(self, steps, function, one, other, seed) -> Tensor:
        """The term in a step: `every` times the penalty on its turn, 0 otherwise.

        Args:
            steps: The steps of its side so far, an integer scalar.
            function: See above, as what follows: `discriminate` or `generate`.
            one: Real images, or latents.
            other: Generated images, or images of the shape that is generated.
            seed: A `keras.random.SeedGenerator`.

        Returns:
            A scalar.
        """

        def penalty():
            value = self(function, one, other, seed)
            return self.every * ops.cast(value, "float32")

        if self.every == 1:
            return penalty()
        is_turn = ops.equal(ops.mod(steps, self.every), 0)
        return sometimes(is_turn, penalty, [seed.state, *self.state()])

    def __call__(self, *args, **kwargs) -> Tensor:
        """The term that is added to the side's loss, a scalar."""
        raise TypeError(f"{type(self).__name__} must define __call__")

    def build(self, model) -> None:
        """Makes the state that it needs, by `model.add_state`."""

    def state(self) -> list[keras.Variable]:
        """The variables that `build` made."""
        return [v for v in vars(self).values() if isinstance(v, keras.Variable)]

    def after_step(self, variables) -> None:
        """Called with the discriminator's variables after each of its steps."""

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        arguments = {n: v for n, v in vars(self).items() if n[0] != "_"}
        return keras.saving.serialize_keras_object(arguments)

    @classmethod
    def from_config(cls, config) -> Self:
        """Rebuilds the regularizer from `get_config()`."""
        arguments = dict(keras.saving.deserialize_keras_object(config))
        takes_name = "name" in inspect.signature(cls).parameters
        name = None if takes_name else arguments.pop("name", None)
        made = cls(**arguments)
        if name is not None:
            made.name = name  # in place of that of the class
        return made


def checked(every) -> int:
    """Returns `every`, or raises a `ValueError` if it is no integer above 0."""
    if not isinstance(every, int) or every < 1:
        raise ValueError(
            "A regularizer is computed in each step of its network, every=1, or in one "
            f"of so many, an integer above 0. Received: every={every!r}"
        )
    return every
