"""JAX: pure functions, so the state of the model goes in and comes out of each step.

Inside a `keras.StatelessScope` Keras variables read from and write to the scope's
`state_mapping`. A training step opens one scope for everything that may change; the
engine then runs as if it were stateful.
"""

import collections
import contextlib
import itertools
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import jax
import keras
from keras.src.backend.common.stateless_scope import get_stateless_scope

from keras_gan_zoo.backend.filters import by_matrices as resample  # noqa: F401
from keras_gan_zoo.backend.finite import check
from keras_gan_zoo.backend.jax_convolutions import conv, conv_transpose  # noqa: F401
from keras_gan_zoo.backend.portable import portable as plain
from keras_gan_zoo.backend.private import shuffling_by
from keras_gan_zoo.backend.spectral import by_operations as spectral_norm  # noqa: F401
from keras_gan_zoo.typing import Tensor


class Trainer(keras.Model):
    """A `keras.Model` that is trained by `self.update(data)`.

    Its variables hold their values at all times. Keras' trainer takes the values away
    while an epoch lasts, and hands them back at its end: whatever ends the epoch early
    would cost the model its weights, and nothing could sample from it meanwhile.
    """

    train_function: Any

    def make_train_function(self, force=False) -> None:
        """Makes the function of `(state, iterator)` that Keras calls for each step."""
        if self.train_function is not None and not force:
            return
        variables = self._state_variables()

        def train_step(values, data):
            with keras.StatelessScope(zip(variables, values, strict=True)) as scope:
                logs = self.update(data)
            return logs, [scope.get_current_value(variable) for variable in variables]

        if not self.run_eagerly and self.jit_compile:
            # Nothing is donated: the values before the step live as long as the
            # variables hold them, and other threads may.
            train_step = jax.jit(train_step, out_shardings=self._shardings())

        def step(state, data):
            values = [variable._value for variable in variables]
            logs, values = train_step(values, data)
            # In C, where no signal comes between: all variables are of one step.
            _exhaust(map(setattr, variables, itertools.repeat("_value"), values))
            return logs, state

        self.train_function = self._make_function(step)

    def _state_variables(self):
        return [
            *self.trainable_variables,
            *self.non_trainable_variables,
            *self.optimizer.variables,
            *self.metrics_variables,
        ]

    def _shardings(self):
        if keras.distribution.distribution() is None:
            return None
        return None, [
            shard for group in self._get_state_sharding_spec() for shard in group
        ]

    def _get_jax_state(self, **kinds):
        # Keras carries this from step to step; ours is in the variables.
        return (None,) * 4

    def jax_state_sync(self) -> None:
        """Does nothing: the variables always hold their values."""

    def variable_scope(self) -> AbstractContextManager:
        """The context in which the model's variables must be made."""
        return contextlib.nullcontext()

    def _symbolic_build(self, iterator=None, data_batch=None):
        # Keras' hook between reading the data and compiling the step.
        if iterator is not None:
            data_batch = next(next(iter(iterator))[-1])
        self.on_first_batch(data_batch)


def _exhaust(iterator):
    collections.deque(iterator, maxlen=0)


def inference(function, network) -> Callable[..., Any]:
    """Compiles a pure function of the weights; see `keras_gan_zoo.backend`."""
    reference: Any = weakref.ref(network)

    @jax.jit
    def compiled(values, inputs):
        variables = reference().variables
        with keras.StatelessScope(zip(variables, values, strict=True)):
            return function(reference(), *inputs)

    def call(*inputs):
        return compiled([v.value for v in reference().variables], inputs)

    return call


def _inner_scope(overrides=()):
    """A scope that starts as a copy of the current one and leaves it untouched.

    It must know *every* variable: outside of the scope they have the values of before
    the step.
    """
    inner = keras.StatelessScope(overrides)
    outer = get_stateless_scope()
    if outer is not None:
        inner.state_mapping = {**outer.state_mapping, **inner.state_mapping}
    return inner


@contextlib.contextmanager
def kept(state) -> Iterator[list[tuple[keras.Variable, Tensor]]]:
    """Pairs of variable and value; see `keras_gan_zoo.backend`."""
    yield [(variable, variable.value) for variable in state]


def generate(
    function, variables
) -> tuple[Tensor, Callable[[Tensor], dict[int, Tensor]]]:
    """The values and how to differentiate them; see `keras_gan_zoo.backend`."""

    def pure(values):
        with _inner_scope(zip(variables, values, strict=True)) as scope:
            return function(), scope.state_mapping

    weights = [variable.value for variable in variables]
    values, pull_back, after = jax.vjp(pure, weights, has_aux=True)
    get_stateless_scope().state_mapping.update(after)

    def slopes(of_values):
        """Gradients by the variables' identity."""
        (found,) = pull_back(of_values)
        return dict(zip(map(id, variables), found, strict=True))

    return values, slopes


def minimize(
    loss, variables, optimizer, generated, healthy, before, moves=True
) -> tuple[dict[str, Tensor], Any]:
    """Takes one gradient step on `variables`; see `keras_gan_zoo.backend`."""
    made, slopes = generated

    def pure_loss(values, made):
        with _inner_scope(zip(variables, values, strict=True)) as scope:
            terms, seen = loss(made)
            total = optimizer.scale_loss(sum(terms.values()))
        return total, (terms, seen, scope.state_mapping)

    trained = [*variables, *optimizer.variables]
    differentiate = jax.grad(pure_loss, (0, 1), has_aux=True)
    weights = [variable.value for variable in variables]
    (gradients, of_made), (terms, seen, after) = differentiate(weights, made)
    through = slopes(of_made)
    gradients = [
        gradient + through[id(variable)]
        for variable, gradient in zip(variables, gradients, strict=True)
    ]
    # What the forward pass changed: batch statistics, random state.
    get_stateless_scope().state_mapping.update(after)
    terms, finite = check(terms, gradients, optimizer)
    changed = [(v, value) for v, value in before if v.value is not value]
    both = [*((variable, variable.value) for variable in trained), *changed]
    moving, unmoved = map(list, zip(*both, strict=True))
    standing = [variable.value for variable in moving]

    def take():
        with _inner_scope() as scope:
            _apply(optimizer, gradients, variables)
        return [scope.get_current_value(variable) for variable in moving]

    # A branch for all, not `where` for each: XLA would compute anew for each variable
    # whether it is to move.
    def take_if_it_moves():
        return take() if moves is True else jax.lax.cond(moves, take, lambda: standing)

    values = jax.lax.cond(healthy & finite, take_if_it_moves, lambda: unmoved)
    for variable, value in zip(moving, values, strict=True):
        variable.assign(value)
    return terms, seen


def sometimes(condition, function, state) -> Tensor:
    """A branch of a pure function; see `keras_gan_zoo.backend`."""

    def take():
        with _inner_scope() as scope:
            return function(), [scope.get_current_value(v) for v in state]

    def leave():
        return jax.numpy.zeros(()), [variable.value for variable in state]

    value, after = jax.lax.cond(condition, take, leave)
    for variable, new in zip(state, after, strict=True):
        variable.assign(new)
    return value


def _apply(optimizer, gradients, variables):
    if not variables:
        return
    if not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer.apply(gradients, variables)
        return
    # It branches on values, which on JAX it can do only as a pure function, and then of
    # all its variables, of which this phase may have some.
    given = dict(zip(map(id, variables), gradients, strict=True))
    known = optimizer.inner_optimizer._trainable_variables
    values, slots = optimizer.stateless_apply(
        [variable.value for variable in optimizer.variables],
        [given.get(id(variable)) for variable in known],
        [variable.value for variable in known],
    )
    moved = zip([*known, *optimizer.variables], [*values, *slots], strict=True)
    for variable, value in moved:
        variable.assign(value)


def value_and_gradient(function, inputs) -> tuple[Any, Tensor]:
    """Differentiates `function`, differentiably; see `keras_gan_zoo.backend`."""

    def total(inputs):
        with _inner_scope() as scope:
            values, *others = function(inputs)
        return values.sum(), ((values, *others), scope.state_mapping)

    slopes, (outputs, after) = jax.grad(total, has_aux=True)(inputs)
    outer = get_stateless_scope()
    if outer is not None:  # else it is called outside of a step
        outer.state_mapping.update(after)
    return outputs, slopes


def per_example_gradients(function, variables, examples) -> tuple[Tensor, list[Tensor]]:
    """One program for all examples; see `keras_gan_zoo.backend`."""

    def one(values, example):
        with _inner_scope(zip(variables, values, strict=True)):
            return function(*example)

    values = [jax.lax.stop_gradient(variable.value) for variable in variables]
    examples = jax.lax.stop_gradient(tuple(examples))
    return jax.vmap(jax.value_and_grad(one), (None, 0))(values, examples)


@contextlib.contextmanager
def portable() -> Iterator[None]:
    """With jax2onnx' own pixel shuffles; see `keras_gan_zoo.backend`.

    Those of Keras are reshapes, which it cannot write for images of any size.
    """
    with plain(), shuffling_by("dm_pix"):
        yield


def take(inputs, index, axis) -> Tensor:
    """As in `keras.ops`; see `keras_gan_zoo.backend`."""
    return keras.ops.take(inputs, index, axis)


def leaky_relu(inputs, slope) -> Tensor:
    """As in `keras.ops`; see `keras_gan_zoo.backend`."""
    return keras.ops.leaky_relu(inputs, slope)


def average_pool(inputs, size) -> Tensor:
    """As in `keras.ops`; see `keras_gan_zoo.backend`."""
    return keras.ops.average_pool(inputs, size, size, data_format="channels_last")


def batch_normalization(inputs, gamma, beta, epsilon) -> tuple[Tensor, Tensor, Tensor]:
    """XLA joins the operations; see `keras_gan_zoo.backend`."""
    mean, variance = keras.ops.moments(inputs, list(range(inputs.ndim - 1)))
    outputs = keras.ops.batch_normalization(
        inputs, mean, variance, -1, beta, gamma, epsilon
    )
    return outputs, mean, variance


def rows(batch) -> int:
    """As Keras passes it; see `keras_gan_zoo.backend`."""
    return len(keras.tree.flatten(batch)[0])


def whole(number) -> int | Tensor:
    """As it is: one program sees the whole batch; see `keras_gan_zoo.backend`."""
    return number


def process() -> tuple[int, int]:
    """This process among those of the run; see `keras_gan_zoo.backend`."""
    return jax.process_index(), jax.process_count()


def replica() -> int:
    """Always 0: one program computes the whole batch; see `keras_gan_zoo.backend`."""
    return 0
