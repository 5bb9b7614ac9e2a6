"""TensorFlow: gradients from tapes, variables that change in place."""

import contextlib
import functools
import re
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import keras
import tensorflow as tf
from keras.src.trainers.data_adapters.py_dataset_adapter import PyDatasetAdapter

from keras_gan_zoo.backend.filters import by_matrices as resample  # noqa: F401
from keras_gan_zoo.backend.finite import check
from keras_gan_zoo.backend.groups import joined
from keras_gan_zoo.backend.portable import is_portable, portable  # noqa: F401
from keras_gan_zoo.backend.private import is_shared
from keras_gan_zoo.backend.spectral import by_operations as spectral_norm  # noqa: F401
from keras_gan_zoo.typing import Tensor

# What TensorFlow says of it, in a graph and in a generator.
OTHER_SHAPE = (
    r"(?:Shape of tensor \S+|yielded an element of shape) ([\[(].*?[\])]) .*?shape "
    r"([\[(].*?[\])])"
)
LAYOUT = "channels_last"  # whatever Keras is configured to


class Trainer(keras.Model):
    """A `keras.Model` that is trained by `self.update(data)`."""

    def train_step(self, data) -> dict[str, Tensor]:
        """Runs one update; Keras wraps it in `tf.function` and the strategy."""
        logs = self.update(tf.nest.map_structure(_ensured, data, self._shapes))
        workers = tf.distribute.MultiWorkerMirroredStrategy
        if isinstance(self.distribute_strategy, workers):
            # Keras averages along the first axis there, which scalars do not have.
            logs = {name: value[tf.newaxis] for name, value in logs.items()}
        return logs

    def fit(self, x=None, *args, **kwargs) -> keras.callbacks.History:
        """As in Keras, but for the errors of the data, which TensorFlow would wrap."""
        x = Pipeline(x) if isinstance(x, keras.utils.PyDataset) else x
        try:
            return super().fit(x, *args, **kwargs)
        except tf.errors.OpError as error:
            if isinstance(x, Pipeline) and x.error is not None:
                raise x.error from None
            shapes = re.search(OTHER_SHAPE, error.message)
            if shapes is None:
                raise
            raise ValueError(
                "A batch is of another kind than the first one: of the shape "
                f"{shapes[1]}, expected {shapes[2]}. Resize the images, or leave out "
                "those that differ."
            ) from error

    def variable_scope(self) -> AbstractContextManager:
        """The context in which the model's variables must be made."""
        return self.distribute_strategy.scope()

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        # Keras' hook between reading the data and compiling the step.
        if iterator is not None:
            data_batch = next(next(iter(iterator))[-1])
        data_batch = tf.nest.map_structure(self._local, data_batch)
        self._shapes = tf.nest.map_structure(_shape_of, data_batch)
        with self.variable_scope():
            self.on_first_batch(data_batch)

    def _local(self, value):
        return self.distribute_strategy.experimental_local_results(value)[0]


class Pipeline(PyDatasetAdapter):
    """The batches of a `PyDataset` as Keras reads them ahead, but untuned.

    The thread that tunes the pipeline can hold up the end of `fit` for a second.

    Attributes:
        error: What reading a batch has ended in, or None.
    """

    error: Exception | None = None

    def _get_iterator(self):
        try:
            yield from super()._get_iterator()
        except Exception as error:
            self.error = error
            raise

    def get_tf_dataset(self) -> tf.data.Dataset:
        """Makes the `tf.data.Dataset`."""
        options = tf.data.Options()
        options.autotune.enabled = False
        return super().get_tf_dataset().with_options(options)


def _shape_of(part):
    return None if part is None else tf.TensorShape((None, *part.shape[1:]))


def _ensured(part, shape):
    return part if part is None else tf.ensure_shape(part, shape)


def inference(function, network) -> Callable[..., Any]:
    """Compiles one graph for batches of any size; see `keras_gan_zoo.backend`."""
    network = weakref.ref(network)
    graph = tf.function(lambda *inputs: function(network(), *inputs), autograph=False)

    @functools.cache
    def graph_of(*kinds):
        return graph.get_concrete_function(
            *(tf.TensorSpec((None, *shape), dtype) for shape, dtype in kinds)
        )

    def call(*inputs):
        inputs = [tf.convert_to_tensor(array) for array in inputs]
        return graph_of(*((tuple(x.shape[1:]), x.dtype) for x in inputs))(*inputs)

    return call


@contextlib.contextmanager
def kept(state) -> Iterator[tuple[list[keras.Variable], list[Tensor]]]:
    """A pair of variables and values; see `keras_gan_zoo.backend`."""
    values = [tf.identity(variable.value) for variable in state]
    try:
        yield state, values
    except BaseException:
        _put_back(state, values)
        raise


def generate(function, variables) -> tuple[Tensor, tf.GradientTape]:
    """The values, and the tape they are on; see `keras_gan_zoo.backend`."""
    with tf.GradientTape(persistent=True) as tape:
        values = function()
    return values, tape


def minimize(
    loss, variables, optimizer, generated, healthy, before, moves=True
) -> tuple[dict[str, Tensor], Any]:
    """Takes one gradient step on `variables`; see `keras_gan_zoo.backend`."""
    values, earlier = generated
    made = tf.nest.flatten(values)
    with tf.GradientTape() as tape:
        tape.watch(made)
        terms, seen = loss(values)
        total = optimizer.scale_loss(sum(terms.values()))
        # The optimizer sums gradients over replicas; each has a share of the batch.
        total = total / _replicas()
    gradients, of_made = tape.gradient(total, (variables, made))
    used = [
        (x, slope) for x, slope in zip(made, of_made, strict=True) if slope is not None
    ]
    through = earlier.gradient(
        [x for x, _ in used], variables, [slope for _, slope in used]
    )
    gradients = list(map(_sum, gradients, through))
    terms, finite = check(terms, gradients, optimizer)
    state, old = before

    def take(gradients, old):
        optimizer.apply(gradients, variables)

    def leave(gradients, old):
        _put_back(state, old)

    if moves is True:
        _choose(healthy & finite, take, leave, gradients, old)
    else:
        _choose(healthy & finite, _nothing, leave, gradients, old)
        _choose(healthy & finite & moves, take, _nothing, gradients, old)
    _average_statistics(state)
    return terms, seen


def sometimes(condition, function, state) -> Tensor:
    """A branch of the graph, on one device; see `keras_gan_zoo.backend`."""
    if _replicas() > 1:  # within a replica a branch could change no variables
        return tf.where(condition, function(), 0.0)
    return tf.cond(condition, function, lambda: 0.0)


def _sum(gradient, other):
    if gradient is None or other is None:
        return other if gradient is None else gradient
    return gradient + other


def _nothing(*values):
    pass


def _put_back(variables, values):
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _choose(condition, take, leave, *values):
    """Calls one of two functions within a step, the same one on all replicas."""
    if not tf.distribute.has_strategy():
        tf.cond(condition, lambda: take(*values), lambda: leave(*values))
        return
    context = tf.distribute.get_replica_context()
    count = context.all_reduce("sum", tf.cast(condition, tf.float32))

    # Within a replica the branches of a cond could not reduce gradients.
    def across(strategy, count, *values):
        run = strategy.extended.call_for_each_replica
        everywhere = strategy.experimental_local_results(count)[0] == _replicas()
        tf.cond(everywhere, lambda: run(take, values), lambda: run(leave, values))

    context.merge_call(across, (count, *values))


def _average_statistics(variables):
    """Of what the replicas have seen batch normalization keeps the mean."""
    statistics = [v for v in variables if v.dtype == "float32" and is_shared(v)]
    if _replicas() > 1 and statistics:
        context = tf.distribute.get_replica_context()
        means = context.all_reduce("mean", [tf.identity(v.value) for v in statistics])
        for variable, mean in zip(statistics, means, strict=True):
            variable.assign(mean)


def _replicas():
    return tf.distribute.get_strategy().num_replicas_in_sync


def value_and_gradient(function, inputs) -> tuple[Any, Tensor]:
    """Differentiates `function`, differentiably; see `keras_gan_zoo.backend`."""
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = function(inputs)
        total = tf.reduce_sum(outputs[0])
    return outputs, tape.gradient(total, inputs)


def per_example_gradients(function, variables, examples) -> tuple[Tensor, list[Tensor]]:
    """One program for all examples; see `keras_gan_zoo.backend`."""

    def one(example):
        with tf.GradientTape() as tape:
            loss = function(*example)
        return loss, tape.gradient(loss, variables)

    return tf.vectorized_map(one, tuple(map(tf.stop_gradient, examples)))


def conv(inputs, kernel, bias, strides, padding) -> Tensor:
    """As in `keras.ops`; see `keras_gan_zoo.backend`."""
    if is_portable():  # Keras wraps convolutions in groups in a call of XLA
        kernel = keras.ops.convert_to_tensor(kernel)
        outputs = tf.nn.convolution(inputs, kernel, strides, padding.upper())
    else:
        if not tf.config.list_logical_devices("GPU"):
            kernel = joined(kernel, inputs.shape[-1])
        outputs = keras.ops.conv(inputs, kernel, strides, padding, LAYOUT)
    return outputs if bias is None else outputs + bias


def conv_transpose(inputs, kernel, bias, strides, padding) -> Tensor:
    """As in `keras.ops`; see `keras_gan_zoo.backend`."""
    outputs = keras.ops.conv_transpose(
        inputs, kernel, strides, padding, data_format=LAYOUT
    )
    return outputs if bias is None else outputs + bias


def take(inputs, index, axis) -> Tensor:
    """As in `keras.ops`; see `keras_gan_zoo.backend`."""
    return keras.ops.take(inputs, index, axis)


def leaky_relu(inputs, slope) -> Tensor:
    """As in `keras.ops`; see `keras_gan_zoo.backend`."""
    apart = inputs if is_portable() else _kept_apart(inputs)
    return tf.nn.leaky_relu(apart, slope)


@tf.custom_gradient
def _kept_apart(inputs):
    # TensorFlow's remapper joins convolution, bias and leaky ReLU even where others
    # read what is between them, then logs an error and gives up on the whole graph.
    return tf.raw_ops.Snapshot(input=inputs), lambda upstream: upstream


def average_pool(inputs, size) -> Tensor:
    """As in `keras.ops`; see `keras_gan_zoo.backend`."""
    return keras.ops.average_pool(inputs, size, size, data_format="channels_last")


def batch_normalization(inputs, gamma, beta, epsilon) -> tuple[Tensor, Tensor, Tensor]:
    """In one kernel; see `keras_gan_zoo.backend`."""
    flat = len(inputs.shape) != 4
    maps = tf.reshape(inputs, (-1, 1, 1, inputs.shape[-1])) if flat else inputs
    outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=maps, scale=gamma, offset=beta, mean=[], variance=[], epsilon=epsilon
    )
    number = tf.cast(tf.size(maps) // maps.shape[-1], "float32")
    # The kernel's estimate is that of a sample.
    variance = variance * (number - 1.0) / number
    outputs = tf.reshape(outputs, tf.shape(inputs)) if flat else outputs
    return outputs, mean, variance


def rows(batch) -> int:
    """Of all replicas, which may have a share each; see `keras_gan_zoo.backend`."""
    first = keras.tree.flatten(batch)[0]
    return sum(map(len, getattr(first, "values", (first,))))


def whole(number) -> int | Tensor:
    """The sum over replicas; see `keras_gan_zoo.backend`."""
    if _replicas() == 1:
        return number
    return tf.distribute.get_replica_context().all_reduce("sum", number)


def process() -> tuple[int, int]:
    """Always the only one: the strategy shares the batches, not `fit`."""
    return 0, 1


def replica() -> int | Tensor:
    """The device that computes; see `keras_gan_zoo.backend`."""
    context = tf.distribute.get_replica_context()
    return 0 if context is None else context.replica_id_in_sync_group
