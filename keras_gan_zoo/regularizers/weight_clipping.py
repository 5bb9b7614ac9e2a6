"""Weight clipping, which acts after the step."""

from keras import ops

from keras_gan_zoo.regularizers.base import Regularizer, registered


@registered
class WeightClipping(Regularizer):
    """Clips every weight of the critic to [-limit, limit] after each of its steps.

    Args:
        limit: The bound (c in the paper).

    Reference:
        Arjovsky et al. 2017, algorithm 1, https://arxiv.org/abs/1701.07875
    """

    def __init__(self, limit=0.01):
        self.limit = limit

    def after_step(self, variables) -> None:
        """Clips the variables in place."""
        for variable in variables:
            variable.assign(ops.clip(variable, -self.limit, self.limit))
