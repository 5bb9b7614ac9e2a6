"""The command that brings a preset to a hub."""

from typing import Annotated

import typer

from keras_gan_zoo.cli.app import app, example
from keras_gan_zoo.cli.library import library
from keras_gan_zoo.cli.options import Backend


@app.command(epilog=example("kgz push my_dcgan hf://user/my_dcgan -m 'Trained longer'"))
def push(
    preset: Annotated[
        str,
        typer.Argument(
            help="A folder that save_to_preset() wrote, or a name that `kgz presets` "
            "lists.",
            metavar="FOLDER",
            show_default=False,
        ),
    ],
    handle: Annotated[
        str,
        typer.Argument(
            help="hf://user/name, hf://user/name/folder@branch, or "
            "kaggle://owner/model/keras/variation.",
            show_default=False,
        ),
    ],
    private: Annotated[
        bool,
        typer.Option(
            "--private/--public",
            help="Who sees a new repository. One that is there stays as it is.",
        ),
    ] = True,
    message: Annotated[
        str | None,
        typer.Option("--message", "-m", help="Of the commit, or of the version."),
    ] = None,
    backend: Backend = None,
) -> None:
    """Upload a preset to a hub, with its card, and show its address.

    Each file is compared with its sha256 before. A repository that is not there yet is
    made. Log in before with `hf auth login`, or by KAGGLE_API_TOKEN.
    """
    presets = library(backend).presets
    print(presets.push(preset, handle, private=private, message=message))
