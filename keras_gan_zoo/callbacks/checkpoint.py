"""A run that goes on after a crash as if nothing had happened."""

import itertools
import json
import os
import pathlib
import re
import signal
import threading
import time
import warnings

import keras

from keras_gan_zoo import presets
from keras_gan_zoo.callbacks.files import is_first_process, replacing
from keras_gan_zoo.fault import faults_in

SCHEMA = 1
FIELDS = ("step", "epoch", "batch", "order", "seconds", "shapes", "sha256")


class Checkpoint(keras.callbacks.Callback):
    """Keeps the run on disk. The same `fit` in a new process goes on from there.

    A checkpoint is the whole model with its optimizers, averages, image pools and
    random state, and the place in the data. On a CPU the run that goes on ends with the
    same weights, bit by bit, as one that was never interrupted, if the data come in the
    same order: those of arrays do, `datasets.Unpaired` and `datasets.PartlyLabelled`
    with a seed as well. Other data sets must repeat themselves; their batches before
    the place are read and dropped.

    Each checkpoint is a `.keras` file and a manifest with its sha256, written in this
    order, each complete or not there. A damaged one is left out with a warning in
    favour of the one before. A model with weights that are not finite is never written.

    SIGTERM, which clusters send before they take a machine away, has the run write a
    checkpoint after the current step, and then ends the process.

    Callbacks with a memory of their own, such as `EarlyStopping`, begin anew; the loss
    of the first epoch is the mean since the run went on.

    Args:
        folder: Where the checkpoints are. One run, one folder.
        every: Steps from one checkpoint to the next; there is one after each epoch,
            too.
        keep: How many checkpoints are kept, from 2.

    Attributes:
        seconds: How long the run took so far, in all processes.
        path: The newest `.keras` file, or None.

    Raises:
        ValueError: If an argument does not fit; in `fit` if no checkpoint in the folder
            is intact, or they are of another model.

    Example:
        ```python
        checkpoint = keras_gan_zoo.callbacks.Checkpoint("runs/dcgan", every=1_000)
        model.fit(images, epochs=100, callbacks=[checkpoint])
        ```
    """

    def __init__(self, folder, every=None, keep=2):
        super().__init__()
        if keep < 2 or (every is not None and every < 1):
            raise ValueError(
                "Checkpoint keeps at least 2 checkpoints, so that one is left if the "
                "newest is damaged, and every is a positive number of steps. Received: "
                f"keep={keep}, every={every}"
            )
        self.folder = pathlib.Path(folder)
        self.every = every
        self.keep = keep
        self.seconds = 0.0
        self.path = None

    # Going on.

    def on_train_begin(self, logs=None):
        """Restores the newest checkpoint, if there is one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._epoch = self._batch = self._step = 0
        self.seconds = 0.0
        manifest = self._newest_intact()
        if manifest:
            self._restore(manifest)
        # Keras begins with this epoch; without it with that of fit(initial_epoch=...).
        self.model._initial_epoch = self._epoch or None
        self._begun = time.perf_counter() - self.seconds
        self._catch_sigterm()

    def _newest_intact(self):
        damages = []
        for path in self._manifests():
            try:
                return self._read(path)
            except (ValueError, KeyError, TypeError, OSError) as error:
                damages.append(f"{path.name}: {error}")
                warnings.warn(
                    f"The checkpoint {path} is left out in favour of the one before: "
                    f"{error}",
                    stacklevel=2,
                )
        if damages:
            raise ValueError(
                f"No checkpoint in {self.folder} is intact: {'; '.join(damages)}. "
                "Bring one back from a copy, or choose another folder to begin anew."
            )
        return None

    def _manifests(self):
        return sorted(self.folder.glob("step_*.json"), reverse=True)

    def _read(self, path):
        manifest = json.loads(path.read_text())
        if manifest["schema"] != SCHEMA:
            raise ValueError(f"its schema is {manifest['schema']}, expected {SCHEMA}")
        fields = {name: manifest[name] for name in FIELDS}
        presets.check_sha256(path.with_suffix(".keras"), fields["sha256"])
        place = [fields[name] for name in ("step", "epoch", "batch")]
        if any(not isinstance(number, int) or number < 0 for number in place):
            raise ValueError(f"its step, epoch and batch are {place}")
        return {**fields, "path": path.with_suffix(".keras")}

    def _restore(self, manifest):
        shapes = self._shapes()
        if manifest["shapes"] != shapes:
            pairs = itertools.zip_longest(manifest["shapes"], shapes)
            differ = next(pair for pair in pairs if pair[0] != pair[1])
            raise ValueError(
                f"The checkpoints in {self.folder} are of another model: a variable "
                f"has the shape {differ[0]} there and {differ[1]} here. Build and "
                "compile the model as before, or choose another folder."
            )
        self.model.load_weights(manifest["path"])
        self.path = manifest["path"]
        self.seconds = manifest["seconds"]
        self._step = manifest["step"]
        self._epoch, self._batch = manifest["epoch"], manifest["batch"]
        if self._batch == self.params["steps"]:
            self._epoch, self._batch = self._epoch + 1, 0
        if self._batch:
            order = manifest["order"]
            self.model.resumed_order = order and tuple(order)
            self._skip(self._batch)

    def _skip(self, batches):
        """Has Keras read these batches without training on them."""
        model, train = self.model, self.model.train_function
        calls = itertools.count(model.steps_per_execution, model.steps_per_execution)

        def skip(*state_and_iterator):
            *state, batches_left = state_and_iterator
            iterator = iter(batches_left)  # on PyTorch Keras passes a list
            for _ in range(model.steps_per_execution):
                next(iterator, None)
            if next(calls) >= batches:
                model.train_function = train
            return ({}, *state) if state else {}

        model.train_function = skip

    # Keeping.

    def on_epoch_begin(self, epoch, logs=None):
        """Remembers where in the data the run is."""
        if epoch != self._epoch:
            self._epoch, self._batch = epoch, 0
        self._behind = self._batch  # batches that are skipped in this epoch

    def on_train_batch_end(self, batch, logs=None):
        """Writes a checkpoint, if it is time to or the process is to end."""
        done = batch + 1
        if done <= self._behind:
            return
        before, self._step = self._step, self._step + done - self._batch
        self._batch = done
        due = self.every and self._step // self.every > before // self.every
        if due or self._terminated:
            self._write(logs)

    def on_epoch_end(self, epoch, logs=None):
        """Writes a checkpoint of the place where the next epoch begins."""
        self._epoch, self._batch = epoch + 1, 0
        self._write(logs)

    def _write(self, logs):
        self.seconds = time.perf_counter() - self._begun
        # After a fault the steps are counted, but not taken.
        if not faults_in(self.model, logs or {}) and self._is_finite():
            path = self.folder / f"step_{self._step:09d}.keras"
            with replacing(path) as part:
                self.model.save(part)
            if is_first_process():
                self._register(path)
        if self._terminated:
            os.kill(os.getpid(), signal.SIGTERM)

    def _register(self, path):
        manifest = {
            "schema": SCHEMA,
            "step": self._step,
            "epoch": self._epoch,
            "batch": self._batch,
            "order": self.model.epoch_order,
            "seconds": round(self.seconds, 1),
            "shapes": self._shapes(),
            "sha256": presets.sha256_of(path),
        }
        with replacing(path.with_suffix(".json")) as part:
            part.write_text(json.dumps(manifest))
        self.path = path
        self._forget_old()

    def _is_finite(self):
        try:
            presets.check_finite(self.model, f"After step {self._step} the model")
        except ValueError as error:
            warnings.warn(f"No checkpoint is written: {error}", stacklevel=2)
            return False
        return True

    def _shapes(self):
        model = self.model
        variables = [*model.variables, *model.optimizer.variables]
        return [list(variable.shape) for variable in variables]

    def _forget_old(self):
        kept = {path.stem for path in self._manifests()[: self.keep]}
        for path in self.folder.iterdir():
            # Also parts of files that a process left which was killed.
            step = re.fullmatch(r"(?:\.\d+\.)?(step_\d+)\.(?:json|keras)", path.name)
            if step and step[1] not in kept:
                path.unlink(missing_ok=True)

    # The signal.

    def _catch_sigterm(self):
        self._terminated = False
        self._handler = None
        if threading.current_thread() is threading.main_thread():
            self._handler = signal.signal(signal.SIGTERM, self._on_sigterm)

    def _on_sigterm(self, number, frame):
        self._terminated = True
        self._release_sigterm()  # a second one ends the process at once

    def _release_sigterm(self):
        if self._handler is not None:
            signal.signal(signal.SIGTERM, self._handler)

    def on_train_end(self, logs=None):
        """Leaves no trace: the next `fit` begins as it is told to."""
        self.model._initial_epoch = self.model.resumed_order = None
        self._release_sigterm()
