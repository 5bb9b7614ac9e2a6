"""Whether a network is traced for another runtime, and not for this framework.

Some operations are written so that a framework computes them and their slopes fast. To
exporters these forms mean nothing: they know the plain ones.
"""

import contextlib
import contextvars
from collections.abc import Iterator

_PORTABLE = contextvars.ContextVar("portable", default=False)


@contextlib.contextmanager
def portable() -> Iterator[None]:
    """What is traced within it consists of operations that exporters know."""
    token = _PORTABLE.set(True)
    try:
        yield
    finally:
        _PORTABLE.reset(token)


def is_portable() -> bool:
    """Whether that is so now."""
    return _PORTABLE.get()
