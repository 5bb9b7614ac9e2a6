"""Networks for other runtimes: written by Keras' exporters, then run and compared."""

import contextlib
import logging
import pathlib
import shutil
import tempfile
import warnings

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.backend.formats import format_of
from keras_gan_zoo.inference import check_weights

# (rows, sides of images of any size) that are compared
CASES = [(1, (24, 40)), (3, (37, 21))]
LEVELS = 1  # of 255, that integers may differ by
TOLERANCE = 1e-4  # that floats may, as a share of the largest where that is above 1


def export(serving, path, check=True, **options) -> float | None:
    """Writes a network in the format that the path's suffix stands for.

    Args:
        serving: A `Serving`.
        path: Path of a new file or, without a suffix, of a new folder. It is complete
            or not there.
        check: Whether to run the file in its runtime, and to compare.
        **options: As in `keras.Model.export`.

    Returns:
        The largest difference found, in levels of 255 or as floats; None without a
        check.

    Raises:
        ImportError: If a package is missing that writes or runs the format.
        ValueError: If there is something already, a weight is not finite, the backend
            cannot write the format, or the file computes something else.
    """
    path = pathlib.Path(path)
    form = format_of(path, check)
    asked = options.pop("format", form.written)
    if asked != form.written:
        raise ValueError(
            f"A file called {path.name} is written as {form.written!r}. Received: "
            f"format={asked!r}. Leave it out, or choose a path with another suffix."
        )
    for taken in (path, path.with_suffix(form.beside or path.suffix)):
        if taken.exists():
            raise ValueError(
                f"{taken} is there already. Delete it, or choose another path."
            )
    check_weights(serving.network)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        part = pathlib.Path(folder) / path.name
        _write(serving, part, form, options)
        largest = _largest_difference(serving, part, form) if check else None
        for made in pathlib.Path(folder).iterdir():  # OpenVINO's are two files
            shutil.move(made, path.parent / made.name)
    return largest


def _write(serving, path, form, options):
    operations = backend.portable() if form.portable else contextlib.nullcontext()
    try:
        with operations, _silence():
            _export(serving, path, form, options)
    except Exception as error:
        raise ValueError(
            f"The network {serving.network.name!r} cannot be exported as {form.title} "
            f"on the {keras.config.backend()} backend of Keras {keras.__version__}: "
            f"{error} Load the model on another backend and export it there, or choose "
            "another format."
        ) from error


@contextlib.contextmanager
def _silence():
    """Hides what exporters are built on say of themselves."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        logging.disable(before)


def _export(serving, path, form, options):
    signature = serving.signature()
    fixed = {"verbose": False, "input_signature": signature, **form.options(signature)}
    serving.export(str(path), format=form.written, **{**fixed, **options})
    form.finish(path)


def _largest_difference(serving, path, form):
    what = f"What Keras wrote as {form.title} of {serving.network.name!r}"
    instead = "Nothing was kept. Export it on another backend, or in another format."
    model = backend.inference(serving.function, serving.network)
    try:
        run = form.load(path)
        pairs = [_compared(serving, case, model, run) for case in CASES]
    except Exception as error:
        raise ValueError(
            f"{what} does not run in {form.runtime}: {error} {instead}"
        ) from error
    largest = max(difference for difference, _ in pairs)
    if any(difference > most for difference, most in pairs):
        raise ValueError(
            f"{what} computes in {form.runtime} something else than the model: the "
            f"largest difference is {largest:.3g}, expected at most "
            f"{min(most for _, most in pairs):.3g}. {instead}"
        )
    return largest


def _compared(serving, case, model, run):
    """The largest difference from the model, and what it may be."""
    inputs = serving.examples(*case)
    expected = ops.convert_to_numpy(model(*serving.listed(inputs)))
    received = run(serving.named(inputs))
    if received.shape != expected.shape or received.dtype != expected.dtype:
        raise ValueError(
            f"Expected {expected.dtype} {expected.shape}, received {received.dtype} "
            f"{received.shape}."
        )
    expected = expected.astype("float64")
    difference = float(np.abs(received - expected).max())
    if received.dtype.kind in "iu":
        return difference, LEVELS
    # NaN differs from everything.
    difference = np.inf if np.isnan(difference) else difference
    return difference, TOLERANCE * max(1.0, float(np.abs(expected).max()))
