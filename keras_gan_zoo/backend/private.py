"""Private parts of Keras that the package relies on, each with a test of its own."""

import collections
import contextlib
import importlib
import importlib.util
import math
import threading
from collections.abc import Iterator
from typing import Any

import keras
from keras.src.backend.common import global_state

NAMES = "object_name_uids"  # how many objects of each name Keras has made
_LOCK = threading.RLock()


def weights_of(layer) -> list[keras.Variable]:
    """All weights that gradients move, also those that are frozen at the moment.

    Args:
        layer: A Keras layer or model.

    Returns:
        A list of variables, in the order of `layer.variables`.
    """
    own = [part._trainable_variables for part in layers_within(layer)]
    known = {id(variable) for variables in own for variable in variables}
    return [variable for variable in layer.variables if id(variable) in known]


def for_any_backend(config) -> Any:
    """A serialized object with Keras' optimizers by their public names.

    Keras writes the module of the one that it has for the backend at work, which would
    be used, and fail, on all others.

    Args:
        config: What `keras.saving.serialize_keras_object` returns, or a part of it.
    """
    if isinstance(config, list | tuple):
        return [for_any_backend(part) for part in config]
    if not isinstance(config, dict):
        return config
    config = {name: for_any_backend(part) for name, part in config.items()}
    if str(config.get("module")).startswith("keras.src.backend."):
        return {**config, "module": "keras.optimizers", "registered_name": None}
    return config


def layers_within(layer) -> list[keras.Layer]:
    """A layer, and all layers that it consists of, however deep, in one order."""
    return list(layer._flatten_layers())


def parts_of(layer) -> dict[str, keras.Layer]:
    """The layers that are attributes of a layer, by name; PyTorch keeps them apart."""
    attributes = {**vars(layer), **vars(layer).get("_modules", {})}
    return {n: part for n, part in attributes.items() if isinstance(part, keras.Layer)}


def forget(layer, part) -> None:
    """Has a layer no longer track a part, which an attribute of it has held.

    Args:
        layer: A Keras layer or model.
        part: A layer or model.
    """
    layer._tracker.untrack(part)


def is_shared(variable) -> bool:
    """Whether several devices keep one value of a variable, the mean of theirs."""
    return variable.aggregation != "only_first_replica"


@contextlib.contextmanager
def budget(operations, parameters) -> Iterator[None]:
    """Within it this thread builds no more than so much, or gets a `ValueError`.

    Args:
        operations: How many layers and operations of networks.
        parameters: How many numbers all weights have. They are counted before memory
            is taken for them.
    """
    spent = {"layers and operations": 0, "parameters": 0}
    most = {"layers and operations": operations, "parameters": parameters}
    thread = threading.get_ident()

    def spend(what, number):
        if threading.get_ident() == thread:
            spent[what] += number
            if spent[what] > most[what]:
                raise ValueError(f"It has more than {most[what]:,} {what}.")

    make, add = keras.Operation.__init__, keras.layers.Layer.add_weight

    def counted_make(self, *args, **kwargs):
        spend("layers and operations", 1)
        make(self, *args, **kwargs)

    def counted_add(self, shape=None, *args, **kwargs):
        spend("parameters", math.prod(shape or ()))
        return add(self, shape, *args, **kwargs)

    with _LOCK:
        keras.Operation.__init__ = counted_make
        keras.layers.Layer.add_weight = counted_add
        try:
            yield
        finally:
            keras.Operation.__init__, keras.layers.Layer.add_weight = make, add


@contextlib.contextmanager
def numbering_anew() -> Iterator[None]:
    """Within it Keras numbers the names of layers as in a program that begins.

    TensorFlow adds up gradients in the order of the names of what they come from, and
    `conv2d_9` comes after `conv2d_10`: by names that count on, a step of the same
    network has another last bit. Later layers have other names than those within.
    """
    before = collections.Counter(global_state.get_global_attribute(NAMES))
    within: collections.Counter[str] = collections.Counter()
    global_state.set_global_attribute(NAMES, within)
    try:
        yield
    finally:
        global_state.set_global_attribute(NAMES, before | within)


@contextlib.contextmanager
def shuffling_by(package) -> Iterator[None]:
    """Within it networks shuffle pixels, channels last, by functions of a package.

    Args:
        package: Name of one with `depth_to_space(images, size)` and `space_to_depth`.
            Nothing changes if it is not installed.
    """
    module, names = keras.src.backend.nn, ("depth_to_space", "space_to_depth")
    before = {name: getattr(module, name) for name in names}

    def of_package(name):
        # Found at each call: exporters put functions of their own in its place.
        shuffle = importlib.import_module(package)
        return lambda x, size, data_format: getattr(shuffle, name)(x, size)

    with _LOCK:
        try:
            if importlib.util.find_spec(package):
                for name in names:
                    setattr(module, name, of_package(name))
            yield
        finally:
            for name, function in before.items():
                setattr(module, name, function)
