"""PyTorch: gradients from the autograd graph, variables that change in place."""

import contextlib

import keras
import torch


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


def minimize(loss, variables, optimizer):
    """Takes one gradient step on `variables`; see `keras_gan_zoo.backend`."""
    terms = loss()
    total = optimizer.scale_loss(sum(terms.values()))
    gradients = torch.autograd.grad(
        total, [variable.value for variable in variables], allow_unused=True
    )
    with torch.no_grad():
        optimizer.apply(gradients, variables)
    return {name: term.detach() for name, term in terms.items()}


def gradient(function, inputs):
    """Differentiates `function`, differentiably; see `keras_gan_zoo.backend`."""
    with torch.enable_grad():
        if not inputs.requires_grad:
            inputs = inputs.detach().requires_grad_()
        total = function(inputs).sum()
        return torch.autograd.grad(total, inputs, create_graph=True)[0]
