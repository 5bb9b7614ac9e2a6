"""Priors: the same distribution in training and outside it."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo.priors import (
    Categorical,
    Mixed,
    Normal,
    Sequence,
    Sphere,
    TruncatedNormal,
    Uniform,
)

PRIORS = {
    "normal": (Normal(3), 0.0, 1.0),
    "sequence": (Sequence(3, 2), 0.0, 1.0),
    "sphere": (Sphere(3), 0.0, 1.0),
    "truncated": (TruncatedNormal(3, 1.0), 0.0, 0.29112),
    "narrow": (TruncatedNormal(3, 0.04), 0.0, 0.04**2 / 3),
    "uniform": (Uniform(2, bound=3.0), 0.0, 3.0),
    "categorical": (Categorical(4), 0.25, 0.1875),
    "mixed": (Mixed(Categorical(4), Uniform(4)), 0.125, None),
}


@pytest.mark.parametrize(("prior", "mean", "variance"), PRIORS.values(), ids=PRIORS)
def test_both_ways_draw_from_one_distribution(prior, mean, variance):
    seed = keras.random.SeedGenerator(0)
    inside = ops.convert_to_numpy(prior.draw(20_000, seed))
    outside = prior.sample(20_000, np.random.RandomState(0))
    for drawn in (inside, outside):
        assert drawn.shape == (20_000, prior.dim) and drawn.dtype == np.float32
        assert drawn.mean() == pytest.approx(mean, abs=0.02)
        if variance:
            assert drawn.var() == pytest.approx(variance, rel=0.03)
    assert (inside != ops.convert_to_numpy(prior.draw(20_000, seed))).any()


def test_a_sphere_has_one_radius():
    prior = Sphere(5)
    inside = ops.convert_to_numpy(prior.draw(50, keras.random.SeedGenerator(0)))
    for drawn in (inside, prior.sample(50, np.random.RandomState(0))):
        np.testing.assert_allclose(np.linalg.norm(drawn, axis=1), 5**0.5, rtol=1e-5)


def test_a_longer_sequence_begins_as_a_shorter_one_does():
    short, long = (
        Sequence(3, steps).sample(4, np.random.RandomState(0)) for steps in (2, 5)
    )
    assert short.shape == (4, 6) and long.shape == (4, 15)
    np.testing.assert_array_equal(long[:, :6], short)
    assert len(np.unique(long)) == long.size


def test_what_is_truncated_stays_within_its_bound():
    prior = TruncatedNormal(40, 0.7)
    inside = ops.convert_to_numpy(prior.draw(500, keras.random.SeedGenerator(0)))
    outside = prior.sample(500, np.random.RandomState(0))
    for drawn in (inside, outside):
        assert 0.69 < np.abs(drawn).max() <= np.float32(0.7)
    plain = Normal(40).sample(500, np.random.RandomState(0))
    within = np.abs(plain) <= 0.7
    np.testing.assert_array_equal(outside[within], plain[within])
    assert len(np.unique(outside)) > 0.99 * outside.size  # nothing is clipped


@pytest.mark.parametrize("prior", [p for p, *_ in PRIORS.values()], ids=PRIORS)
def test_more_samples_begin_with_the_same(prior):
    few, many = (prior.sample(num, np.random.RandomState(1)) for num in (3, 7))
    np.testing.assert_array_equal(few, many[:3])


def test_a_mixture_is_cut_into_its_parts():
    mixed = Mixed(Normal(2), Categorical(3), Uniform(1))
    latents = mixed.sample(5, np.random.RandomState(0))
    noise, chosen, number = mixed.split(latents)
    assert noise.shape == (5, 2) and number.shape == (5, 1)
    np.testing.assert_array_equal(chosen.sum(axis=1), np.ones(5))
    np.testing.assert_array_equal(np.concatenate([noise, chosen, number], 1), latents)
