"""What a kind of data is to a model, to its callbacks and to files."""

import pathlib
import tempfile
from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from keras_gan_zoo.checks import as_array
from keras_gan_zoo.files import replacing
from keras_gan_zoo.typing import Tensor
from keras_gan_zoo.validation import TOLERANCE, Limits

FEW_CHANNELS = (1, 2, 3, 4)  # as many as pictures and sounds have


class Domain:
    """Base of all domains: how samples are validated, scaled, shown and saved.

    A model says which domains it knows (`GAN.domains`); the shape of a sample decides
    between them.

    Attributes:
        name: What samples are called, in the plural.
        axes: Names of the axes of a sample.
        integers: The dtypes beside floats that a batch may have.
        numbers: These dtypes with their ranges, in words.
        interval: (lowest, highest) of float samples, or None if they have no bounds.
        rescaling: How to bring other floats into the interval, in words.
        hint: What to do about samples of another rank, in words.
        channels_first: Axes of a batch where other libraries put the channels.
        num_shown: How many samples a report shows.
        one_file: Whether all samples go to one file, and not each to its own.
    """

    name = "samples"
    axes: tuple[str, ...] = ()
    integers: tuple[str, ...] = ()
    numbers = "float"
    interval: tuple[float, float] | None = None
    rescaling = ""
    hint = ""
    channels_first: tuple[int, ...] = ()
    num_shown = 64
    one_file = False

    @property
    def shape_in_words(self) -> str:
        """The shape of a batch, such as "(batch, height, width, channels)"."""
        return f"({', '.join(('batch', *self.axes))})"

    def fits(self, shape) -> bool:
        """Whether a sample may have this shape, a tuple without the batch axis."""
        return len(shape) == len(self.axes)

    def check(self, batch) -> None:
        """Validates a batch on the host.

        Args:
            batch: Array or tensor (batch, ...).

        Raises:
            ValueError: If the batch has another rank or dtype, is not finite, or lies
                outside of the domain's interval.
        """
        domain_of(batch, [self])
        self._check_channels(tuple(batch.shape))
        dtype = _name_of(batch.dtype)
        if "float" not in dtype and dtype not in self.integers:
            raise ValueError(
                f"{self.name.capitalize()} must be {self.numbers}. Received "
                f"{self.name} of dtype {dtype}. Convert them with "
                f"{self.name}.astype({(*self.integers, 'float32')[0]!r}) if they lie "
                f"in that range; {self.name} of different sizes are to be resized."
            )
        # Bytes of images may have any value: they need not be fetched.
        if 0 not in batch.shape and ("float" in dtype or self.limits(batch)):
            self.check_values(as_array(batch))

    def check_values(self, batch) -> None:
        """Raises a `ValueError` if values are not finite or out of bounds.

        Args:
            batch: NumPy array (batch, ...), not empty.
        """
        limits = self.limits(batch)
        low, high = float(np.min(batch)), float(np.max(batch))
        if not np.isfinite([low, high]).all():
            raise ValueError(
                "The first batch holds values that are not finite (NaN or Inf). Remove "
                "the damaged samples before training."
            )
        if limits and not limits.lowest - TOLERANCE <= low <= high <= (
            limits.highest + TOLERANCE
        ):
            what = f"float {self.name}" if batch.dtype.kind == "f" else self.name
            raise ValueError(
                f"{what.capitalize()} must lie in [{limits.lowest}, {limits.highest}]. "
                f"Received a first batch in the range [{low:.4g}, {high:.4g}]. "
                f"{self.rescaling}"
            )

    def _check_channels(self, shape):
        for axis in self.channels_first:
            others = [*shape[1:axis], *shape[axis + 1 :]]
            if shape[axis] in FEW_CHANNELS and min(others) > max(FEW_CHANNELS):
                raise ValueError(
                    f"Channels must stand last, {self.shape_in_words}. Received: "
                    f"{shape}, where they seem to stand at axis {axis}. Move them with "
                    f"numpy.moveaxis({self.name}, {axis}, -1)."
                )

    def limits(self, batch) -> Limits | None:
        """Where the values of later batches must lie, which the device looks at.

        Args:
            batch: Array or tensor.

        Returns:
            `validation.Limits`, or None if there are none.
        """
        if self.interval is None or "float" not in _name_of(batch.dtype):
            return None
        return Limits(self.name, *self.interval)

    def doubt(self, batch) -> str | None:
        """What looks wrong in the first batch although it is allowed.

        Args:
            batch: Array or tensor that `check` has passed.

        Returns:
            Words for a warning, or None.
        """
        return None

    def encode(self, batch) -> Tensor:
        """Maps a batch to what the networks take, on the device.

        Args:
            batch: Tensor or array (batch, ...).

        Returns:
            A tensor of dtype `keras.config.floatx()` and the same shape.
        """
        return ops.cast(ops.convert_to_tensor(batch), keras.config.floatx())

    def decode(self, samples) -> Tensor:
        """Maps what the networks make to what `generate` returns, on the device.

        Args:
            samples: Float tensor (num, ...).

        Returns:
            A tensor of the same shape.
        """
        return ops.cast(samples, "float32")

    def preview(self, samples, columns=8) -> np.ndarray:
        """Draws samples.

        Args:
            samples: What `generate` returns, an array (num, ...).
            columns: How many stand in a row.

        Returns:
            uint8 array (height, width, 1, 3 or 4).
        """
        raise TypeError(f"{type(self).__name__} must define preview()")

    def drawable(self, samples) -> np.ndarray:
        """Samples as an array, for what draws them.

        Args:
            samples: Array or tensor (num, ...).

        Returns:
            A NumPy array.

        Raises:
            ValueError: If they are of another rank, or there is nothing to draw.
        """
        samples = as_array(samples)
        if not self.fits(samples.shape[1:]) or 0 in samples.shape:
            raise ValueError(
                f"{self.name.capitalize()} are drawn from an array of shape "
                f"{self.shape_in_words} without an axis of length 0. Received: "
                f"{samples.shape}. One sample becomes a batch by sample[None]."
            )
        return samples

    def html(self, samples, draw, columns=8) -> str:
        """Samples as a page shows them: a picture, or what plays.

        Args:
            samples: What `generate` returns, an array (num, ...).
            draw: A function of what `preview` returns to HTML.
            columns: How many stand in a row.

        Returns:
            HTML, complete in itself.
        """
        return draw(self.preview(samples, columns))

    def file_of(self, sample, suffix) -> bytes:
        """The bytes of the file that `save` writes of one sample.

        Args:
            sample: An array without the batch axis.
            suffix: Of the file, such as `".png"`.
        """
        with tempfile.TemporaryDirectory() as folder:
            (path,) = self.save(sample[None], pathlib.Path(folder) / f"sample{suffix}")
            return path.read_bytes()

    def save(self, samples, path) -> list[pathlib.Path]:
        """Writes samples to files.

        Args:
            samples: What `generate` returns, an array (num, ...).
            path: The name of the file. If there are several samples, and one is all
                that a file holds, a number is added: `cat.png` becomes `cat_0000.png`.

        Returns:
            The list of paths that were written.

        Raises:
            ValueError: If the suffix is none of the domain's, or samples do not fit.
            ImportError: If the package that writes the format is not installed.
        """
        path, samples = pathlib.Path(path), as_array(samples)
        write = self.writer(path)
        self.check(samples)
        files = [(samples, path)]
        if not self.one_file:
            self._check_samples(samples, path)
            files = [(x, _numbered(path, i, samples)) for i, x in enumerate(samples)]
        for content, place in files:
            with replacing(place) as temporary:
                write(content, temporary)
        return [place for _, place in files]

    def _check_samples(self, samples, path):
        for index, sample in enumerate(samples):
            obstacle = self.obstacle(sample)
            if obstacle is not None:
                raise ValueError(
                    f"Sample {index} of {len(samples)} cannot be written to "
                    f"{path.name!r}, and nothing was written. {obstacle} Leave "
                    "such samples out, or change them."
                )

    def obstacle(self, sample) -> str | None:
        """Why a sample cannot be a file of its own.

        Args:
            sample: An array without the batch axis, such as `check` has passed.

        Returns:
            Words for an error, or None.
        """
        if 0 in sample.shape:
            return f"A sample of shape {sample.shape} is empty."
        return None

    def writer(self, path) -> Callable:
        """The function that writes a sample to such a path; a `ValueError` if none."""
        writers = self.writers()
        if path.suffix.lower() not in writers:
            raise ValueError(
                f"{self.name.capitalize()} are written to files that end in one of "
                f"{list(writers)}. Received: {path.name!r}"
            )
        return writers[path.suffix.lower()]

    def writers(self) -> dict[str, Callable]:
        """A dict of suffix to a function of what a file holds and its path."""
        return {}


def domain_of(batch, domains) -> Domain:
    """Finds the domain whose samples have the rank of a batch.

    Args:
        batch: Array or tensor (batch, ...).
        domains: A list of domains.

    Returns:
        One of them.

    Raises:
        ValueError: If there is none, or it is no batch.
    """
    shape = getattr(batch, "shape", None)
    for domain in domains:
        if shape is not None and len(shape) and domain.fits(tuple(shape)[1:]):
            return domain
    expected = " or ".join(f"{d.name} of shape {d.shape_in_words}" for d in domains)
    hints = " ".join(domain.hint for domain in domains if domain.hint)
    received = type(batch).__name__ if shape is None else tuple(shape)
    raise ValueError(
        f"The data must be batches of {expected}, alone or as a pair with labels. "
        f"Received: {received}. {hints}".rstrip()
    )


def _numbered(path, index, samples):
    if len(samples) == 1:
        return path
    return path.with_name(f"{path.stem}_{index:04d}{path.suffix}")


def _name_of(dtype):
    try:
        return keras.backend.standardize_dtype(dtype)
    except ValueError:  # text, or arrays of different shapes
        return str(dtype)
