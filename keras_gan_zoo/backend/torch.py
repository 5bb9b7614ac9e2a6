"""PyTorch: gradients from the autograd graph, variables that change in place."""

import contextlib
import os

import keras
import torch
from torch import distributed

from keras_gan_zoo.backend.finite import check


class Trainer(keras.Model):
    """A `keras.Model` that is trained by `self.update(data)`."""

    def train_step(self, data):
        """Runs one update, on random numbers that the model's seed decides."""
        # Keras' dropout draws from torch's global generator, which no file remembers.
        with torch.random.fork_rng():
            torch.manual_seed(int(self.seed_generator.next().sum()))
            return self.update(data)

    def variable_scope(self):
        """The context in which the model's variables must be made."""
        return contextlib.nullcontext()

    def _symbolic_build(self, iterator=None, data_batch=None):
        # Keras' hook between reading the data and the first step.
        if iterator is not None:
            data_batch = next(iter(iterator))[-1][0]
        self.on_first_batch(data_batch)
        self._begin_alike()

    def _begin_alike(self):
        """Gives all processes the first one's weights and random state."""
        if process()[1] > 1:
            for variable in [*self.variables, *self.optimizer.variables]:
                distributed.broadcast(variable.value.data, 0)


def minimize(loss, variables, optimizer, healthy, state):
    """Takes one gradient step on `variables`; see `keras_gan_zoo.backend`."""
    before = [variable.value.clone() for variable in state]
    terms = loss()
    total = optimizer.scale_loss(sum(terms.values()))
    gradients = torch.autograd.grad(
        total, [variable.value for variable in variables], allow_unused=True
    )
    with torch.no_grad():
        gradients = _mean(gradients)
        means = _mean([term.detach() for term in terms.values()])
        means = dict(zip(terms, means, strict=True))
        terms, finite = check(means, gradients, optimizer)
        if healthy and finite:
            optimizer.apply(gradients, variables)
            _average_statistics(state)
        else:
            for variable, value in zip(state, before, strict=True):
                variable.assign(value)
    return terms


def gradient(function, inputs):
    """Differentiates `function`, differentiably; see `keras_gan_zoo.backend`."""
    with torch.enable_grad():
        if not inputs.requires_grad:
            inputs = inputs.detach().requires_grad_()
        total = function(inputs).sum()
        return torch.autograd.grad(total, inputs, create_graph=True)[0]


conv_transpose = keras.ops.conv_transpose


def process():
    """This process among those of the run; see `keras_gan_zoo.backend`."""
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    if int(os.environ.get("WORLD_SIZE", 1)) > 1:
        raise RuntimeError(
            f"WORLD_SIZE is {os.environ['WORLD_SIZE']}, but the processes do not know "
            "of each other. Call torch.distributed.init_process_group() before fit()."
        )
    return 0, 1


def replica():
    """The process; see `keras_gan_zoo.backend`."""
    return process()[0]


def _average_statistics(variables):
    """Of what the processes have seen batch normalization keeps the mean."""
    if process()[1] > 1:
        statistics = [v for v in variables if v.value.is_floating_point()]
        means = _mean([variable.value for variable in statistics])
        for variable, mean in zip(statistics, means, strict=True):
            variable.assign(mean)


def _mean(tensors):
    """The means of these tensors, or None, over all processes."""
    number = process()[1]
    known = [tensor for tensor in tensors if tensor is not None]
    if number == 1 or not known:
        return tensors
    flat = torch.cat([tensor.reshape(-1) for tensor in known])  # sent in one piece
    distributed.all_reduce(flat)
    parts = iter((flat / number).split([tensor.numel() for tensor in known]))
    return [None if t is None else next(parts).reshape(t.shape) for t in tensors]
