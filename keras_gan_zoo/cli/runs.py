"""Runs of training: a folder each, which the same settings go on in."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_gan_zoo.cli.library import load_data
from keras_gan_zoo.cli.progress import EpochBar
from keras_gan_zoo.files import check_writable, replacing
from keras_gan_zoo.models.frame_prediction_gan import PAST

MAY_CHANGE = ("epochs", "batch_size", "streaming", "every")  # while a run is stopped


@dataclasses.dataclass
class Settings:
    """What a run was asked for; None stands for the default of the Python function."""

    model: str
    data: list[str]
    epochs: int | None
    batch_size: int | None
    image_size: str | None
    streaming: bool
    split: str | None
    loss: str | None
    regularizers: list[str] | None
    ema: float | None
    argument: list[str] | None
    seed: int | None
    every: int | None


def run(kgz, settings, folder) -> list[Path]:
    """Trains a model, from where an earlier run of these settings has stopped.

    Args:
        kgz: What `library` returned.
        settings: `Settings`.
        folder: Of the run.

    Returns:
        Paths of the report and of the model.

    Raises:
        ValueError: If the settings do not fit, or the folder holds something else.
    """
    model = _model(kgz, settings)
    x, y = _data(kgz, settings, model)
    _claim(folder, settings)
    draw = _drawing(kgz, model, x, y)
    report, file = folder / "report.html", folder / "model.keras"
    callbacks = [
        kgz.callbacks.SampleGrid(folder / "samples", draw=draw, gif="training.gif"),
        kgz.callbacks.Report(report, draw=draw),
        kgz.callbacks.Checkpoint(folder / "checkpoints", every=settings.every),
        EpochBar(),
    ]
    _fit(kgz, model, x, y, settings, callbacks)
    with replacing(file) as part:
        model.save(part)
    return [report, file]


def _model(kgz, settings):
    """The model, compiled."""
    names = list(kgz.list_models())
    if settings.model not in names:
        raise ValueError(
            f"No model is called {settings.model!r}. Expected one of "
            f"{', '.join(names)}."
        )
    if settings.seed is not None:
        keras.utils.set_random_seed(settings.seed)  # of what has no seed of its own
    arguments = _arguments(settings.argument or [])
    try:
        model = getattr(kgz, settings.model)(seed=settings.seed, **arguments)
    except TypeError as error:
        raise ValueError(
            f"{settings.model} takes no such --argument: {error}"
        ) from error
    model.compile(
        loss=settings.loss, regularizers=settings.regularizers or None, ema=settings.ema
    )
    return model


def _arguments(texts):
    """NAME=VALUE as a dict, values as JSON or else as text."""
    arguments: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise ValueError(f"--argument is NAME=VALUE. Received: {text!r}")
        try:
            arguments[name] = json.loads(value)
        except ValueError:
            arguments[name] = value
    return arguments


def _data(kgz, settings, model):
    """Images and what stands beside them: labels, captions, or other images."""
    if len(settings.data) > 2:
        raise ValueError(
            f"A model learns from one or two sets of data. Received: {settings.data}"
        )
    size = _size(settings.image_size)
    streaming = settings.streaming
    named = [name for name in settings.data if name in kgz.datasets.names()]
    if size is not None and named:
        raise ValueError(
            f"--image-size is that of a folder's pictures; the data set {named[0]} has "
            "a size of its own. Leave it out."
        )
    captions = hasattr(model, "text")
    sets = [
        load_data(kgz, x, settings.split, size, streaming=streaming, captions=captions)
        for x in settings.data
    ]
    if captions and len(sets) == 1:
        return sets[0]
    if len(sets) == 2:
        return sets[0].images, sets[1].images
    return sets[0].images, sets[0].labels if model.requires_labels else None


def _size(text):
    """(height, width) of "64" or "48x64"."""
    if text is None:
        return None
    sides = text.split("x")
    if not 1 <= len(sides) <= 2 or not all(side.isdecimal() for side in sides):
        raise ValueError(f"--image-size is 64, or 48x64. Received: {text!r}")
    return int(sides[0]), int(sides[-1])


def _claim(folder, settings):
    """Makes the folder that of this run, or refuses what is in it."""
    record = dataclasses.asdict(settings)
    path = folder / "run.json"
    if _has_begun(folder):
        before = json.loads(path.read_text())
        changed = [
            f"{name} {before.get(name)} and now {value}"
            for name, value in record.items()
            if before.get(name) != value and name not in MAY_CHANGE
        ]
        if changed:
            raise ValueError(
                f"{folder} holds a run of other settings: {'; '.join(changed)}. Repeat "
                "them to go on, or choose another --output."
            )
    elif not path.is_file() and folder.is_dir() and any(folder.iterdir()):
        raise ValueError(
            f"The folder {folder} is not empty and holds no run. Choose another "
            "--output."
        )
    check_writable(folder)
    with replacing(path) as part:
        part.write_text(json.dumps(record, indent=2) + "\n")


def _has_begun(folder):
    """Whether there is something to go on with: settings alone bind nobody."""
    there = [folder / "model.keras", *folder.glob("checkpoints/*.keras")]
    return (folder / "run.json").is_file() and any(path.is_file() for path in there)


def _fit(kgz, model, x, y, settings, callbacks):
    sizes = {"epochs": settings.epochs, "batch_size": settings.batch_size}
    options = {name: size for name, size in sizes.items() if size is not None}
    if isinstance(model, kgz.CycleGAN) and y is not None:  # which needs no pairs
        size = options.pop("batch_size", 1)
        x, y = kgz.datasets.Unpaired(x, y, size, settings.seed), None
    model.fit(x, y, callbacks=callbacks, verbose=0, **options)


def _drawing(kgz, model, x, y):
    """What is drawn of a model that makes samples from others, else None."""
    shown = x[:8]
    beside = kgz.images.side_by_side

    def translated(model):
        return beside(shown, model.translate(shown, verbose=0))

    def upscaled(model):
        if y is not None:  # pairs of small and large images
            return beside(model.upscale(shown, verbose=0), y[:8])
        small = kgz.datasets.downsample(shown, model.scale)
        return beside(model.upscale(small, verbose=0), shown)

    def inpainted(model):
        masks = kgz.datasets.masks(len(shown), shown.shape[1:3], seed=0)
        return beside(shown * (1 - masks), model.inpaint(shown, masks, verbose=0))

    def continued(model):
        past = shown[:, :PAST]
        num = max(1, shown.shape[1] - past.shape[1])
        future = model.predict_next(past, num, verbose=0)
        return np.concatenate([past, future], axis=1)

    def vocoded(model):
        return model.vocode(model.mels(shown), verbose=0)

    draw = {
        "translate": translated,
        "upscale": upscaled,
        "inpaint": inpainted,
        "predict_next": continued,
        "vocode": vocoded,
    }
    return next((draw[name] for name in draw if hasattr(model, name)), None)
