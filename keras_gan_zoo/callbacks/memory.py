"""What callbacks remember of a run, as data that JSON can hold."""

import collections
from typing import Any

from keras import callbacks

# Of Keras' callbacks with a memory, the attributes that hold it.
ATTRIBUTES = {
    callbacks.EarlyStopping: ("best", "best_epoch", "wait", "stopped_epoch"),
    callbacks.ModelCheckpoint: ("best",),
    callbacks.ReduceLROnPlateau: ("best", "wait", "cooldown_counter"),
}
# Of these what they did before is nothing to what they do next.
WITHOUT_MEMORY = (
    callbacks.CSVLogger,
    callbacks.History,
    callbacks.LambdaCallback,
    callbacks.LearningRateScheduler,
    callbacks.ProgbarLogger,
    callbacks.TensorBoard,
    callbacks.TerminateOnNaN,
)


def states_of(present) -> dict[str, dict[str, Any]]:
    """The states of callbacks: a dict of name to dict.

    Args:
        present: List of Keras callbacks.
    """
    named = _named(present).items()
    return {name: _state_of(c) for name, c in named if _has_memory(c)}


def restore(present, states) -> None:
    """Gives callbacks their states back; those that were not there begin anew.

    Args:
        present: List of Keras callbacks.
        states: What `states_of` has returned of such a list.
    """
    for name, callback in _named(present).items():
        if name in states and _has_memory(callback):
            _set_state(callback, states[name])


def forgetful(present, states) -> list[str]:
    """Names of the callbacks whose memory is not, or not wholly, among `states`."""
    return [
        name
        for name, callback in _named(present).items()
        if type(callback) not in WITHOUT_MEMORY
        and (name not in states or getattr(callback, "restore_best_weights", False))
    ]


def has_stopped(states) -> bool:
    """Whether a callback had ended the run."""
    known = [state for state in states.values() if isinstance(state, dict)]
    return any(state.get("stopped_epoch") for state in known)


def _named(present):
    """Callbacks by class, numbered where there are several of one."""
    counts: collections.Counter = collections.Counter()
    named = {}
    for callback in present:
        kind = type(callback).__name__
        counts[kind] += 1
        named[f"{kind} {counts[kind]}" if counts[kind] > 1 else kind] = callback
    return named


def _has_memory(callback):
    return hasattr(callback, "get_state") or type(callback) in ATTRIBUTES


def _state_of(callback):
    if hasattr(callback, "get_state"):
        return callback.get_state()
    names = ATTRIBUTES[type(callback)]
    values = {name: getattr(callback, name, None) for name in names}
    return {n: v if v is None else float(v) for n, v in values.items()}


def _set_state(callback, state):
    if hasattr(callback, "set_state"):
        callback.set_state(state)
        return
    for name in ATTRIBUTES[type(callback)]:
        if state.get(name) is not None:
            kind = float if name == "best" else int
            setattr(callback, name, kind(state[name]))
