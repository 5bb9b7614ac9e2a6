"""Schedules: their values, and Adam with numbers that move."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo import EMA, schedules
from keras_gan_zoo.regularizers import R1


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (schedules.Linear(1.0, 3.0, 100), [1.0, 1.5, 2.0, 3.0, 3.0]),
        (schedules.Cosine(1.0, 3.0, 100), [1.0, 1.2929, 2.0, 3.0, 3.0]),
    ],
)
def test_a_schedule_goes_from_start_to_end_and_stays(schedule, expected):
    received = [float(schedule(seen)) for seen in (0, 25, 50, 100, 1000)]
    assert received == pytest.approx(expected, abs=1e-4)
    copy = type(schedule).from_config(schedule.get_config())
    assert float(copy(25)) == float(schedule(25))


def test_what_is_no_schedule_stays_as_it_is():
    fixed, moving = R1(2.0), R1(schedules.Linear(1.0, 0.0, 10))
    assert schedules.at(fixed, 5).gamma == 2.0
    assert float(schedules.at(moving, 5).gamma) == 0.5
    assert isinstance(moving.gamma, schedules.Linear)  # the original is untouched


@pytest.mark.parametrize("images", [0, -1, float("nan")])
def test_a_schedule_without_length_is_refused(images):
    with pytest.raises(ValueError, match=f"above 0.*images={images}"):
        schedules.Cosine(1.0, 0.0, images)


def test_an_average_of_a_half_life_is_that_whatever_the_batch_size():
    ema = EMA(images=1_000)
    for batch_size in (10, 50, 200):
        kept = float(ema.momentum(0, batch_size)) ** (1_000 / batch_size)
        assert kept == pytest.approx(0.5, rel=1e-4)
    assert float(EMA(0).momentum(0, 10)) == 0.0
    with pytest.raises(ValueError, match="half-life.*-1"):
        EMA(-1)


def test_adam_with_constants_is_keras_adam_and_moves_with_schedules():
    def run(optimizer, seen):
        variable = keras.Variable(np.ones(3, "float32"))
        optimizer.build([variable])
        for step in range(3):
            optimizer.seen = lambda step=step: seen * step
            gradient = ops.convert_to_tensor([0.5, -1.0, 2.0 * step], "float32")
            optimizer.apply([gradient], [variable])
        return ops.convert_to_numpy(variable)

    expected = run(keras.optimizers.Adam(0.1, beta_2=0.9), 0)
    plain = schedules.ScheduledAdam(0.1, beta_2=0.9)
    np.testing.assert_allclose(run(plain, 0), expected, rtol=1e-6)
    plain.learning_rate = 0.25  # as a callback does
    plain.apply([ops.zeros(3)], plain._trainable_variables)
    assert float(plain.learning_rate) == 0.25
    moving = {
        "learning_rate": schedules.Linear(0.1, 0.0, 2),
        "beta_2": schedules.Linear(0.9, 0.5, 2),
    }
    optimizer = schedules.ScheduledAdam(**moving)
    stopped = run(optimizer, 1)
    assert float(optimizer.learning_rate) == 0.0 and optimizer.beta_2 == pytest.approx(
        0.9
    )
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(optimizer)
    )
    np.testing.assert_array_equal(run(copy, 1), stopped)
    assert np.abs(stopped - expected).max() > 0.05
