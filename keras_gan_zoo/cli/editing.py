"""Commands from pictures to pictures: upscale, translate, inpaint."""

from pathlib import Path
from typing import Annotated

import typer

from keras_gan_zoo.cli.app import app, example
from keras_gan_zoo.cli.library import call, library, load_model
from keras_gan_zoo.cli.options import (
    Backend,
    Output,
    Overwrite,
    Pictures,
    Preset,
    Resize,
)


@app.command(
    epilog=example("kgz upscale photos/ -p esrgan_upscalerjs_medium_x4 -o large")
)
def upscale(
    pictures: Pictures,
    preset: Preset,
    output: Output = Path("upscaled"),
    tile: Annotated[
        int | None, typer.Option(help="Side in pixels of the tiles of the picture.")
    ] = None,
    overlap: Annotated[
        int | None, typer.Option(help="Pixels around a tile that it sees, too.")
    ] = None,
    overwrite: Overwrite = False,
    backend: Backend = None,
) -> None:
    """Enlarge pictures of any size.

    Memory is bounded: a large picture goes through the network in tiles. Transparency
    is kept, and so are the frames of a GIF, their order and their durations.
    """
    kgz = library(backend)
    from keras_gan_zoo.cli.pictures import convert, plan

    jobs = plan(pictures, output, overwrite)
    model = load_model(kgz, preset, "upscale")
    verbose = 0 if len(jobs) > 1 else "auto"  # bars of pictures, or of tiles

    def enlarge(images, source):
        options = {"tile": tile, "overlap": overlap, "verbose": verbose}
        return call(model.upscale, images, **options)

    convert(jobs, enlarge)


@app.command(
    epilog=example("kgz translate drawings/*.png -p pix2pix_edges_emoji -o emoji")
)
def translate(
    pictures: Pictures,
    preset: Preset,
    output: Output = Path("translated"),
    to: Annotated[
        str | None,
        typer.Option(help="The kind to make, A or B, of a model that knows both ways."),
    ] = None,
    resize: Resize = False,
    overwrite: Overwrite = False,
    backend: Backend = None,
) -> None:
    """Translate pictures from one kind to another: drawings to emoji, say."""
    kgz = library(backend)
    from keras_gan_zoo.cli.pictures import convert, plan

    jobs = plan(pictures, output, overwrite)
    model = load_model(kgz, preset, "translate")
    shape = getattr(model, "source_shape", model.image_shape)

    def change(images, source):
        return call(model.translate, images, to=to, verbose=0)

    convert(jobs, change, shape[:2] if resize else None, shape[-1])


@app.command(
    epilog=example("kgz inpaint photo.png --masks mask.png -p context_encoder_emoji")
)
def inpaint(
    pictures: Pictures,
    preset: Preset,
    masks: Annotated[
        Path,
        typer.Option(
            help="A picture that is white where pixels are missing, else black; or a "
            "folder with one of the same name for each picture."
        ),
    ],
    output: Output = Path("inpainted"),
    resize: Resize = False,
    overwrite: Overwrite = False,
    backend: Backend = None,
) -> None:
    """Fill in what is missing in pictures. What is known stays as it is.

    Transparency is kept where the model makes colours; what is filled in is opaque.
    """
    kgz = library(backend)
    from keras_gan_zoo.cli.pictures import convert, mask_for, plan, with_alpha

    jobs = plan(pictures, output, overwrite)
    model = load_model(kgz, preset, "inpaint")
    *sides, channels = model.image_shape
    size = tuple(sides) if resize else None

    def fill(images, source):
        mask = mask_for(source, masks, images, size)
        known, alpha = images[..., :channels], images[..., channels:]
        return with_alpha(model.inpaint(known, mask, verbose=0), alpha, mask)

    convert(jobs, fill, size, 4 if channels == 3 else channels)
