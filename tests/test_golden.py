"""The three backends learn the same from the same weights, noise and data."""

import numpy as np
import pytest

import keras_gan_zoo as kgz
from tests import golden


@pytest.mark.parametrize("name", golden.CASES)
def test_ten_steps_agree_with_the_recorded_ones(name):
    with np.load(golden.FOLDER / f"{name}.npz") as recorded:
        expected = dict(recorded)
    received = golden.run(name)
    # The run went somewhere, so agreement means something.
    assert np.ptp(expected["losses"], axis=0).max() > 1e-3
    for key in ("losses", "weights", "average"):
        np.testing.assert_allclose(received[key], expected[key], rtol=1e-6, atol=1e-5)


def test_every_model_has_a_record():
    assert kgz.list_models().keys() == golden.CASES.keys()
