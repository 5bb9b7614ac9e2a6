"""A long run needs no more memory than a short one, and is compiled once."""

import pathlib
import sys

import keras
import pytest

import keras_gan_zoo as kgz
from tests.contract import random_images

IMAGES = random_images(400, (8, 8, 1))


class Counted(kgz.VanillaGAN):
    """Counts how often Python runs the step: where it is compiled, at each tracing."""

    runs = 0

    def update(self, data):
        self.runs += 1
        return super().update(data)


def resident_pages():
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1])


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_and_compilations_are_bounded():
    model = Counted((8, 8, 1), latent_dim=4, units=8, discriminator_units=4, seed=0)
    model.compile(regularizers="r1", ema=0.9)
    fit = {"batch_size": 4, "verbose": 0}
    model.fit(IMAGES, epochs=2, **fit)
    before, runs = resident_pages(), model.runs
    model.fit(IMAGES, epochs=12, initial_epoch=2, **fit)
    assert resident_pages() < 1.05 * before
    steps = 1000 if keras.backend.backend() == "torch" else 0
    assert model.runs - runs == steps
