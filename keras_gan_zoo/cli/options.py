"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

from keras_gan_zoo import preflight

Preset = Annotated[
    str,
    typer.Option(
        "--preset",
        "-p",
        help="A name that `kgz presets` lists, a folder, an hf:// or kaggle:// handle, "
        "an https address with #sha256=, or a .keras file.",
        show_default=False,
    ),
]
Backend = Annotated[
    str | None,
    typer.Option(
        metavar="|".join(preflight.BACKENDS),
        help="What Keras runs on; by default what KERAS_BACKEND says.",
        show_default=False,
    ),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace files that are there already.")
]
Pictures = Annotated[
    list[str],
    typer.Argument(
        help="Pictures, animated GIFs, folders of them, or patterns such as '*.jpg'.",
        show_default=False,
    ),
]
Output = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        help="Folder of the results; for one picture also the name of its file.",
    ),
]
Resize = Annotated[
    bool,
    typer.Option(
        "--resize", help="Crop and resize what has not the size that the model takes."
    ),
]
Split = Annotated[
    str | None,
    typer.Option(help="train, test or all, of a data set that has them."),
]
Seed = Annotated[int | None, typer.Option(help="The same seed gives the same samples.")]


def refuse_existing(paths, overwrite) -> None:
    """Raises a `ValueError` if there is something that would be overwritten.

    Args:
        paths: Of files that are to be written.
        overwrite: Whether they may take the place of others.
    """
    there = [str(path) for path in paths if Path(path).exists()]
    if there and not overwrite:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        are = "are" if more else "is"
        raise ValueError(
            f"{there[0]}{more} {are} there already. Pass --overwrite to replace what "
            "is there, or choose another name."
        )
