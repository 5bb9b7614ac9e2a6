"""What the functions of this package return: arrays that show themselves."""

import pathlib

import numpy as np

from keras_gan_zoo import markup
from keras_gan_zoo.domains import Images, Video
from keras_gan_zoo.images import make_grid
from keras_gan_zoo.latent.spaces import LatentSpace

MOST_FRAMES = 8  # of a walk that is shown as a still picture


class Strip:
    """Samples in rows and columns, beside their latents. Notebooks show a picture.

    Points of a set are one drawing, so there is a drawing for each column, with a scale
    of its own.

    Args:
        latents: Array (rows, columns, ...).
        samples: Array (rows, columns, ...), what `generate` makes of them.
        domain: Of the samples, a `domains.Domain`.
        titles: What columns are called, a list of texts.

    Attributes:
        latents: As given.
        samples: As given.
        domain: As given.
        titles: As given; without them the numbers of the columns.
    """

    def __init__(self, latents, samples, domain, titles=None):
        self.latents = latents
        self.samples = samples
        self.domain = domain
        self.titles = titles or list(map(str, range(samples.shape[1])))

    def cells(self) -> np.ndarray:
        """A picture of each sample, uint8 (rows, columns, height, width, channels)."""
        sets = self.samples[:, :, None]
        if self.domain.one_file:
            sets = np.swapaxes(self.samples, 0, 1)[None]
        return np.stack([[self.domain.preview(x, 1) for x in row] for row in sets])

    def preview(self) -> np.ndarray:
        """The whole picture, uint8 (height, width, channels)."""
        return _joined(self.cells())

    def save(self, path) -> list[pathlib.Path]:
        """Writes the picture.

        Args:
            path: Of a PNG, JPEG, WebP, BMP or TIFF file.

        Returns:
            A list of the path.

        Raises:
            ValueError: If the suffix is another.
        """
        return Images().save(self.preview()[None], path)

    def _repr_png_(self):
        return Images().file_of(self.preview(), ".png")

    def _repr_html_(self):
        columns = np.swapaxes(self.cells(), 0, 1)
        files = [Images().file_of(_joined(x[:, None]), ".png") for x in columns]
        named = zip(files, self.titles, strict=True)
        pictures = [markup.picture(file, "png", title) for file, title in named]
        return markup.raw_table(self.titles, [pictures])


class Walk(Strip):
    """Frames of samples that change. Notebooks play them.

    A row is a sample, a column a frame.
    """

    def animate(self, columns=8) -> np.ndarray:
        """The frames as pictures.

        Args:
            columns: How many samples stand in a row of a frame.

        Returns:
            uint8 array (frames, height, width, channels).
        """
        frames = np.swapaxes(self.samples, 0, 1)
        return np.stack([self.domain.preview(frame, columns) for frame in frames])

    def save(self, path, rate=8, columns=8) -> list[pathlib.Path]:
        """Writes the frames as a film, or some of them as a picture.

        Args:
            path: Of a GIF, WebP, APNG or MP4 file for a film, of a PNG, JPEG, BMP or
                TIFF file for a picture with a row for each sample.
            rate: Frames a second.
            columns: How many samples stand in a row of a frame.

        Returns:
            A list of the path.

        Raises:
            ValueError: If the suffix is another.
        """
        path, video = pathlib.Path(path), Video(rate)
        suffix, films, stills = path.suffix.lower(), video.writers(), Images().writers()
        if suffix in films:
            return video.save(self.animate(columns)[None], path)
        if suffix not in stills:
            raise ValueError(
                f"Walks are written to films, {list(films)}, or pictures, "
                f"{list(stills)}. Received: {path.name!r}"
            )
        return super().save(path)

    def cells(self) -> np.ndarray:
        """Pictures of some of the frames, from the first to the last."""
        frames = self.samples.shape[1]
        chosen = np.linspace(0, frames - 1, min(MOST_FRAMES, frames)).round()
        few = self.samples[:, chosen.astype(int)]
        return Strip(None, few, self.domain).cells()

    def _repr_html_(self):
        film = Video().file_of(self.animate(), ".webp")
        return markup.picture(film, "webp", "Samples that change")


def strip_of(space: LatentSpace, grid, titles=None, **options) -> Strip:
    """Generates samples of latents (rows, columns, ...); `options` are `generate`'s."""
    samples = space.samples_of_grid(grid, **options)
    return Strip(grid, samples, space.model.domain, titles)


def _joined(cells):
    rows, columns = cells.shape[:2]
    return make_grid(cells.reshape(rows * columns, *cells.shape[2:]), columns)
