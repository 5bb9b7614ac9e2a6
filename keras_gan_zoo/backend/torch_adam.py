"""Adam on PyTorch: all weights of a network in six passes over memory.

Keras' own takes ten and makes five copies of the weights, and of classes that derive
from its Adam it moves weight after weight.
"""

import types

import keras
import torch


def move_together(optimizer) -> None:
    """Has an Adam of Keras', or one that only changes its numbers, step in few passes.

    Args:
        optimizer: A Keras optimizer; others, and AMSGrad, stay as they are.
    """
    bare = getattr(optimizer, "inner_optimizer", optimizer)
    is_adam = isinstance(bare, keras.optimizers.Adam)
    if is_adam and type(bare).update_step is keras.optimizers.Adam.update_step:
        if not bare.amsgrad:
            bare._backend_update_step = types.MethodType(_backend_update_step, bare)


@torch.no_grad()
def _backend_update_step(self, grads, trainable_variables, learning_rate):
    """Algorithm 1 of Kingma & Ba 2015, in the order at the end of its section 2."""
    step = int(self.iterations) + 1
    beta_1, beta_2 = float(self.beta_1), float(self.beta_2)
    rate = float(learning_rate) * (1 - beta_2**step) ** 0.5 / (1 - beta_1**step)
    places = [self._get_variable_index(variable) for variable in trainable_variables]
    means = [self._momentums[place].value for place in places]
    squares = [self._velocities[place].value for place in places]
    torch._foreach_lerp_(means, grads, 1 - beta_1)
    torch._foreach_mul_(squares, beta_2)
    torch._foreach_addcmul_(squares, grads, grads, 1 - beta_2)
    divisors = torch._foreach_sqrt(squares)
    torch._foreach_add_(divisors, self.epsilon)
    weights = [variable.value for variable in trainable_variables]
    torch._foreach_addcdiv_(weights, means, divisors, -rate)
