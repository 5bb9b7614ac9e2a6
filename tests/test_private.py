"""The parts of Keras that are not public and are relied upon: all are as expected.

When one of these fails after an upgrade, look at `keras_gan_zoo/backend` first.
"""

import importlib.machinery
import inspect
import sys

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_gan_zoo.backend import (
    forget,
    layers_within,
    numbering_anew,
    parts_of,
    weights_of,
)
from keras_gan_zoo.backend.private import budget, is_shared, shuffling_by
from keras_gan_zoo.datasets.batches import Batches

BACKEND = keras.backend.backend()


def network():
    return keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(3, name="first"),
            layers.BatchNormalization(name="second"),
            keras.Sequential([layers.Dense(2, name="third")]),
        ]
    )


def test_weights_are_found_also_while_they_are_frozen():
    model = network()
    expected = [id(variable) for variable in model.trainable_variables]
    assert [id(variable) for variable in weights_of(model)] == expected
    model.get_layer("first").trainable = False
    assert len(model.trainable_variables) < len(expected)
    assert [id(variable) for variable in weights_of(model)] == expected
    model.trainable = False
    assert not model.trainable_variables
    assert [id(variable) for variable in weights_of(model)] == expected


def test_layers_are_found_however_deep():
    model = network()
    nested = layers.TimeDistributed(layers.Dense(2, name="inner"))
    holder = keras.Sequential([keras.Input((3, 4)), nested])
    names = {layer.name for layer in layers_within(model)}
    assert {"first", "second", "third"} < names and model in layers_within(model)
    assert "inner" in {layer.name for layer in layers_within(holder)}


def test_names_of_layers_begin_anew_and_go_on_afterwards():
    before = {layers.Dense(1).name for _ in range(3)}
    with numbering_anew():
        within = [layers.Dense(1).name for _ in range(200)]
    assert within[:2] == ["dense", "dense_1"]
    assert layers.Dense(1).name not in {*before, *within}


def test_pixels_are_shuffled_by_the_functions_of_a_package(monkeypatch):
    package = type(keras)("a_package")
    package.__spec__ = importlib.machinery.ModuleSpec("a_package", None)
    package.depth_to_space = package.space_to_depth = lambda x, size: size * x
    monkeypatch.setitem(sys.modules, "a_package", package)
    images = np.arange(16.0, dtype="float32").reshape(1, 2, 2, 4)
    before = ops.convert_to_numpy(ops.depth_to_space(images, 2))
    assert before.shape == (1, 4, 4, 1)
    with shuffling_by("a_package"):
        inside = ops.depth_to_space(images, 2), ops.space_to_depth(images, 2)
        for shuffled in inside:
            np.testing.assert_array_equal(ops.convert_to_numpy(shuffled), 2 * images)
    with shuffling_by("a_package_that_is_not_there"):
        after = ops.convert_to_numpy(ops.depth_to_space(images, 2))
    np.testing.assert_array_equal(after, before)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="is a pipeline of TensorFlow's")
def test_the_pipeline_of_batches_is_not_tuned():
    from keras.src.trainers import data_adapters

    from keras_gan_zoo.backend.tensorflow import Pipeline

    batches = Batches([np.arange(10.0)], batch_size=4, shuffled=False)
    pipeline = Pipeline(batches)
    assert data_adapters.get_data_adapter(pipeline) is pipeline
    data = pipeline.get_tf_dataset()
    assert not data.options().autotune.enabled
    read = np.concatenate([batch for (batch,) in data.as_numpy_iterator()])
    np.testing.assert_array_equal(read, np.arange(10.0))


def test_parts_are_found_by_the_names_of_their_attributes():
    class Holder(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.number, self.second = layers.Dense(1), 3, network()

    holder = Holder()
    assert parts_of(holder) == {"first": holder.first, "second": holder.second}


def test_a_part_can_be_forgotten():
    class Holder(keras.Model):
        def __init__(self):
            super().__init__()
            self.part = network()

    holder = Holder()
    number = len(holder.variables)
    assert number
    forget(holder, holder.part)
    holder.part = None
    assert not holder.variables and not holder.layers
    holder.part = network()
    assert len(holder.variables) == number


def test_what_replicas_share_is_said_by_a_variable():
    layer = layers.Layer()
    own = layer.add_weight(shape=(), aggregation="only_first_replica")
    assert not is_shared(own)
    assert is_shared(layer.add_weight(shape=(), trainable=False))
    statistics = layers.BatchNormalization()
    statistics.build((None, 3))
    assert all(map(is_shared, statistics.variables))


def test_what_is_built_is_counted_before_memory_is_taken():
    make, add = keras.Operation.__init__, layers.Layer.add_weight
    with pytest.raises(ValueError, match="more than 10 parameters"):
        with budget(operations=100, parameters=10):
            layers.Dense(2**40).build((None, 2**20))
    with pytest.raises(ValueError, match="more than 5 layers and operations"):
        with budget(operations=5, parameters=10**6):
            x = keras.Input((1,))
            for _ in range(3):
                x = layers.Dense(1)(x) + 1.0
    assert keras.Operation.__init__ is make and layers.Layer.add_weight is add
    with budget(operations=100, parameters=10**4):
        assert network().built


def test_the_trainer_calls_its_hooks():
    calls = []

    class Watched(keras.Sequential):
        def make_train_function(self, force=False):
            calls.append("make")
            return super().make_train_function(force)

    def hook(name):
        def called(self, iterator=None, data_batch=None):
            calls.append("iterator" if iterator is not None else "batch")
            return getattr(keras.Sequential, name)(self, iterator, data_batch)

        return called

    for name in ("_symbolic_build", "_maybe_symbolic_build"):
        if hasattr(keras.Sequential, name):
            setattr(Watched, name, hook(name))
    model = Watched([keras.Input((2,)), layers.Dense(1)])
    model.compile(loss="mse")
    model._initial_epoch = 2  # where `fit` is to begin
    x, y = np.zeros((4, 2)), np.zeros((4, 1))
    assert model.fit(x, y, epochs=3, verbose=0).epoch == [2]
    assert calls[0] == "iterator" and "make" in calls
    calls.clear()
    model.train_on_batch(x, y)
    assert calls[0] == "batch"


@pytest.mark.skipif(BACKEND != "jax", reason="JAX' trainer")
def test_jax_trainer_carries_its_state_as_expected():
    model = network()
    fit = inspect.getsource(type(model).fit)
    for call in (
        "state = self._get_jax_state(",
        "logs, state = self.train_function(state, iterator)",
        "self.jax_state_sync()",
    ):
        assert call in fit
    assert len(inspect.signature(model._make_function).parameters) == 2
    assert inspect.signature(model._get_jax_state).parameters.keys() >= {
        "trainable_variables",
        "purge_model_variables",
    }
    variable = keras.Variable(np.ones(2))
    variable._value = np.zeros(2)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(variable), [0, 0])


def test_the_calls_of_a_network_are_known_in_order():
    model = keras.Model(model_input := keras.Input((4,)), network()(model_input))
    function = keras.Function(model.inputs, model.outputs)
    depths = sorted(function._nodes_by_depth, reverse=True)
    calls = [node for depth in depths for node in function._nodes_by_depth[depth]]
    assert calls[0].is_input
    assert isinstance(calls[-1].operation, keras.Sequential)
    assert calls[-1].input_tensors[0].shape == (None, 4)
    last = model.outputs[0]._keras_history.operation
    assert last is model.layers[-1]
