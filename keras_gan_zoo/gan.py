"""The base of all models: networks, their losses, and the phases that train them."""

import sys
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import backend, inference, schedules
from keras_gan_zoo.augment import adaptive
from keras_gan_zoo.checks import check_sizes, shape_from
from keras_gan_zoo.domains import Domain, Images, Points, domain_of
from keras_gan_zoo.first_batch import FirstBatch
from keras_gan_zoo.losses import in_float32, one_head, over_heads
from keras_gan_zoo.networks import Networks
from keras_gan_zoo.phases import Phase
from keras_gan_zoo.randomness import SeedGenerator
from keras_gan_zoo.regularizers import R1, Regularizer
from keras_gan_zoo.regularizers.slopes import logits_and_squared_slope
from keras_gan_zoo.saving import Saving
from keras_gan_zoo.serving import Serving, bare
from keras_gan_zoo.sharing import Sharing
from keras_gan_zoo.showing import Showing
from keras_gan_zoo.training import Training
from keras_gan_zoo.typing import Tensor


class GAN(Saving, Sharing, Showing, Training, FirstBatch, Networks, backend.Trainer):
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
        ValueError: If a size is no integer, or the networks cannot be made, or do not
            fit each other.
    """

    image_shape: Any  # a tuple, or None until it is known
    requires_labels = False  # whether it learns from labels
    ignores_labels = False  # whether labels that the data hold mean nothing to it
    learns_from_pairs = False  # whether images or masks stand beside the images

    def __init__(self, image_shape=None, seed=None, **kwargs):
        given = {name: kwargs.pop(name, None) for name in self.networks}
        super().__init__(**kwargs)
        check_sizes(self)
        self.seed = seed
        self.seed_generator = SeedGenerator(seed)
        for name in self.networks:
            setattr(self, name, given[name])
        self.custom_networks = [n for n in self.networks if given[n] is not None]
        self.state_names = []
        # All replicas count alike.
        self.add_state("images_seen", "int32", aggregation="only_first_replica")
        self.ema = None
        for name in self.networks:
            setattr(self, f"ema_{name}", None)
        self.epoch_order = self.resumed_order = None  # see `begin_epoch`
        self._trained = None
        self._warnings = ()
        self.image_shape = None
        image_shape = shape_from(self, image_shape)
        self.given_shape = image_shape or self._image_shape_of_custom_networks()
        if not self.unknown_arguments():
            self.build((None, *self.given_shape))

    # What a subclass defines.

    # What it may make: the shape decides.
    domains: tuple[Domain, ...] = (Images(), Points())
    networks: tuple[str, ...] = ("generator", "discriminator")
    samplers: tuple[str, ...] = ("generator",)  # the networks that make samples
    sides_of_images = {"generator": "output"}  # where networks tell the images' size

    def build_generator(self) -> keras.Model:
        """Returns the generator, whose output are images of `self.image_shape`."""
        raise TypeError(f"{type(self).__name__} must define build_generator()")

    def build_discriminator(self) -> keras.Model:
        """Returns the discriminator, images of `self.image_shape` to logits."""
        raise TypeError(f"{type(self).__name__} must define build_discriminator()")

    def compile_defaults(self) -> dict[str, Any]:
        """Returns the paper's arguments of `compile`, optimizers and loss at least."""
        raise TypeError(f"{type(self).__name__} must define compile_defaults()")

    def compile_for(self, plan) -> dict[str, Any]:
        """Returns arguments of `compile` that follow from the data.

        They are taken where `fit` compiles the model, because nobody has before.

        Args:
            plan: A `fitting.Plan`.

        Returns:
            A dict; here it is empty, so all is as in the paper.
        """
        return {}

    @property
    def domain(self) -> Domain:
        """What the model makes, that of its `domains` which its shape belongs to."""
        shape = self.image_shape or self.given_shape or ()
        fitting = [domain for domain in self.domains if domain.fits(shape)]
        return (fitting or self.domains)[0]

    def data_domain(self, batch) -> Domain:
        """What the model learns from, mostly samples of what it makes.

        Args:
            batch: Array or tensor of training data.

        Returns:
            A domain.

        Raises:
            ValueError: If the batch is of no kind that the model learns from.
        """
        return domain_of(batch, self.domains)

    def __call__(self, *args, **kwargs) -> Any:
        """Calls the model; it is never sized from its inputs, as Keras would do."""
        self.require_networks()
        return super().__call__(*args, **kwargs)

    def _lock_state(self):
        # Keras forbids new state after build(). Here compile() may come later, and it
        # brings the means of the losses and the averaged generator.
        pass

    def add_state(
        self,
        name,
        dtype="float32",
        shape=(),
        initializer="zeros",
        aggregation="mean",
    ) -> keras.Variable:
        """Makes a variable that steps change, an attribute of the model.

        It is saved by its name, put back where a step was not finite, and is on several
        devices the mean of theirs.

        Args:
            name: Of the variable and of the attribute.
            dtype: Its dtype.
            shape: Its shape.
            initializer: A Keras initializer or its name.
            aggregation: As in `keras.Variable`.

        Returns:
            The variable; where there is one of this name, that one.
        """
        if name not in self.state_names:
            self.state_names = [*self.state_names, name]
            variable = self.add_weight(
                shape,
                initializer,
                dtype,
                trainable=False,
                aggregation=aggregation,
                name=name,
            )
            setattr(self, name, variable)
        return getattr(self, name)

    def serving(self, name) -> Serving:
        """A network as `export` writes it, with what is done before and after it.

        Args:
            name: Of the network.

        Returns:
            A `Serving`; here the network alone, floats to floats.
        """
        return bare(self.averaged(name))

    # Training.

    def phases(self) -> list[Phase]:
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

    def discriminator_loss(self, batch, fake) -> dict[str, Tensor]:
        """The discriminator's terms: the adversarial loss and the penalties.

        Args:
            batch: A `Batch`, whose images are real.
            fake: What `sample_like` made for it.

        Returns:
            A dict of named scalars.
        """
        return self.discriminator_terms(batch, ops.stop_gradient(fake))

    def discriminator_terms(self, batch, fake) -> dict[str, Tensor]:
        """How far generated images are from being told apart, and the penalties.

        Args:
            batch: A `Batch`, whose images are real.
            fake: Generated images of the same shape.

        Returns:
            A dict of named scalars.
        """
        real_logits, of_real = self._look("real", batch.real, batch.condition)
        fake_logits, of_fake = self._look("fake", fake, batch.condition)
        loss = self.discriminator_adversarial_loss(real_logits, fake_logits)
        penalties = self.penalties(batch, fake, {**of_real, **of_fake})
        return {"discriminator_loss": loss, **penalties}

    def _look(self, kind, images, condition):
        """Logits, and penalties by name that the same pass gives."""

        def discriminate(images):
            return self.discriminate(images, condition)

        flat = [
            regularizer
            for regularizer in self.regularizers_now("discriminator")
            if isinstance(regularizer, R1)
            and type(regularizer).__call__ is R1.__call__
            and (regularizer.kind, regularizer.every) == (kind, 1)
        ]
        if not flat or isinstance(images, tuple):
            return discriminate(images), {}
        logits, squared = logits_and_squared_slope(discriminate, images)
        return logits, {x.name: ops.cast(x.of(squared), "float32") for x in flat}

    def discriminator_adversarial_loss(self, real_logits, fake_logits) -> Tensor:
        """How far real and generated images are from being told apart, a scalar."""
        loss = self.adversarial_loss
        for augment in adaptive(self.augment):
            augment.look(real_logits, fake_logits, loss)
        return over_heads(loss.discriminator, real_logits, fake_logits)

    def penalties(self, batch, fake, known=()) -> dict[str, Tensor]:
        """The discriminator's regularizers, by name, on real and generated images.

        Args:
            batch: A `Batch`.
            fake: Generated images.
            known: A dict of those that are computed already.

        Returns:
            A dict of named scalars.
        """

        def discriminate(images):
            return one_head(self.discriminate(images, batch.condition))

        steps = self.discriminator_optimizer.iterations
        penalties = {
            regularizer.name: regularizer.on_turn(
                steps, discriminate, batch.real, fake, self.seed_generator
            )
            for regularizer in self.regularizers_now("discriminator")
            if regularizer.name is not None and regularizer.name not in known
        }
        return {**dict(known), **penalties}

    def regularizers_now(self, side) -> list[Regularizer]:
        """The regularizers of a side, with the numbers of the moment.

        Args:
            side: As in `Regularizer.side`.

        Returns:
            A list of copies, with numbers in place of schedules.
        """
        return [
            schedules.at(regularizer, self.images_seen)
            for regularizer in self.regularizers
            if regularizer.side == side
        ]

    def generator_loss(self, batch, fake) -> dict[str, Tensor]:
        """The generator's terms: the adversarial loss; see `discriminator_loss`."""
        fake_logits = self.discriminate(fake, batch.condition)
        return {"generator_loss": self.generator_adversarial_loss(batch, fake_logits)}

    def generator_adversarial_loss(self, batch, fake_logits) -> Tensor:
        """How far generated images are from being taken for real, a scalar."""
        real_logits = None
        if self.adversarial_loss.relativistic:
            real_logits = self.discriminate(batch.real, batch.condition)
        return over_heads(self.adversarial_loss.generator, real_logits, fake_logits)

    def sample_like(self, batch) -> Tensor | tuple[Tensor, ...]:
        """Generates as many images as the batch holds, in training mode.

        It is called once a step, and again before each repeat of a phase. All phases
        in between see what it returned, as the papers have it.

        Args:
            batch: What `prepare` returned.

        Returns:
            Images of the shape and dtype of `batch.real`, or a tuple of tensors
            with whatever the model's losses need of its networks.
        """
        raise TypeError(f"{type(self).__name__} must define sample_like()")

    def discriminate(self, images, condition=None) -> Tensor:
        """Maps images to float32 logits, through the augmentation if there is one.

        Args:
            images: Float images in [-1, 1], real or generated.
            condition: That of the batch. Only conditional models look at it.

        Returns:
            Logits, (batch, 1) from most discriminators; or a list of them, one for each
            output of the discriminator, whose losses are added.
        """
        logits = self.discriminator(self.augmented(images), training=True)
        return in_float32(logits)

    def augmented(self, images) -> Tensor:
        """The images as the discriminator sees them: see `compile(augment=...)`."""
        if self.augment is None:
            return images
        if isinstance(self.augment, keras.layers.Layer):
            # Keras' layers of noise do nothing by default.
            return self.augment(images, training=True)
        return self.augment(images)

    def constrain_discriminator(self, seen=None) -> None:
        """Lets the regularizers act on the discriminator's weights after its step."""
        for regularizer in self.regularizers_now("discriminator"):
            regularizer.after_step(self.discriminator.trainable_variables)

    # Use.

    def predict(self, x, batch_size=64, verbose="auto") -> np.ndarray:
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

    def predict_on_batch(self, x) -> np.ndarray:
        """Maps one batch; see `predict`."""
        return self.predict(x, batch_size=sys.maxsize, verbose=0)
