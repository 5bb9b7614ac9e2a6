"""Weights of a model for networks that are the same but for the number of classes."""

import warnings

import numpy as np
from keras import ops

from keras_gan_zoo.presets.weights import named_weights


def are_other(manifest, changes) -> bool:
    """Whether a model is to have another number of classes than its preset."""
    known, wanted = manifest["config"].get("num_classes"), changes.get("num_classes")
    return None not in (known, wanted) and known != wanted


def carry_over(source, model, names, preset) -> None:
    """Gives a model the weights of another one, and warns which ones begin anew.

    Of a weight that is longer or shorter by the classes, these are its last entries, as
    where labels stand behind latents or channels. They begin anew, the others do not.

    Args:
        source: A model with the weights of the preset.
        model: The model of another number of classes.
        names: Those of the networks that the preset holds.
        preset: What the user calls it.

    Raises:
        ValueError: If the networks differ in something else.
    """
    classes = source.num_classes, model.num_classes
    anew = []
    for network in names:
        old, new = (named_weights(getattr(x, network)) for x in (source, model))
        if old.keys() != new.keys():
            raise ValueError(
                f"The preset {preset!r} does not fit num_classes={classes[1]}: the "
                f"{network} then has other weights, {sorted(old.keys() ^ new.keys())}."
            )
        for name, weight in new.items():
            value = ops.convert_to_numpy(old[name])
            if value.shape != tuple(weight.shape):
                value, kept = _joined(f"{network} {name}", value, weight, classes)
                anew.append(f"{network} {name}{kept}")
            weight.assign(value)
    if anew:
        warnings.warn(
            f"The preset {preset!r} knows {classes[0]} classes. For {classes[1]} these "
            f"weights begin anew: {', '.join(anew)}. All others are those of the "
            "preset.",
            stacklevel=4,
        )


def _joined(name, old, weight, classes):
    """The old entries before those of the classes, then new ones; and which, in words.

    Raises:
        ValueError: If the shapes differ in something else than the classes.
    """
    rests = [
        [size - num for size, num in zip(sizes, classes, strict=True)]
        for sizes in zip(old.shape, weight.shape, strict=True)
    ]
    axes = [i for i in range(old.ndim) if old.shape[i] != weight.shape[i]]
    if len(axes) != 1 or len(set(rests[axes[0]])) != 1 or rests[axes[0]][0] < 0:
        raise ValueError(
            f"The shape of the weight {name} is {tuple(weight.shape)} for {classes[1]} "
            f"classes and {old.shape} for {classes[0]}, which does not tell where "
            "its classes are. Load the preset without num_classes."
        )
    [axis], first = axes, rests[axes[0]][0]
    fresh = ops.convert_to_numpy(weight)
    parts = np.split(old, [first], axis)[0], np.split(fresh, [first], axis)[1]
    kept = f" (from {first} on, axis {axis})" if first else ""
    return np.concatenate(parts, axis), kept
