"""Scores of the samples on a schedule, and the best model on disk."""

import collections.abc
import math
import numbers
import pathlib
import warnings
from typing import Any

import keras

from keras_gan_zoo.callbacks import tensorboard
from keras_gan_zoo.callbacks.arguments import check_counts
from keras_gan_zoo.evaluation import Evaluation
from keras_gan_zoo.files import check_writable, replacing
from keras_gan_zoo.metrics.by_name import METRICS


class Evaluate(keras.callbacks.Callback):
    """Measures the model while it trains, and keeps the best one.

    The scores become part of the epoch's `logs`, so the progress bar, `History` and all
    callbacks that stand after this one in the list see them. As with Keras'
    `validation_freq`, epochs without a measurement have none. Each call of `fit` is a
    run of its own.

    If `score` raises an error the first time, so does `fit`. Later, when hours may be
    at stake, an error is a warning: all scores of this epoch are NaN, and NaN is worse
    than every number.

    Args:
        score: Function of the model that returns a dict of name to float, for example
            an `Evaluation`.
        every: Epochs from one measurement to the next. The last epoch always has one.
        monitor: Name of the score that says which model is best; by default the first
            one that `score` returns.
        better: Which way `monitor` is better, `"lower"` or `"higher"`; by default what
            is known of the metrics of `evaluate`.
        best: Path of a `.keras` file that always holds the best model so far, ready to
            train on; or None.
        restore_best: Whether the model goes back to this file when training ends.
        patience: Stops training after so many measurements in a row without a new best;
            or None.
        tensorboard: Log folder to which the scores are also written; or None. Needs the
            package `tensorboard`.

    Attributes:
        history: List of (epoch, scores), epochs counted from 1.
        best_epoch: The epoch with the best score; None before the first one.
        best_score: Its score.
        stopped_epoch: The epoch after which it has stopped the training, or None.

    Raises:
        ValueError: If an argument does not fit.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("fashion_mnist_mini").images
        train, test = images[:8_000], images[8_000:]

        def score(model):
            return kgz.evaluate(model, test, num_samples=2_000)

        evaluate = kgz.callbacks.Evaluate(score, patience=5)
        kgz.DCGAN().fit(train, batch_size=64, epochs=50, callbacks=[evaluate])
        ```

        Any other score will do, of points for instance:

        ```python
        import keras_gan_zoo as kgz
        from keras_gan_zoo.datasets import RING_CENTERS, RING_STD

        def score(model):
            points = model.generate(2_500, seed=0)
            scores = kgz.metrics.mode_coverage(points, RING_CENTERS, RING_STD)
            return {"quality": scores[1], "modes": scores[0]}

        evaluate = kgz.callbacks.Evaluate(score, better="higher")
        ```
    """

    def __init__(
        self,
        score,
        every=1,
        monitor=None,
        better=None,
        best=None,
        restore_best=False,
        patience=None,
        tensorboard=None,
    ):
        super().__init__()
        self.score = score
        self.every = every
        self.monitor = monitor
        self.better = better
        self.best = best
        self.restore_best = restore_best
        self.patience = patience
        self.tensorboard = tensorboard
        self._check_arguments()
        self._start()

    def on_train_begin(self, logs=None) -> None:
        """Forgets an earlier run; what cannot be written shows at once."""
        self._start()
        if self.best is not None:
            check_writable(pathlib.Path(self.best).parent)

    def on_epoch_end(self, epoch, logs=None) -> None:
        """Measures, if it is time to."""
        epoch += 1
        if epoch % self.every and epoch != self.params["epochs"]:
            return
        scores = self._measure(epoch)
        self.history.append((epoch, scores))
        floats = {name: float(value) for name, value in scores.items()}
        if logs is not None:
            logs.update(floats)
        if self.tensorboard:
            tensorboard.write_scalars(self.tensorboard, floats, epoch)
        self._compare(epoch, floats[self.monitor])

    def on_train_end(self, logs=None) -> None:
        """Brings the best model back, if asked to."""
        if self.restore_best and self.best_epoch is not None:
            self.model.load_weights(self.best)

    def _start(self):
        self.history = []
        self.best_epoch = None
        self.best_score = None
        self.stopped_epoch = None
        self._since_best = 0

    def get_state(self) -> dict[str, Any]:
        """What the callback remembers, for `Checkpoint`."""
        first = self.history[0][1] if self.history else None
        return {
            "history": [
                (epoch, {name: float(value) for name, value in scores.items()})
                for epoch, scores in self.history
            ],
            "protocol": getattr(first, "protocol", None),
            "best_epoch": self.best_epoch,
            "best_score": self.best_score,
            "stopped_epoch": self.stopped_epoch,
            "since_best": self._since_best,
        }

    def set_state(self, state) -> None:
        """Takes back what `get_state` returned."""
        protocol = state["protocol"]
        self.history = [
            (epoch, scores if protocol is None else Evaluation(scores, {}, protocol))
            for epoch, scores in state["history"]
        ]
        self.best_epoch, self.best_score = state["best_epoch"], state["best_score"]
        self.stopped_epoch = state["stopped_epoch"]
        self._since_best = state["since_best"]
        if self.history:
            self._check_scores(self.history[0][1])

    def _measure(self, epoch):
        try:
            scores = self.score(self.model)
            self._check_scores(scores)
        except Exception as error:
            if not self.history:
                raise  # a mistake in the set-up, and little time is lost
            warnings.warn(
                f"The evaluation after epoch {epoch} failed, and its scores are NaN: "
                f"{error!r}. Training goes on.",
                stacklevel=2,
            )
            return dict.fromkeys(self.history[0][1], math.nan)
        if not math.isfinite(scores[self.monitor]):
            warnings.warn(
                f"The score {self.monitor!r} after epoch {epoch} is "
                f"{scores[self.monitor]}, which counts as worse than every number. "
                "Training goes on.",
                stacklevel=2,
            )
        return scores

    def _compare(self, epoch, score):
        if not self._is_best(score):
            self._since_best += 1
            if self._since_best == self.patience:
                self.model.stop_training = True
                self.stopped_epoch = epoch
            return
        self.best_epoch, self.best_score, self._since_best = epoch, score, 0
        if self.best is not None:
            with replacing(self.best) as path:
                self.model.save(path)

    def _is_best(self, score):
        if self.best_score is None or not math.isfinite(score):
            return math.isfinite(score)
        higher = self.better == "higher"
        return score > self.best_score if higher else score < self.best_score

    def _check_scores(self, scores):
        is_dict = isinstance(scores, collections.abc.Mapping) and scores
        if not is_dict or not all(isinstance(v, numbers.Real) for v in scores.values()):
            raise ValueError(
                "Evaluate(score) needs a function that returns a dict of name to "
                f"float, such as an Evaluation. Received: {scores!r}"
            )
        if self.monitor is None:
            self.monitor = next(iter(scores))
        if self.better is None:
            self.better = METRICS.get(self.monitor)
        if self.monitor not in scores:
            raise ValueError(
                f"Evaluate(monitor={self.monitor!r}) must be the name of a score. "
                f"Received scores of the names {list(scores)}"
            )
        if self.better is None:
            raise ValueError(
                f"It is not known which way the score {self.monitor!r} is better. Pass "
                'Evaluate(better="higher") or Evaluate(better="lower"), or as monitor '
                f"one of {list(METRICS)}."
            )

    def _check_arguments(self):
        if not callable(self.score):
            raise ValueError(
                "Evaluate(score) needs a function of the model, for example lambda "
                "model: keras_gan_zoo.evaluate(model, images, extractor=extractor). "
                f"Received: {self.score!r}"
            )
        check_counts(self, "every", optional=("patience",))
        if self.tensorboard:
            tensorboard.require()
        if self.better not in (None, "lower", "higher"):
            raise ValueError(
                'Evaluate(better=...) is "lower" or "higher". Received: '
                f"{self.better!r}"
            )
        is_keras = self.best is not None and pathlib.Path(self.best).suffix == ".keras"
        if not is_keras and (self.best is not None or self.restore_best):
            raise ValueError(
                "Evaluate(best=...) is the path of a .keras file, and "
                f"restore_best=True needs one. Received: best={self.best!r}"
            )
