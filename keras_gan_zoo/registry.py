"""What each model is after: one decorator makes a class known to files and lists."""

from collections.abc import Callable
from typing import TypeVar

import keras

_MODELS: dict[str, dict[str, str]] = {}

ModelClass = TypeVar("ModelClass", bound=type)


def registered(task, paper, source) -> Callable[[ModelClass], ModelClass]:
    """Decorates a model's class, so that files load it and `list_models` has it.

    Args:
        task: What it does, in a few words.
        paper: Authors and year.
        source: The paper's number on arXiv, or its address where it is not there.
    """

    def register(model_class):
        elsewhere = source.startswith("https://")
        url = source if elsewhere else f"https://arxiv.org/abs/{source}"
        _MODELS[model_class.__name__] = {"task": task, "paper": paper, "url": url}
        return keras.saving.register_keras_serializable("keras_gan_zoo")(model_class)

    return register


def model_names() -> list[str]:
    """Names of the classes that were decorated, sorted."""
    return sorted(_MODELS)


def about(class_name) -> dict[str, str]:
    """The task, the paper and its address; an empty dict for an unknown class."""
    return dict(_MODELS.get(class_name, {}))
