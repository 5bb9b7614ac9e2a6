"""Points of few dimensions, such as mixtures whose modes are known."""

from collections.abc import Callable

import numpy as np

from keras_gan_zoo.checks import as_array
from keras_gan_zoo.domains.base import Domain
from keras_gan_zoo.domains.drawing import INK, sheet

SIDE = 320  # pixels of a preview


class Points(Domain):
    """Points without bounds, float. All points of a set are one drawing and one file.

    Files: CSV, a row a point.
    """

    name = "points"
    axes = ("dimensions",)
    integers = ("uint8",)
    numbers = "uint8 or float"
    num_shown = 1_000
    one_file = True

    def preview(self, samples, columns=8) -> np.ndarray:
        """The first two dimensions, in one square; `columns` has no meaning."""
        points = as_array(samples)[:, :2].astype("float64")
        points = np.pad(points, [(0, 0), (0, 2 - points.shape[1])])  # on a line
        points = points[np.isfinite(points).all(axis=1)]
        picture = sheet(SIDE, SIDE)
        if not len(points):
            return picture
        low, high = points.min(axis=0), points.max(axis=0)
        width = float((high - low).max()) or 1.0
        x, y = (((points - (low + high) / 2) / width * 0.96 + 0.5) * (SIDE - 2)).T
        for right, down in np.ndindex(2, 2):  # a point is 2x2 pixels
            picture[SIDE - 2 - y.astype(int) + down, x.astype(int) + right] = INK
        return picture

    def writers(self) -> dict[str, Callable]:
        """CSV without a head."""
        return {".csv": lambda samples, path: np.savetxt(path, samples, delimiter=",")}
