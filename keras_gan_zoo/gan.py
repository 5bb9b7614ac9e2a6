"""The engine: a GAN is a list of phases, and a training step runs them in order."""

import functools
import inspect
import sys
import warnings

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import (
    averaging,
    backend,
    exporting,
    images,
    inference,
    presets,
    schedules,
    weight_files,
)
from keras_gan_zoo.checks import (
    bounded_ending,
    check_finite_weights,
    check_shape,
    shape_of,
)
from keras_gan_zoo.fault import DATA, fault_of
from keras_gan_zoo.fitting import Run, refuse, refuse_without_meaning
from keras_gan_zoo.losses import get as get_loss
from keras_gan_zoo.optimizers import PhaseOptimizers
from keras_gan_zoo.phases import Batch, Phase
from keras_gan_zoo.randomness import SeedGenerator
from keras_gan_zoo.regularizers import get as get_regularizer
from keras_gan_zoo.settings import making_networks
from keras_gan_zoo.terms import Terms, check_terms
from keras_gan_zoo.validation import Watch, in_unit_interval, limits_of_images


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

    requires_labels = False  # whether it learns from labels
    ignores_labels = False  # whether labels that the data hold mean nothing to it

    def __init__(self, image_shape=None, seed=None, **kwargs):
        given = {name: kwargs.pop(name, None) for name in self.networks}
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = SeedGenerator(seed)
        for name in self.networks:
            setattr(self, name, given[name])
        self.custom_networks = [n for n in self.networks if given[n] is not None]
        self.images_seen = self.add_weight(
            name="images_seen",
            shape=(),
            initializer="zeros",
            dtype="int32",
            trainable=False,
            aggregation="only_first_replica",  # all replicas count alike
        )
        self.ema = None
        self.ema_generator = None
        self.epoch_order = self.resumed_order = None  # see `begin_epoch`
        self._trained = None
        self._warnings = ()
        self.image_shape = None
        self.given_shape = image_shape or self._image_shape_of_custom_networks()
        if not self.unknown_arguments():
            self.build((None, *self.given_shape))

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
        missing = [n for n in self.networks if getattr(self, n) is None]
        try:
            with making_networks(self.seed, self.dtype_policy):
                for name in missing:
                    setattr(self, name, getattr(self, f"build_{name}")())
            self.check_networks()
        except Exception:
            self.image_shape = None  # still open to images of another size
            for name in missing:
                self._forget(name)
            raise
        for name in self.custom_networks:
            self.warn_once(bounded_ending(getattr(self, name), name))

    def unknown_arguments(self):
        """What the networks need and is not known yet: a dict of argument to words."""
        if self.given_shape is not None:
            return {}
        return {"image_shape=(height, width, channels)": "the size of the images"}

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
            unknown = self.unknown_arguments()
            raise ValueError(
                f"{type(self).__name__} has no networks yet. What it needs to know: "
                f"{' and '.join(unknown.values())}. Call fit() first, or pass "
                f"{' and '.join(unknown)} to {type(self).__name__}()."
            )

    def _lock_state(self):
        # Keras forbids new state after build(). Here compile() may come later, and it
        # brings the means of the losses and the averaged generator.
        pass

    # Training.

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
    ):
        """Chooses how to train. What is not given is as in the paper.

        Args:
            optimizer: Refused, as each network has an optimizer of its own.
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
                in (0, 1), for example 0.999; or an `EMA`, by its half-life in images.
                The averaged generator makes the samples.
            jit_compile: As in Keras.
            run_eagerly: As in Keras.
            steps_per_execution: As in Keras; must be 1 on PyTorch.

        Raises:
            ValueError: If a name is not known, `ema` is out of range, or the model has
                no single generator to average.
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

    def phases(self):
        """Returns the phases of one training step, in order."""
        return [
            Phase(
                "discriminator",
                self.discriminator_loss,
                [self.discriminator],
                self.discriminator_optimizer,
                after=self.constrain_discriminator,
            ),
            Phase(
                "generator",
                self.generator_loss,
                [self.generator],
                self.generator_optimizer,
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
        self.average_generator(num)
        self.images_seen.assign(self.images_seen + num)
        return self.terms.result()

    def limits(self, x, y):
        """Where the values of each batch must lie.

        Args:
            x: Images, uint8 or float.
            y: What the data set yields beside them, or None.

        Returns:
            A pair of `validation.Limits` or None, for `x` and for `y`.
        """
        return limits_of_images(x), None

    def prepare(self, x, y):
        """Turns what the data set yields into what the losses take.

        Args:
            x: Images, uint8 or float.
            y: What the data set yields beside them, or None.

        Returns:
            A `Batch`.
        """
        return Batch(images.to_unit_range(x), y)

    def _generate(self, batch):
        """What all phases see of the generator, until one of them repeats."""
        weights = [v for n in self.networks for v in getattr(self, n).trainable_weights]
        return backend.generate(lambda: self.sample_like(batch), weights)

    def _minimize(self, phase, batch, generated, fits, before):
        def loss(fake):
            terms = phase.loss(batch, fake)
            terms, seen = terms if isinstance(terms, tuple) else (terms, ())
            check_terms(terms, phase.name)
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
        )
        return {n: ops.where(fits, term, DATA) for n, term in terms.items()}, seen

    def _if_finite(self, seen):
        healthy = self.terms.are_finite()
        return keras.tree.map_structure(
            lambda x: ops.where(healthy, x, ops.zeros_like(x)), seen
        )

    def _state(self):
        """What a loss may change beside the weights: statistics, pools of images."""
        averaged = self.ema_generator.weights if self.ema_generator else []
        without = [*backend.weights_of(self), *averaged]
        known = {id(variable) for variable in without}
        # Unsigned are the seeds, which go on after a fault.
        return [v for v in self.variables if id(v) not in known and v.dtype != "uint32"]

    def discriminator_loss(self, batch, fake):
        """The discriminator's terms: the adversarial loss and the penalties.

        Args:
            batch: A `Batch`, whose images are real.
            fake: What `sample_like` made for it.

        Returns:
            A dict of named scalars.
        """
        return self.discerning_terms(batch, ops.stop_gradient(fake))

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
        steps = self.discriminator_optimizer.iterations
        return {
            regularizer.name: regularizer.on_turn(
                steps, discriminate, batch.images, fake, self.seed_generator
            )
            for regularizer in self.regularizers_now()
            if regularizer.name is not None
        }

    def regularizers_now(self):
        """The regularizers with the numbers of the moment in place of schedules."""
        return [schedules.at(each, self.images_seen) for each in self.regularizers]

    def generator_loss(self, batch, fake):
        """The generator's terms: the adversarial loss; see `discriminator_loss`."""
        fake_logits = self.discriminate(fake, batch.condition)
        return {"generator_loss": self.fooling_loss(batch, fake_logits)}

    def fooling_loss(self, batch, fake_logits):
        """How far generated images are from being taken for real, a scalar."""
        real_logits = None
        if self.adversarial_loss.relativistic:
            real_logits = self.discriminate(batch.images, batch.condition)
        return self.adversarial_loss.generator(real_logits, fake_logits)

    def sample_like(self, batch):
        """Generates as many images as the batch holds, in training mode.

        It is called once a step, and again before each repeat of a phase. All phases
        in between see what it returned, as the papers have it.

        Args:
            batch: What `prepare` returned.

        Returns:
            Images of the shape and dtype of `batch.images`, or a tuple of tensors
            with whatever the model's losses need of its networks.
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

    def constrain_discriminator(self, seen=None):
        """Lets the regularizers act on the discriminator's weights after its step."""
        for regularizer in self.regularizers_now():
            regularizer.after_step(self.discriminator.trainable_variables)

    def average_generator(self, batch_size):
        """Moves the averaged generator towards the current one, after each step."""
        if self.ema is None:
            return
        stays = averaging.momentum(self.ema, self.images_seen, batch_size)
        healthy = self.terms.are_finite()
        pairs = zip(self.ema_generator.weights, self.generator.weights, strict=True)
        for average, current in pairs:
            momentum = stays if current.trainable else 0.0
            moved = current + momentum * (average - current)
            average.assign(ops.where(healthy, moved, average.value))

    def _get_optimizer(self, chosen):
        optimizer = keras.optimizers.get(chosen)
        scales = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
        if self.compute_dtype == "float16" and not scales:
            # Small gradients would be 0 in half precision.
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        return optimizer

    def _choose_ema(self, ema):
        if not (ema is None or isinstance(ema, averaging.EMA) or 0 < ema < 1):
            raise ValueError(
                "ema is the momentum of a moving average and must lie in (0, 1), for "
                "example 0.999, or an object such as keras_gan_zoo.EMA(images=10_000). "
                f"Received: ema={ema}"
            )
        if ema is not None and "generator" not in self.networks:
            raise ValueError(
                f"{type(self).__name__} has no network called generator that could be "
                f"averaged, but {list(self.networks)}. Leave ema out."
            )
        if ema is None:
            self._forget("ema_generator")  # one that is asked for later begins anew
        self.ema = ema

    def _forget(self, name):
        if getattr(self, name) is not None:
            backend.forget(self, getattr(self, name))
            setattr(self, name, None)

    @property
    def metrics(self):
        """The running means of the terms of the losses."""
        return [self.terms] if self.compiled else []

    @property
    def metrics_variables(self):
        """What a step carries on beside the weights; the watch shows no number."""
        own = self.watch.variables if self.compiled else []
        return [*super().metrics_variables, *own]

    def reset_metrics(self):
        """Forgets the epoch before."""
        super().reset_metrics()
        if self.compiled:
            self.watch.reset_state()

    def fit(self, x=None, y=None, **kwargs):
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
        self._ensure_compiled()
        run = Run(self, x, y, kwargs)
        try:
            history = super().fit(run.data, **run.arguments)
        finally:
            run.release()
        run.raise_fault()
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
        refuse_without_meaning(self, "train_on_batch", kwargs)
        self._ensure_compiled()
        result = super().train_on_batch(x, y, **kwargs)
        fault = fault_of(self, self.get_metrics_result())
        if fault is not None:
            raise fault
        return result

    def predict(self, x, batch_size=64, verbose="auto"):
        """Maps inputs of the model, as calling it does.

        Args:
            x: What the model is called with: an array, or a list of them.
            batch_size: How many rows are computed at a time.
            verbose: Whether to show a progress bar: 0, 1, or `"auto"` for long work.

        Returns:
            Float32 array (num, ...).

        Raises:
            ValueError: If the networks are not made yet, or a weight is not finite.
        """
        self.require_networks()
        return inference.run(self.sampler, x, batch_size, verbose=verbose)

    def predict_on_batch(self, x):
        """Maps one batch; see `predict`."""
        return self.predict(x, batch_size=sys.maxsize, verbose=0)

    def evaluate(self, *args, **kwargs):
        """Not defined: see the error."""
        refuse(self, "evaluate()")

    def test_on_batch(self, *args, **kwargs):
        """Not defined: see the error."""
        refuse(self, "test_on_batch()")

    def on_first_batch(self, data):
        """Checks the data, sizes the networks and makes the optimizers' variables."""
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        if weights is not None:
            refuse(self, "a data set with sample weights")
        if self.ignores_labels and y is not None:
            self.warn_of_labels()
        self.check_data(x, y)
        self.warn_once(in_unit_interval(x))
        self.watch.expect(x, y)
        self.build_training_state()
        trained = tuple(id(variable) for variable in self.trainable_variables)
        if trained != self._trained:  # something was frozen, or is no longer
            self._trained, self.train_function = trained, None

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
            self.build((None, *(self.given_shape or x.shape[1:])))
        check_shape("training data", tuple(x.shape), (None, *self.image_shape))

    def check_labels(self, labels, num):
        """Refuses labels of so many images; a model that ignores them takes any."""

    def count_classes(self, labels):
        """Shows all labels of the data to a model that sizes its networks by them."""

    def warn_of_labels(self):
        """Warns, once, that the model does not look at the labels that it is given."""
        self.warn_once(
            f"{type(self).__name__} ignores the labels that came with the images. Pass "
            "the images alone, fit(images), or take a model that learns from labels, "
            "such as ConditionalGAN."
        )

    def warn_once(self, message):
        """Warns, unless there is no message or the model has said so before."""
        if message and message not in self._warnings:
            self._warnings = (*self._warnings, message)
            warnings.warn(message, stacklevel=3)

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

    def save(self, filepath, **kwargs):
        """Writes the whole model, optimizers and random state included.

        Args:
            filepath: Of a `.keras` file.
            **kwargs: As in `keras.Model.save`.

        Raises:
            ValueError: If a weight is not finite; no file is touched.
        """
        check_finite_weights(self, f"{type(self).__name__} cannot be saved: it")
        if self.compiled and self.image_shape is not None:
            with self.variable_scope():
                self.build_training_state()  # which a loaded model has, too
        super().save(filepath, **kwargs)

    def save_weights(self, filepath, **kwargs):
        """Writes the weights of all networks, the averaged generator included.

        Args:
            filepath: Of a `.weights.h5` file.
            **kwargs: As in `keras.Model.save_weights`.

        Raises:
            ValueError: If a weight is not finite; no file is touched.
        """
        check_finite_weights(self, f"{type(self).__name__} cannot be saved: it")
        super().save_weights(filepath, **kwargs)

    def load_weights(self, filepath, **kwargs):
        """Reads what `save_weights` or `save` wrote, the averaged generator included.

        Args:
            filepath: Of a `.weights.h5` or `.keras` file.
            **kwargs: As in `keras.Model.load_weights`.

        Raises:
            ValueError: If the networks are not made yet, the file does not fit them, or
                a weight in it is not finite. The model is then as it was before.
        """
        self.require_networks()
        if self.compiled:
            self.build_training_state()
        optimizer = self.optimizer.variables if self.compiled else []
        variables = [*self.variables, *optimizer]
        before = [np.array(ops.convert_to_numpy(variable)) for variable in variables]
        average = self.ema_generator
        if not weight_files.holds(filepath, "ema_generator"):
            self._forget("ema_generator")
        try:
            with warnings.catch_warnings():  # what they are about is an error below
                warnings.filterwarnings("ignore", "Skipping nested container")
                super().load_weights(filepath, **kwargs)
            check_finite_weights(self, f"The file {filepath}")
        except BaseException as error:
            self.ema_generator = average
            for variable, value in zip(variables, before, strict=True):
                variable.assign(value)
            if not isinstance(error, ValueError):
                raise
            reason = weight_files.differences(filepath, self) or error
            raise ValueError(
                f"The weights in {filepath} cannot be loaded into this "
                f"{type(self).__name__}, which is as it was before. {reason} Make and "
                "compile it as the model that was saved."
            ) from error
        if self.compiled:
            self.build_training_state()  # an average that was not there begins anew

    def export(self, filepath, **options):
        """Writes the network that makes the samples for another runtime.

        Args:
            filepath: Of a new `.onnx`, `.tflite`, `.xml` (OpenVINO) or `.pt2` file, or
                of a new folder, for TensorFlow's SavedModel. Which of them can be
                written depends on the backend.
            **options: As in `keras.Model.export`.

        Raises:
            ValueError: If the networks are not made yet, there is something already,
                or this backend cannot write the format.
        """
        self.require_networks()
        exporting.export(self.sampler, filepath, **options)

    def get_config(self):
        """Arguments of the constructor, with the networks' size once it is known.

        Each is an attribute of the same name; a subclass that keeps its own so need not
        define this method.
        """
        names = [n for n in _arguments(type(self)) if hasattr(self, n)]
        return {
            **{name: getattr(self, name) for name in names},
            "name": self.name,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
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
        check_finite_weights(self, f"{type(self).__name__} cannot be saved: it")
        for index, variable in enumerate(self._variables_outside_networks()):
            store[str(index)] = variable

    def load_own_variables(self, store):
        """Restores what `save_own_variables` saved."""
        for index, variable in enumerate(self._variables_outside_networks()):
            if str(index) in store.keys():
                variable.assign(store[str(index)])

    def _variables_outside_networks(self):
        inside = {id(weight) for layer in self.layers for weight in layer.weights}
        outside = [v for v in self.variables if id(v) not in inside]
        # The augmentation after them: it comes before the networks if compile() does,
        # but behind them in a model that is loaded. The count last: files that were
        # written before there was one have none.
        augment = getattr(self, "augment", None)
        late = {id(variable): 1 for variable in getattr(augment, "variables", ())}
        late[id(self.images_seen)] = 2
        return sorted(outside, key=lambda variable: late.get(id(variable), 0))

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
            import keras_gan_zoo as kgz

            model = kgz.GAN.from_preset("dcgan_fashion_mnist")
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


def _arguments(model_class):
    """Names of the constructor's arguments, and of those that `**kwargs` stands for."""
    names = []
    for part in model_class.__mro__[: model_class.__mro__.index(GAN) + 1]:
        if "__init__" in vars(part):
            parameters = list(inspect.signature(part.__init__).parameters.values())[1:]
            names += [p.name for p in parameters if p.kind != p.VAR_KEYWORD]
            if all(p.kind != p.VAR_KEYWORD for p in parameters):
                break
    return dict.fromkeys(names)


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
