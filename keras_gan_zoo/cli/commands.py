"""All commands of `kgz`, in the order of its help."""

from keras_gan_zoo.cli import editing, finding, running, sampling  # noqa: F401
from keras_gan_zoo.cli.app import app

ORDER = [
    "upscale",
    "inpaint",
    "translate",
    "generate",
    "evaluate",
    "export",
    "train",
    "models",
    "presets",
    "fetch",
]


def _place(command):
    return ORDER.index(command.callback.__name__)


app.registered_commands.sort(key=_place)
