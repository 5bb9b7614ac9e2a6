"""Image files: opened safely, and brought to 8 bits, one size and one colour mode."""

import contextlib
import io
import os
import pathlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from keras_gan_zoo.datasets.base import require

if TYPE_CHECKING:
    from PIL import Image

# The formats behind these extensions. Naming them keeps Pillow from running a
# rarer and riskier decoder on a file that merely carries the extension.
IMAGE_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
ANIMATED = ("GIF", "PNG", "WEBP")  # of which a file may hold several frames
GREY_MODES = ("1", "L", "LA", "I", "I;16", "I;16B", "I;16L")


def check_image_size(image_size) -> None:
    """Refuses what is neither a pair of positive integers nor None."""
    if image_size is None:
        return
    size = np.asarray(image_size)
    if size.shape != (2,) or size.dtype.kind != "i" or size.min() < 1:
        raise ValueError(
            "image_size: expected a pair (height, width) of positive integers or "
            f"None, received {image_size!r}."
        )


@contextlib.contextmanager
def open_image(file, content=None) -> Iterator["Image.Image"]:
    """Open an image so that whatever fails inside the block names the file.

    `content` is the file's bytes where they are in memory already.
    """
    from PIL import Image

    try:
        source = file if content is None else io.BytesIO(content)
        with Image.open(source, formats=IMAGE_FORMATS) as image:
            yield image
    except Exception as error:  # Pillow's decoders raise a dozen kinds
        if content is None:
            size = file.stat().st_size if file.exists() else 0  # 0: a dangling link
        else:
            size = len(content)
        raise ValueError(
            f"{file}: expected an intact image, received {size} bytes "
            f"that cannot be read ({error}). Replace or remove this file."
        ) from error


class Header(NamedTuple):
    """What a file says of its image before any pixel is decoded.

    Attributes:
        size: `(height, width)`, upright.
        is_grey: Whether it is stored as grey.
    """

    size: tuple[int, int]
    is_grey: bool


def read_header(file) -> Header:
    """Read the header of an image, and no pixels."""
    with open_image(file) as image:
        width, height = image.size
        size = (width, height) if _is_on_its_side(image) else (height, width)
        return Header(size, image.mode in GREY_MODES)


def _is_on_its_side(image):
    from PIL import ExifTags

    # Pillow has turned the size of a TIFF, and decodes all of a PNG for an orientation
    # that does not stand at its beginning.
    if image.format == "TIFF" or (image.format == "PNG" and "exif" not in image.info):
        return False
    return image.getexif().get(ExifTags.Base.Orientation, 1) >= 5


def as_picture(image) -> Any:
    """Makes an array of a Pillow image or a file; what is neither passes through.

    Args:
        image: A Pillow image of any mode, the path of a file, or anything else.

    Returns:
        uint8 array (height, width) if it is grey, (height, width, 3) or, with
        transparency, (height, width, 4), upright as EXIF says.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is no intact image.
        ImportError: If Pillow is not installed.
    """
    if isinstance(image, str | os.PathLike):
        require("PIL", "pip install pillow")
        path = pathlib.Path(image)
        if not path.is_file():
            raise FileNotFoundError(f"{path}: expected the file of an image.")
        with open_image(path) as opened:
            return _upright(opened)
    # Who has a Pillow image has Pillow.
    return _upright(image) if hasattr(image, "getbands") else image


def _upright(image):
    from PIL import ImageOps

    image = ImageOps.exif_transpose(image)
    grey = 1 if image.mode in GREY_MODES else 3
    return np.asarray(convert(image, 4 if image.has_transparency_data else grey))


def read_image(file, image_size, channels, content=None) -> np.ndarray:
    """Read an image into a uint8 array (height, width, channels)."""
    with open_image(file, content) as image:
        return _as_array(image, image_size, channels)


def _as_array(image, image_size, channels):
    from PIL import Image, ImageOps

    image = convert(ImageOps.exif_transpose(image), channels)
    if image_size is not None:
        height, width = image_size
        image = ImageOps.fit(image, (width, height), Image.Resampling.BICUBIC)
    return np.asarray(image).reshape(image.height, image.width, channels)


class Frames(NamedTuple):
    """The frames of a picture, in order; a still picture is one frame.

    Attributes:
        images: uint8 array `(num, height, width, channels)`.
        durations: Milliseconds for which each is shown; 0 if the file does not say.
        loop: How often an animation repeats, 0 for ever; None if it does not.
    """

    images: np.ndarray
    durations: list[float]
    loop: int | None = None


def read_frames(file, image_size=None, channels=None) -> Frames:
    """Read a picture or an animation.

    Args:
        file: Path of a picture, or of an animated GIF, PNG or WebP.
        image_size: `(height, width)` to bring it to, as in `load_folder`.
        channels: 1, 3 or 4. If None, as many as the frame that needs most: 1 for grey,
            3 for RGB, 4 where there is transparency.

    Returns:
        `Frames`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is no intact image.
        ImportError: If Pillow is not installed.
    """
    require("PIL", "pip install pillow")
    path = pathlib.Path(file)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: expected the file of an image.")
    with open_image(path) as image:
        frames, durations = [], []
        for index in range(_count_frames(image)):
            image.seek(index)
            frames.append(image.copy())
            durations.append(image.info.get("duration", 0))
        channels = channels or max(map(_channels_of, frames))
        arrays = [_as_array(frame, image_size, channels) for frame in frames]
        return Frames(np.stack(arrays), durations, image.info.get("loop"))


def read_clip(file, num, image_size, channels, content=None) -> np.ndarray:
    """Read `num` frames of an animation, evenly spaced over the whole of it.

    From the last one it is as far to the end as from one to the next: what repeats in
    the file repeats in these frames. Where the file has fewer, some stand twice.

    Returns:
        uint8 array `(num, height, width, channels)`.

    Raises:
        ValueError: If the file is no intact image.
    """
    frames = []
    with open_image(file, content) as image:
        for index in np.arange(num) * _count_frames(image) // num:
            image.seek(int(index))
            frames.append(_as_array(image, image_size, channels))
    return np.stack(frames)


def is_animated(file, content=None) -> bool:
    """Tell from the header whether a file holds several frames."""
    require("PIL", "pip install pillow")
    with open_image(file, content) as image:
        return _count_frames(image) > 1


def _count_frames(image):
    return getattr(image, "n_frames", 1) if image.format in ANIMATED else 1


def _channels_of(image):
    if image.has_transparency_data:
        return 4
    return 1 if image.mode in GREY_MODES else 3


def convert(image, channels) -> "Image.Image":
    """Convert an image of any mode to 8-bit grey, RGB or RGBA."""
    from PIL import Image

    if image.mode[0] in "IF":
        image = _scale_to_8_bits(image)
    if channels == 4:
        return image.convert("RGBA")
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    return image.convert("L" if channels == 1 else "RGB")


def _scale_to_8_bits(image):
    """Scale 16-bit grey by 255 / 65535; Pillow itself would clip at 255."""
    from PIL import Image

    values = np.asarray(image)
    if image.mode == "F" or values.min() < 0 or values.max() > 65535:
        raise ValueError(
            f"expected pixels of 8 or 16 bits, received {image.mode} pixels from "
            f"{values.min()} to {values.max()}"
        )
    grey = Image.fromarray(np.round(values / 257).astype("uint8"))
    if "transparency" in image.info:  # one value is
        alpha = np.where(values == image.info["transparency"], 0, 255)
        grey = Image.merge("LA", [grey, Image.fromarray(alpha.astype("uint8"))])
    return grey
