"""The engine: a GAN is a list of phases, and a training step runs them in order."""

import contextlib
import dataclasses
import functools
import random
from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import backend, images, presets
from keras_gan_zoo.checks import check_shape, shape_of
from keras_gan_zoo.datasets.batches import Batches, Reorder, Share, Shuffled
from keras_gan_zoo.fault import StopAtFault, faults_in, raise_faults
from keras_gan_zoo.losses import get as get_loss
from keras_gan_zoo.optimizers import PhaseOptimizers
from keras_gan_zoo.randomness import SeedGenerator
from keras_gan_zoo.regularizers import get as get_regularizer


@dataclasses.dataclass(frozen=True)
class Phase:
    """One kind of gradient step within a training step.

    Attributes:
        name: What is trained, for example `"discriminator"`.
        loss: Maps a `Batch` to a dict of named scalars; their sum is minimized.
        networks: The networks this phase updates. All others stand still.
        optimizer: The Keras optimizer of these networks.
        terms: The names that `loss` returns, as the progress bar shows them.
        repeats: How often the phase runs within one training step.
        after: Called without arguments after each of the phase's steps.
    """

    name: str
    loss: Callable
    networks: list
    optimizer: keras.optimizers.Optimizer
    terms: tuple
    repeats: int = 1
    after: Callable = lambda: None

    @property
    def variables(self):
        """The trainable variables of the phase's networks."""
        return [v for network in self.networks for v in network.trainable_variables]


class Batch(NamedTuple):
    """What a loss sees of the data.

    Attributes:
        images: Real images (batch, height, width, channels) in [-1, 1], or points
            (batch, dimensions).
        condition: What the images are to be generated from, beside noise: labels,
            images of another kind, or None.
    """

    images: object
    condition: object = None


class GAN(backend.Trainer):
    """Base of all models: networks, phases that train them in turns, files, presets.

    What maps noise to images derives from `LatentGAN`, what maps images to images from
    `ImageToImageGAN`. A subclass says what its networks are (`build_generator`,
    `build_discriminator`) and how its paper trains them (`compile_defaults`). A variant
    overrides a loss, `phases()`, or at most `update()`.

    Args:
        image_shape: (height, width, channels) of the images, or (dimensions,) of
            points. Without it the networks are sized from the first batch.
        seed: Makes the first weights and all noise reproducible.
        **kwargs: `name` and `dtype`, as in every Keras model; and for each name in
            `networks` a Functional or Sequential Keras model to use in place of the
            paper's.

    Raises:
        ValueError: If the networks cannot be made, or do not fit each other.
    """

    requires_labels = False

    def __init__(self, image_shape=None, seed=None, **kwargs):
        given = {name: kwargs.pop(name, None) for name in self.networks}
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = SeedGenerator(seed)
        for name in self.networks:
            setattr(self, name, given[name])
        self.custom_networks = [n for n in self.networks if given[n] is not None]
        self.ema = None
        self.ema_generator = None
        self.epoch_order = self.resumed_order = None  # see `begin_epoch`
        self.image_shape = None
        shape = image_shape or self._image_shape_of_custom_networks()
        if shape is not None:
            self.build((None, *shape))

    # What a subclass defines.

    networks = ("generator", "discriminator")
    sides_of_images = {"generator": "output"}  # where networks tell the images' size

    def build_generator(self):
        """Returns the generator, whose output are images of `self.image_shape`."""
        raise TypeError(f"{type(self).__name__} must define build_generator()")

    def build_discriminator(self):
        """Returns the discriminator, images of `self.image_shape` to logits."""
        raise TypeError(f"{type(self).__name__} must define build_discriminator()")

    def compile_defaults(self):
        """Returns the paper's arguments of `compile`, optimizers and loss at least."""
        raise TypeError(f"{type(self).__name__} must define compile_defaults()")

    # Networks.

    def build(self, input_shape):
        """Makes the networks, or checks those that were given.

        Args:
            input_shape: Shape of a batch of images, (None, height, width, channels).
        """
        self.image_shape = tuple(int(size) for size in input_shape[1:])
        try:
            with _seeded(self.seed), _dtype_policy(self.dtype_policy):
                missing = [n for n in self.networks if getattr(self, n) is None]
                made = {name: getattr(self, f"build_{name}")() for name in missing}
            # Only when all could be made: one that fails leaves the model as it was.
            for name, network in made.items():
                setattr(self, name, network)
            self.check_networks()
        except Exception:
            self.image_shape = None  # still open to images of another size
            raise

    def check_networks(self):
        """Raises a `ValueError` if the networks do not fit each other."""
        batch = (None, *self.image_shape)
        check_shape("generator's output", shape_of(self.generator, "output"), batch)

    def __call__(self, *args, **kwargs):
        """Calls the model; it is never sized from its inputs, as Keras would do."""
        self.require_networks()
        return super().__call__(*args, **kwargs)

    @property
    def sampler(self):
        """The generator that makes samples: the averaged one where it is kept."""
        averaged = self.ema is not None and self.ema_generator is not None
        return self.ema_generator if averaged else self.generator

    def _image_shape_of_custom_networks(self):
        shapes = [
            shape_of(getattr(self, name), side)[1:]
            for name, side in self.sides_of_images.items()
            if name in self.custom_networks
        ]
        return next((shape for shape in shapes if None not in shape), None)

    def require_networks(self):
        """Raises a `ValueError` if the networks are not made yet."""
        if self.image_shape is None:
            raise ValueError(
                f"{type(self).__name__} has no networks yet, because the size of the "
                "images is not known. Call fit() first, or pass image_shape=(height, "
                f"width, channels) to {type(self).__name__}()."
            )

    def _lock_state(self):
        # Keras forbids new state after build(). Here compile() may come later, and it
        # brings the loss trackers and the averaged generator.
        pass

    # Training.

    def compile(
        self,
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
    ):
        """Chooses how to train. What is not given is as in the paper.

        Args:
            generator_optimizer: A Keras optimizer or its name.
            discriminator_optimizer: A Keras optimizer or its name.
            loss: A name from `losses.BY_NAME` or an `AdversarialLoss`.
            loss_weights: Dict of the weights to change among those that the model's
                loss has, by name.
            regularizers: A name from `regularizers.BY_NAME`, a `Regularizer`, or a list
                of them. An empty list removes the paper's.
            augment: A layer or function, images to images of the same shape, for
                example `augment.DiffAugment()` or `keras.layers.GaussianNoise(0.1)`.
                The discriminator sees real and generated images through it.
            ema: Momentum of an exponential moving average of the generator's weights,
                in (0, 1), for example 0.999. The averaged generator makes the samples.
            jit_compile: As in Keras.
            run_eagerly: As in Keras.
            steps_per_execution: As in Keras; must be 1 on PyTorch.

        Raises:
            ValueError: If a name is not known, `ema` is out of range, or the model has
                no single generator to average.
        """
        paper = self.compile_defaults()

        def choose(name, value):
            return paper.get(name) if value is None else value

        self.generator_optimizer = self._get_optimizer(
            choose("generator_optimizer", generator_optimizer)
        )
        self.discriminator_optimizer = self._get_optimizer(
            choose("discriminator_optimizer", discriminator_optimizer)
        )
        self.adversarial_loss = get_loss(choose("loss", loss))
        self.loss_weights = _updated(paper.get("loss_weights", {}), loss_weights or {})
        self.regularizers = _listed(choose("regularizers", regularizers))
        self.augment = choose("augment", augment)
        self.ema = self._check_ema(choose("ema", ema))
        phases = self.phases()
        self.trackers = [keras.metrics.Mean(t) for p in phases for t in p.terms]
        super().compile(
            optimizer=PhaseOptimizers(phase.optimizer for phase in phases),
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

    def phases(self):
        """Returns the phases of one training step, in order."""
        penalties = [r.name for r in self.regularizers if r.name is not None]
        return [
            Phase(
                "discriminator",
                self.discriminator_loss,
                [self.discriminator],
                self.discriminator_optimizer,
                terms=("discriminator_loss", *penalties),
                after=self.constrain_discriminator,
            ),
            Phase(
                "generator",
                self.generator_loss,
                [self.generator],
                self.generator_optimizer,
                terms=("generator_loss",),
                after=self.average_generator,
            ),
        ]

    def update(self, data):
        """Runs one training step.

        Args:
            data: What the data set yields: images, or (images, labels).

        Returns:
            The means of all loss terms since the epoch began, by name.
        """
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        batch = self.prepare(x, y)
        trackers = {tracker.name: tracker for tracker in self.trackers}
        for phase in self.phases():
            for _ in range(phase.repeats):
                for name, value in self._minimize(phase, batch).items():
                    trackers[name].update_state(value)
                phase.after()
        return {name: tracker.result() for name, tracker in trackers.items()}

    def prepare(self, x, y):
        """Turns what the data set yields into what the losses take.

        Args:
            x: Images, uint8 or float.
            y: What the data set yields beside them, or None.

        Returns:
            A `Batch`.
        """
        return Batch(images.to_unit_range(x), y)

    def _minimize(self, phase, batch):
        def loss():
            terms = phase.loss(batch)
            if set(terms) != set(phase.terms):
                raise ValueError(
                    f"The loss of the phase {phase.name!r} returns the terms "
                    f"{sorted(terms)}, but the phase states {sorted(phase.terms)}. "
                    "Give Phase(terms=...) the names that the loss returns."
                )
            # Weight regularizers that custom networks bring along.
            own = [loss for network in phase.networks for loss in network.losses]
            return {**terms, phase.terms[0]: sum(own, terms[phase.terms[0]])}

        state = [
            variable
            for name in self.networks
            for variable in getattr(self, name).non_trainable_variables
        ]
        return backend.minimize(
            loss, phase.variables, phase.optimizer, self._is_healthy(), state
        )

    def _is_healthy(self):
        # A term that was not finite is still in its mean.
        return ops.isfinite(sum(tracker.total for tracker in self.trackers))

    def discriminator_loss(self, batch):
        """The discriminator's terms: the adversarial loss and the penalties."""
        return self.discerning_terms(batch, ops.stop_gradient(self.sample_like(batch)))

    def discerning_terms(self, batch, fake):
        """How far generated images are from being told apart, and the penalties.

        Args:
            batch: A `Batch`, whose images are real.
            fake: Generated images of the same shape.

        Returns:
            A dict of named scalars.
        """
        real_logits = self.discriminate(batch.images, batch.condition)
        fake_logits = self.discriminate(fake, batch.condition)
        loss = self.adversarial_loss.discriminator(real_logits, fake_logits)
        return {"discriminator_loss": loss, **self.penalties(batch, fake)}

    def penalties(self, batch, fake):
        """The regularizers' terms, by name, on real and generated images."""
        discriminate = functools.partial(self.discriminate, condition=batch.condition)
        return {
            regularizer.name: regularizer(
                discriminate, batch.images, fake, self.seed_generator
            )
            for regularizer in self.regularizers
            if regularizer.name is not None
        }

    def generator_loss(self, batch):
        """The generator's terms: the adversarial loss."""
        return {"generator_loss": self.fooling_loss(batch, self.sample_like(batch))}

    def fooling_loss(self, batch, fake):
        """How far generated images are from being taken for real, a scalar."""
        fake_logits = self.discriminate(fake, batch.condition)
        real_logits = None
        if self.adversarial_loss.relativistic:
            real_logits = self.discriminate(batch.images, batch.condition)
        return self.adversarial_loss.generator(real_logits, fake_logits)

    def sample_like(self, batch):
        """Generates as many images as the batch holds, in training mode.

        Args:
            batch: What `prepare` returned.

        Returns:
            Images of the shape and dtype of `batch.images`.
        """
        raise TypeError(f"{type(self).__name__} must define sample_like()")

    def discriminate(self, images, condition=None):
        """Maps images to float32 logits, through the augmentation if there is one.

        Args:
            images: Float images in [-1, 1], real or generated.
            condition: That of the batch. Only conditional models look at it.

        Returns:
            Logits; (batch, 1) from most discriminators.
        """
        logits = self.discriminator(self.augmented(images), training=True)
        return ops.cast(logits, "float32")

    def augmented(self, images):
        """The images as the discriminator sees them: see `compile(augment=...)`."""
        if self.augment is None:
            return images
        if isinstance(self.augment, keras.layers.Layer):
            # Keras' layers of noise do nothing by default.
            return self.augment(images, training=True)
        return self.augment(images)

    def constrain_discriminator(self):
        """Lets the regularizers act on the discriminator's weights after its step."""
        for regularizer in self.regularizers:
            regularizer.after_step(self.discriminator.trainable_variables)

    def average_generator(self):
        """Moves the averaged generator towards the current one."""
        if self.ema is None:
            return
        healthy = self._is_healthy()
        pairs = zip(self.ema_generator.weights, self.generator.weights, strict=True)
        for average, current in pairs:
            momentum = self.ema if current.trainable else 0.0
            moved = current + momentum * (average - current)
            average.assign(ops.where(healthy, moved, average.value))

    def _get_optimizer(self, chosen):
        optimizer = keras.optimizers.get(chosen)
        scales = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
        if self.compute_dtype == "float16" and not scales:
            # Small gradients would be 0 in half precision.
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        return optimizer

    def _check_ema(self, ema):
        if ema is not None and not 0 < ema < 1:
            raise ValueError(
                "ema is the momentum of a moving average and must lie in (0, 1), for "
                f"example 0.999. Received: ema={ema}"
            )
        if ema is not None and "generator" not in self.networks:
            raise ValueError(
                f"{type(self).__name__} has no network called generator that could be "
                f"averaged, but {list(self.networks)}. Leave ema out."
            )
        return ema

    @property
    def metrics(self):
        """One running mean for each term of the losses."""
        return list(self.trackers) if self.compiled else []

    def fit(self, x=None, y=None, **kwargs):
        """Trains the model, with the paper's choices if it was not compiled.

        Args:
            x: Images as a NumPy array or a tensor; or a data set (`tf.data.Dataset`,
                `keras.utils.PyDataset`, torch `DataLoader`, generator) that yields
                images or (images, labels); or a tuple (images, labels). uint8 in
                [0, 255] or float in [-1, 1], (batch, height, width, channels). Arrays
                are shuffled for each epoch, as the model's random state decides.
            y: Labels, if `x` is an array. Models without labels ignore them.
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
        self._refuse_without_meaning("fit", kwargs)
        if isinstance(x, tuple) and len(x) == 2 and y is None:
            x, y = x
        if hasattr(x, "shape") and y is not None:  # later batches are not looked at
            self.check_labels(y, len(x))
        shuffle = kwargs.pop("shuffle", True)
        if hasattr(x, "shape") and shuffle and kwargs.get("steps_per_epoch") is None:
            arrays = [x] if y is None else [x, y]
            x, y = Batches(arrays, kwargs.pop("batch_size", None) or 32, seed=0), None
        if isinstance(x, Shuffled):
            callbacks = keras.tree.flatten(kwargs.get("callbacks") or [])
            kwargs["callbacks"] = [*callbacks, Reorder(x)]
            shuffle = False
        elif not hasattr(x, "shape") and not isinstance(x, keras.utils.PyDataset):
            shuffle = False  # it shuffles itself, and Keras would warn
        index, number = backend.process()
        if number > 1 and isinstance(x, keras.utils.PyDataset):
            x = Share(x, index, number)
        self._ensure_compiled()
        watch = StopAtFault()
        callbacks = keras.tree.flatten(kwargs.pop("callbacks", None) or [])
        history = super().fit(
            x, y, shuffle=shuffle, callbacks=[*callbacks, watch], **kwargs
        )
        watch.raise_fault()
        return history

    def begin_epoch(self):
        """Draws the numbers that decide the order of an epoch's batches.

        Returns:
            A tuple of integers, those of the random state; in the epoch in which a run
            goes on, those that it had begun with.
        """
        state = ops.convert_to_numpy(self.seed_generator.state)
        self.epoch_order = self.resumed_order or tuple(int(n) for n in state)
        self.resumed_order = None
        return self.epoch_order

    def train_on_batch(self, x, y=None, **kwargs):
        """Runs one training step on one batch; arguments as in Keras and `fit`."""
        self._refuse_without_meaning("train_on_batch", kwargs)
        self._ensure_compiled()
        result = super().train_on_batch(x, y, **kwargs)
        raise_faults(self, faults_in(self, self.get_metrics_result()))
        return result

    def evaluate(self, *args, **kwargs):
        """Not defined: see the error."""
        _refuse(self, "evaluate()")

    def test_on_batch(self, *args, **kwargs):
        """Not defined: see the error."""
        _refuse(self, "test_on_batch()")

    def on_first_batch(self, data):
        """Checks the data, sizes the networks and makes the optimizers' variables."""
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        if weights is not None:
            _refuse(self, "a data set with sample weights")
        self.check_data(x, y)
        self.build_training_state()

    def check_data(self, x, y):
        """Refuses a batch that the model cannot learn from, and sizes the networks.

        Args:
            x: Images, uint8 or float.
            y: What the data set yields beside them, or None.

        Raises:
            ValueError: If the batch does not fit.
        """
        if y is None and self.requires_labels:
            raise ValueError(
                f"{type(self).__name__} learns from labels, but the data holds images "
                "alone. Pass fit(images, labels) or a data set of (images, labels)."
            )
        if y is not None:
            self.check_labels(y, x.shape[0])
        images.check_batch(x)
        if self.image_shape is None:
            self.build(x.shape)
        check_shape("training data", tuple(x.shape), (None, *self.image_shape))

    def check_labels(self, labels, num):
        """Refuses labels of so many images; a model that ignores them takes any."""

    def _refuse_without_meaning(self, method, arguments):
        for name in _WITHOUT_MEANING & arguments.keys():
            value = arguments.pop(name)
            if value is not None and not (np.isscalar(value) and value == 0):
                _refuse(self, f"{method}({name}=...)")

    def _ensure_compiled(self):
        if not self.compiled:
            with self.variable_scope():
                self.compile()

    def build_training_state(self):
        """Makes what only training needs, once the networks are made."""
        if self.ema is not None and self.ema_generator is None:
            average = keras.models.clone_model(self.generator)
            average.set_weights(self.generator.get_weights())
            average.trainable = False
            self.ema_generator = average
        self.optimizer.build(self.phases())

    # Saving.

    def get_config(self):
        """Arguments of the constructor, with the networks' size once it is known."""
        return {
            "name": self.name,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
            "image_shape": self.image_shape,
            "seed": self.seed,
            **{
                name: keras.saving.serialize_keras_object(getattr(self, name))
                for name in self.custom_networks
            },
        }

    @classmethod
    def from_config(cls, config):
        """Rebuilds the model from `get_config()`."""
        custom = {
            name: keras.saving.deserialize_keras_object(config[name])
            for name in cls.networks
            if config.get(name) is not None
        }
        return cls(**{**config, **custom})

    def get_compile_config(self):
        """Arguments of `compile`, as data."""
        if not self.compiled:
            return {}
        return keras.saving.serialize_keras_object(
            {
                "generator_optimizer": self.generator_optimizer,
                "discriminator_optimizer": self.discriminator_optimizer,
                "loss": self.adversarial_loss,
                "loss_weights": dict(self.loss_weights),
                "regularizers": list(self.regularizers),
                "augment": self.augment,
                "ema": self.ema,
                **self._execution,
            }
        )

    def compile_from_config(self, config):
        """Compiles the model as it was when it was saved."""
        self.compile(**keras.saving.deserialize_keras_object(config))
        if self.image_shape is not None:
            self.build_training_state()

    def save_own_variables(self, store):
        """Saves what no network holds, the random state above all.

        Keras leaves the state of random generators out, also that of the layers.
        """
        for index, variable in enumerate(self._variables_outside_networks()):
            store[str(index)] = variable

    def load_own_variables(self, store):
        """Restores what `save_own_variables` saved."""
        for index, variable in enumerate(self._variables_outside_networks()):
            variable.assign(store[str(index)])

    def _variables_outside_networks(self):
        inside = {id(weight) for layer in self.layers for weight in layer.weights}
        outside = [v for v in self.variables if id(v) not in inside]
        # The augmentation last: it comes before the networks if compile() does, but
        # after them in a model that is loaded.
        augment = getattr(self, "augment", None)
        last = {id(variable) for variable in getattr(augment, "variables", ())}
        return sorted(outside, key=lambda variable: id(variable) in last)

    @classmethod
    def from_preset(cls, preset, load_weights=True, **kwargs):
        """Loads a model by name.

        Args:
            preset: A name from `keras_gan_zoo.list_presets()`, a folder written by
                `save_to_preset`, an `hf://` or `kaggle://` handle, or an https address
                of a folder with `#sha256=` of its `preset.json`.
            load_weights: Whether to load the weights, or only the architecture.
            **kwargs: Arguments of the constructor to change, for example `seed`.

        Returns:
            A model of the preset's class. `GAN.from_preset` finds the class;
            `DCGAN.from_preset` insists on it.

        Raises:
            ValueError: If the preset is not known, is damaged, or is of another class.

        Example:
            ```python
            model = keras_gan_zoo.GAN.from_preset("dcgan_fashion_mnist")
            images = model.generate(16, seed=0)
            ```
        """
        return presets.load(cls, preset, load_weights=load_weights, **kwargs)

    def save_to_preset(self, folder, record=None, dtype="float32", networks=None):
        """Writes the networks as a preset that `from_preset` loads on any backend.

        The averaged generator is written as the generator where it is kept. Optimizers
        are not part of a preset; `save("model.keras")` keeps everything.

        Args:
            folder: Path of a new or empty folder.
            record: Dict of facts to keep with the weights (command, steps, seed,
                hardware, time, licence, evaluation with its protocol).
            dtype: What the weights are stored as; `"float16"` halves the files.
            networks: Names of those to write, for example `["generator"]` where no
                one will train on; all if not given.

        Raises:
            ValueError: If a network is not made yet, or the folder holds something.
        """
        if networks is None:
            self.require_networks()
        made = {name: getattr(self, name, None) for name in networks or self.networks}
        if None in made.values():
            raise ValueError(
                f"{type(self).__name__} cannot write the networks {list(made)}: one is "
                "not made yet, or not among its networks, which are called "
                f"{list(self.networks)}."
            )
        if self.ema is not None and "generator" in made:
            made["generator"] = self.sampler
        presets.save(made, self, folder, record or {}, dtype)


_WITHOUT_MEANING = {
    "validation_data",
    "validation_split",
    "class_weight",
    "sample_weight",
}


def _refuse(model, what):
    raise ValueError(
        f"{type(model).__name__} has no {what}: the two losses of a GAN say who is "
        "ahead in the game, not how good the images are, so they are neither weighted "
        "by sample nor measured on held-out data. Leave it out, and judge the samples: "
        "keras_gan_zoo.evaluate(model, images, extractor=...)."
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


def _updated(weights, changes):
    """The paper's weights of the loss, with some of them changed."""
    unknown = sorted(set(changes) - set(weights))
    if unknown:
        raise ValueError(
            "loss_weights has names that this model's loss does not. Expected some of "
            f"{sorted(weights)}. Received: {unknown}"
        )
    return {**weights, **changes}


@contextlib.contextmanager
def _seeded(seed):
    """Keras draws the seeds of unseeded initializers from Python's generator."""
    if seed is None:
        yield
        return
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)


@contextlib.contextmanager
def _dtype_policy(policy):
    """The networks' layers take the model's dtype policy."""
    previous = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(previous)
