"""Keras' global settings, as networks need them while they are made."""

import contextlib
import random
from collections.abc import Iterator

import keras


@contextlib.contextmanager
def making_networks(seed=None, dtype=None) -> Iterator[None]:
    """Sets what layers take from Keras' global settings, and puts it back afterwards.

    Args:
        seed: Decides the first weights. Keras draws the seeds of initializers from
            Python's generator.
        dtype: The dtype policy of the layers.

    Yields:
        Nothing. Images are channels last, whatever Keras is configured to.
    """
    state = random.getstate()
    policy = keras.config.dtype_policy()
    layout = keras.config.image_data_format()
    if seed is not None:
        random.seed(seed)
    if dtype is not None:
        keras.config.set_dtype_policy(dtype)
    keras.config.set_image_data_format("channels_last")
    try:
        yield
    finally:
        keras.config.set_image_data_format(layout)
        keras.config.set_dtype_policy(policy)
        if seed is not None:
            random.setstate(state)
