"""Turns Sweet Home 3D's furniture into the solid shapes of `datasets.shapes`.

    apt-get install sweethome3d-furniture
    python examples/voxelize_furniture.py --out shapes

Needs NumPy and SciPy. Each model is scaled to 30 of 32 cells, stands in the middle of
the ground, looks to the front and is filled inside. Writes what ships with the package:

voxels.npy.xz   uint8 (num, cells / 8), one bit a cell (height, depth, width)
shapes.json     name, category, author and catalogue of each shape, groups, licences
"""

import argparse
import json
import lzma
import pathlib
import re
import zipfile

import numpy as np
from scipy import ndimage
from scipy.sparse.csgraph import connected_components

FOLDER = "/usr/share/sweethome3d/furniture"
LICENSES = {
    "BlendSwap-CC-0": "CC0 1.0",
    "BlendSwap-CC-BY": "CC BY 3.0",
    "KatorLegaz": "CC BY 3.0 US",
    "Reallusion": "CC BY 3.0 US",
    "Scopia": "CC BY 3.0",
}
ENTRY = re.compile(r"(\w+)#(\d+)\s*=\s*(.*)")
ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")  # of a letter
ALIKE = 0.9  # shared part of the cells of two shapes, from which on they are the same


def entries(catalogue):
    """Yields the pieces that a catalogue (a `ZipFile`) describes, as dicts."""
    pieces = {}
    text = catalogue.read("PluginFurnitureCatalog.properties").decode("latin1")
    for line in text.splitlines():
        if found := ENTRY.match(line):
            key, number, value = found.groups()
            value = ESCAPE.sub(lambda code: chr(int(code[1], 16)), value.strip())
            pieces.setdefault(int(number), {})[key] = value
    yield from (pieces[number] for number in sorted(pieces))


def triangles(text):
    """Corners (num, 3, 3) of the triangles of an OBJ file."""
    points, faces = [], []
    for line in text.splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            points.append([float(number) for number in rest.split()[:3]])
        elif kind == "f":
            corners = [int(part.split("/")[0]) for part in rest.split()]
            # From 1 on, or from the last point backwards.
            corners = [i - 1 if i > 0 else len(points) + i for i in corners]
            pairs = zip(corners[1:], corners[2:], strict=False)
            faces += [(corners[0], *pair) for pair in pairs]
    return np.array(points)[np.array(faces)]


def placed(corners, size, rotation=None):
    """Corners in units of cells (height, depth, width), on the middle of the ground."""
    if rotation:
        corners = corners @ np.array(rotation.split(), float).reshape(3, 3).T
    width, height, forward = np.moveaxis(corners, -1, 0)
    corners = np.stack([height, -forward, width], axis=-1)
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    # A little less, so that no corner lies on the border of the next cell.
    scale = (size - 2 - 1e-3) / (high - low).max()
    corners = (corners - (low + high) / 2) * scale + size / 2
    corners[..., 0] -= corners[..., 0].min()
    return corners


def voxelize(corners, size):
    """The cells (size, size, size) that triangles enclose or pass."""
    cells = np.zeros((size,) * 3, bool)
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=-1)
    parts = np.maximum(np.ceil(2 * sides.max(axis=1)), 1).astype(int)
    for number in np.unique(parts):
        # Points that are at most half a cell apart.
        first, second = np.mgrid[: number + 1, : number + 1]
        inside = first + second <= number
        weights = np.stack([first[inside], second[inside]], axis=1) / number
        weights = np.column_stack([1 - weights.sum(axis=1), weights])
        chosen = corners[parts == number]
        for some in np.array_split(chosen, 1 + len(chosen) * len(weights) // 400_000):
            points = (weights @ some).reshape(-1, 3)
            cells[tuple(np.clip(points.astype(int), 0, size - 1).T)] = True
    return ndimage.binary_fill_holes(cells)


def versions(shapes):
    """Yields all shapes mirrored or not, turned by each number of quarters."""
    for mirrored in (shapes, shapes[:, :, :, ::-1]):
        yield from (np.rot90(mirrored, turns, axes=(2, 3)) for turns in range(4))


def groups_of(shapes):
    """A number for each shape, the same for those that are alike in any version."""
    flat = shapes.reshape(len(shapes), -1).astype("float32")
    filled = flat.sum(axis=1)
    alike = np.zeros((len(shapes),) * 2, bool)
    for version in versions(shapes):
        both = flat @ version.reshape(len(shapes), -1).astype("float32").T
        alike |= both >= ALIKE * (filled[:, None] + filled - both)
    return connected_components(alike, directed=False)[1]


def main(chosen):
    """Voxelizes all pieces and writes the files."""
    shapes, records = {}, []
    for path in sorted(pathlib.Path(chosen.folder).glob("*.sh3f")):
        with zipfile.ZipFile(path) as catalogue:
            for piece in entries(catalogue):
                text = catalogue.read(piece["model"].lstrip("/")).decode("latin1")
                corners = placed(
                    triangles(text), chosen.size, piece.get("modelRotation")
                )
                cells = voxelize(corners, chosen.size)
                if cells.tobytes() in shapes:  # the same in another color
                    continue
                shapes[cells.tobytes()] = cells
                facts = [piece[key] for key in ("name", "category", "creator")]
                records.append([*facts, path.stem])
    write(chosen.out, np.stack(list(shapes.values())), records)


def write(folder, shapes, records):
    """Writes the two files of a data set."""
    folder.mkdir(parents=True, exist_ok=True)
    with lzma.open(folder / "voxels.npy.xz", "wb", preset=9) as file:
        np.save(file, np.packbits(shapes.reshape(len(shapes), -1), axis=1))
    names, categories, authors, sources = map(list, zip(*records, strict=True))
    record = {
        "size": shapes.shape[1],
        "licenses": LICENSES,
        "names": names,
        "categories": categories,
        "authors": authors,
        "sources": sources,
        "groups": groups_of(shapes).tolist(),
    }
    (folder / "shapes.json").write_text(
        json.dumps(record, ensure_ascii=False, indent=0) + "\n"
    )
    print(f"{len(shapes)} shapes in {len(set(record['groups']))} groups")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", default=FOLDER)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--out", type=pathlib.Path, default="shapes")
    main(parser.parse_args())
