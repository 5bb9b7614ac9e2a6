"""Solid shapes on a grid of cells."""

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_gan_zoo.checks import as_array
from keras_gan_zoo.datasets.base import require
from keras_gan_zoo.domains.base import Domain
from keras_gan_zoo.domains.drawing import INK, PAPER
from keras_gan_zoo.images import make_grid
from keras_gan_zoo.validation import Limits

SIDE = 96  # pixels of a shape's preview
TURN, TILT = math.radians(35), math.radians(28)  # of the camera
SHADOW = 244  # of 255, behind a shape
SOLID = 0.5  # cells from here on are solid
# Half way between full and empty cells nothing says whether two that touch along an
# edge are joined, and the mesh would not be closed there.
TIE = 1e-3
SHADES = np.array([1.0, 0.62, 0.8])  # of faces that look up, to the front, sideways


class Voxels(Domain):
    """Shapes, (height, depth, width, channels), whose height points up.

    The first channel is how far a cell is filled: bool, uint8 0 or 1, or float in
    [0, 1]. Three more channels, where there are any, are its colour in [0, 1]. Networks
    see and make [0, 1]. Files: OBJ, GLB, STL and PLY, of the surface as a mesh.
    """

    name = "voxels"
    axes = ("height", "depth", "width", "channels")
    integers = ("bool", "uint8")
    numbers = "bool, uint8 0 or 1, or float in [0, 1]"
    interval = (0, 1)
    rescaling = "Solid cells are those above a threshold: voxels > threshold."
    hint = "Shapes of one channel need its axis: voxels[..., None]."
    channels_first = (1,)
    num_shown = 16

    def limits(self, batch) -> Limits | None:
        """Those of floats, for bytes too: 255 is no cell."""
        return Limits(self.name, *self.interval)

    def preview(self, samples, columns=8) -> np.ndarray:
        """Each shape from above its front left corner, faces shaded by their side."""
        samples = self.drawable(samples).astype("float32")
        return make_grid(np.stack([_render(shape) for shape in samples]), columns)

    def to_mesh(self, sample) -> Any:
        """The surface of a shape, by marching cubes.

        Args:
            sample: Array (height, depth, width, channels).

        Returns:
            A `trimesh.Trimesh` in units of cells, y upwards.

        Raises:
            ValueError: If it is no such array, or the shape is empty.
            ImportError: If scikit-image or trimesh is not installed.
        """
        require("skimage", "pip install scikit-image trimesh")
        require("trimesh", "pip install scikit-image trimesh")
        import trimesh
        from skimage.measure import marching_cubes

        sample = as_array(sample)
        if not self.fits(sample.shape):
            raise ValueError(
                "to_mesh() takes one shape (height, depth, width, channels), such as "
                f"samples[0]. Received: shape {sample.shape}."
            )
        obstacle = self.obstacle(sample)
        if obstacle is not None:
            raise ValueError(obstacle)
        filled = np.pad(sample[..., 0].astype("float32"), 1)
        corners, faces, _, _ = marching_cubes(filled, SOLID - TIE)
        height, depth, width = (corners - 1).T
        corners = np.stack([width, height, -depth], axis=1)
        return trimesh.Trimesh(corners, faces)

    def obstacle(self, sample) -> str | None:
        """Shapes without a surface."""
        if 0 in sample.shape:
            return super().obstacle(sample)
        highest = float(sample[..., 0].max())
        if highest >= SOLID:
            return None
        return (
            f"A shape without a cell of {SOLID} or more has no surface. Received: "
            f"cells up to {highest:.3g}."
        )

    def writers(self) -> dict[str, Callable]:
        """By trimesh, which knows the format from the suffix."""
        suffixes = (".obj", ".glb", ".stl", ".ply")
        return dict.fromkeys(suffixes, lambda x, path: self.to_mesh(x).export(path))


def _render(shape):
    """A picture (SIDE, SIDE, 3) of a shape (height, depth, width, channels)."""
    cells, faces = _rays(shape.shape[:3])
    grid = np.pad(shape, [(1, 1)] * 3 + [(0, 0)]).reshape(-1, shape.shape[-1])
    hits = grid[:, 0][cells] >= SOLID
    first = hits.argmax(axis=-1)[..., None]
    cell, face = (np.take_along_axis(x, first, -1)[..., 0] for x in (cells, faces))
    color = np.array(INK, "float32")
    if shape.shape[-1] >= 4:
        color = 255 * np.clip(grid[cell, 1:4], 0, 1)
    # What is further away is a little paler.
    far = first / cells.shape[-1]
    lit = (1 - 0.35 * far) * SHADES[face][..., None] * color + 0.35 * far * PAPER
    # The grid is a pale shadow, so that a shape without solid cells is seen to be one.
    within = np.pad(np.ones(shape.shape[:3], bool), 1).reshape(-1)[cells].any(axis=-1)
    ground = np.where(within[..., None], SHADOW, PAPER)
    picture = np.where(hits.any(axis=-1)[..., None], lit, ground)
    return picture.reshape(SIDE, 2, SIDE, 2, 3).mean(axis=(1, 3)).astype("uint8")


@functools.lru_cache(maxsize=8)
def _rays(size):
    """What the ray of each pixel passes in a grid with an empty margin of one cell.

    Args:
        size: (height, depth, width) of the grid, without the margin.

    Returns:
        Arrays (2 * SIDE, 2 * SIDE, steps): indices of cells in the flat grid, and the
        axis whose face the ray crossed to come there.
    """
    size = np.array(size)
    sin, cos = math.sin(TURN), math.cos(TURN)
    up, level = math.sin(TILT), math.cos(TILT)
    right = np.array([0, sin, cos])
    above = np.array([level, up * cos, -up * sin])
    forward = np.array([-up, level * cos, -level * sin])
    reach = 0.52 * max(abs(right) @ size, abs(above) @ size)
    plane = np.linspace(-reach, reach, 2 * SIDE)
    pixels = plane[:, None] * right - plane[:, None, None] * above + size / 2
    # A ray changes its cell where it crosses a plane between cells, of each axis.
    crossings = [
        (np.arange(size[axis] + 1) - pixels[..., axis : axis + 1]) / forward[axis]
        for axis in range(3)
    ]
    crossings = np.concatenate(crossings, axis=-1)
    order = crossings.argsort(axis=-1)
    times = np.take_along_axis(crossings, order, -1) + 1e-3  # just behind the plane
    cells = np.floor(pixels[:, :, None] + times[..., None] * forward).astype(int)
    inside = np.moveaxis(np.clip(cells + 1, 0, size + 1), -1, 0)
    faces = np.repeat(np.arange(3), size + 1)[order]
    return np.ravel_multi_index(inside, size + 2), faces
