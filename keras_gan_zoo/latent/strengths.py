"""Numbers that columns of a strip stand for."""

import numpy as np

from keras_gan_zoo.checks import as_array


def checked(name, values) -> np.ndarray:
    """Makes a float32 array (columns,) of numbers.

    Args:
        name: Of the argument, for the error.
        values: Sequence of finite numbers, at least one.

    Raises:
        ValueError: If they are something else.
    """
    numbers = as_array(values)
    if numbers.ndim != 1 or not numbers.size or numbers.dtype.kind not in "iuf":
        raise ValueError(f"{name} is a list of numbers. Received: {values!r}")
    if not np.isfinite(numbers).all():
        raise ValueError(f"{name} must be finite. Received: {values!r}")
    return numbers.astype("float32")


def titles(numbers) -> list[str]:
    """Texts of the numbers, short ones."""
    return [f"{number:.4g}" for number in numbers]
