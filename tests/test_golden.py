"""The three backends learn the same from the same weights, noise and data."""

import numpy as np
import pytest

from tests import golden


@pytest.mark.parametrize("name", golden.CASES)
def test_ten_steps_agree_with_the_recorded_ones(name):
    with np.load(golden.FOLDER / f"{name}.npz") as recorded:
        expected = dict(recorded)
    received = golden.run(name)
    # The run went somewhere, so agreement means something.
    assert np.ptp(expected["losses"], axis=0).min() > 1e-3
    for key in ("losses", "weights"):
        np.testing.assert_allclose(received[key], expected[key], rtol=0, atol=1e-3)
