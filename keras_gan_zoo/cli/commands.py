"""All commands of `kgz`, in the order of its help."""

from keras_gan_zoo.cli import (  # noqa: F401
    editing,
    finding,
    running,
    sampling,
    sharing,
)
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
    "push",
]


def _place(command):
    return ORDER.index(command.callback.__name__)


app.registered_commands.sort(key=_place)
