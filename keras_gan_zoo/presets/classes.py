"""The class of a preset, by the name under which it is registered with Keras.

A preset may name a module of another package. It is imported only if the user has
named the package, because importing it runs its code.
"""

import importlib
import re
from typing import Any

import keras

from keras_gan_zoo.version import __version__

OWN = "keras_gan_zoo"


def names_of(model_class) -> dict[str, str]:
    """What a manifest says of a class.

    Args:
        model_class: Of the model that is saved.

    Returns:
        A dict with `class_name`, and for a class of another package `registered_name`
        and `module`.

    Raises:
        ValueError: If Keras does not know the class, so that no preset would load.
    """
    name = model_class.__name__
    registered = keras.saving.get_registered_name(model_class)
    if registered == f"{OWN}>{name}":
        return {"class_name": name}
    if keras.saving.get_registered_object(registered) is not model_class:
        raise ValueError(
            f"The class {name} is not registered with Keras, so no preset of it could "
            "be loaded. Decorate it with "
            '@keras.saving.register_keras_serializable("name_of_your_package").'
        )
    module = model_class.__module__
    return {"class_name": name, "registered_name": registered, "module": module}


def class_of(preset, manifest, packages=()) -> Any:
    """Finds the class of a preset.

    Args:
        preset: What the user calls it, for errors.
        manifest: Its `preset.json`.
        packages: Names of packages that may be imported to find it.

    Returns:
        A class.

    Raises:
        ValueError: If it is not registered, and its package was not named or does not
            register it.
        ImportError: If the package was named and is not installed.
    """
    name = manifest["class_name"]
    registered = manifest.get("registered_name", f"{OWN}>{name}")
    found = keras.saving.get_registered_object(registered)
    if found is None and "module" in manifest:
        _import(preset, manifest["module"], name, packages)
        found = keras.saving.get_registered_object(registered)
    if found is None:
        raise ValueError(
            f"The preset {preset!r} is a {name!r}, which is not a GAN that "
            f"keras_gan_zoo {__version__} knows. Upgrade keras_gan_zoo, import the "
            "package that has the class, or ask whoever gave you the preset."
        )
    return found


def _import(preset, module, name, packages):
    """Imports a module, if it lies in a package that the user has named."""
    if not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", module):
        raise ValueError(
            f"The preset {preset!r} names the module {module!r}, which is no name of a "
            "module. Ask whoever gave you the preset."
        )
    package = module.partition(".")[0]
    allowed = [packages] if isinstance(packages, str) else packages
    if not any(module == p or module.startswith(f"{p}.") for p in allowed):
        raise ValueError(
            f"The preset {preset!r} is a {name!r} of the module {module!r}. It was not "
            "imported, because that runs code. If you trust it, pass "
            f"packages=[{package!r}] to from_preset(), or import it before."
        )
    try:
        importlib.import_module(module)
    except ImportError as error:
        raise ImportError(
            f"The preset {preset!r} needs the module {module!r}, which cannot be "
            f"imported: {error}. Install the package {package!r} that has it."
        ) from error
