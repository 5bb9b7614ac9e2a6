"""The optimizers of all phases, shown to Keras as the one it knows how to carry."""

import keras


class PhaseOptimizers(keras.optimizers.Optimizer):
    """Owns the optimizers of the phases and concatenates their variables.

    Keras carries, saves and schedules `model.optimizer`, a single one. Each phase
    applies its own; this one never applies gradients itself.

    Args:
        optimizers: Keras optimizers; one that serves several phases may be repeated.
    """

    def __init__(self, optimizers):
        super().__init__(learning_rate=0.0, name="phase_optimizers")
        self.optimizers = list({id(o): o for o in optimizers}.values())

    def build(self, phases):
        """Makes the slot variables of each optimizer for its phases' networks."""
        for optimizer in self.optimizers:
            if not optimizer.built:
                optimizer.build(
                    [
                        variable
                        for phase in phases
                        if phase.optimizer is optimizer
                        for variable in phase.variables
                    ]
                )
        self.built = True

    @property
    def variables(self):
        """The variables of all optimizers, in order."""
        return [v for optimizer in self.optimizers for v in optimizer.variables]

    @property
    def learning_rate(self):
        """The learning rate of the first phase.

        Setting it scales the rates of all phases by the same factor, so callbacks such
        as `LearningRateScheduler` keep the balance between the networks.
        """
        return self.optimizers[0].learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        factor = float(value) / float(self.learning_rate)
        for optimizer in self.optimizers:
            optimizer.learning_rate = float(optimizer.learning_rate) * factor

    def finalize_variable_values(self, trainable_variables):
        """Lets each optimizer with `use_ema=True` overwrite its own variables."""
        for optimizer in self.optimizers:
            optimizer.finalize_variable_values(optimizer._trainable_variables)

    def save_own_variables(self, store):
        """Saves nothing: the optimizers are saved under their own names."""

    def load_own_variables(self, store):
        """Loads nothing: the optimizers are loaded under their own names."""
