"""The optimizers of all phases, shown to Keras as the one it knows how to carry."""

import keras

from keras_gan_zoo.backend import weights_of
from keras_gan_zoo.typing import Tensor


class PhaseOptimizers(keras.optimizers.Optimizer):
    """Owns the optimizers of the phases and concatenates their variables.

    Keras carries and saves `model.optimizer`, a single one. Each phase applies its
    own; this one never applies gradients itself. Keras' learning-rate callbacks find
    the others under `optimizers` and treat each by itself.

    Args:
        phases: List of `Phase`. An optimizer that Keras has named takes the name of
            its first phase, under which its learning rate is logged.
        seen: Variable that counts the images, for optimizers with schedules.
    """

    def __init__(self, phases, seen):
        super().__init__(learning_rate=0.0, name="phase_optimizers")
        self.optimizers: list[keras.optimizers.Optimizer] = []
        for phase in phases:
            if not any(phase.optimizer is known for known in self.optimizers):
                self.optimizers.append(phase.optimizer)
                _name(phase.optimizer, phase.name)
                bare = getattr(phase.optimizer, "inner_optimizer", phase.optimizer)
                bare.seen = lambda: seen

    def build(self, phases) -> None:
        """Makes the slot variables of each optimizer for its phases' networks.

        Those of weights that are frozen, too: they may be set free later.
        """
        for optimizer in self.optimizers:
            weights = [
                weight
                for phase in phases
                if phase.optimizer is optimizer
                for network in phase.networks
                for weight in weights_of(network)
            ]
            if not optimizer.built:
                optimizer.build(weights)
            frozen = [weight.path for weight in weights if not weight.trainable]
            if optimizer.use_ema and frozen:
                raise ValueError(
                    "An optimizer with use_ema=True averages all of its weights, but "
                    f"{len(frozen)} are frozen, {frozen[0]} among them. Average the "
                    "generator by compile(ema=0.999) in its place, or unfreeze them."
                )
        self.built = True

    @property
    def variables(self) -> list[keras.Variable]:
        """The variables of all optimizers, in order."""
        return [v for optimizer in self.optimizers for v in optimizer.variables]

    @property
    def iterations(self) -> keras.Variable:
        """How many steps the first phase has taken."""
        return self.optimizers[0].iterations

    @property
    def learning_rate(self) -> Tensor:
        """The learning rate of the first phase."""
        return self.optimizers[0].learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        raise ValueError(
            "Each phase of a GAN has an optimizer and a learning rate of its own. Set "
            "model.generator_optimizer.learning_rate or "
            f"model.discriminator_optimizer.learning_rate. Received: {value}"
        )

    def finalize_variable_values(self, trainable_variables) -> None:
        """Lets each optimizer with `use_ema=True` overwrite its own variables."""
        for optimizer in self.optimizers:
            variables = optimizer._trainable_variables
            optimizer.finalize_variable_values(variables)
            if optimizer.use_ema:
                # On JAX Keras lets weight and average share a buffer, which the next
                # `fit` would give away twice.
                for variable in variables:
                    variable.assign(keras.ops.copy(variable))

    def save_own_variables(self, store) -> None:
        """Saves nothing: the optimizers are saved under their own names."""

    def load_own_variables(self, store) -> None:
        """Loads nothing: the optimizers are loaded under their own names."""


def _name(optimizer, name):
    """Names an optimizer, unless its user has."""
    bare = optimizer.name.replace("_", "").rstrip("0123456789")
    if bare == type(optimizer).__name__.lower():
        optimizer.name = name
