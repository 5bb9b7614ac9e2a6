"""A run that goes on after a crash as if nothing had happened."""

import itertools
import os
import pathlib
import re
import signal
import threading
import time
import warnings
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import presets
from keras_gan_zoo.callbacks import manifests
from keras_gan_zoo.callbacks.memory import (
    forgetful,
    has_stopped,
    restore,
    states_of,
)
from keras_gan_zoo.checks import check_finite_weights
from keras_gan_zoo.datasets.batches import Batches
from keras_gan_zoo.fault import fault_of
from keras_gan_zoo.files import check_writable, is_first_process, replacing
from keras_gan_zoo.fitting import Countdown, batches_after


class Checkpoint(keras.callbacks.Callback):
    """Keeps the run on disk. The same `fit` in a new process goes on from there.

    A checkpoint is the whole model with its optimizers, averages, image pools and
    random state, what the other callbacks remember, and the place in the data. On a CPU
    the run that goes on ends with the same weights, bit by bit, as one that was never
    interrupted, if the data come in the same order: arrays and a `PyDataset` do. Other
    data sets must repeat themselves; what comes before the place is read and dropped.

    The place is counted in images, so arrays may go on in batches of another size.
    Where it cannot be found again, the run is refused.

    Each checkpoint is a `.keras` file and a manifest with the hashes of both, written
    in this order, each complete or not there. A damaged one is left out with a warning
    in favour of the one before. A model with weights that are not finite is never
    written.

    SIGTERM, which clusters send before they take a machine away, has the run write a
    checkpoint after the current step, and is then passed on.

    Of the other callbacks those go on that have `get_state()`, which returns what JSON
    can hold, and `set_state(state)`, as those of this package do, and of Keras'
    `EarlyStopping`, `ReduceLROnPlateau` and `ModelCheckpoint`. A run that goes on names
    those that begin anew. The loss of its first epoch is the mean since then.

    Wherever it stands among the callbacks, it acts after the others.

    Args:
        folder: Where the checkpoints are. One run, one folder.
        every: Steps from one checkpoint to the next; there is one after each epoch,
            too.
        keep: How many checkpoints are kept, from 2.
        verbose: 1 prints where a run goes on, 0 does not.

    Attributes:
        seconds: How long the run took so far, in all processes.
        path: The newest `.keras` file, or None.

    Raises:
        ValueError: If an argument does not fit; in `fit` if the folder cannot be
            written to, no checkpoint in it is intact, they are of another model, or the
            place in the data cannot be found.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("fashion_mnist_mini").images
        model = kgz.DCGAN(seed=0)
        checkpoint = kgz.callbacks.Checkpoint("runs/dcgan", every=1_000)
        model.fit(images, batch_size=64, epochs=100, callbacks=[checkpoint])
        ```
    """

    acts_last = True  # see `fitting.Run`

    def __init__(self, folder, every=None, keep=2, verbose=1):
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
        self.verbose = verbose
        self.seconds = 0.0
        self.path = None
        self._run: Any = None
        self._train: Any = None
        self._handler: Any = None

    def attach(self, run) -> None:
        """Takes the `fitting.Run` before it begins, and finds where it goes on."""
        self._run = run
        check_writable(self.folder)
        self._manifest = self._newest_intact()
        if self._manifest and run.continues:
            before = self._manifest["images_of_data"] - self._manifest["images"]
            run.data = batches_after(run.data, before)  # those of earlier epochs

    # Going on.

    def resume(self) -> None:
        """Restores the newest checkpoint, if there is one, before others begin."""
        self._terminated = False
        self._step = self._epoch = self._batch = self._dropped = 0
        self._seen_before_epoch = self._seen_before_data = 0
        self.seconds = 0.0
        self._to_drop: Any = None
        if self._manifest:
            self._restore(self._manifest)

    def on_train_begin(self, logs=None) -> None:
        """Gives the other callbacks their memory back, and starts the clock."""
        if self._manifest:
            restore(self._run.callbacks, self._manifest["callbacks"])
            self._tell(self._manifest)
        stopped = self._manifest and has_stopped(self._manifest["callbacks"])
        # Keras begins with this epoch; without it with that of fit(initial_epoch=...).
        self.model._initial_epoch = self.params["epochs"] if stopped else self._epoch
        self._begun = time.perf_counter() - self.seconds
        self._catch_sigterm()

    def _newest_intact(self):
        damages = []
        for path in self._manifests():
            try:
                return manifests.read(path)
            except Exception as error:  # whatever is wrong with it
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
        path = self.folder / f"{manifest['name']}.keras"
        chosen = self._rates()
        self.model.load_weights(path)
        kept = self._rates()
        self._kept = {n: kept[n] for n in kept if not np.isclose(kept[n], chosen[n])}
        self.path = path
        self.seconds = manifest["seconds"]
        self._step, self._epoch = manifest["step"], manifest["epoch"]
        seen = self._images_seen()
        self._seen_before_epoch = seen - manifest["images"]
        self._seen_before_data = seen - manifest["images_of_data"]
        if manifest["images"]:
            self._check_rows(manifest)
            self.model.resumed_order = manifest["order"] and tuple(manifest["order"])

    def _rates(self):
        """The learning rates of the optimizers by phase, but for schedules."""
        configs = {p.name: p.optimizer.get_config() for p in self.model.phases()}
        rates = {name: c.get("learning_rate") for name, c in configs.items()}
        return {name: rate for name, rate in rates.items() if isinstance(rate, float)}

    def _check_rows(self, manifest):
        rows = self._rows()
        if manifest["rows"] != rows:
            raise ValueError(
                f"The checkpoint is of the midst of an epoch of {manifest['rows']} "
                f"images, but the data now have {rows}. Go on with the same data, or "
                "load the checkpoint with keras.saving.load_model and begin a new run "
                "in another folder."
            )

    def _rows(self):
        """Images of an epoch, where the data are arrays."""
        data = self._run.source
        return data.num_rows if isinstance(data, Batches) else None

    def _tell(self, manifest):
        """Says where the run goes on, and what of it does not."""
        words = [f"Checkpoint: the run goes on after step {self._step} of {self.path}."]
        if has_stopped(manifest["callbacks"]):
            words.append("A callback had stopped it, so it trains no more.")
        if manifest["images_of_data"] and self._rows() is None:
            words.append(
                "The data set must be the same from its beginning, of which "
                f"{manifest['images_of_data']} images are read and dropped."
            )
        if self._kept:
            rates = ", ".join(f"{name} {rate:.3g}" for name, rate in self._kept.items())
            words.append(
                f"Learning rates are those of the checkpoint, {rates}, not those that "
                "the model was compiled with."
            )
        anew = forgetful(self._run.callbacks, manifest["callbacks"])
        if anew:
            words.append(f"These callbacks remember nothing: {', '.join(anew)}.")
        if self.verbose:
            print(*words)

    # Where in the data.

    def on_epoch_begin(self, epoch, logs=None) -> None:
        """Goes to the place in the data where the run goes on."""
        manifest, self._manifest = self._manifest, None
        if manifest is None:
            self._begin_epoch(epoch)
            return
        self._batch = 0
        if manifest["images"]:
            # What callbacks do as an epoch begins they had done before.
            self.model.load_weights(self.path)
            self.model.terms.set_state(manifest["terms"])
            self._drop(manifest["images"])

    def _begin_epoch(self, epoch):
        self._epoch, self._batch = epoch, 0
        self._seen_before_epoch = self._images_seen()
        if not self._run.continues:
            self._seen_before_data = self._seen_before_epoch

    def _drop(self, images):
        """Has Keras read what comes before the place, without training on it."""
        source = self._run.source
        batches = source.go_on_after(images) if isinstance(source, Batches) else None
        self._to_drop = Countdown(images, batches)
        self._train = self.model.train_function
        if not self._to_drop.is_over:
            self.model.train_function = self._read_without_training

    def _read_without_training(self, *state_and_data):
        *state, data = state_and_data
        data = iter(data)  # on PyTorch Keras passes a list
        for _ in range(self.model.steps_per_execution):
            if self._to_drop.is_over:
                self.model.train_function = self._train
                return self._train(*state, data)
            self._to_drop.drop(next(data, None))
            self._dropped += 1
        if self._to_drop.is_over:
            self.model.train_function = self._train
        logs = self.model.get_metrics_result()
        return (logs, *state) if state else logs

    # Keeping.

    def on_train_batch_end(self, batch, logs=None) -> None:
        """Writes a checkpoint, if it is time to or the process is to end."""
        taken = batch + 1 - self._batch - self._dropped
        self._batch, self._dropped = batch + 1, 0
        if taken <= 0:
            return
        before, self._step = self._step, self._step + taken
        due = self.every and self._step // self.every > before // self.every
        if due or self._terminated:
            self._write(logs)

    def on_epoch_end(self, epoch, logs=None) -> None:
        """Writes a checkpoint of the place where the next epoch begins."""
        if self._to_drop is not None and not self._to_drop.is_over:
            self._to_drop.drop(None)
        self._begin_epoch(epoch + 1)
        self._write(logs)

    def _write(self, logs):
        self.seconds = time.perf_counter() - self._begun
        # After a fault the steps are counted, but not taken.
        if fault_of(self.model, logs or {}) is None and self._is_finite():
            path = self.folder / f"step_{self._step:09d}.keras"
            with replacing(path) as part:
                self.model.save(part)
            if is_first_process():
                self._register(path)
        if self._terminated:
            self._terminated = False  # whoever hears it next may let the run go on
            os.kill(os.getpid(), signal.SIGTERM)

    def _register(self, path):
        seen = self._images_seen()
        order = self.model.epoch_order
        manifest = {
            "name": path.stem,
            "step": self._step,
            "epoch": self._epoch,
            "images": seen - self._seen_before_epoch,
            "images_of_data": seen - self._seen_before_data,
            "rows": self._rows(),
            "order": order and list(order),
            "terms": self.model.terms.get_state(),
            "seconds": round(self.seconds, 1),
            "shapes": self._shapes(),
            "callbacks": states_of(self._run.callbacks),
            "sha256": presets.sha256_of(path),
        }
        manifests.write(path.with_suffix(".json"), manifest)
        self.path = path
        self._forget_old()

    def _images_seen(self):
        return int(ops.convert_to_numpy(self.model.images_seen))

    def _is_finite(self):
        try:
            check_finite_weights(self.model, f"After step {self._step} the model")
        except ValueError as error:
            warnings.warn(f"No checkpoint is written: {error}", stacklevel=2)
            return False
        return True

    def _shapes(self):
        # Every variable, so that models alike in number and shape of all pass for one.
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
        in_main = threading.current_thread() is threading.main_thread()
        # Who has had it ignored wants the process to live.
        if in_main and signal.getsignal(signal.SIGTERM) != signal.SIG_IGN:
            self._handler = signal.signal(signal.SIGTERM, self._on_sigterm)

    def _on_sigterm(self, number, frame):
        self._terminated = True
        self._release_sigterm()  # a second one does not wait

    def _release_sigterm(self):
        if self._handler is not None:
            signal.signal(signal.SIGTERM, self._handler)
            self._handler = None

    def release(self) -> None:
        """Leaves no trace: the next `fit` begins as it is told to."""
        self._release_sigterm()
        self._manifest = None
        model = self._run.model  # this callback has none if the first batch is refused
        model._initial_epoch = model.resumed_order = None
        if self._train is not None:
            model.train_function, self._train = self._train, None
