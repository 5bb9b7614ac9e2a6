"""The backend that Keras will run on, checked before Keras is imported.

Keras itself ends in an error that names neither the cause nor what to do. Whoever
imports Keras before this package gets that one.
"""

import difflib
import importlib.util
import json
import os
import pathlib
import sys

BACKENDS = ("tensorflow", "jax", "torch")
OTHER_NAMES = {"pytorch": "torch", "tf": "tensorflow", "jaxlib": "jax", "flax": "jax"}


def check() -> None:
    """Raises an `ImportError` in words if Keras cannot run on what it is set to."""
    if "keras" in sys.modules:  # too late to say more than Keras did
        return
    name = _chosen()
    installed = [b for b in BACKENDS if importlib.util.find_spec(b) is not None]
    if name not in BACKENDS:
        close = difflib.get_close_matches(name.lower(), BACKENDS, n=1)
        meant = OTHER_NAMES.get(name.lower()) or (close[0] if close else None)
        hint = f" Did you mean {meant!r}?" if meant else ""
        raise ImportError(
            f"Keras is set to the backend {name!r}, which keras_gan_zoo does not know."
            f"{hint} Expected one of {', '.join(BACKENDS)}. {_how_to_set(meant)}"
        )
    if name not in installed:
        others = ", ".join(installed) or "none of the three"
        chosen = f"is set to {name}" if _is_set() else f"runs on {name} unless set"
        raise ImportError(
            f"Keras {chosen}, which is not installed. Installed here: {others}. "
            + (_how_to_set(installed[0]) if installed else f"Run: pip install {name}")
        )


def is_command() -> bool:
    """Whether this process is `kgz` or `python -m keras_gan_zoo`."""
    if sys.argv[:1] == ["-m"]:  # so Python calls it while it imports the package
        return "keras_gan_zoo" in sys.orig_argv
    return bool(sys.argv) and pathlib.Path(sys.argv[0]).name in ("kgz", "kgz.exe")


def _chosen():
    """As Keras chooses: by the environment, by its file, or else TensorFlow."""
    return os.environ.get("KERAS_BACKEND") or _configured() or "tensorflow"


def _is_set():
    return bool(os.environ.get("KERAS_BACKEND") or _configured())


def _configured():
    home = os.environ.get("KERAS_HOME") or pathlib.Path.home() / ".keras"
    try:
        return json.loads((pathlib.Path(home) / "keras.json").read_text())["backend"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _how_to_set(name):
    return (
        f"Set it before Keras is imported: export KERAS_BACKEND={name or 'jax'}, or in "
        f'Python os.environ["KERAS_BACKEND"] = "{name or "jax"}".'
    )
