"""The optimizers of both networks, shown to Keras as one."""

import keras
import numpy as np
import pytest
from keras.optimizers import Adam
from keras.optimizers.schedules import ExponentialDecay

import keras_gan_zoo as kgz
from tests.contract import values_of

POINTS = np.random.RandomState(0).standard_normal((8, 2)).astype("float32")
FIT = {"batch_size": 4, "shuffle": False, "verbose": 0}


def compiled(generator=1e-3, discriminator=4e-3, **generator_options):
    """A GAN of two linear networks with these learning rates."""
    layer = keras.layers.Dense
    model = kgz.VanillaGAN(
        generator=keras.Sequential([keras.Input((4,)), layer(2, name="g")]),
        discriminator=keras.Sequential([keras.Input((2,)), layer(1, name="d")]),
        latent_dim=4,
        seed=0,
    )
    model.generator.set_weights([np.full((4, 2), 0.1), np.zeros(2)])
    model.discriminator.set_weights([np.full((2, 1), 0.1), np.zeros(1)])
    model.compile(
        generator_optimizer=Adam(generator, **generator_options),
        discriminator_optimizer=Adam(discriminator),
    )
    return model


def rates(model):
    return [
        float(keras.ops.convert_to_numpy(optimizer.learning_rate))
        for optimizer in (model.generator_optimizer, model.discriminator_optimizer)
    ]


def weights(model):
    networks = model.generator, model.discriminator
    return [values_of(network.trainable_variables) for network in networks]


def test_the_variables_of_both_optimizers_stand_in_one_list():
    model = compiled()
    model.optimizer.build(model.phases())
    first, second = model.discriminator_optimizer, model.generator_optimizer
    assert model.optimizer.built and first.built and second.built
    ids = [id(v) for v in model.optimizer.variables]
    assert ids == [id(v) for v in first.variables + second.variables]
    assert len(ids) == 2 * (2 + 2 * 2)  # step, rate; two moments of kernel and bias


def test_one_optimizer_may_serve_both_networks():
    model, shared = compiled(), Adam(1e-3)
    model.compile(generator_optimizer=shared, discriminator_optimizer=shared)
    before = weights(model)
    model.fit(POINTS, **FIT)
    assert model.optimizer.optimizers == [shared]
    ids = [id(v) for v in model.optimizer.variables]
    assert ids == [id(v) for v in shared.variables] and len(set(ids)) == len(ids)
    assert int(shared.iterations) == 4  # two networks, two batches
    for old, new in zip(sum(before, []), sum(weights(model), []), strict=True):
        assert np.isfinite(new).all() and (old != new).any()


def test_the_learning_rate_is_the_first_ones_and_is_set_on_each_by_itself():
    model = compiled(generator=1e-3, discriminator=4e-3)
    assert float(model.optimizer.learning_rate) == pytest.approx(4e-3)
    with pytest.raises(ValueError, match="generator_optimizer.learning_rate"):
        model.optimizer.learning_rate = 2e-3
    assert rates(model) == pytest.approx([1e-3, 4e-3])


def test_training_follows_a_learning_rate_that_is_set_after_compilation():
    model = compiled(generator=1e-3, discriminator=4e-3)
    halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5)
    model.fit(POINTS, epochs=2, callbacks=[halve], **FIT)
    assert rates(model) == pytest.approx([2.5e-4, 1e-3])
    assert int(model.optimizer.iterations) == 4
    for optimizer in model.optimizer.optimizers:
        optimizer.learning_rate = 0.0
    before = weights(model)
    model.fit(POINTS, **FIT)
    for old, new in zip(sum(before, []), sum(weights(model), []), strict=True):
        np.testing.assert_array_equal(old, new)


def test_schedules_are_followed():
    model = compiled(*(ExponentialDecay(r, 2, 0.5) for r in (1e-3, 4e-3)))
    assert rates(model) == pytest.approx([1e-3, 4e-3])
    model.fit(POINTS, **FIT)  # two steps halve both rates
    assert rates(model) == pytest.approx([5e-4, 2e-3])


def test_an_optimizers_average_replaces_the_weights_of_its_own_network_alone():
    plain, averaged = compiled(), compiled(use_ema=True, ema_momentum=0.9)
    for model in (plain, averaged):
        model.fit(POINTS, **FIT)
    average = [
        v for v in averaged.generator_optimizer.variables if v.path.endswith("average")
    ]
    (plain_g, plain_d), (averaged_g, averaged_d) = weights(plain), weights(averaged)
    for value, kept, last in zip(averaged_g, average, plain_g, strict=True):
        np.testing.assert_array_equal(value, keras.ops.convert_to_numpy(kept))
        assert (value != last).any()
    for value, last in zip(averaged_d, plain_d, strict=True):
        np.testing.assert_allclose(value, last, atol=1e-6)
    averaged.fit(POINTS, **FIT)  # and trains on


@pytest.mark.parametrize("kind", ["torch", "jax", "tensorflow"])
def test_an_optimizer_is_that_of_the_backend_at_work(kind):
    model = compiled(global_clipnorm=1.0)
    config = model.get_compile_config()
    assert ".backend." not in str(config)
    # As Keras writes it, and as files of before have it.
    config["generator_optimizer"]["module"] = f"keras.src.backend.{kind}.optimizers.x"
    config["generator_optimizer"]["registered_name"] = "Adam"
    model.compile_from_config(config)
    assert type(model.generator_optimizer) is type(Adam())
    assert model.generator_optimizer.global_clipnorm == 1.0
    model.fit(POINTS, **FIT)
