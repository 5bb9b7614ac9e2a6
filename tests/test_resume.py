"""A file written by one process goes on in another, bit by bit."""

import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from tests.contract import assert_equal_weights, random_images

IMAGES = random_images(16, (16, 16, 1))
FIT = {"batch_size": 4, "shuffle": False, "verbose": 0}
ROOT = pathlib.Path(__file__).parent.parent

MODELS = {
    "dcgan": lambda **arguments: kgz.DCGAN(base_channels=8, **arguments),
    "vanilla_gan": lambda **arguments: kgz.VanillaGAN(units=8, **arguments),
}

GO_ON = """
import pathlib, sys, keras
from tests.test_resume import FIT, IMAGES, MODELS
folder = pathlib.Path(sys.argv[1])
for name in MODELS:
    model = keras.saving.load_model(folder / f"{name}_half.keras")
    model.fit(IMAGES, **FIT)
    model.save(folder / f"{name}_whole.keras")
"""


def fresh(name):
    model = MODELS[name](latent_dim=8, seed=3)
    model.compile(
        ema=0.9,
        loss="hinge",
        regularizers=["gradient_penalty", kgz.regularizers.PathLength(every=2)],
        augment=kgz.augment.DiffAugment(seed=4),
    )
    return model


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Holds models that were trained for N steps, saved, and for N more elsewhere."""
    folder = tmp_path_factory.mktemp("resume")
    for name in MODELS:
        model = fresh(name)
        model.fit(IMAGES, **FIT)
        model.save(folder / f"{name}_half.keras")
    subprocess.run(
        [sys.executable, "-c", GO_ON, folder],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    return folder


@pytest.mark.parametrize("name", MODELS)
def test_twice_the_steps_equal_a_save_and_a_new_process_between(name, folder):
    straight = fresh(name)
    straight.fit(IMAGES, **FIT)
    straight.fit(IMAGES, **FIT)
    resumed = keras.saving.load_model(folder / f"{name}_whole.keras")
    assert_equal_weights(straight, resumed)
    for one, two in zip(
        straight.optimizer.variables, resumed.optimizer.variables, strict=True
    ):
        np.testing.assert_array_equal(*map(keras.ops.convert_to_numpy, (one, two)))
    np.testing.assert_array_equal(
        straight.generate(4, seed=0), resumed.generate(4, seed=0)
    )
