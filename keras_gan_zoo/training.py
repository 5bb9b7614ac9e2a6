"""What trains a GAN: settings, steps, averages."""

from typing import Any, NoReturn

import keras
from keras import ops

from keras_gan_zoo import averaging, backend, schedules
from keras_gan_zoo.augment import adaptive
from keras_gan_zoo.fault import DATA, fault_of
from keras_gan_zoo.fitting import Plan, Run, refuse, refuse_without_meaning
from keras_gan_zoo.losses import get as get_loss
from keras_gan_zoo.optimizers import PhaseOptimizers
from keras_gan_zoo.phases import Batch
from keras_gan_zoo.regularizers import get as get_regularizer
from keras_gan_zoo.terms import Terms, check_terms
from keras_gan_zoo.typing import Tensor
from keras_gan_zoo.validation import Limits, Watch


class Training:
    """The part of `GAN` that trains it: `compile`, `fit`, and what a step does."""

    ema_generator: Any  # a network, or None without an average
    epoch_order: tuple[int, ...] | None  # see `begin_epoch`
    resumed_order: tuple[int, ...] | None

    def compile(
        self,
        optimizer=None,
        *,
        generator_optimizer=None,
        discriminator_optimizer=None,
        loss=None,
        loss_weights=None,
        regularizers=None,
        augment=None,
        ema=None,
        jit_compile="auto",
        run_eagerly=False,
        steps_per_execution=1,
        **optimizers,
    ) -> None:
        """Chooses how to train. What is not given is as in the paper.

        Args:
            optimizer: Refused, as each network has an optimizer of its own.
            generator_optimizer: A Keras optimizer or its name.
            discriminator_optimizer: A Keras optimizer or its name.
            loss: A name from `losses.BY_NAME` or an `AdversarialLoss`.
            loss_weights: Dict of the weights to change among those that the paper has,
                by the name of the term, as the progress bar shows it: numbers, or
                schedules.
            regularizers: A name from `regularizers.BY_NAME`, a `Regularizer`, or a list
                of them. An empty list removes the paper's.
            augment: A layer or function, images to images of the same shape, for
                example `augment.AdaptiveAugment()`, `augment.DiffAugment()` or
                `keras.layers.GaussianNoise(0.1)`. The discriminator sees real and
                generated images through it.
            ema: Momentum of an exponential moving average of the weights of what makes
                the samples, in (0, 1), for example 0.999; or an `EMA`, by its half-life
                in images, of whichever networks. The averaged ones make the samples.
            jit_compile: As in Keras.
            run_eagerly: As in Keras.
            steps_per_execution: As in Keras; must be 1 on PyTorch.
            **optimizers: Those of further phases, where a model's `compile_defaults`
                have more: `encoder_optimizer=...`.

        Raises:
            ValueError: If a name is not known, `ema` is out of range or names a network
                that the model does not have.
        """
        if optimizer is not None:
            raise ValueError(
                f"{type(self).__name__} has an optimizer for each network. Pass "
                "compile(generator_optimizer=..., discriminator_optimizer=...). "
                f"Received: optimizer={optimizer!r}"
            )
        paper = self.compile_defaults()

        def choose(name, value):
            return paper.get(name) if value is None else value

        optimizers["generator_optimizer"] = generator_optimizer
        optimizers["discriminator_optimizer"] = discriminator_optimizer
        self._optimizer_names = [name for name in paper if name.endswith("_optimizer")]
        _check_names(optimizers, self._optimizer_names, type(self).__name__)
        for name in self._optimizer_names:
            chosen = choose(name, optimizers.get(name))
            setattr(self, name, self._get_optimizer(chosen))
        self.adversarial_loss = get_loss(choose("loss", loss))
        self._loss_weights = _updated(paper.get("loss_weights", {}), loss_weights or {})
        self.regularizers = _listed(choose("regularizers", regularizers))
        _check_sides(self)
        self.augment = choose("augment", augment)
        self._choose_ema(choose("ema", ema))
        self.watch = Watch()
        self.terms = Terms()
        super().compile(
            optimizer=PhaseOptimizers(self.phases(), self.images_seen),
            jit_compile=jit_compile,
            run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution,
            auto_scale_loss=False,
        )
        # "auto" is kept as it is: a file may be loaded on another backend.
        self._execution = {
            "jit_compile": jit_compile,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
        }

    @property
    def loss_weights(self) -> dict[str, Any]:
        """The weights of the loss's terms at this moment, by name."""
        weights = self._loss_weights.items()
        return {name: schedules.value(x, self.images_seen) for name, x in weights}

    def weighted(self, terms) -> dict[str, Tensor]:
        """The terms of a loss, a dict, each times its weight where it has one."""
        weights = self.loss_weights
        return {n: weights[n] * x if n in weights else x for n, x in terms.items()}

    def counts(self, name) -> bool:
        """Whether a term may count: its weight is a schedule, or not 0."""
        weight = self._loss_weights[name]
        return isinstance(weight, schedules.Schedule) or bool(weight)

    def update(self, data) -> dict[str, Tensor]:
        """Runs one training step.

        Args:
            data: What the data set yields: images, or (images, labels).

        Returns:
            The means of all loss terms since the epoch began, by name.
        """
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        fits = self.watch.look_at(x, y, self.limits(x, y))
        batch = self.prepare(x, y)
        with backend.kept(self._state()) as before:
            generated = self._generate(batch)
            for phase in self.phases():
                for repeat in range(phase.repeats):
                    generated = self._generate(batch) if repeat else generated
                    terms, seen = self._minimize(phase, batch, generated, fits, before)
                    self.terms.update_state(terms, phase.name)
                    phase.after(self._if_finite(seen))
        num = backend.whole(ops.shape(x)[0])
        self.average_networks(num)
        self.images_seen.assign(self.images_seen + num)
        for augment in adaptive(self.augment):
            shown = augment.adapt(num, self.terms.are_finite())
            self.terms.update_state(shown, "augmentation")
        return self.terms.result()

    def limits(self, x, y) -> tuple[Limits | None, Limits | None]:
        """Where the values of each batch must lie.

        Args:
            x: Images, uint8 or float.
            y: What the data set yields beside them, or None.

        Returns:
            A pair of `validation.Limits` or None, for `x` and for `y`.
        """
        return self.data_domain(x).limits(x), None

    def prepare(self, x, y) -> Batch:
        """Turns what the data set yields into what the losses take.

        Args:
            x: Images, uint8 or float.
            y: What the data set yields beside them, or None.

        Returns:
            A `Batch`.
        """
        return Batch(self.data_domain(x).encode(x), y)

    def _generate(self, batch):
        """What all phases see of the generator, until one of them repeats."""
        moved = {id(v): v for phase in self.phases() for v in phase.variables}
        return backend.generate(lambda: self.sample_like(batch), list(moved.values()))

    def _minimize(self, phase, batch, generated, fits, before):
        def loss(fake):
            terms = phase.loss(batch, fake)
            terms, seen = terms if isinstance(terms, tuple) else (terms, ())
            check_terms(terms, phase.name)
            terms = {**self.weighted(terms), **self.smoothness(phase, batch)}
            # Weight regularizers that custom networks bring along.
            own = [loss for network in phase.networks for loss in network.losses]
            first = next(iter(terms))
            return {**terms, first: sum(own, terms[first])}, seen

        terms, seen = backend.minimize(
            loss,
            phase.variables,
            phase.optimizer,
            generated,
            ops.logical_and(self.terms.are_finite(), fits),
            before,
            moves=True if phase.when is None else phase.when(),
        )
        return {n: ops.where(fits, term, DATA) for n, term in terms.items()}, seen

    def _if_finite(self, seen):
        healthy = self.terms.are_finite()
        return keras.tree.map_structure(
            lambda x: ops.where(healthy, x, ops.zeros_like(x)), seen
        )

    def _state(self):
        """What a loss may change beside the weights: statistics, pools of images."""
        averages = [getattr(self, f"ema_{name}") for name in self.networks]
        averaged = [w for average in averages if average for w in average.weights]
        without = [*backend.weights_of(self), *averaged]
        known = {id(variable) for variable in without}
        # Unsigned are the seeds, which go on after a fault.
        return [v for v in self.variables if id(v) not in known and v.dtype != "uint32"]

    def fit(self, x=None, y=None, **kwargs) -> keras.callbacks.History:
        """Trains the model, with the paper's choices if it was not compiled.

        Args:
            x: Images as a NumPy array or a tensor; or a data set (`tf.data.Dataset`,
                `keras.utils.PyDataset`, torch `DataLoader`, generator) that yields
                images or (images, labels); or a tuple (images, labels). uint8 in
                [0, 255] or float in [-1, 1], (batch, height, width, channels). Arrays
                and the batches of a `PyDataset` are shuffled for each epoch, as the
                model's random state decides. NumPy arrays are not copied.
            y: Labels, if `x` is an array. Models without labels ignore them, and warn.
            **kwargs: As in `keras.Model.fit`, without what a GAN has no use for:
                `validation_data`, `validation_split`, `class_weight`,
                `sample_weight`.

        Returns:
            The Keras `History`: each loss term, by epoch.

        Raises:
            ValueError: If the first batch does not fit, or an argument has no meaning.
            FloatingPointError: If a loss or a gradient is not finite. No weight has
                moved by it; the other callbacks have come to their end.
        """
        refuse_without_meaning(self, "fit", kwargs)
        run = Run(self, x, y, kwargs)
        try:
            if not self.compiled:
                self._compile_for(run.plan)
            history = super().fit(run.data, **run.arguments)
        finally:
            run.release()
        run.raise_fault()
        return history

    def begin_epoch(self) -> tuple[int, ...]:
        """Draws the numbers that decide the order of an epoch's batches.

        Returns:
            A tuple of integers, those of the random state; in the epoch in which a run
            goes on, those that it had begun with.
        """
        state = ops.convert_to_numpy(self.seed_generator.state)
        self.epoch_order = self.resumed_order or tuple(int(n) for n in state)
        self.resumed_order = None
        return self.epoch_order

    def train_on_batch(self, x, y=None, **kwargs) -> Any:
        """Runs one training step on one batch; arguments as in Keras and `fit`."""
        refuse_without_meaning(self, "train_on_batch", kwargs)
        if not self.compiled:
            self._compile_for(Plan(tuple(getattr(x, "shape", ()))[1:] or None))
        result = super().train_on_batch(x, y, **kwargs)
        fault = fault_of(self, self.get_metrics_result())
        if fault is not None:
            raise fault
        return result

    def evaluate(self, *args, **kwargs) -> NoReturn:
        """Not defined: see the error."""
        refuse(self, "evaluate()")

    def test_on_batch(self, *args, **kwargs) -> NoReturn:
        """Not defined: see the error."""
        refuse(self, "test_on_batch()")

    def average_networks(self, batch_size) -> None:
        """Moves the averages towards the networks, after each step."""
        averaged = averaging.networks_of(self.ema, self)
        if not averaged:
            return
        stays = averaging.momentum(self.ema, self.images_seen, batch_size)
        healthy = self.terms.are_finite()
        for name in averaged:
            average, network = getattr(self, f"ema_{name}"), getattr(self, name)
            for mean, current in zip(average.weights, network.weights, strict=True):
                momentum = stays if current.trainable else 0.0
                moved = current + momentum * (mean - current)
                mean.assign(ops.where(healthy, moved, mean.value))

    def _get_optimizer(self, chosen):
        optimizer = keras.optimizers.get(chosen)
        scales = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
        if self.compute_dtype == "float16" and not scales:
            # Small gradients would be 0 in half precision.
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        return optimizer

    def _choose_ema(self, ema):
        chosen = averaging.networks_of(ema, self)
        for name in set(self.networks) - set(chosen):
            self._forget(f"ema_{name}")  # one that is asked for later begins anew
        self.ema = ema

    def _forget(self, name):
        if getattr(self, name) is not None:
            backend.forget(self, getattr(self, name))
            setattr(self, name, None)

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The running means of the terms of the losses."""
        return [self.terms] if self.compiled else []

    @property
    def metrics_variables(self) -> list[keras.Variable]:
        """What a step carries on beside the weights; the watch shows no number."""
        own = self.watch.variables if self.compiled else []
        return [*super().metrics_variables, *own]

    def reset_metrics(self) -> None:
        """Forgets the epoch before."""
        super().reset_metrics()
        if self.compiled:
            self.watch.reset_state()

    def _compile_for(self, plan):
        with self.variable_scope():
            self.compile(**self.compile_for(plan))

    def smoothness(self, phase, batch) -> dict[str | None, Tensor]:
        """The terms of regularizers of other networks than the discriminator.

        Args:
            phase: Whose loss they are added to.
            batch: What `prepare` returned.

        Returns:
            A dict of named scalars; here of the weights of what makes samples.
        """
        makers = [getattr(self, name) for name in self.samplers]
        moved = [network for network in phase.networks if network in makers]
        variables = [v for network in moved for v in network.trainable_variables]
        chosen = self.regularizers_now("weights") if moved else []
        return {regularizer.name: regularizer(variables) for regularizer in chosen}

    def build_training_state(self) -> None:
        """Makes what only training needs, once the networks are made."""
        for name in averaging.networks_of(self.ema, self):
            if getattr(self, f"ema_{name}") is None:
                average = keras.models.clone_model(getattr(self, name))
                average.set_weights(getattr(self, name).get_weights())
                average.trainable = False
                setattr(self, f"ema_{name}", average)
        for regularizer in self.regularizers:
            regularizer.build(self)
        for augment in adaptive(self.augment):
            augment.attach(self)
        self.optimizer.build(self.phases())


def _check_names(optimizers, known, model):
    given = [name for name, chosen in optimizers.items() if chosen is not None]
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ValueError(
            f"{model}.compile() does not know {unknown}. Its optimizers are {known}; "
            "the other arguments are those of keras_gan_zoo.GAN.compile."
        )


def _listed(chosen):
    """Turns a name, a regularizer, or a list of them into a list of regularizers."""
    chosen = [] if chosen is None else chosen
    chosen = chosen if isinstance(chosen, list | tuple) else [chosen]
    found = [get_regularizer(regularizer) for regularizer in chosen]
    names = [regularizer.name for regularizer in found if regularizer.name is not None]
    if len(set(names)) < len(names):
        raise ValueError(
            "Each regularizer is a term of the loss with a name of its own. Received "
            f"the same name twice: {names}. Leave one out, or give it another `name`."
        )
    return found


def _check_sides(model):
    names = [each.name for each in model.regularizers if each.side == "generator"]
    if names and not hasattr(model, "latent_path"):
        raise ValueError(
            f"{names} are regularizers of a generator of latents. "
            f"{type(model).__name__} has none. Leave them out."
        )


def _updated(weights, changes):
    """The paper's weights of the loss, with some of them changed."""
    unknown = sorted(set(changes) - set(weights))
    if unknown:
        raise ValueError(
            "loss_weights has names that this model's loss does not. Expected some of "
            f"{sorted(weights)}. Received: {unknown}"
        )
    return {**weights, **changes}
