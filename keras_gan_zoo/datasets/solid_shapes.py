"""Furniture and other things as solid shapes, with the category of each.

voxels.npy.xz   uint8 (num, size^3 / 8), one bit a cell (height, depth, width)
shapes.json     names, categories, groups of shapes that are alike, authors, licences
"""

import json
import lzma
from pathlib import Path
from typing import NamedTuple

import numpy as np

from keras_gan_zoo.datasets.base import Dataset, check_split, in_split

FOLDER = Path(__file__).parents[1] / "assets" / "datasets" / "furniture"
SCRIPT = "examples/voxelize_furniture.py"


class Shapes(NamedTuple):
    """Solid shapes; entry i of each array and of the names belongs to the same one.

    Attributes:
        voxels: bool array of shape `(n, height, depth, width, 1)`, the ground first,
            the front first.
        labels: int32 array of shape `(n,)` of indices into the categories.
        names: What each shape is called, a tuple such as `("Armchair", ...)`.
        categories: Names of all categories, a tuple such as `("Bathroom", ...)`.
    """

    voxels: np.ndarray
    labels: np.ndarray
    names: tuple[str, ...]
    categories: tuple[str, ...]


def shapes(
    split="train", data_dir=None, categories=None, mirrored=False, turned=False
) -> Shapes:
    """Load furniture, vehicles, plants and more as 32x32x32 cells: 807 ship.

    They are made of the 3D models that come with Sweet Home 3D, by several authors (CC0
    or CC BY 3.0, see the file LICENSE beside them). The longest side has 30 cells; each
    shape stands in the middle of the ground, looks to the front and is solid.

    One group in six is for testing. A group are shapes that share nine tenths of their
    cells, mirrored or turned, so that no shape has a copy on the other side.

    Args:
        split: `"train"`, `"test"` or `"all"`.
        data_dir: A folder that `examples/voxelize_furniture.py` wrote; without it the
            shapes that ship.
        categories: Names of those to load, such as `["Office"]`; without it all.
        mirrored: Whether the mirror image of each shape follows, left for right.
        turned: Whether each comes four times, turned by a quarter around its height.

    Returns:
        A `Shapes`: voxels, labels, names, and the names of all categories.

    Raises:
        FileNotFoundError: If a file is missing from the folder.
        ValueError: If an argument is invalid or a file is damaged.

    Examples:
        >>> furniture = shapes()
        >>> furniture.voxels.shape[1:], len(furniture.categories)
        ((32, 32, 32, 1), 12)
        >>> is_chair = ["chair" in name.lower() for name in furniture.names]
        >>> chairs = furniture.voxels[is_chair]

    Reference:
        - [Sweet Home 3D](https://www.sweethome3d.com/), the models.
    """
    check_split(split)
    folder = FOLDER if data_dir is None else Path(data_dir)
    record, voxels = _read(folder)
    known = tuple(sorted(set(record["categories"])))
    _check_categories(categories, known)
    rows = [
        row
        for row, (category, group) in enumerate(
            zip(record["categories"], record["groups"], strict=True)
        )
        if in_split(f"group {group}", split, one_in=6)
        and (categories is None or category in categories)
    ]
    labels = [known.index(record["categories"][row]) for row in rows]
    names = tuple(record["names"][row] for row in rows)
    copies = _copies(voxels[rows], mirrored, turned)
    return Shapes(
        np.concatenate(copies),
        np.tile(np.array(labels, "int32"), len(copies)),
        names * len(copies),
        known,
    )


def load(split, data_dir, **kwargs) -> Dataset:
    """Load the voxels of `shapes`, with the category as the label."""
    found = shapes(split, data_dir, **kwargs)
    return Dataset(found.voxels, found.labels)


def _copies(voxels, mirrored, turned):
    """The shapes, and what is asked for of them, a list."""
    copies = [voxels, voxels[:, :, :, ::-1]] if mirrored else [voxels]
    quarters = range(4 if turned else 1)
    return [np.rot90(copy, number, (2, 3)) for copy in copies for number in quarters]


def _check_categories(categories, known):
    unknown = set(categories or ()) - set(known)
    if unknown or isinstance(categories, str):
        raise ValueError(
            f"categories: expected a list of some of {list(known)}, received "
            f"{categories!r}."
        )


def _read(folder):
    """The record of a folder, and its shapes (num, size, size, size, 1)."""
    for name in ("shapes.json", "voxels.npy.xz"):
        if not (folder / name).is_file():
            raise FileNotFoundError(
                f"{folder}: expected the file {name} in this folder, found none. Pass "
                f"a folder that {SCRIPT} wrote."
            )
    try:
        record = json.loads((folder / "shapes.json").read_text())
        with lzma.open(folder / "voxels.npy.xz") as file:
            packed = np.lib.format.read_array(file, allow_pickle=False)
        shape = (len(record["names"]), *[record["size"]] * 3, 1)
        cells = np.unpackbits(packed, axis=1, count=record["size"] ** 3)
        return record, cells.reshape(shape).astype(bool)
    except (EOFError, KeyError, TypeError, ValueError, lzma.LZMAError) as error:
        raise ValueError(
            f"{folder}: expected shapes.json and the cells of as many shapes, received "
            f"files that are damaged or do not fit each other ({error}). Make the "
            f"folder again, by {SCRIPT}."
        ) from error
