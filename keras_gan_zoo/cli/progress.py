"""Progress bars, on the standard error stream: what is written there is no result."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import keras
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.progress import TimeRemainingColumn as Remaining


def bar() -> Progress:
    """A progress bar, which is seen in terminals only and leaves nothing behind."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Remaining(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def track(jobs: Sequence, description="pictures") -> Iterator[Any]:
    """Yields jobs one by one, beside a bar if there are several."""
    if len(jobs) < 2:
        yield from jobs
        return
    with bar() as progress:
        yield from progress.track(jobs, description=description)


class EpochBar(keras.callbacks.Callback):
    """A bar of the steps of each epoch, and a line of its losses at its end."""

    bar: Any = None  # a `Progress` once the run has begun

    def get_state(self) -> dict[str, Any]:
        """What `Checkpoint` is to keep: nothing."""
        return {}

    def set_state(self, state) -> None:
        """Takes back what `get_state` returned."""

    def on_train_begin(self, logs=None) -> None:
        """Opens the bar."""
        self.bar = bar()
        self.bar.start()
        self.task = self.bar.add_task("", total=None)

    def on_epoch_begin(self, epoch, logs=None) -> None:
        """Begins anew."""
        name = f"epoch {epoch + 1} of {self.params['epochs']}"
        steps = self.params["steps"]
        self.bar.reset(self.task, description=name, total=steps)

    def on_train_batch_end(self, batch, logs=None) -> None:
        """Goes on."""
        self.bar.update(self.task, completed=batch + 1)

    def on_epoch_end(self, epoch, logs=None) -> None:
        """Prints the means of the losses."""
        words = [f"{name} {value:.4g}" for name, value in _pairs(logs)]
        print(f"epoch {epoch + 1} of {self.params['epochs']}:", *words, flush=True)

    def release(self) -> None:
        """Closes the bar, however the run ended: the terminal gets its cursor back."""
        if self.bar is not None:
            self.bar.stop()


def _pairs(logs) -> Iterable[tuple[str, float]]:
    return [(name, float(value)) for name, value in (logs or {}).items()]
