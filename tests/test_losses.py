"""Losses against their papers' formulas, written with logarithms in float64."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo import losses
from keras_gan_zoo.backend import gradient


def probability(logits):
    return 1 / (1 + np.exp(-logits))


def log_d(logits):
    return np.log(probability(logits)).mean()


def log_not_d(logits):
    return np.log(1 - probability(logits)).mean()


FORMULAS = {
    "minimax": (lambda r, f: -log_d(r) - log_not_d(f), lambda r, f: log_not_d(f)),
    "non_saturating": (lambda r, f: -log_d(r) - log_not_d(f), lambda r, f: -log_d(f)),
    "least_squares": (
        lambda r, f: ((r - 1) ** 2).mean() / 2 + (f**2).mean() / 2,
        lambda r, f: ((f - 1) ** 2).mean() / 2,
    ),
    "wasserstein": (lambda r, f: f.mean() - r.mean(), lambda r, f: -f.mean()),
    "hinge": (
        lambda r, f: np.maximum(0, 1 - r).mean() + np.maximum(0, 1 + f).mean(),
        lambda r, f: -f.mean(),
    ),
    "relativistic_pairing": (lambda r, f: -log_d(r - f), lambda r, f: -log_d(f - r)),
    "relativistic_average": (
        lambda r, f: -log_d(r - f.mean()) - log_not_d(f - r.mean()),
        lambda r, f: -log_d(f - r.mean()) - log_not_d(r - f.mean()),
    ),
}
AT_ZERO = {  # discriminator and generator where all logits are 0
    "minimax": (2 * np.log(2), -np.log(2)),
    "non_saturating": (2 * np.log(2), np.log(2)),
    "least_squares": (0.5, 0.5),
    "wasserstein": (0, 0),
    "hinge": (2, 0),
    "relativistic_pairing": (np.log(2), np.log(2)),
    "relativistic_average": (2 * np.log(2), 2 * np.log(2)),
}
RELATIVISTIC = ["relativistic_pairing", "relativistic_average"]
every_loss = pytest.mark.parametrize("name", losses.BY_NAME)


def logits(shape=(8, 1), seed=0):
    return (2 * np.random.RandomState(seed).standard_normal(shape)).astype("float32")


def number(function, *arrays):
    tensors = [None if a is None else ops.convert_to_tensor(a) for a in arrays]
    result = ops.convert_to_numpy(function(*tensors))
    assert result.shape == ()
    return float(result)


def slope(function, array):
    return ops.convert_to_numpy(gradient(function, ops.convert_to_tensor(array)))


@pytest.mark.parametrize("shape", [(8, 1), (4, 3, 3, 1)])  # images, patches
@every_loss
def test_a_loss_is_the_formula_of_its_paper(name, shape):
    loss, real, fake = losses.get(name), logits(shape, 0), logits(shape, 1)
    formulas = zip((loss.discriminator, loss.generator), FORMULAS[name], strict=True)
    for function, formula in formulas:
        expected = formula(real.astype("float64"), fake.astype("float64"))
        assert number(function, real, fake) == pytest.approx(expected, rel=1e-5)


@every_loss
def test_losses_where_the_discriminator_knows_nothing(name):
    loss, zeros = losses.get(name), np.zeros((8, 1), "float32")
    values = [number(f, zeros, zeros) for f in (loss.discriminator, loss.generator)]
    assert values == pytest.approx(AT_ZERO[name], abs=1e-6)


@every_loss
def test_huge_logits_give_finite_losses_and_finite_gradients(name):
    loss = losses.get(name)
    real = ops.convert_to_tensor([1e4, 1e4, -1e4, -1e4])
    fake = ops.convert_to_tensor([1e4, -1e4, 1e4, -1e4])
    for function in (loss.discriminator, loss.generator):
        assert np.isfinite(number(function, real, fake))
        assert np.isfinite(slope(lambda x, f=function: f(real, x), fake)).all()
    assert np.isfinite(slope(lambda x: loss.discriminator(x, fake), real)).all()


@every_loss
def test_relativistic_says_whether_the_generator_reads_the_real_logits(name):
    loss, fake = losses.get(name), logits(seed=2)
    values = {number(loss.generator, logits(seed=seed), fake) for seed in (0, 1)}
    assert loss.relativistic == (len(values) == 2) == (name in RELATIVISTIC)
    if not loss.relativistic:
        assert {number(loss.generator, None, fake)} == values


@pytest.mark.parametrize("name", RELATIVISTIC)
def test_relativistic_losses_see_differences_and_swap_the_roles(name):
    loss, real, fake = losses.get(name), logits(seed=0), logits(seed=1)
    value = number(loss.discriminator, real, fake)
    assert number(loss.discriminator, real + 3, fake + 3) == pytest.approx(value)
    assert number(loss.generator, fake, real) == pytest.approx(value)


def test_only_the_minimax_generator_stops_learning_when_it_is_found_out():
    fake = np.array([-20.0, -2.0, 0.0, 2.0], "float32")  # D(fake) from 2e-9 to 0.88
    minimax, non_saturating = (
        slope(lambda x, n=name: losses.get(n).generator(None, x), fake) * len(fake)
        for name in ("minimax", "non_saturating")
    )
    d = probability(fake.astype("float64"))
    np.testing.assert_allclose(minimax, -d, rtol=1e-5)
    np.testing.assert_allclose(non_saturating, d - 1, rtol=1e-5)


def test_label_smoothing_is_cross_entropy_with_a_soft_real_label():
    loss, real, fake = losses.NonSaturating(0.1), logits(seed=0), logits(seed=1)
    expected = -0.9 * log_d(real) - 0.1 * log_not_d(real) - log_not_d(fake)
    assert number(loss.discriminator, real, fake) == pytest.approx(expected, rel=1e-5)
    plain = losses.NonSaturating()
    assert number(loss.generator, None, fake) == number(plain.generator, None, fake)


def test_drift_is_the_mean_square_of_real_scores():
    loss, real, fake = losses.Wasserstein(drift=0.001), logits(seed=0), logits(seed=1)
    expected = fake.mean() - real.mean() + 0.001 * (real**2).mean()
    assert number(loss.discriminator, real, fake) == pytest.approx(expected, rel=1e-5)
    assert number(loss.generator, None, fake) == pytest.approx(-fake.mean(), rel=1e-5)
    moved = slope(lambda x: loss.discriminator(x, fake), real)
    np.testing.assert_allclose(moved, (0.002 * real - 1) / len(real), rtol=1e-5)


@pytest.mark.parametrize("label_smoothing", [-0.1, 1.0])
def test_label_smoothing_outside_its_range_is_refused(label_smoothing):
    with pytest.raises(ValueError, match=f"in.*0, 1.*={label_smoothing}"):
        losses.NonSaturating(label_smoothing=label_smoothing)


class Custom:
    def discriminator(self, real, fake):
        return ops.mean(fake - real)

    def generator(self, real, fake):
        return -ops.mean(fake)


@every_loss
def test_get_finds_every_loss_by_name_and_returns_objects_as_they_are(name):
    loss, custom = losses.get(name), Custom()
    assert type(loss) is losses.BY_NAME[name]
    assert losses.get(loss) is loss and losses.get(custom) is custom


@pytest.mark.parametrize("loss", ["mse", None, abs])
def test_get_lists_the_names_it_knows(loss):
    with pytest.raises(ValueError, match="Unknown adversarial loss") as error:
        losses.get(loss)
    assert all(name in str(error.value) for name in losses.BY_NAME)


@pytest.mark.parametrize("method", ["discriminator", "generator"])
def test_a_loss_that_defines_no_functions_says_so(method):
    with pytest.raises(TypeError, match=f"must define {method}"):
        getattr(losses.AdversarialLoss(), method)(None, None)


@pytest.mark.parametrize(
    "loss",
    [
        *(c() for c in losses.BY_NAME.values()),
        losses.NonSaturating(0.3),
        losses.Wasserstein(0.1),
    ],
)
def test_config_and_serialization_round_trips(loss):
    data = keras.saving.serialize_keras_object(loss)
    for copy in (
        type(loss).from_config(loss.get_config()),
        keras.saving.deserialize_keras_object(data),
    ):
        assert type(copy) is type(loss)
        assert vars(copy) == vars(loss)
