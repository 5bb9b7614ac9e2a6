"""Networks in use: compiled calls on NumPy arrays, in batches, that change nothing."""

import functools
import math
import sys
import time
import weakref
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.checks import (
    as_array,
    check_finite_weights,
    check_shape,
    is_float,
    shape_of,
)
from keras_gan_zoo.datasets.base import check_positive

PATIENCE = 2.0  # seconds before a progress bar appears by itself

# Network to its compiled calls, which live as long as it does.
_COMPILED: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def run(network, inputs, batch_size, before=None, after=None, verbose="auto") -> Any:
    """Maps arrays by a network, at inference.

    Whatever ends it early costs the network nothing. Several threads may run the same
    network, and `fit` may train it meanwhile.

    Args:
        network: A Keras model.
        inputs: Array (num, ...), or a list of them, one for each input.
        batch_size: At most how many rows are computed at a time. All batches have the
            same size, so that one program serves all of them: the last one may compute
            some rows of the one before again.
        before: Function from tensors to what the network takes, for example
            `Images().encode`. It becomes part of the program, which is kept for this
            very function object.
        after: Such a function of what the network returns.
        verbose: Whether to show a progress bar: 0, 1, or `"auto"`, which shows one in
            a terminal or notebook when the work takes more than two seconds.

    Returns:
        NumPy array (num, ...), or the structure of arrays that the network or `after`
        returns. Floats are float32.

    Raises:
        ValueError: If a weight of the network or a value that it computes is not
            finite, there are no rows, or `batch_size` is not positive.
    """
    check_positive("batch_size", batch_size)
    inputs = list(
        map(as_array, inputs if isinstance(inputs, list | tuple) else [inputs])
    )
    num = len(inputs[0])
    if not num:
        raise ValueError(
            f"The network {network.name!r} needs at least one row. Received: arrays of "
            f"shape {[x.shape for x in inputs]}."
        )
    check_weights(network)
    program = _program(network, (before, after), lambda: _forward(before, after))
    arrays = None
    for start, rows in _batches(network, program, inputs, batch_size, verbose):
        if arrays is None:
            arrays = keras.tree.map_structure(functools.partial(_empty, num), rows)
        keras.tree.map_structure(functools.partial(_put, start), arrays, rows)
    return arrays


def run_on_samples(
    network, domain, samples, batch_size, after=None, verbose="auto"
) -> Any:
    """Validates samples, and maps them by a network.

    Args:
        network: A Keras model of samples as the domain encodes them.
        domain: A `Domain`.
        samples: Array or tensor (num, ...), such as uint8 images.
        batch_size: See `run`.
        after: See `run`.
        verbose: See `run`.

    Returns:
        What `run` returns.

    Raises:
        ValueError: If the samples do not fit, or as in `run`.
    """
    domain.check(samples)
    check_shape(domain.name, tuple(samples.shape), shape_of(network, "input"))
    return run(network, samples, batch_size, domain.encode, after, verbose)


def check_weights(network) -> None:
    """Raises a `ValueError` that names a weight of the network that is not finite."""
    if network.built and network.weights:
        total = _program(network, "total", lambda: _total_of_weights)()
        # Finite weights may have an infinite sum, hence the second look at each.
        if not np.isfinite(ops.convert_to_numpy(total)):
            check_finite_weights(network, f"The network {network.name!r}")


class Progress:
    """A progress bar for work of several parts.

    Args:
        total: How many parts there are.
        verbose: 0, 1 or `"auto"`: see `run`.
        unit: What a part is called.
    """

    def __init__(self, total, verbose, unit="batch"):
        if verbose not in (0, 1, "auto"):
            raise ValueError(
                'verbose must be 0, 1 or "auto", which shows a bar for long work. '
                f"Received: verbose={verbose!r}"
            )
        terminal = getattr(sys.stdout, "isatty", bool)() or "ipykernel" in sys.modules
        automatic = PATIENCE if terminal else math.inf
        self._patience = {0: math.inf, 1: 0.0, "auto": automatic}[verbose]
        self._bar = keras.utils.Progbar(total, unit_name=unit)
        self._begun = time.perf_counter()
        self._done = 0

    def add(self) -> None:
        """Counts one more part."""
        self._done += 1
        if time.perf_counter() - self._begun >= self._patience:
            self._bar.update(self._done)


def _program(network, key, make):
    """The compiled call of this name, made when it is first needed."""
    programs = _COMPILED.setdefault(network, {})
    if key not in programs:
        programs[key] = backend.inference(make(), network)
    return programs[key]


def _forward(before, after):
    """A function of network and tensors: the outputs, and their sum, to see NaN in."""

    def forward(network, *inputs):
        inputs = before(*inputs) if before else inputs
        single = isinstance(inputs, tuple) and len(inputs) == 1
        outputs = network(inputs[0] if single else inputs, training=False)
        total = _total(keras.tree.flatten(outputs))
        outputs = after(outputs) if after else outputs
        return keras.tree.map_structure(_in_single_precision, outputs), total

    return forward


def _total_of_weights(network):
    return _total(network.weights)


def _total(values):
    floats = [ops.cast(value, "float32") for value in values if is_float(value)]
    return sum(map(ops.sum, floats), ops.zeros(()))


def _in_single_precision(values):
    return ops.cast(values, "float32") if is_float(values) else values


def _batches(network, program, inputs, batch_size, verbose):
    """Yields of each batch where it begins, and what was computed, as arrays."""
    num = len(inputs[0])
    size = math.ceil(num / math.ceil(num / batch_size))
    starts = [*range(0, num - size, size), num - size]
    progress = Progress(len(starts), verbose)
    before: Any = None
    for start in starts:
        computed = program(*(x[start : start + size] for x in inputs))
        # A device may still be busy with it: meanwhile fetch the batch before.
        if before:
            yield _fetched(network, *before)
        before = start, computed
        progress.add()
    yield _fetched(network, *before)


def _fetched(network, start, computed):
    outputs, total = keras.tree.map_structure(ops.convert_to_numpy, computed)
    if not np.isfinite(total):
        raise ValueError(
            f"The network {network.name!r} computes values that are not finite (NaN or "
            "Inf), though its weights are finite. Look for extreme values in what goes "
            "in, or go back to a checkpoint before the losses grew."
        )
    return start, outputs


def _empty(num, rows):
    return np.empty((num, *rows.shape[1:]), rows.dtype)


def _put(start, array, rows):
    array[start : start + len(rows)] = rows
