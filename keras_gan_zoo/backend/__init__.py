"""The only folder that knows which framework is running.

Each module offers the same names, so nothing outside has to ask.

`Trainer` is a `keras.Model` whose `train_step` runs `self.update(data)`, whose `fit`
shows the first batch to `self.on_first_batch(data)`, and whose `variable_scope()` is
the context in which variables are made.

`minimize(loss, variables, optimizer, generated, healthy, before, moves=True)` takes one
gradient step on these variables, and on nothing else. `loss` maps the values of
`generated` to a pair: a dict of named scalars, whose sum is minimized, and tensors of
any kind; `optimizer` was built with these variables. It returns such a pair, and is
called within a training step. Where the boolean scalar `healthy` is false, or a term or
gradient is not finite, nothing moves: not the variables, not the optimizer, and the
state in `before` is put back. Terms that are not finite come back as NaN; where only a
gradient is not, all terms come back as infinity. Where the boolean scalar `moves` is
false, variables and optimizer stay, and the state is what `loss` has made of it.

`generate(function, variables)` calls a function without arguments, once for several
calls of `minimize`, one of which may differentiate through it. The function returns a
tensor, or a tuple of them, which depend on those of the variables that are trainable.

`sometimes(condition, function, state)` is the float32 scalar that a function without
arguments returns where the boolean scalar `condition` holds, and 0 elsewhere, where
nothing of it is computed. Of the variables that it changes only those in `state` are
sure to keep their values.

`kept(state)` is a context that yields `before`, the values of other variables that a
step changes, and puts them back if the step ends in an exception.

`inference(function, network)` compiles `function(network, *tensors)`, which calls the
network. It returns a function of as many arrays, the batch first, to what `function`
returns. It changes nothing, may run in several threads at once and beside `fit`, and
sees the weights that the network has when it is called.

`value_and_gradient(function, inputs)` is what the function returns, a tuple, and d
sum(its first) / d inputs, of the shape of `inputs`. Both can be differentiated again.
`gradient(function, inputs)` is the latter, of a function that returns a tensor.

`per_example_gradients(function, variables, examples)` maps a tuple of tensors, the
batch first, to the scalar that `function` returns of each example, (batch,), and to a
list of its gradients by the variables, (batch, ...). The function changes no state, and
neither it nor what it returns is differentiated any further.

`conv(inputs, kernel, bias, strides, padding)` and `conv_transpose(...)` are those of
`keras.ops` in one to three spatial dimensions, channels last, and fast in both
directions. `strides` has one number for each dimension, `bias` may be None.

`resample(inputs, taps, stride, padding, enlarges)` filters images by the outer product
of the taps, a tuple of numbers, with zeros beyond the edges, and keeps each stride-th
pixel; or it enlarges them by the transpose of that.

`take(inputs, index, axis)` takes the rows of an axis that a vector of integers names.

`leaky_relu(inputs, slope)` is that of `keras.ops`, for slopes that are not negative.

`average_pool(inputs, size)` is the means of tiles of images, (height, width) each,
which do not overlap; pixels that fill no tile are left out.

`batch_normalization(inputs, gamma, beta, epsilon)` normalizes float32 channels, which
come last, by the mean and variance of the batch. It returns the outputs, and those two.

`spectral_norm(kernel, u)` takes one power iteration of a kernel, as a matrix (all other
axes, last axis), from `u`. It returns the largest singular value by that, and float32
vectors v, of as many numbers as the matrix has rows, and the next u, both of length 1.
The first can be differentiated, through the kernel alone.

`process()` is `(index, number)` of the processes among which `fit` shares its batches.
`replica()` is the index, an int or a scalar tensor, of the device whose random numbers
are drawn; 0 where one program computes the whole batch, on however many devices.

`portable()` is a context. A network that is traced within it consists of operations
that exporters to other runtimes know, though not as fast in training.

`rows(batch)` is how many rows a batch has that Keras has read, in all processes.
`whole(number)` is the sum of what each replica has of a number, such as its images.

`filters`, `finite`, `formats`, `groups`, `portable`, `private`, `runtimes`, `spectral`
and `torch_files` are the same for all: `resample` by matrices, a check of the
gradients, which backend exports what, kernels in groups as one, the context above, the
parts of Keras that are not public, exported files in their runtimes, `spectral_norm` in
operations of Keras, and a reader of PyTorch's files. Of `jax_convolutions` only `jax`
knows.
"""

import importlib
from typing import Any

import keras

from keras_gan_zoo.backend.private import (
    forget,
    layers_within,
    numbering_anew,
    parts_of,
    weights_of,
)

name = keras.backend.backend()
if name not in ("tensorflow", "jax", "torch"):
    raise ImportError(
        "keras_gan_zoo trains on the 'tensorflow', 'jax' and 'torch' backends of "
        f"Keras, but Keras runs on {name!r}. Set the environment variable "
        "KERAS_BACKEND to one of the three before Keras is imported."
    )
module = importlib.import_module(f"keras_gan_zoo.backend.{name}")

Trainer = module.Trainer
average_pool = module.average_pool
batch_normalization = module.batch_normalization
conv = module.conv
conv_transpose = module.conv_transpose
generate = module.generate
inference = module.inference
kept = module.kept
leaky_relu = module.leaky_relu
minimize = module.minimize
per_example_gradients = module.per_example_gradients
portable = module.portable
process = module.process
replica = module.replica
resample = module.resample
rows = module.rows
sometimes = module.sometimes
spectral_norm = module.spectral_norm
take = module.take
value_and_gradient = module.value_and_gradient
whole = module.whole


def gradient(function, inputs) -> Any:
    """See above."""
    return value_and_gradient(lambda x: (function(x),), inputs)[1]


__all__ = [
    "Trainer",
    "average_pool",
    "batch_normalization",
    "conv",
    "conv_transpose",
    "forget",
    "generate",
    "gradient",
    "inference",
    "kept",
    "layers_within",
    "leaky_relu",
    "minimize",
    "numbering_anew",
    "parts_of",
    "per_example_gradients",
    "portable",
    "process",
    "replica",
    "resample",
    "rows",
    "sometimes",
    "spectral_norm",
    "take",
    "value_and_gradient",
    "weights_of",
    "whole",
]
