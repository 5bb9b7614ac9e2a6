"""Errors and warnings as a line each: what happened, without a traceback."""

import contextlib
import sys
import warnings
from collections.abc import Iterator


@contextlib.contextmanager
def in_one_line() -> Iterator[None]:
    """Ends the process with code 1 and one line, if an error is the user's."""
    warnings.showwarning = _show_warning
    try:
        yield
    except (FloatingPointError, ImportError, OSError, ValueError) as error:
        sys.exit(f"kgz: {_in_words(error)}")


def _show_warning(message, category, filename, lineno, file=None, line=None):
    print(f"kgz: warning: {_in_words(message)}", file=sys.stderr)


def _in_words(error):
    return " ".join(str(error).split()) or type(error).__name__
