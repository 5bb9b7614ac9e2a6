"""Which models there are. One decorator makes a class known to files and lists."""

import fnmatch
from collections.abc import Callable
from typing import Any, TypeVar

import keras

from keras_gan_zoo.catalogue import Catalogue
from keras_gan_zoo.presets import list_presets

_MODELS: dict[str, dict[str, Any]] = {}

ModelClass = TypeVar("ModelClass", bound=type)


def registered(task, paper, arxiv) -> Callable[[ModelClass], ModelClass]:
    """Decorates a model's class, so that files load it and `list_models` has it.

    Args:
        task: What it does, in a few words.
        paper: Authors and year.
        arxiv: The paper's number on arXiv.
    """

    def register(model_class):
        url = f"https://arxiv.org/abs/{arxiv}"
        _MODELS[model_class.__name__] = {"task": task, "paper": paper, "url": url}
        return keras.saving.register_keras_serializable("keras_gan_zoo")(model_class)

    return register


def list_models(pattern="*") -> Catalogue:
    """Lists the models of the package.

    Args:
        pattern: Which names to list, with `*` for any letters.

    Returns:
        A dict of name to record: the task, the paper, its address, and the names of the
        presets. It prints as a table.

    Example:
        ```python
        import keras_gan_zoo as kgz

        print(kgz.list_models())
        ```
    """
    of_class = {name: record["class"] for name, record in list_presets().items()}
    return Catalogue(
        {
            name: {**record, "presets": [p for p, c in of_class.items() if c == name]}
            for name, record in sorted(_MODELS.items())
            if fnmatch.fnmatchcase(name, pattern)
        },
        columns=["task", "paper", "presets"],
    )
