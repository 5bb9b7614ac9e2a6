"""The command that trains."""

from pathlib import Path
from typing import Annotated

import typer

from keras_gan_zoo.cli.app import app, example
from keras_gan_zoo.cli.library import library
from keras_gan_zoo.cli.options import Backend, Seed, Split


@app.command(
    epilog=example(
        "kgz train DCGAN flowers/ --image-size 64 --epochs 50 --batch-size 64 --seed 0"
    )
)
def train(
    model: Annotated[
        str,
        typer.Argument(help="A name that `kgz models` lists.", show_default=False),
    ],
    data: Annotated[
        list[str],
        typer.Argument(
            help="The name of a data set, tfds:NAME of tensorflow-datasets, or a "
            "folder of pictures (./photos, if a set has its name); beside each picture "
            "its captions, rose.txt of rose.png, for models that draw them. Two of "
            "them, from and to, for models that translate.",
            show_default=False,
        ),
    ],
    epochs: Annotated[
        int | None, typer.Option(min=1, help="How often all data are seen, in all.")
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="Pictures in a step.")
    ] = None,
    image_size: Annotated[
        str | None,
        typer.Option(help="To which folders are cropped and resized: 64, or 48x64."),
    ] = None,
    streaming: Annotated[
        bool,
        typer.Option(
            "--streaming", help="Read a folder's pictures batch by batch, not at once."
        ),
    ] = False,
    split: Split = None,
    loss: Annotated[
        str | None,
        typer.Option(help="A name of `losses.BY_NAME`: hinge, least_squares, ..."),
    ] = None,
    regularizers: Annotated[
        list[str] | None,
        typer.Option(help="A name of `regularizers.BY_NAME`: r1, ...; once for each."),
    ] = None,
    ema: Annotated[
        float | None, typer.Option(help="Momentum of the generator's average: 0.999.")
    ] = None,
    argument: Annotated[
        list[str] | None,
        typer.Option(
            "--argument",
            "-a",
            help="NAME=VALUE of the model's class: base_channels=32; once for each.",
        ),
    ] = None,
    seed: Seed = None,
    every: Annotated[
        int | None,
        typer.Option(
            min=1, help="Steps from one checkpoint to the next, beside epochs'."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Folder of the run; by default runs/MODEL."
        ),
    ] = None,
    backend: Backend = None,
) -> None:
    """Train a model on pictures, with checkpoints, samples and a report.

    The same command goes on where a run was stopped. The folder holds `model.keras`,
    which all commands take as `--preset`; `report.html`; `samples/` with a grid an
    epoch; and `checkpoints/`.
    """
    options = dict(locals())
    kgz = library(options.pop("backend"))
    from keras_gan_zoo.cli.runs import Settings, run

    folder = options.pop("output") or Path("runs") / model.lower()
    for path in run(kgz, Settings(**options), folder):
        print(path)
