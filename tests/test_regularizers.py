"""Penalties against closed forms, on critics whose slope is known."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo import regularizers
from keras_gan_zoo.backend import gradient
from keras_gan_zoo.phases import Batch
from keras_gan_zoo.regularizers import (
    DRAGAN,
    R1,
    R2,
    ConsistencyRegularization,
    GradientPenalty,
    LeCam,
    Orthogonal,
    WeightClipping,
)
from tests.contract import random_images

PENALTIES = [R1(gamma=3.0), R2(gamma=3.0), GradientPenalty(3.0), DRAGAN(3.0)]
every_penalty = pytest.mark.parametrize("penalty", PENALTIES, ids=lambda p: p.name)


def tensor(array):
    return ops.convert_to_tensor(np.asarray(array, "float32"))


def normal(*shape, seed=0):
    return np.random.RandomState(seed).standard_normal(shape).astype("float32")


def linear(w):
    """D(x) = w . x, with slope w everywhere."""
    return lambda x: ops.sum(ops.reshape(x * w, (len(x), -1)), axis=1, keepdims=True)


def quadratic(a):
    """D(x) = a/2 |x|^2, with slope a x."""
    return lambda x: linear(x)(x) * a / 2


def value(penalty, critic, real, fake):
    seed = keras.random.SeedGenerator(0)
    result = ops.convert_to_numpy(penalty(critic, tensor(real), tensor(fake), seed))
    assert result.shape == ()
    return float(result)


def slope_in_weights(penalty, critic_of, weights, real, fake):
    """The derivative of the penalty of the critic `critic_of(weights)`."""
    seed = keras.random.SeedGenerator(0)
    real, fake = tensor(real), tensor(fake)
    result = gradient(
        lambda w: penalty(critic_of(w), real, fake, seed), tensor(weights)
    )
    return ops.convert_to_numpy(result)


@pytest.mark.parametrize("shape", [(5,), (4, 3, 2)])  # a point, an image
@every_penalty
def test_penalty_of_a_linear_critic_and_its_gradient(penalty, shape):
    w, real, fake = normal(*shape), normal(6, *shape, seed=1), normal(6, *shape, seed=2)
    norm = np.linalg.norm(w)
    if isinstance(penalty, R1):
        expected, slope = 3 / 2 * norm**2, 3 * w
    else:
        expected, slope = 3 * (norm - 1) ** 2, 2 * 3 * (norm - 1) * w / norm
    assert value(penalty, linear(tensor(w)), real, fake) == pytest.approx(
        expected, rel=1e-5
    )
    result = slope_in_weights(penalty, linear, w, real, fake)
    np.testing.assert_allclose(result, slope, rtol=1e-4, atol=1e-5)


@every_penalty
def test_penalty_and_gradient_are_finite_where_the_slope_is_zero(penalty):
    shape = (4, 3, 2)
    real, zeros = normal(6, *shape), np.zeros((6, *shape), "float32")
    expected = 0 if isinstance(penalty, R1) else 3
    flat = [  # the critic, its weights, the batch: a zero slope in three ways
        (linear, np.zeros(shape, "float32"), real),
        (lambda w: linear(0 * w), normal(*shape), real),
        (quadratic, np.float32(2), zeros),
    ]
    for critic_of, weights, batch in flat:
        critic = critic_of(tensor(weights))
        assert value(penalty, critic, batch, batch) == pytest.approx(expected, rel=1e-5)
        slope = slope_in_weights(penalty, critic_of, weights, batch, batch)
        np.testing.assert_allclose(slope, np.zeros_like(weights), atol=1e-6)


def test_r1_looks_at_the_real_batch_and_r2_at_the_generated_one():
    real, fake = normal(6, 5, seed=1), 3 * normal(6, 5, seed=2)
    for penalty, batch in [(R1(4.0), real), (R2(4.0), fake)]:
        expected = 4 / 2 * (2 * 2 * batch**2).sum() / len(batch)
        assert value(penalty, quadratic(2.0), real, fake) == pytest.approx(expected)


class OwnR1(R1):
    """R1 by a pass of its own, because its call is not R1's."""

    def __call__(self, *args):
        return super().__call__(*args)


class OwnR2(OwnR1, R2):
    """The same of R2."""


def with_critic(*layers):
    """A model whose discriminator has these layers before others."""
    inputs = x = keras.Input((5,))
    for layer in layers:
        x = layer(x)
    logits = keras.layers.Dense(1)(keras.layers.Dense(4, "tanh")(x))
    network = keras.Model(inputs, logits)
    return kgz.VanillaGAN((5,), units=4, discriminator=network, seed=0)


def test_penalties_at_the_images_of_the_loss_take_no_pass_of_their_own(monkeypatch):
    model = with_critic()
    batch = Batch(tensor(normal(6, 5)), None)
    fake = tensor(normal(6, 5, seed=1))
    passes, ordinary = [], model.discriminate

    def counted(*args):
        passes.append(args)
        return ordinary(*args)

    monkeypatch.setattr(model, "discriminate", counted)
    found = []
    for penalties in ([R1(3.0), R2(2.0)], [OwnR1(3.0), OwnR2(2.0)]):
        model.compile(regularizers=penalties)
        passes.clear()
        terms = model.discriminator_terms(batch, fake)
        found.append({k: float(ops.stop_gradient(v)) for k, v in terms.items()})
        found.append(len(passes))
    one, few, other, many = found
    assert list(one) == ["discriminator_loss", "r1", "r2"] and min(one.values()) > 0
    assert one == pytest.approx(other, rel=1e-5)
    assert (few, many) == (2, 4)


def test_what_such_a_pass_changes_is_what_the_loss_alone_would_change():
    # Statistics of the batches, and the state of the noise.
    kept = []
    for penalties in ([], [R1(1e-9), R2(1e-9)]):
        noise = keras.layers.GaussianNoise(0.1, seed=0)
        model = with_critic(keras.layers.BatchNormalization(), noise)
        model.compile(regularizers=penalties)
        keras.utils.set_random_seed(0)
        model.train_on_batch(normal(6, 5))
        state = model.discriminator.non_trainable_variables
        kept.append([ops.convert_to_numpy(variable) for variable in state])
    assert len(kept[0]) >= 3
    for one, other in zip(*kept, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("generated_is_far", [True, False])
def test_gradient_penalty_is_taken_uniformly_between_the_two_batches(generated_is_far):
    # Slopes 4 t, one t a sample: E (4 t - 1)^2 = 7/3, standard error 0.026. One t a
    # coordinate would give 1.7, the middle 1, the ends 1 and 9.
    origin, far = np.zeros((10_000, 16)), np.ones((10_000, 16))
    pair = (origin, far) if generated_is_far else (far, origin)
    result = value(GradientPenalty(1.0), quadratic(1.0), *pair)
    assert result == pytest.approx(7 / 3, abs=0.1)


@pytest.mark.parametrize("scale", [0.0, 0.5, 2.0])
def test_dragan_stays_around_the_real_batch_in_units_of_its_deviation(scale):
    # The deviation is 1, so half the slopes are 1 + e and half are 3 + e, where
    # e = scale t u with t and u uniform: E e = scale / 4, E e^2 = scale^2 / 9.
    real = np.where(np.arange(20_000) % 2, 1, 3)[:, None]
    fake = np.full_like(real, 100)
    expected = scale**2 / 9 + (4 + 4 * scale / 4) / 2
    result = value(DRAGAN(weight=1.0, scale=scale), quadratic(1.0), real, fake)
    assert result == pytest.approx(expected, abs=0.05)


def test_the_orthogonal_penalty_is_that_of_products_of_different_filters():
    kernels = [normal(3, 3, 2, 5), normal(4, 9, seed=1)]  # more rows, more columns
    expected = 0.0
    for kernel in kernels:
        matrix = kernel.reshape(-1, kernel.shape[-1])
        products = matrix.T @ matrix
        expected += 0.1 * (products[~np.eye(len(products), dtype=bool)] ** 2).sum()
    others = [keras.Variable(normal(6, 7), name=n) for n in ("embeddings", "gamma")]
    variables = [keras.Variable(kernel, name="kernel") for kernel in kernels]
    diagonal = [keras.Variable(np.diag([1.0, 5.0, 0.0]), name="kernel")]
    for chosen, value in (([*variables, *others], expected), (diagonal, 0.0)):
        penalty = ops.convert_to_numpy(Orthogonal(0.1)(chosen))
        assert penalty.shape == ()
        assert penalty == pytest.approx(value, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("kind", [GradientPenalty, DRAGAN])
@pytest.mark.parametrize(
    ("target", "one_sided", "norm", "expected"),
    [
        (0.0, False, 2.0, 4.0),
        (3.0, False, 2.0, 1.0),
        (3.0, True, 2.0, 0.0),
        (1.0, True, 2.0, 1.0),
        (0.0, True, 0.5, 0.25),
    ],
)
def test_the_target_of_a_slope_and_its_sides(kind, target, one_sided, norm, expected):
    w = tensor(np.full(4, norm / 2))
    penalty = kind(weight=5.0, target=target, one_sided=one_sided)
    result = value(penalty, linear(w), normal(6, 4), normal(6, 4, seed=1))
    assert result == pytest.approx(5 * expected, rel=1e-4, abs=1e-6)


def lecam(**arguments):
    """One whose means a model keeps, and the model."""
    penalty = LeCam(**arguments)
    model = kgz.VanillaGAN((8, 8, 1), units=4, discriminator_units=4, latent_dim=4)
    penalty.build(model)
    return penalty, model


def test_lecam_pulls_logits_to_the_running_means_of_the_other_kind():
    penalty, model = lecam(weight=2.0, decay=0.25)
    real, fake = tensor([[1.0], [3.0]]), tensor([[-1.0], [0.0]])
    # The first means are those of the batch: 2 and -1/2.
    expected = 2 * ((1.5**2 + 3.5**2) / 2 + (3**2 + 2**2) / 2)
    assert value(penalty, lambda x: x, real, fake) == pytest.approx(expected)
    # The next are those of both, and from the fourth on they move by a quarter.
    value(penalty, lambda x: x, real + 2, fake)
    assert float(model.lecam_real) == pytest.approx(3.0)
    for _ in range(2):
        value(penalty, lambda x: x, real + 1, fake)
    value(penalty, lambda x: x, real + 5, fake)
    assert float(model.lecam_real) == pytest.approx(3 + (7 - 3) / 4)
    assert float(model.lecam_fake) == pytest.approx(-0.5)


def test_lecam_leaves_logits_alone_that_lie_on_the_other_side():
    penalty, _ = lecam()
    real, fake = tensor([[-2.0], [-3.0]]), tensor([[1.0], [2.0]])
    assert value(penalty, lambda x: x, real, fake) == 0


def test_the_slope_of_lecam_passes_by_its_means():
    penalty, _ = lecam(weight=1.0)
    real, fake = np.float32([[2.0]]), np.float32([[-1.0]])
    slope = gradient(
        lambda x: penalty(lambda y: y, x, tensor(fake), None), tensor(real)
    )
    np.testing.assert_allclose(ops.convert_to_numpy(slope), [[2 * (2 + 1)]])


def brightest_corner(images):
    """A critic that sees the left half alone."""
    return ops.mean(images[:, :, :2], axis=(1, 2, 3))[:, None]


def halved(images, seed):
    return images / 2


def test_consistency_is_the_mean_square_of_what_a_change_does_to_the_logits():
    real, fake = normal(6, 4, 4, 1, seed=1), normal(6, 4, 4, 1, seed=2)
    logits = [batch[:, :, :2].mean(axis=(1, 2, 3)) for batch in (real, fake)]
    squares = [((x / 2) ** 2).mean() for x in logits]
    for fake_weight in (None, 4.0):
        penalty = ConsistencyRegularization(3.0, fake_weight, augment=halved)
        expected = 3 * squares[0] + (fake_weight or 0) * squares[1]
        result = value(penalty, brightest_corner, real, fake)
        assert result == pytest.approx(expected, rel=1e-5)


def test_consistency_flips_and_shifts_by_default():
    # By an eighth of 4 pixels images are shifted by none: half are flipped.
    real = np.zeros((2000, 4, 4, 1), "float32")
    real[:, :, :2] = 1
    result = value(ConsistencyRegularization(1.0), brightest_corner, real, real)
    assert result == pytest.approx(0.5, abs=0.06)
    flat = np.ones((8, 16, 16, 3), "float32")
    assert value(ConsistencyRegularization(), brightest_corner, flat, flat) < 1e-10
    with pytest.raises(ValueError, match="Unknown augmentations"):
        ConsistencyRegularization(augment="blur")


def test_new_penalties_train_a_model_and_their_state_is_in_its_file(tmp_path):
    model = kgz.VanillaGAN((8, 8, 3), units=4, discriminator_units=4, latent_dim=4)
    penalties = [LeCam(every=2), ConsistencyRegularization(fake_weight=10.0)]
    model.compile(regularizers=[*penalties, GradientPenalty(one_sided=True)])
    images = random_images(12, (8, 8, 3))
    history = model.fit(images, batch_size=4, verbose=0).history
    assert {"lecam", "consistency", "gradient_penalty"} <= set(history)
    assert np.isfinite(list(history.values())).all()
    assert float(model.lecam_count) == 2
    model.save(tmp_path / "model.keras")
    copy = keras.saving.load_model(tmp_path / "model.keras")
    assert float(copy.lecam_real) == float(model.lecam_real) != 0


def test_weight_clipping_bounds_the_weights_and_adds_no_term():
    clipping = WeightClipping(limit=0.5)
    before = np.array([-3.0, -0.5, -0.1, 0.0, 0.4, 7.0], "float32")
    variables = [keras.Variable(before), keras.Variable(before.reshape(2, 3) / 10)]
    clipping.after_step(variables)
    first, second = (ops.convert_to_numpy(variable) for variable in variables)
    np.testing.assert_array_equal(first, np.float32([-0.5, -0.5, -0.1, 0.0, 0.4, 0.5]))
    np.testing.assert_allclose(second.ravel(), [-0.3, -0.05, -0.01, 0.0, 0.04, 0.5])
    assert clipping.name is None
    with pytest.raises(TypeError, match="WeightClipping must define __call__"):
        clipping(linear(before), None, None, None)


@every_penalty
def test_penalties_leave_the_weights_alone_after_a_step(penalty):
    variable = keras.Variable([5.0, -5.0])
    penalty.after_step([variable])
    np.testing.assert_array_equal(ops.convert_to_numpy(variable), [5.0, -5.0])


@pytest.mark.parametrize("name", regularizers.BY_NAME)
def test_get_finds_every_regularizer_by_name(name):
    regularizer = regularizers.get(name)
    assert type(regularizer) is regularizers.BY_NAME[name]
    assert regularizers.get(regularizer) is regularizer
    assert regularizer.name == (None if name == "weight_clipping" else name)


@pytest.mark.parametrize("regularizer", ["l2", None, R1, keras.regularizers.L2()])
def test_get_lists_the_names_it_knows(regularizer):
    with pytest.raises(ValueError, match="Unknown regularizer") as error:
        regularizers.get(regularizer)
    assert all(name in str(error.value) for name in regularizers.BY_NAME)


@pytest.mark.parametrize(
    "regularizer",
    [
        *PENALTIES,
        DRAGAN(2.0, scale=0.1, target=0.0),
        Orthogonal(0.3),
        GradientPenalty(one_sided=True),
        LeCam(0.1, decay=0.1),
        ConsistencyRegularization(1.0, 2.0, augment="hue"),
        ConsistencyRegularization(augment=kgz.augment.color),
        WeightClipping(0.2),
    ],
)
def test_config_and_serialization_round_trips(regularizer):
    data = keras.saving.serialize_keras_object(regularizer)
    for copy in (
        type(regularizer).from_config(regularizer.get_config()),
        keras.saving.deserialize_keras_object(data),
    ):
        assert type(copy) is type(regularizer)
        assert vars(copy) == vars(regularizer)


def test_a_regularizer_of_another_name_is_in_the_file(tmp_path):
    lazy = R1(5.0, every=4)
    lazy.name = "lazy_r1"
    model = kgz.VanillaGAN((8, 8, 1), units=4, latent_dim=2, seed=0)
    model.compile(regularizers=[R1(1.0), lazy])
    model.save(tmp_path / "model.keras")
    copy = keras.saving.load_model(tmp_path / "model.keras")
    history = copy.fit(random_images(4, (8, 8, 1)), batch_size=4, verbose=0).history
    assert history["lazy_r1"][0] > 10 * history["r1"][0] > 0
