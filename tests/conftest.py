"""What holds for all tests: seeds, marks, and that JAX compiles less.

The tests run many small programs, often the same ones.
"""

import itertools
import os
import pathlib

import pytest

CACHE = pathlib.Path(__file__).parent.parent / ".pytest_cache" / "jax"

SETTINGS = {
    "JAX_COMPILATION_CACHE_DIR": str(CACHE),
    # Small programs, too: they are many, and compiled anew in each process.
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "0",
    # Programs that take a second to compile and a millisecond to run.
    "XLA_FLAGS": "--xla_backend_optimization_level=0",
}
for name, value in SETTINGS.items():
    os.environ.setdefault(name, value)


@pytest.hookimpl(tryfirst=True)  # before some are left out by their marks
def pytest_collection_modifyitems(items):
    """Makes what takes long to compile, or to start, a part of `make soak`.

    PyTorch compiles nothing and starts sooner: with it `make test` has everything.
    """
    import keras  # after the settings

    if keras.backend.backend() != "torch":
        for item in items:
            if item.get_closest_marker("compiles_long"):
                item.add_marker("soak")


MODULES = itertools.count(1)


@pytest.fixture(scope="module", autouse=True)
def _forget_programs():
    """Lets go of what JAX has compiled for the last twenty modules.

    Each program is mapped into memory in pieces. Linux ends a process, with a
    segmentation fault, at 65,530 of them: after about a hundred modules.
    """
    yield
    import keras  # after the settings

    if keras.backend.backend() == "jax" and next(MODULES) % 20 == 0:
        import jax

        jax.clear_caches()


@pytest.hookimpl(tryfirst=True)  # before the fixtures
def pytest_runtest_setup(item):
    """Makes a test draw the same numbers wherever and in which order it runs."""
    import keras  # after the settings

    keras.utils.set_random_seed(0)
