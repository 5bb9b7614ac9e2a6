"""Commands that use a model's samples: generate, evaluate, export."""

import enum
from pathlib import Path
from typing import Annotated

import typer

from keras_gan_zoo.cli.app import app, example
from keras_gan_zoo.cli.library import call, library, load_data, load_model
from keras_gan_zoo.cli.options import (
    Backend,
    Overwrite,
    Preset,
    Seed,
    Split,
    refuse_existing,
)


class ExtractorName(enum.StrEnum):
    """Functions of `metrics.extractors` that need a file at most."""

    PIXELS = "pixels"
    FASHION_MNIST_CNN = "fashion_mnist_cnn"
    AVATAR_CNN = "avatar_cnn"
    EFFICIENTNET_LITE0 = "efficientnet_lite0"
    FID_INCEPTION = "fid_inception"


@app.command(
    epilog=example(
        "kgz generate -p fastgan_emoji_64 --num 16 --grid faces.png --video walk.gif"
    )
)
def generate(
    preset: Preset,
    num: Annotated[
        int | None,
        typer.Option(help="How many; by default as many as a report shows."),
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option(
            help="Of a conditional model: a class for all, or one each: 0,1,2."
        ),
    ] = None,
    captions: Annotated[
        list[str] | None,
        typer.Option(
            "--caption",
            help="Of a model that draws what captions say; several take turns.",
        ),
    ] = None,
    seed: Seed = None,
    grid: Annotated[
        Path | None, typer.Option(help="Picture of all samples side by side.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="New or empty folder, with a file a sample.")
    ] = None,
    video: Annotated[
        Path | None,
        typer.Option(
            help="GIF, WebP or MP4 of samples that change into others, and back again."
        ),
    ] = None,
    columns: Annotated[
        int | None, typer.Option(help="How many stand in a row of grid and video.")
    ] = None,
    suffix: Annotated[
        str | None, typer.Option(help="Of the files in the folder: .png, .wav, .csv.")
    ] = None,
    frames: Annotated[int, typer.Option(min=2, help="Of the video.")] = 60,
    stops: Annotated[
        int, typer.Option(min=1, help="Latents that the video goes through.")
    ] = 4,
    rate: Annotated[
        float | None, typer.Option(help="Frames of the video a second.")
    ] = None,
    overwrite: Overwrite = False,
    backend: Backend = None,
) -> None:
    """Generate samples: a grid picture, a folder of files, a video, or all three.

    The video begins with the samples of the grid of the same seed.
    """
    if not (grid or folder or video):
        raise typer.BadParameter("Pass at least one of --grid, --folder and --video.")
    refuse_existing([path for path in (grid, video) if path], overwrite)
    if folder and folder.is_dir() and any(folder.iterdir()) and not overwrite:
        raise ValueError(
            f"The folder {folder} is not empty. Pass --overwrite to write into it, or "
            "choose another --folder."
        )
    kgz = library(backend)
    model = load_model(kgz, preset, "generate")
    num = model.domain.num_shown if num is None else num
    labels = captions or _numbers(labels)
    suffix = suffix or next(iter(model.domain.writers()))
    files = [
        (grid, kgz.domains.Images()),
        (folder and folder / f"sample{suffix}", model.domain),
        (video, call(kgz.domains.Video, rate=rate)),
    ]
    for path, domain in files:
        if path:
            domain.writer(path)  # refuses a suffix before anything is computed
    if grid or folder:
        samples = call(model.generate, num, labels=labels, seed=seed)
    if grid:
        picture = call(model.domain.preview, samples, columns=columns)
        _print(kgz.domains.Images().save(picture[None], grid))
    if folder:
        _print(model.domain.save(samples, folder / f"sample{suffix}"))
    if video:
        latents = model.latents(num * stops, seed).reshape(stops, num, -1)
        walk = kgz.latent.walk(model, latents, frames, labels)
        _print(call(walk.save, video, rate=rate, columns=columns))


@app.command(
    epilog=example(
        "kgz evaluate fashion_mnist_mini -p dcgan_fashion_mnist -o scores.json"
    )
)
def evaluate(
    data: Annotated[
        str,
        typer.Argument(
            help="Real pictures: a folder, or the name of a data set.",
            show_default=False,
        ),
    ],
    preset: Preset,
    split: Split = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option(help="Name of a metric; once for each, in place of the default."),
    ] = None,
    extractor: Annotated[
        str | None,
        typer.Option(
            metavar="|".join([*ExtractorName, "FILE"]),
            help="Whose features are compared; by default what fits the data. A file "
            "ends in .keras, .onnx, .pth or .safetensors.",
        ),
    ] = None,
    path: Annotated[
        Path | None, typer.Option(help="File of its weights, for fid_inception.")
    ] = None,
    size: Annotated[
        int | None, typer.Option(help="Side in pixels of what the extractor sees.")
    ] = None,
    resize: Annotated[
        str | None,
        typer.Option(help="How the extractor resizes: clean, bicubic, bilinear, tf1."),
    ] = None,
    normalization: Annotated[
        str | None,
        typer.Option(
            help="What the network of a file takes: imagenet, clip, zero_to_one, "
            "minus_one_to_one; by default pixels up to 255, or what is known of it."
        ),
    ] = None,
    pool: Annotated[
        str | None, typer.Option(help="What is taken of many places: mean, token.")
    ] = None,
    num_samples: Annotated[
        int | None, typer.Option(help="Pictures on each side.")
    ] = None,
    seed: Seed = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="JSON file of numbers and protocol."),
    ] = None,
    overwrite: Overwrite = False,
    backend: Backend = None,
) -> None:
    """Compare a model's samples with real pictures, and print the protocol, too."""
    refuse_existing([output] if output else [], overwrite)
    kgz = library(backend)
    model = load_model(kgz, preset, "generate")
    if len(model.image_shape) != 3:
        raise ValueError(
            f"kgz evaluate compares images. Received: {preset}, which makes "
            f"{model.domain.name}. Compare these in Python: keras_gan_zoo.metrics."
        )
    height, width, channels = model.image_shape
    captioned = hasattr(model, "text")  # captions are read all at once
    sizes = (height, width), channels
    real = load_data(kgz, data, split, *sizes, not captioned, captioned)
    options = {
        "path": path,
        "size": size and (size, size),
        "resize": resize,
        "normalization": normalization,
        "pool": pool,
    }
    result = call(
        kgz.evaluate,
        model,
        (real.images, real.captions if captioned else real.labels),
        metrics=metrics or None,
        extractor=extractor and _extractor(kgz, extractor, options),
        num_samples=num_samples,
        seed=seed,
    )
    print(result)
    if output:
        result.save(output)


@app.command(epilog=example("kgz export generator.onnx -p dcgan_fashion_mnist"))
def export(
    filepath: Annotated[
        Path,
        typer.Argument(
            help="A file that ends in .onnx, .tflite, .xml (OpenVINO) or .pt2, or a "
            "new folder for TensorFlow's SavedModel.",
            show_default=False,
        ),
    ],
    preset: Preset,
    network: Annotated[
        str | None,
        typer.Option(help="Another network of the model, such as generator_ba."),
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="The network as it is, floats to floats.")
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check/--no-check", help="Whether to run the file and to compare it."
        ),
    ] = True,
    backend: Backend = None,
) -> None:
    """Write the network that makes the samples for another runtime.

    The file takes and makes what the model does, such as uint8 images, and is kept if
    its runtime computes what the model computes. ONNX can be written on each backend,
    the other formats on some. Nothing is overwritten.
    """
    kgz = library(backend)
    model = load_model(kgz, preset, "export")
    call(model.export, filepath, network=network, raw=raw, check=check)
    print(filepath)


def _extractor(kgz, name, options):
    """The extractor of this name, or of a file."""
    if name in list(ExtractorName):
        return call(getattr(kgz.metrics.extractors, name), **options)
    try:
        make = kgz.metrics.extractors.reader_of(name)
    except ValueError as error:
        names = ", ".join(ExtractorName)
        raise ValueError(
            f"No extractor is called {name!r}. Expected one of {names}. {error}"
        ) from error
    return call(make, name, **options)


def _numbers(text):
    """Labels as the API takes them: one for all, or a list."""
    if text is None:
        return None
    try:
        numbers = [int(number) for number in text.split(",")]
    except ValueError as error:
        raise typer.BadParameter(f"--labels takes 0,1,2, not {text!r}.") from error
    return numbers if "," in text else numbers[0]


def _print(paths):
    for path in paths:
        print(path)
