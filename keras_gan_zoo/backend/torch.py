"""PyTorch: gradients from the autograd graph, variables that change in place."""

import contextlib
import functools
import os
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import keras
import torch
from torch import distributed

from keras_gan_zoo.backend.finite import check
from keras_gan_zoo.backend.portable import portable  # noqa: F401
from keras_gan_zoo.backend.private import is_shared
from keras_gan_zoo.backend.torch_adam import move_together
from keras_gan_zoo.backend.torch_calls import call_directly
from keras_gan_zoo.backend.torch_filters import resample  # noqa: F401
from keras_gan_zoo.typing import Tensor

# By the number of spatial dimensions; lines are treated as images.
CONVOLUTIONS = {1: torch.conv2d, 2: torch.conv2d, 3: torch.conv3d}
TRANSPOSED = {
    1: torch.conv_transpose2d,
    2: torch.conv_transpose2d,
    3: torch.conv_transpose3d,
}


class Trainer(keras.Model):
    """A `keras.Model` that is trained by `self.update(data)`."""

    def train_step(self, data) -> dict[str, Tensor]:
        """Runs one update, on random numbers that the model's seed decides."""
        # Keras' dropout draws from torch's global generator, which no file remembers.
        with torch.random.fork_rng():
            _seed(int(self.seed_generator.next().sum()))
            return self.update(data)

    def variable_scope(self) -> AbstractContextManager:
        """The context in which the model's variables must be made."""
        return contextlib.nullcontext()

    def _symbolic_build(self, iterator=None, data_batch=None):
        # Keras' hook between reading the data and the first step.
        if iterator is not None:
            data_batch = next(iter(iterator))[-1][0]
        self.on_first_batch(data_batch)
        for variable in [*self.variables, *self.optimizer.variables]:
            _begin_alike(variable)
            _lay_out(variable)
        for name in self.networks:
            call_directly(getattr(self, name))
        for optimizer in self.optimizer.optimizers:
            move_together(optimizer)


def _seed(number):
    """As `torch.manual_seed`, which takes 0.2 ms for devices that are not there."""
    everywhere = torch.accelerator.is_available()
    (torch if everywhere else torch.default_generator).manual_seed(number)


def _begin_alike(variable):
    """Gives all processes the first one's value."""
    if process()[1] > 1:
        value = variable.value.data.contiguous()
        distributed.broadcast(value, 0)
        variable.assign(value)


def _lay_out(variable):
    """Puts a kernel into memory in the order in which convolutions take it.

    Keras puts the filters last, PyTorch first and the channels last: without this, each
    step copies each kernel and adds up numbers that lie in different orders.
    """
    if variable.value.ndim in (3, 4, 5):
        value = variable.value.data.movedim(-1, 0)
        if not value.is_contiguous():
            variable.value.data = value.contiguous().movedim(0, -1)


def inference(function, network) -> Callable[..., Any]:
    """Runs it without a graph of gradients; see `keras_gan_zoo.backend`."""
    for variable in network.variables:
        _lay_out(variable)
    call_directly(network)
    network = weakref.ref(network)

    @torch.no_grad()
    def call(*inputs):
        return function(network(), *map(keras.ops.convert_to_tensor, inputs))

    return call


@contextlib.contextmanager
def kept(state) -> Iterator[list[tuple[keras.Variable, Tensor]]]:
    """Pairs of variable and value; see `keras_gan_zoo.backend`."""
    before = [(variable, variable.value.clone()) for variable in state]
    try:
        yield before
    except BaseException:
        _put_back(before)
        raise


def generate(function, variables) -> Tensor:
    """Autograd remembers how; see `keras_gan_zoo.backend`."""
    return function()


def minimize(
    loss, variables, optimizer, generated, healthy, before, moves=True
) -> tuple[dict[str, Tensor], Any]:
    """Takes one gradient step on `variables`; see `keras_gan_zoo.backend`."""
    weights = [variable.value for variable in variables]
    gradients = []
    terms, seen = loss(generated)
    if weights:  # where all are frozen, there may be nothing to differentiate
        total = optimizer.scale_loss(sum(terms.values()))
        gradients = torch.autograd.grad(total, weights, allow_unused=True)
    with torch.no_grad():
        gradients = _mean(gradients)
        means = _mean([term.detach() for term in terms.values()])
        means = dict(zip(terms, means, strict=True))
        terms, finite = check(means, gradients, optimizer)
        if healthy and finite:
            if moves:
                optimizer.apply(gradients, variables)
            _average_statistics([variable for variable, _ in before])
        else:
            _put_back(before)
        seen = keras.tree.map_structure(lambda x: x.detach(), seen)
    return terms, seen


def sometimes(condition, function, state) -> Tensor:
    """A branch of Python's; see `keras_gan_zoo.backend`."""
    return function() if condition else torch.zeros((), device=condition.device)


def _put_back(before):
    for variable, value in before:
        variable.assign(value)


def value_and_gradient(function, inputs) -> tuple[Any, Tensor]:
    """Differentiates `function`, differentiably; see `keras_gan_zoo.backend`."""
    with torch.enable_grad():
        if not inputs.requires_grad:
            inputs = inputs.detach().requires_grad_()
        outputs = function(inputs)
        slopes = torch.autograd.grad(outputs[0].sum(), inputs, create_graph=True)
        return outputs, slopes[0]


def per_example_gradients(function, variables, examples) -> tuple[Tensor, list[Tensor]]:
    """One program for all examples; see `keras_gan_zoo.backend`."""

    def one(values, example):
        with keras.StatelessScope(zip(variables, values, strict=True)):
            loss = function(*example)
        return loss, loss

    values = [variable.value.detach() for variable in variables]
    examples = tuple(example.detach() for example in examples)
    differentiate = torch.func.grad(one, has_aux=True)
    slopes, losses = torch.func.vmap(differentiate, (None, 0))(values, examples)
    return losses, slopes


def conv(inputs, kernel, bias, strides, padding) -> Tensor:
    """Leaves the channels last in memory; see `keras_gan_zoo.backend`."""
    around = [0] * len(strides)
    if _are_points(kernel, strides):
        steps = [slice(None, None, stride) for stride in strides]
        inputs, strides = inputs[:, *steps], [1] * len(strides)
    if padding == "same":
        sizes = zip(inputs.shape[1:], kernel.shape, strides, strict=False)
        # How far the windows reach beyond the image.
        around = [max((n - 1) // s * s + k - n, 0) for n, k, s in sizes]
    if any(number % 2 for number in around):  # PyTorch pads both ends alike
        inputs = _padded(inputs, [(n // 2, n - n // 2) for n in around])
        around = [0] * len(strides)
    groups = inputs.shape[-1] // kernel.shape[-2]
    convolve = functools.partial(CONVOLUTIONS[len(strides)], groups=groups)
    padding = [number // 2 for number in around]
    return _channels_last(convolve, inputs, kernel, bias, strides, padding=padding)


def conv_transpose(inputs, kernel, bias, strides, padding) -> Tensor:
    """Leaves the channels last in memory; see `keras_gan_zoo.backend`."""
    if _are_points(kernel, strides):  # zeros beside them make no difference
        ends = [(0, stride - 1) for stride in strides]
        kernel = _padded(keras.ops.convert_to_tensor(kernel)[None], [*ends, (0, 0)])[0]
    over = [k - s for k, s in zip(kernel.shape, strides, strict=False)]
    cut = [max(number, 0) if padding == "same" else 0 for number in over]
    convolve = TRANSPOSED[len(strides)]
    sizes = {
        "padding": [number // 2 for number in cut],
        "output_padding": [max(-number, 0) for number in over],
    }
    outputs = _channels_last(convolve, inputs, kernel, None, strides, **sizes)
    if any(number % 2 for number in cut):  # PyTorch cuts both ends alike
        outputs = _padded(outputs, [(0, -(number % 2)) for number in cut])
    # For a bias of its own PyTorch takes longer to find the slope.
    return outputs if bias is None else outputs + bias


def _are_points(kernel, strides):
    """Whether a kernel skips pixels: PyTorch may end the process over it on a CPU."""
    return max(kernel.shape[:-2]) == 1 and max(strides) > 1


def _padded(array, ends):
    """Adds zeros at the two ends of each spatial dimension, or cuts something off."""
    flat = [number for pair in reversed(ends) for number in pair]
    return torch.nn.functional.pad(array, (0, 0, *flat))


def _channels_last(convolve, inputs, kernel, bias, strides, **sizes):
    """Calls a convolution of PyTorch's, and changes no order in memory."""
    kernel = keras.ops.convert_to_tensor(kernel)
    bias = None if bias is None else keras.ops.convert_to_tensor(bias)
    line = len(strides) == 1
    if line:  # as an image of height 1: for lines PyTorch knows no such order
        inputs, kernel, strides = inputs[:, None], kernel[None], (1, *strides)
        sizes = {name: (0, *numbers) for name, numbers in sizes.items()}
    rank = len(strides)
    inputs = inputs.permute(0, rank + 1, *range(1, rank + 1))
    kernel = kernel.permute(rank + 1, rank, *range(rank))
    if inputs.dtype == torch.float64 or (
        inputs.is_cpu and _fails_in_another_order(inputs, kernel)
    ):
        inputs, kernel = inputs.contiguous(), kernel.contiguous()
    outputs = convolve(inputs, kernel, bias, strides, **sizes)
    outputs = outputs.permute(0, *range(2, rank + 2), 1)
    return outputs.squeeze(1) if line else outputs


def _fails_in_another_order(inputs, kernel):
    """Whether PyTorch needs the channels first on a CPU, on some at least."""
    num = inputs.shape[0]  # no integer where a program is exported for any
    has_no_gradient = isinstance(num, int) and num == 1 and 1 in kernel.shape[:2]
    return inputs.dtype != torch.float32 or has_no_gradient


def take(inputs, index, axis) -> Tensor:
    """Without the reshapes of Keras' own; see `keras_gan_zoo.backend`."""
    return torch.index_select(inputs, axis, index)


def leaky_relu(inputs, slope) -> Tensor:
    """As in `keras.ops`; see `keras_gan_zoo.backend`."""
    return keras.ops.leaky_relu(inputs, slope)


def average_pool(inputs, size) -> Tensor:
    """Leaves the channels last in memory; see `keras_gan_zoo.backend`."""
    inputs = keras.ops.convert_to_tensor(inputs).permute(0, 3, 1, 2)
    return torch.nn.functional.avg_pool2d(inputs, size).permute(0, 2, 3, 1)


def batch_normalization(inputs, gamma, beta, epsilon) -> tuple[Tensor, Tensor, Tensor]:
    """In one kernel; see `keras_gan_zoo.backend`."""
    gamma, beta = map(keras.ops.convert_to_tensor, (gamma, beta))
    outputs, mean, slope = torch.native_batch_norm(
        inputs.movedim(-1, 1), gamma, beta, None, None, True, 0.0, epsilon
    )
    return outputs.movedim(1, -1), mean, slope**-2 - epsilon


def spectral_norm(kernel, u) -> tuple[Tensor, Tensor, Tensor]:
    """Without what Keras does around each operation; see `keras_gan_zoo.backend`."""
    kernel, u = map(keras.ops.convert_to_tensor, (kernel, u))
    matrix = kernel.float().reshape(-1, kernel.shape[-1])
    fixed = matrix.detach()
    v = torch.nn.functional.normalize(torch.mv(fixed, u.float()), dim=0)
    u = torch.nn.functional.normalize(torch.mv(fixed.T, v), dim=0)
    return torch.dot(v, torch.mv(matrix, u)), v, u


def rows(batch) -> int:
    """Of all processes, each of which reads its share; see `keras_gan_zoo.backend`."""
    return len(keras.tree.flatten(batch)[0]) * process()[1]


def whole(number) -> int | Tensor:
    """The sum over processes; see `keras_gan_zoo.backend`."""
    if process()[1] == 1:
        return number
    total = keras.ops.convert_to_tensor(number)  # where NCCL looks for it
    distributed.all_reduce(total)
    return total


def process() -> tuple[int, int]:
    """This process among those of the run; see `keras_gan_zoo.backend`."""
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    if int(os.environ.get("WORLD_SIZE", 1)) > 1:
        raise RuntimeError(
            f"WORLD_SIZE is {os.environ['WORLD_SIZE']}, but the processes do not know "
            "of each other. Call torch.distributed.init_process_group() before fit()."
        )
    return 0, 1


def replica() -> int:
    """The process; see `keras_gan_zoo.backend`."""
    return process()[0]


def _average_statistics(variables):
    """Of what the processes have seen batch normalization keeps the mean."""
    if process()[1] > 1:
        statistics = [
            v for v in variables if v.value.is_floating_point() and is_shared(v)
        ]
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
