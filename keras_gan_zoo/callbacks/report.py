"""One HTML file that tells a whole training run."""

import math
import pathlib
import sys
import time
from typing import Any

import keras

from keras_gan_zoo.callbacks import page
from keras_gan_zoo.callbacks.arguments import check_counts, check_drawing
from keras_gan_zoo.callbacks.charts import number
from keras_gan_zoo.domains import Points
from keras_gan_zoo.files import check_writable, replacing

ROOM = 2_000_000  # characters that all samples together may take


class Report(keras.callbacks.Callback):
    """Writes a report: samples, losses, scores, diagnosis, cost and settings.

    It is one HTML file that opens from disk and fetches nothing; clips play in it, and
    sounds have players. It is written anew after every epoch, so it can be opened
    during the run, or after the run broke off. Where samples would make it larger than
    about 3 MB, some moments between others are dropped.

    In the list of callbacks it belongs behind those that it shows. Each call of `fit`
    is a run of its own.

    Args:
        path: Of the file, which is overwritten.
        every: Epochs from samples that are shown to the next ones. The start and the
            last epoch are always shown.
        num: How many samples are shown; by default 64 images, 1,000 points, or
            what the model's domain says.
        seed: Seed of their latents, the same at every moment.
        draw: What to show in place of `model.generate(num, seed=seed)`, as in
            `SampleGrid`, for models without `generate`.
        diagnose: The run's `Diagnose`, or None.
        evaluate: The run's `Evaluate`, or None.
        title: The heading; by default the model's class.

    Raises:
        ImportError: If the samples are images and Pillow is not installed.
        ValueError: If `every` or `num` is not a positive integer; in `fit` if the model
            has no `generate` and there is no `draw`, or nothing can be written.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("fashion_mnist_mini").images
        report = kgz.callbacks.Report("report.html")
        kgz.DCGAN().fit(images, batch_size=64, epochs=20, callbacks=[report])
        ```
    """

    async_safe = True  # Keras need not wait for the device after each step

    def __init__(
        self,
        path="report.html",
        every=1,
        num=None,
        seed=0,
        draw=None,
        diagnose=None,
        evaluate=None,
        title=None,
    ):
        super().__init__()
        self.path = path
        self.every = every
        self.num = num
        self.seed = seed
        self.draw = draw
        self.diagnose = diagnose
        self.evaluate = evaluate
        self.title = title
        check_counts(self, "every", optional=("num",))

    def on_train_begin(self, logs=None) -> None:
        """Starts the clock, and writes what is known: an error shows at once."""
        check_drawing(self)
        check_writable(pathlib.Path(self.path).parent)
        self._losses: list[tuple[int, dict[str, float]]] = []
        self._frames: list[tuple[int, Any]] = []
        self._ends: list[float] = []  # of the steps of this epoch
        self._steps = 0
        self._timed_steps, self._timed_seconds = 0, 0.0
        self._begin = time.perf_counter()
        self._add_frame(0)
        self._write("Running, no epoch is complete yet")

    def get_state(self) -> dict[str, Any]:
        """What the callback remembers, for `Checkpoint`; samples are drawn anew."""
        return {
            "losses": [(epoch, _floats(losses)) for epoch, losses in self._losses],
            "steps": self._steps,
            "seconds": time.perf_counter() - self._begin,
        }

    def set_state(self, state) -> None:
        """Takes back what `get_state` returned."""
        self._losses = [(epoch, losses) for epoch, losses in state["losses"]]
        self._steps = state["steps"]
        self._begin = time.perf_counter() - state["seconds"]
        if self._losses:  # the model was drawn after the last of these epochs
            self._frames = [(self._losses[-1][0], self._frames[0][1])]

    def on_train_batch_end(self, batch, logs=None) -> None:
        """Takes the time."""
        self._ends.append(time.perf_counter())

    def on_epoch_end(self, epoch, logs=None) -> None:
        """Adds the epoch and writes the report."""
        epoch += 1
        self._add_times()
        names = self.model.terms.phases
        self._losses.append((epoch, {n: logs[n] for n in names if n in (logs or {})}))
        is_last = epoch == self.params["epochs"] or self.model.stop_training
        if epoch % self.every == 0 or is_last:
            self._add_frame(epoch)
        self._write(f"Running, written after epoch {epoch} of {self.params['epochs']}")

    def on_train_end(self, logs=None) -> None:
        """Writes the report for the last time."""
        self._write("Finished")

    def _add_times(self):
        # From the end of an epoch's first step: that step may hold compiling.
        calls = self.model.steps_per_execution
        self._steps += calls * len(self._ends)
        if len(self._ends) > 1:
            self._timed_steps += calls * (len(self._ends) - 1)
            self._timed_seconds += max(self._ends) - min(self._ends)
        self._ends = []

    def _add_frame(self, epoch):
        if self.draw is not None:
            samples = self.draw(self.model)
        else:
            samples = self.model.generate(self._num(), seed=self.seed)
        self._frames.append((epoch, self._drawing(samples)))
        while sum(map(_room, self._frames)) > ROOM and len(self._frames) > 2:
            self._drop_frame()

    def _drop_frame(self):
        """Drops the frame whose neighbours are closest to each other."""
        epochs = [epoch for epoch, _ in self._frames]
        inner = range(1, len(epochs) - 1)
        del self._frames[min(inner, key=lambda i: epochs[i + 1] - epochs[i - 1])]

    def _drawing(self, samples):
        domain = self.model.domain
        if isinstance(domain, Points):  # which share the scales of all frames
            return samples
        columns = math.ceil(len(samples) ** 0.5)
        return domain.html(samples, page.picture, columns)

    def _num(self):
        return self.num or self.model.domain.num_shown

    def _note(self):
        if self.draw is not None:
            return "Drawn in the same way each time."
        num = f"{self._num():,}"
        return f"{num} of them, each time of the same latents (seed {self.seed})."

    def _write(self, state):
        time_taken = page.duration(time.perf_counter() - self._begin)
        text = page.render(
            title=self.title or type(self.model).__name__,
            subtitle=f"{state}, {time.strftime('%Y-%m-%d %H:%M')}",
            figures=self._figures(time_taken),
            sections=[
                page.samples(self._frames, self._note()),
                page.losses(self._losses),
                page.scores(self.evaluate),
                page.diagnosis(self.diagnose),
                page.cost(self.model, self._costs(time_taken)),
                page.configuration(
                    self.model,
                    {name: self.params[name] for name in ("epochs", "steps")},
                ),
            ],
        )
        with replacing(self.path) as path:
            path.write_text(text, "utf-8")

    def _figures(self, time_taken):
        """What stands in large letters."""
        done = self._losses[-1][0] if self._losses else 0
        figures = {
            "Epochs": f"{done} of {self.params['epochs']}",
            "Steps": f"{self._steps:,}",
            "Time": time_taken,
        }
        if self.evaluate is not None and self.evaluate.best_epoch is not None:
            best = number(self.evaluate.best_score)
            figures[f"Best {self.evaluate.monitor}"] = best
        if self.diagnose is not None:
            alarms = str(len(self.diagnose.findings))
            figures["Alarms"] = alarms if page.can_judge(self.diagnose) else "too early"
        return figures

    def _costs(self, time_taken):
        step = "not known, it takes two steps in an epoch"
        if self._timed_steps:
            step = page.duration(self._timed_seconds / self._timed_steps)
        return {
            "one training step": step,
            "run so far": time_taken,
            "peak memory": f"{_peak_memory()}, of this process on the host",
        }


def _floats(values):
    return {name: float(value) for name, value in values.items()}


def _room(frame):
    """About how many characters a frame takes."""
    _, drawing = frame
    return len(drawing) if isinstance(drawing, str) else 12 * len(drawing)


def _peak_memory():
    try:
        import resource
    except ImportError:  # on Windows
        return "not known"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return page.scaled(peak * (1 if sys.platform == "darwin" else 1024), "B")
