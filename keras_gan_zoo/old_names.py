"""What arguments were called once, for files and presets that still say so."""

import inspect
from typing import Any

# Each with its name of today; of several the one that the constructor takes.
OLD_NAMES = {
    "width": ("base_channels", "units"),
    "filters": ("base_channels",),
    "discriminator_width": ("discriminator_base_channels", "discriminator_units"),
    "discriminator_filters": ("discriminator_base_channels",),
}


def renamed(config, made) -> dict[str, Any]:
    """A configuration as it was read, with today's names in place of old ones.

    Args:
        config: Dict of a constructor's arguments, as a file or preset has them.
        made: The class whose arguments they are.

    Returns:
        A dict. An old name stays where the constructor takes it, as that of a subclass
        may, or where the configuration has the new one too.
    """
    current = dict(config)
    for old, names in OLD_NAMES.items():
        new = next((name for name in names if _takes(made, name)), None)
        if old in config and new and new not in config and not _takes(made, old):
            current[new] = current.pop(old)
    return current


def renamed_weights(weights, known) -> dict[str, Any]:
    """Weights of a loss as they were read, by the names that its terms have today.

    Args:
        weights: Dict of name to weight, as a file has it.
        known: The names of today.

    Returns:
        A dict, without those that are no weights any more.
    """
    special = {"adversarial": "generator_loss"}
    names = {old: special.get(old, f"{old}_loss") for old in weights}
    names |= {name: name for name in weights if name in known}
    return {names[n]: w for n, w in weights.items() if names[n] in known}


def _takes(made, name):
    """Whether a constructor has an argument, or one that its `**kwargs` go to."""
    constructors = [vars(part).get("__init__") for part in made.__mro__]
    return any(
        name in inspect.signature(each).parameters for each in constructors if each
    )
