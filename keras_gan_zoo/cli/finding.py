"""Commands that show what there is: models, presets, fetch."""

import json
from typing import Annotated

import typer

from keras_gan_zoo.cli.app import app, example
from keras_gan_zoo.cli.library import library
from keras_gan_zoo.cli.options import Backend

Pattern = Annotated[
    str | None,
    typer.Argument(help="Which names to list, with * for any letters: '*emoji*'."),
]
Record = Annotated[
    bool, typer.Option("--json", help="Print the whole records, as JSON.")
]


@app.command(epilog=example("kgz models 'W*'"))
def models(
    pattern: Pattern = None, as_json: Record = False, backend: Backend = None
) -> None:
    """List the models that can be trained, with their papers."""
    list_models = library(backend).list_models
    _show(list_models(pattern) if pattern else list_models(), as_json)


@app.command(epilog=example("kgz presets '*emoji*'"))
def presets(
    pattern: Pattern = None, as_json: Record = False, backend: Backend = None
) -> None:
    """List the pretrained models that come with the package."""
    list_presets = library(backend).list_presets
    _show(list_presets(pattern) if pattern else list_presets(), as_json)


@app.command(
    epilog=example("kgz fetch hf://user/repository@v1, and then -p with the same words")
)
def fetch(
    preset: Annotated[
        str,
        typer.Argument(
            help="A name that `kgz presets` lists, a folder, an hf:// or kaggle:// "
            "handle, or an https address with #sha256=.",
            show_default=False,
        ),
    ],
    backend: Backend = None,
) -> None:
    """Fetch a preset into the cache, and show where its files are.

    Each file is compared with its sha256. What is there already is not fetched again.
    """
    for path in library(backend).presets.fetch_files(preset):
        print(path)


def _show(catalogue, as_json):
    """Prints a catalogue, in a terminal so that it fits into it."""
    from rich.console import Console
    from rich.text import Text

    console = Console()
    if as_json:
        print(json.dumps(catalogue, indent=2))
    elif console.is_terminal and catalogue.headings:
        console.print(Text(repr(catalogue)), no_wrap=True, overflow="ellipsis")
    elif console.is_terminal:
        console.print(_table(catalogue.rows()))
    else:
        print(catalogue)


def _table(rows):
    from rich.table import Table

    head, *others = rows
    table = Table()
    table.add_column(head[0], no_wrap=True)
    for title in head[1:]:
        table.add_column(title)
    for row in others:
        table.add_row(*row)
    return table
