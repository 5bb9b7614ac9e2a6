"""GANs that make rows of a table, and what training and sampling them needs."""

import contextlib
from collections.abc import Iterator
from typing import Any

from keras_gan_zoo.checks import check_number
from keras_gan_zoo.domains import Domain, EncodedRows
from keras_gan_zoo.inference import run
from keras_gan_zoo.latent_gan import LatentGAN, random_state
from keras_gan_zoo.tables import TableEncoding, TableRows
from keras_gan_zoo.tables.asking import Asked


class TableGAN(LatentGAN):
    """Base of the models that make rows of a table, whatever its columns are like.

    Args:
        encoding: A `tables.TableEncoding`, or the dict that its `to_dict` returns.
            Without it `fit` looks at the table.
        latent_dim: Length of the latents.
        **kwargs: The networks, `seed`, `name`, `dtype`: see `LatentGAN`.

    Attributes:
        usual_batch_size: Rows in a batch if `fit` is not told.
    """

    usual_batch_size = 500

    def __init__(self, encoding=None, latent_dim=128, **kwargs):
        if isinstance(encoding, dict):
            encoding = TableEncoding.from_dict(encoding)
        self.encoding = encoding
        shape = kwargs.pop("image_shape", None)
        shape = (encoding.width,) if encoding is not None else shape
        super().__init__(shape, latent_dim, **kwargs)

    @property
    def domains(self) -> tuple[Domain, ...]:  # type: ignore[override]
        """Rows as the networks take them."""
        return (EncodedRows(self.encoding),)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor, the encoding as data."""
        encoding = self.encoding and self.encoding.to_dict()
        config = {**super().get_config(), "encoding": encoding}
        return {name: x for name, x in config.items() if name != "image_shape"}

    def unknown_arguments(self) -> dict[str, str]:
        """What the networks need and is not known yet: the columns."""
        return {} if self.encoding else {"encoding=": "the columns of the table"}

    def drawn(self, x, discrete_columns, kwargs) -> TableRows:
        """What is trained on: batches of a table, at which it looks the first time.

        Args:
            x: A table, or `tables.TableRows`.
            discrete_columns: As in `tables.TableEncoding.of`.
            kwargs: A dict of more arguments of `fit`; `batch_size` is taken out of it
                where `x` is a table.

        Returns:
            Batches of rows.

        Raises:
            ValueError: If it is no table, has other columns than the one of before, or
                the batch size does not fit.
        """
        if isinstance(x, TableRows):
            self.check_batch_size(x.batch_size)
        else:
            batch_size = kwargs.pop("batch_size", None) or self.usual_batch_size
            self.check_batch_size(batch_size)
            encoding = self.encoding or TableEncoding.of(x, discrete_columns, self.seed)
            x = self.batches(x, encoding, batch_size)
        return x

    @contextlib.contextmanager
    def encoding_of(self, rows) -> Iterator[None]:
        """Has the encoding of batches of rows for a run on them.

        A run that is refused before there are networks leaves the model open to other
        tables.

        Args:
            rows: `tables.TableRows`.
        """
        before = self.encoding
        self.encoding = before or rows.encoding
        try:
            yield
        except BaseException:
            if self.image_shape is None:
                self.encoding = before
            raise

    def check_batch_size(self, batch_size) -> None:
        """Raises a `ValueError` if batches may not have so many rows."""

    def batches(self, table, encoding, batch_size) -> TableRows:
        """Batches of a table's rows, as the model learns from them.

        Args:
            table: As `fit` takes it.
            encoding: Its `tables.TableEncoding`.
            batch_size: Rows in a batch.
        """
        raise TypeError(f"{type(self).__name__} must define batches()")

    def generate(
        self,
        num=None,
        labels=None,
        seed=None,
        batch_size=500,
        verbose="auto",
        latents=None,
        conditions=None,
        where=None,
        unique=(),
    ) -> Any:
        """Makes rows.

        Args:
            num: How many. Not needed if there are latents.
            labels: Refused: see `conditions`.
            seed: Integer. The same seed gives the same rows.
            batch_size: How many rows are computed at a time.
            verbose: Whether to show a progress bar: 0, 1, or `"auto"` for long work.
            latents: Floats (num, latent_dim) to generate from, in place of random ones.
            conditions: Dict of column of categories to the value that it is to have.
                The generator is asked for the rarest; others may take many tries.
            where: A function from a dict of name to array to booleans (num,): which
                rows stay, such as `lambda rows: rows["low"] <= rows["high"]`.
            unique: Names of columns in which no value may come twice.

        Returns:
            A table of the kind that the model was trained on, with the same columns,
            dtypes, categories and ranges.

        Raises:
            ValueError: If an argument does not fit, or too few rows are as asked for.
        """
        self.require_networks()
        if labels is not None:
            raise ValueError(
                f"{type(self).__name__} takes no labels. Ask for rows by "
                "generate(conditions={'column': value})."
            )
        if latents is not None:
            latents = self.latents_for(num, seed, latents)
            num = len(latents)
        check_number(num)
        random = random_state(seed)
        asked = Asked(self.encoding, conditions or {}, where, unique)

        def draw(num):
            given = self.prior.sample(num, random) if latents is None else latents
            inputs = [given, asked.categories(num, random)][: 1 + self.requires_labels]
            scores = run(self.sampler, inputs, batch_size, verbose=verbose)
            return self.encoding.draw(scores, random)

        rows = draw(num) if asked.anything else asked.collect(draw, num)
        return self.encoding.frames.make(rows)
