"""Makes the tests take less time: they trace and compile many small programs."""

import gc
import os
import pathlib

CACHE = pathlib.Path(__file__).parent.parent / ".pytest_cache" / "jax"

SETTINGS = {
    "JAX_COMPILATION_CACHE_DIR": str(CACHE),
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.2",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "0",
    # Programs that take a second to compile and a millisecond to run.
    "XLA_FLAGS": "--xla_backend_optimization_level=0",
}
for name, value in SETTINGS.items():
    os.environ.setdefault(name, value)

# A trace makes millions of small objects. To go through them again and again takes
# Python a quarter of the time on JAX.
gc.set_threshold(100_000, 20, 20)
