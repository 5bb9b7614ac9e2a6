"""Several devices, or several processes, compute what one device computes."""

import functools
import os
import pathlib
import socket
import subprocess
import sys
import tempfile

import keras
import numpy as np
import pytest

from tests.distribution import BATCH, MODES, made_data

ROOT = pathlib.Path(__file__).parent.parent
BACKEND = keras.backend.backend()

each_mode = pytest.mark.parametrize("mode", MODES[BACKEND])


def free_port():
    with socket.socket() as listener:
        listener.bind(("localhost", 0))
        return listener.getsockname()[1]


@functools.cache
def run(mode):
    """Trains in this mode. For each process, what it ended with and its files."""
    port = free_port()
    with tempfile.TemporaryDirectory() as root:
        folders = [pathlib.Path(root, name) for name in ("first", "second")]
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.distribution", mode]
                + [str(argument) for argument in (index, port, folder)],
                cwd=ROOT,
                env={**os.environ, "KERAS_BACKEND": BACKEND, "OMP_NUM_THREADS": "1"},
                stderr=subprocess.PIPE,
                text=True,
            )
            for index, folder in enumerate(folders)
            if index == 0 or mode == "processes"
        ]
        errors = [process.communicate(timeout=600)[1] for process in processes]
        assert not any(process.returncode for process in processes), errors
        return [
            (dict(np.load(f"{folder}.npz")), sorted(os.listdir(folder)))
            for folder in folders[: len(processes)]
        ]


@each_mode
def test_two_compute_what_one_computes(mode):
    [(expected, _)] = run("single")
    for result, _ in run(mode):
        for name in ("weights", "discriminator_loss", "generator_loss", "r1"):
            np.testing.assert_allclose(result[name], expected[name], atol=1e-5)


@each_mode
def test_batch_normalization_follows_its_rule(mode):
    # JAX normalizes by the whole batch. The others normalize by each device's share of
    # it and remember the mean of the shares' statistics.
    images = made_data()[0][:BATCH] / 127.5 - 1
    shares = np.split(images, 1 if BACKEND == "jax" else 2)
    for result, _ in run(mode):
        mean, variance = result["mean"], result["variance"]
        np.testing.assert_allclose(mean, np.mean(images), atol=1e-5)
        np.testing.assert_allclose(variance, np.mean([*map(np.var, shares)]), atol=1e-5)


@each_mode
def test_each_replica_draws_noise_of_its_own(mode):
    [(single, _)] = run("single")
    draws = np.concatenate([result["draws"] for result, _ in run(mode)])
    if BACKEND == "jax":  # where one program draws the noise of the whole batch
        assert all(np.array_equal(draw, single["draws"][0]) for draw in draws)
    else:
        first, second = draws
        np.testing.assert_array_equal(first, single["draws"][0])
        assert np.abs(first - second).min() > 1e-3


@each_mode
def test_files_are_written_once(mode):
    [(_, expected)] = run("single")
    first, *second = [files for _, files in run(mode)]
    assert first == expected
    # TensorFlow's workers have a folder each; elsewhere only one process writes.
    assert second in ([], [expected if BACKEND == "tensorflow" else []])
