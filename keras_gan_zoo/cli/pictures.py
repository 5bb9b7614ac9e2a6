"""From picture files to picture files, frame by frame."""

import glob
import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np

from keras_gan_zoo.cli.options import refuse_existing
from keras_gan_zoo.cli.progress import track
from keras_gan_zoo.datasets.folder import IMAGE_EXTENSIONS, find_images
from keras_gan_zoo.datasets.pictures import Frames, is_animated, read_frames
from keras_gan_zoo.files import replacing
from keras_gan_zoo.images import to_pillow

ANIMATIONS = (".gif", ".png", ".webp")
OPAQUE = (".jpg", ".jpeg")


def find_pictures(paths) -> list[tuple[Path, Path]]:
    """Finds the pictures that arguments mean.

    Args:
        paths: Texts: files, folders, and patterns with `*`, `?`, `[...]` and `**`.

    Returns:
        A list of (path, path relative to the folder or to its own), in the order of the
        arguments, within each by name.

    Raises:
        FileNotFoundError: If an argument means no picture.
    """
    found: list[tuple[Path, Path]] = []
    for text in paths:
        path = Path(text)
        if path.is_dir():
            here = [(file, file.relative_to(path)) for file in find_images(path)]
        else:
            files = [path] if path.exists() else _matches(text)
            here = [(file, Path(file.name)) for file in files]
        if not here:
            raise FileNotFoundError(f"{text}: expected pictures, found none.")
        found += here
    return found


def _matches(pattern):
    files = map(Path, sorted(glob.glob(pattern, recursive=True)))
    return [file for file in files if file.suffix.lower() in IMAGE_EXTENSIONS]


def plan(paths, output, overwrite) -> list[tuple[Path, Path]]:
    """Says which picture goes where, before anything is computed.

    Args:
        paths: As in `find_pictures`.
        output: A folder; for a single picture also the name of a file.
        overwrite: Whether results may replace files.

    Returns:
        A list of (source, target). Pictures become PNG, animations keep their format.

    Raises:
        FileNotFoundError: If there are no pictures.
        ValueError: If a target is there already, or is that of two sources, or cannot
            hold the frames of its source.
    """
    found = find_pictures(paths)
    if len(found) == 1 and output.suffix.lower() in IMAGE_EXTENSIONS:
        jobs = [(found[0][0], output)]
        if output.suffix.lower() not in ANIMATIONS and is_animated(found[0][0]):
            raise ValueError(
                f"{found[0][0]} is animated, and {output} holds one frame. Expected a "
                f"file that ends in one of {', '.join(ANIMATIONS)}."
            )
    else:
        jobs = [(path, _target(path, output / place)) for path, place in found]
    sources: dict[Path, Path] = {}
    for source, target in jobs:
        other = sources.setdefault(target, source)
        if other != source:
            raise ValueError(
                f"{other} and {source} would both go to {target}. Give them to two "
                "calls of the command, with an --output each."
            )
    refuse_existing(sources, overwrite)
    return jobs


def _target(source, place):
    keeps = source.suffix.lower() in ANIMATIONS and is_animated(source)
    return place if keeps else place.with_suffix(".png")


def convert(jobs, function: Callable, image_size=None, channels=None) -> None:
    """Reads each picture, maps its frames and writes the result.

    Args:
        jobs: What `plan` returned.
        function: Frames, uint8 (num, height, width, channels), and the path of the
            source, to such frames.
        image_size: As in `read_frames`.
        channels: As in `read_frames`.
    """
    for source, target in track(jobs):
        frames = read_frames(source, image_size, channels)
        images = function(frames.images, source)
        write_frames(frames._replace(images=images), target)
        print(target, flush=True)


def write_frames(frames: Frames, path) -> None:
    """Writes a picture or an animation, complete or not at all.

    Args:
        frames: `Frames`.
        path: Of the file, whose suffix is the format: for several frames `.gif`,
            `.png` or `.webp`.

    Raises:
        ValueError: If this format holds a single frame, or no transparency.
    """
    path = Path(path)
    if frames.images.shape[-1] == 4 and path.suffix.lower() in OPAQUE:
        raise ValueError(
            f"{path}: this format holds no transparency, which the picture has. "
            "Expected a file that ends in .png or .webp, for example."
        )
    first, *others = [to_pillow(image) for image in frames.images]
    options = _animation(frames, path, others) if others else {}
    with replacing(path) as part:
        first.save(part, **options)


def _animation(frames, path, others):
    suffix = path.suffix.lower()
    if suffix not in ANIMATIONS:
        raise ValueError(
            f"{path}: {len(frames.images)} frames are written to a file that ends in "
            f"one of {', '.join(ANIMATIONS)}."
        )
    options = {"save_all": True, "append_images": others, "duration": frames.durations}
    if frames.loop is not None:
        options["loop"] = frames.loop
    if suffix == ".gif" and frames.images.shape[-1] == 4:
        options["disposal"] = 2  # of each frame before the next one is drawn
    return options


def mask_for(source, masks, images, image_size=None) -> np.ndarray:
    """Reads the mask of a picture, for all its frames.

    Args:
        source: Path of the picture.
        masks: Path of the mask, or of a folder that holds one of the same name.
        images: The frames of the picture.
        image_size: As in `read_frames`.

    Returns:
        A uint8 array (num, height, width, 1), 1 where the mask is white.

    Raises:
        FileNotFoundError: If there is no mask.
        ValueError: If there are several, or it has another size, or other frames, than
            the picture.
    """
    path = _mask_of(source, masks) if masks.is_dir() else masks
    mask = read_frames(path, image_size, channels=1).images
    sizes = [f"{x.shape[1]}x{x.shape[2]}" for x in (mask, images)]
    if sizes[0] != sizes[1]:
        raise ValueError(
            f"The mask {path} is {sizes[0]} pixels high and wide, but the picture "
            f"{source} is {sizes[1]}. Bring them to one size, or pass --resize."
        )
    if len(mask) not in (1, len(images)):
        raise ValueError(
            f"The mask {path} has {len(mask)} frames, but the picture {source} has "
            f"{len(images)}. Expected one frame for all, or as many."
        )
    return np.broadcast_to(mask > 127, (len(images), *mask.shape[1:]))


def _mask_of(source, masks):
    """The mask called as a picture; of several the one in folders called alike."""
    named = [file for file in find_images(masks) if file.stem == source.stem]
    if not named:
        return masks / f"{source.stem}.png"
    alike = [_parts_alike(source, file.relative_to(masks)) for file in named]
    best = [f for f, n in zip(named, alike, strict=True) if n == max(alike)]
    if len(best) > 1:
        raise ValueError(
            f"Several masks are called as the picture {source}: "
            f"{', '.join(map(str, best))}. Put each into a folder called as that of "
            "its picture, or pass the folders one by one."
        )
    return best[0]


def _parts_alike(source, mask):
    """How many parts of two paths, from their ends, are the same."""
    pairs = zip(
        reversed(source.with_suffix("").parts),
        reversed(mask.with_suffix("").parts),
        strict=False,
    )
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def with_alpha(images, alpha, mask) -> np.ndarray:
    """Puts transparency beside colours, but where a mask is set.

    Args:
        images: uint8 array (num, height, width, 3).
        alpha: uint8 array (num, height, width, 1); or (num, height, width, 0).
        mask: Boolean array (num, height, width, 1).

    Returns:
        uint8 array (num, height, width, 4); or the images, if all of them is opaque.
    """
    if alpha.min(initial=255) == 255:
        return images
    return np.concatenate([images, np.where(mask, np.uint8(255), alpha)], axis=-1)
