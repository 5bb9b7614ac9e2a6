"""Is this mode collapse? A diagnosis of the training run, in words."""

import dataclasses
import math
import time
from typing import Any

import keras
import numpy as np

from keras_gan_zoo.callbacks import tensorboard as tensorboard_files
from keras_gan_zoo.callbacks.arguments import check_counts
from keras_gan_zoo.callbacks.finding import Finding
from keras_gan_zoo.callbacks.rules import RULES, Observation
from keras_gan_zoo.checks import as_array
from keras_gan_zoo.metrics import density_coverage
from keras_gan_zoo.metrics.manifold import squared_distances

SIDE = 8  # pixels of the thumbnails that samples are compared by
MOST = 10_000  # images on each side, to tell memorization
FEWEST = 8  # samples that have neighbours
PACE = 500  # steps between two looks, at most


class Diagnose(keras.callbacks.Callback):
    """Says in words what goes wrong, on what evidence, and what to try first.

    Each look compares samples of the same latents with real images, by thumbnails of
    8x8 pixels or by the features of an extractor, and reads the losses of the epoch. A
    finding must hold in several looks one after the other, non-finite values excepted,
    and is reported once for as long as it lasts:

    * non-finite values, divergence
    * discriminator saturated, generator stalled
    * mode collapse: coverage is low while the samples look real, or all look alike
    * oscillation
    * memorization, if there are test images

    A run that is too short for so many looks cannot be judged, and `summary` says so.
    What cannot be seen in `num` samples is not found: that a rare mode is missing, for
    instance.

    Args:
        data: Training images or points, an array (num, ...) or a tuple (images,
            labels).
        test_data: Such data that was not trained on, to tell memorization.
        every: Training steps between two looks, at least; they are taken as epochs end.
            By default the run decides: every 500 steps, or more often where it has so
            few that there would be less than four times `patience` looks, and within
            epochs too.
        patience: How many looks in a row must agree.
        warmup: Training steps before the first look, by default `every`; where the run
            decides, a quarter of it, at most 500, because first samples are all alike.
        num: Samples, and real images, that are compared, from 8.
        extractor: An `Extractor` in place of the thumbnails.
        budget: Share of the training time that all looks may take; one that would
            take more is put off.
        stop: Whether a finding stops the training.
        restore_best: Whether, when training was stopped so, the networks go back to
            where coverage was best.
        tensorboard: Log folder to which every look is written as scalars; or None.
            Needs the package `tensorboard`.
        seed: Of the latents and the draws.
        verbose: 1 prints each finding, 0 does not.

    Attributes:
        findings: List of `Finding`, oldest first.
        history: List of `Observation`, oldest first.
        cost: Share of the training time that the looks took, but for the first samples,
            before the first step, for which a backend may compile.

    Raises:
        ValueError: If an argument does not fit, or there are fewer real images than
            twice `num`.
        ImportError: If TensorBoard is asked for and not installed.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("fashion_mnist_mini").images
        diagnose = kgz.callbacks.Diagnose(images)
        kgz.DCGAN().fit(images, batch_size=64, epochs=20, callbacks=[diagnose])
        print(diagnose.summary())
        ```

    Reference:
        Density and coverage: Naeem et al. 2020, https://arxiv.org/abs/2002.09797;
        the birthday test: Arora et al. 2018, https://arxiv.org/abs/1706.08224
    """

    def __init__(
        self,
        data,
        test_data=None,
        every=None,
        patience=3,
        warmup=None,
        num=256,
        extractor=None,
        budget=0.03,
        stop=False,
        restore_best=False,
        tensorboard=None,
        seed=0,
        verbose=1,
    ):
        super().__init__()
        self.every = every
        self.patience = patience
        self.warmup = warmup
        self.num = num
        self.budget = budget
        self.stop = stop
        self.restore_best = restore_best
        self.tensorboard = tensorboard
        self.seed = seed
        self.verbose = verbose
        check_counts(self, "patience", optional=("every", "warmup"))
        if not isinstance(num, int) or num < FEWEST:
            raise ValueError(
                f"Diagnose(num=...) is an integer from {FEWEST}, so that samples have "
                f"neighbours to be compared with. Received: {num!r}"
            )
        if tensorboard:
            tensorboard_files.require()
        self.features = _thumbnails if extractor is None else extractor.features
        self.data = _array(data, "data", 2 * num)
        self.test_data = None
        if test_data is not None:
            self.test_data = _array(test_data, "test_data", num)
        self.real: Any = None  # until a model's domain is known
        self._start_again()

    def _start_again(self):
        self.findings, self.history = [], []
        self._present, self._best, self._last_samples = None, None, None
        self._step = self._steps_before_epoch = self._next = self._epoch = 0
        self._seconds, self._begun, self._ended = 0.0, time.perf_counter(), None

    # When to look.

    def on_train_begin(self, logs=None) -> None:
        """Starts from a clean sheet, and with the first samples."""
        if not hasattr(self.model, "latents"):
            raise ValueError(
                "Diagnose compares samples of the same latents and needs a model that "
                f"makes images of noise. Received: {type(self.model).__name__}. Watch "
                "it with SampleGrid(draw=...) and Evaluate."
            )
        self._start_again()
        self._pace = self.every or self._pace_of_run()
        self._next = self.warmup or self.every or min(PACE, self.patience * self._pace)
        self.real = self.real or self._real_side()
        self._last_samples = self._samples()
        self._guessing = _loss_of_guessing(self.model.adversarial_loss)
        self._begun = time.perf_counter()  # what compiles once is done

    def _real_side(self):
        domain = self.model.domain

        def features(samples):
            # Real images are as those that are generated: uint8, for instance.
            parts = np.array_split(samples, -(-len(samples) // 256))
            decoded = [as_array(domain.decode(domain.encode(part))) for part in parts]
            return self.features(np.concatenate(decoded))

        return _RealSide(self.data, self.test_data, self.num, features, self.seed)

    def _pace_of_run(self):
        """Steps between looks, so that even a short run has enough of them."""
        epochs, steps = (self.params.get(name) for name in ("epochs", "steps"))
        if not (epochs and steps):
            return PACE
        return min(PACE, max(1, epochs * steps // (4 * self.patience)))

    def on_epoch_begin(self, epoch, logs=None) -> None:
        """Remembers the epoch."""
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None) -> None:
        """Counts the steps, and looks within epochs if the run decides when."""
        self._step = self._steps_before_epoch + batch + 1
        if logs and self.every is None:
            self._look_if_due(self._epoch, logs)

    def on_epoch_end(self, epoch, logs=None) -> None:
        """Looks, if it is time to."""
        self._steps_before_epoch = self._step
        self._look_if_due(epoch, logs or {}, at_fault=True)

    def _look_if_due(self, epoch, logs, at_fault=False):
        terms = self.model.terms.phases
        losses = {n: float(value) for n, value in logs.items() if n in terms}
        is_finite = all(map(math.isfinite, losses.values()))
        if at_fault and not is_finite:
            self._conclude(Observation.blind(epoch + 1, self._step, losses))
        elif is_finite and self._step >= self._next and self._is_affordable():
            start = time.perf_counter()
            self._conclude(self._look(epoch + 1, losses))
            self._next = self._step + self._pace
            self._seconds += time.perf_counter() - start

    def _is_affordable(self):
        looks = len(self.history)
        return not looks or self.cost * (looks + 1) / looks <= self.budget

    @property
    def cost(self) -> float:
        """Share of the training time that the looks took."""
        return self._seconds / ((self._ended or time.perf_counter()) - self._begun)

    # What is there to see.

    def _look(self, epoch, losses):
        before, self._last_samples = self._last_samples, self._samples()
        if before is None or self._last_samples is None:
            return Observation.blind(epoch, self._step, losses)
        return Observation(
            epoch,
            self._step,
            losses,
            win=self._win(losses),
            **self.real.compare(self._last_samples, before),
        )

    def _win(self, losses):
        if self._guessing <= 0 or "discriminator_loss" not in losses:
            return math.nan  # the loss of a critic has no lower bound
        return 1 - losses["discriminator_loss"] / self._guessing

    def _samples(self):
        """Features of the samples, or None where a sample is not finite."""
        # Called directly: where a step takes a millisecond, predict() costs too much.
        latents = self.model.latents(self.num, self.seed)
        samples = [self.model(latents[i : i + 64]) for i in range(0, self.num, 64)]
        samples = np.concatenate(list(map(keras.ops.convert_to_numpy, samples)))
        if not np.isfinite(samples).all():
            return None
        return self.features(as_array(self.model.domain.decode(samples)))

    def _conclude(self, observation):
        self.history.append(observation)
        if self.tensorboard:
            scalars = {f"diagnose/{n}": v for n, v in observation.scalars.items()}
            tensorboard_files.write_scalars(self.tensorboard, scalars, observation.step)
        rule = self._rule_that_holds()
        if rule is None:
            self._keep_if_best(observation)
        elif rule is not self._present:
            self._report(rule.finding(observation))
        self._present = rule

    def _rule_that_holds(self):
        for rule in RULES:
            looks = max(1, rule.span * self.patience)
            window = self.history[-looks:]
            if len(window) == looks and rule.holds(window):
                return rule
        return None

    # What to do about it.

    def _report(self, finding):
        self.findings.append(finding)
        if self.verbose:
            print(f"\nDiagnose: {finding}")
        if self.stop:
            self.model.stop_training = True

    def _keep_if_best(self, observation):
        if self.restore_best and (
            self._best is None or observation.coverage > self._best[0]
        ):
            self._best = observation.coverage, self.model.get_weights()

    def on_train_end(self, logs=None) -> None:
        """Puts the best networks back, if training was stopped for a finding."""
        self._ended = time.perf_counter()
        if self.stop and self.findings and self._best is not None:
            self.model.set_weights(self._best[1])

    def summary(self) -> str:
        """Returns all findings in words, a line each, or that there are none."""
        if self.findings:
            return "\n".join(map(str, self.findings))
        looks = len(self.history)
        if not self.can_judge:
            return (
                f"Too early to judge: {looks} looks over {self._step} steps, and "
                f"{self.patience} in a row must agree. Train longer, or pass a smaller "
                "every or a larger budget."
            )
        return f"No alarm in {looks} looks over {self._step} steps."

    @property
    def can_judge(self) -> bool:
        """Whether there was a finding, or looks enough for one."""
        return bool(self.findings) or len(self.history) >= self.patience

    # For `Checkpoint`.

    @property
    def restore_best_weights(self) -> bool:
        """Whether it remembers weights, which are not in its state."""
        return self.restore_best

    def get_state(self) -> dict[str, Any]:
        """What the callback remembers, but for the best weights."""
        return {
            "history": [dataclasses.asdict(o) for o in self.history],
            "findings": [dataclasses.asdict(finding) for finding in self.findings],
            "present": self._present and self._present.name,
            "step": self._step,
            "steps_before_epoch": self._steps_before_epoch,
            "next": self._next,
            "seconds": self._seconds,
            "seconds_of_run": time.perf_counter() - self._begun,
        }

    def set_state(self, state) -> None:
        """Takes back what `get_state` returned."""
        self.history = [Observation(**values) for values in state["history"]]
        self.findings = [Finding(**values) for values in state["findings"]]
        present = [rule for rule in RULES if rule.name == state["present"]]
        self._present = present[0] if present else None
        self._step, self._next = state["step"], state["next"]
        self._steps_before_epoch = state["steps_before_epoch"]
        self._seconds = state["seconds"]
        self._begun = time.perf_counter() - state["seconds_of_run"]


class _RealSide:
    """The real images, and what as many others of them score against them."""

    def __init__(self, data, test_data, num, features, seed):
        random = np.random.RandomState(seed)
        one, other = np.split(random.choice(len(data), 2 * num, replace=False), 2)
        self.features = features(data[one])
        # In a ball of this radius a real image has about five others.
        balls = np.sort(squared_distances(self.features, self.features))[:, 5]
        self.squared_radius = np.median(balls)
        self.best = self._scores(features(data[other]))
        self.train = self.test = None
        if test_data is not None:
            most = min(len(data), len(test_data), MOST)
            self.train, self.test = (
                features(images[random.choice(len(images), most, replace=False)])
                for images in (data, test_data)
            )

    def compare(self, samples, before):
        """The shares of an `Observation`."""
        scores = self._scores(samples)
        shares = {name: _share(scores[name], self.best[name]) for name in scores}
        moved = np.sqrt(((samples - before) ** 2).sum(axis=1).mean() / 2)
        shares["movement"] = _share(moved, self.best["diversity"], of_nothing=0.0)
        shares["copying"] = math.nan
        if self.test is not None:
            shares["copying"] = self._copying(samples)
        return {name: float(share) for name, share in shares.items()}

    def _scores(self, samples):
        density, coverage = density_coverage(self.features, samples)
        # The root mean square distance of two samples, but for a factor.
        diversity = np.sqrt(samples.var(axis=0).sum())
        # The birthday test: the fewer there are to draw from, the more pairs are twins.
        twins = squared_distances(samples, samples) <= self.squared_radius
        support = len(samples) ** 2 / twins.sum()
        scores = diversity, support, density, coverage
        names = "diversity", "support", "density", "coverage"
        return dict(zip(names, scores, strict=True))

    def _copying(self, samples):
        train, test = (
            squared_distances(samples, side).min(axis=1)
            for side in (self.train, self.test)
        )
        return (train < test).mean() + (train == test).mean() / 2


def _share(score, best, of_nothing=1.0):
    """What part of the best score a score is; real images that are all alike have 0."""
    if best:
        return score / best
    return of_nothing if score == 0 else math.inf


def _thumbnails(samples):
    """Means over a grid of 8x8 cells, as rows; points are as they are."""
    for axis in range(1, samples.ndim - 1):
        size = samples.shape[axis]
        starts = np.linspace(0, size, min(SIDE, size), endpoint=False).astype(int)
        sums = np.add.reduceat(samples, starts, axis, dtype="float64")
        lengths = np.diff([*starts, size])
        samples = np.moveaxis(np.moveaxis(sums, axis, -1) / lengths, -1, axis)
    return samples.reshape(len(samples), -1).astype("float64")


def _loss_of_guessing(adversarial_loss):
    """The discriminator's loss where all logits are 0."""
    logits = keras.ops.zeros((1, 1))
    return float(adversarial_loss.discriminator(logits, logits))


def _array(data, name, least):
    images = data[0] if isinstance(data, tuple) and data else data
    if not isinstance(images, np.ndarray) or images.ndim < 2 or len(images) < least:
        raise ValueError(
            f"Diagnose({name}=...) needs a NumPy array (num, ...) of at least {least} "
            f"real images or points. Received: {type(images).__name__} of shape "
            f"{getattr(images, 'shape', None)}. Take more of them, or a smaller num."
        )
    return images
