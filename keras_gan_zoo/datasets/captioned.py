"""Images and what is said of them, for models that draw what a caption says."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

SUFFIX = ".txt"


class Captioned(NamedTuple):
    """Images and their captions, ready for `model.fit(*captioned)`.

    Attributes:
        images: uint8 array of shape `(n, height, width, channels)`.
        captions: A list of n lists of strings, one or more of each image.
    """

    images: np.ndarray
    captions: list[list[str]]


def refuse_streaming(streaming) -> None:
    """Raises a `ValueError` if images with captions are to be read in batches."""
    if streaming:
        raise ValueError(
            "Captions are read with all images: expected streaming=False, received "
            "True. Or stream batches of your own, images with what "
            "model.text.encode(captions) makes of their captions."
        )


def read_captions(files) -> list[list[str]]:
    """Read the captions of image files, each line of the text file beside them.

    Args:
        files: Paths, such as `flowers/rose.png`, whose captions are in
            `flowers/rose.txt`.

    Returns:
        A list of lists of strings. Empty lines are left out.

    Raises:
        FileNotFoundError: If an image has no text file.
        ValueError: If one has no caption, or is not UTF-8.
    """
    paths = [Path(file).with_suffix(SUFFIX) for file in files]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise FileNotFoundError(
            f"{len(missing)} of {len(paths)} images have no captions: expected the "
            f"text file {missing[0]}, one caption a line. Write it, or move the image "
            "elsewhere."
        )
    return [_read(path) for path in paths]


def _read(path):
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path}: expected text in UTF-8, received {error.object[error.start]:#x} "
            f"at byte {error.start}. Save it as UTF-8."
        ) from error
    captions = [line.strip() for line in lines if line.strip()]
    if not captions:
        raise ValueError(
            f"{path}: expected captions, one a line, received none. Write one, or move "
            "its image elsewhere."
        )
    return captions
