"""TensorFlow: gradients from tapes, variables that change in place."""

import keras
import tensorflow as tf


class Trainer(keras.Model):
    """A `keras.Model` that is trained by `self.update(data)`."""

    def train_step(self, data):
        """Runs one update; Keras wraps it in `tf.function` and the strategy."""
        return self.update(data)

    def variable_scope(self):
        """The context in which the model's variables must be made."""
        return self.distribute_strategy.scope()

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        # Keras' hook between reading the data and compiling the step.
        if iterator is not None:
            data_batch = next(next(iter(iterator))[-1])
        with self.variable_scope():
            self.on_first_batch(tf.nest.map_structure(self._local, data_batch))

    def _symbolic_build(self, iterator=None, data_batch=None):
        # The same hook, as `train_on_batch` calls it.
        self._maybe_symbolic_build(iterator, data_batch)

    def _local(self, value):
        return self.distribute_strategy.experimental_local_results(value)[0]


def minimize(loss, variables, optimizer):
    """Takes one gradient step on `variables`; see `keras_gan_zoo.backend`."""
    with tf.GradientTape() as tape:
        terms = loss()
        total = optimizer.scale_loss(sum(terms.values()))
        # The optimizer sums gradients over replicas; each holds a share of the batch.
        total = total / tf.distribute.get_strategy().num_replicas_in_sync
    optimizer.apply(tape.gradient(total, variables), variables)
    return terms


def gradient(function, inputs):
    """Differentiates `function`, differentiably; see `keras_gan_zoo.backend`."""
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        total = tf.reduce_sum(function(inputs))
    return tape.gradient(total, inputs)
