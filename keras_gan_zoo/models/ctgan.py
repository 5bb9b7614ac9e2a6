"""CTGAN: rows of a table, whatever their columns are like.

Xu et al. 2019, "Modeling Tabular Data using Conditional GAN",
https://arxiv.org/abs/1907.00503

A number is told by the mode that it belongs to and its place within it (section 4.2).
A category of one column, drawn by the logarithm of how often it occurs, is what the
generator has to make a row for and what the real row beside it has (section 4.3), so
that rare ones are learned. The critic judges ten rows at once, which shows it when all
are alike (section 4.4).
"""

from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.class_labels import ClassLabels
from keras_gan_zoo.datasets.base import check_positive
from keras_gan_zoo.layers import LeakyReLU
from keras_gan_zoo.losses import in_float32
from keras_gan_zoo.phases import Batch
from keras_gan_zoo.privacy.training import PrivateTraining
from keras_gan_zoo.registry import registered
from keras_gan_zoo.serving import Input
from keras_gan_zoo.table_gan import TableGAN
from keras_gan_zoo.tables.activation import activated
from keras_gan_zoo.typing import Tensor


def ctgan_generator(
    width, num_conditions, latent_dim=128, units=(256, 256)
) -> keras.Model:
    """Latents and a category to numbers and scores of an encoded row.

    Args:
        width: Length of an encoded row.
        num_conditions: How many categories there are in all columns together.
        latent_dim: Length of the latents.
        units: Units of the hidden layers, each of which adds to what it is given.

    Returns:
        A Functional model of latents (batch, latent_dim), or of [latents, integers
        (batch,)] where there are categories, to (batch, width).
    """
    latents = x = keras.Input((latent_dim,), name="latents")
    inputs = latents
    if num_conditions:
        conditions = keras.Input((), dtype="int32", name="conditions")
        x = layers.Concatenate()([x, ops.one_hot(conditions, num_conditions)])
        inputs = [latents, conditions]
    for size in units:
        y = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(_dense(size)(x))
        x = layers.Concatenate()([layers.ReLU()(y), x])
    return keras.Model(inputs, _dense(width)(x), name="generator")


def ctgan_critic(
    width, num_conditions, pack=10, units=(256, 256), dropout=0.5
) -> keras.Model:
    """Packs of encoded rows, and the categories they are for, to scores.

    Args:
        width: Length of an encoded row.
        num_conditions: How many categories there are in all columns together.
        pack: Rows that are judged together.
        units: Units of the hidden layers.
        dropout: Share of them that is left out in a step.

    Returns:
        A Functional model of rows (batch, pack * width), or of [rows, integers
        (batch, pack)] where there are categories, to (batch, 1).
    """
    rows = x = keras.Input((pack * width,), name="rows")
    inputs = rows
    if num_conditions:
        conditions = keras.Input((pack,), dtype="int32", name="conditions")
        ones = layers.Flatten()(ops.one_hot(conditions, num_conditions))
        x = layers.Concatenate()([x, ones])
        inputs = [rows, conditions]
    for size in units:
        x = layers.Dropout(dropout)(LeakyReLU(0.2)(_dense(size)(x)))
    # A difference of means cancels the last bias.
    scores = _dense(1, use_bias=False)(x)
    return keras.Model(inputs, scores, name="discriminator")


@registered("rows of a table", "Xu et al. 2019", "1907.00503")
class CTGAN(PrivateTraining, ClassLabels, TableGAN):
    """Conditional tabular GAN (Xu et al. 2019).

    It trains on a pandas or polars DataFrame, or a dict of name to array, and makes
    more of the same: numbers, integers, booleans, dates, text as categories, and
    missing values in each of them.

    Args:
        encoding: A `tables.TableEncoding`, or the dict that its `to_dict` returns.
            Without it `fit` looks at the table.
        latent_dim: Length of the latents.
        units: Units of each hidden layer of both networks.
        pack: Rows that the critic judges together; the batch size is to be a multiple.
        dropout: Share of the critic's units that is left out in a step.
        conditional: Whether rows are drawn for categories; if not, all are alike.
        **kwargs: `generator`, `discriminator`, `seed`, `name`, `dtype`: see
            `LatentGAN`.

    Example:
        ```python
        import numpy as np

        import keras_gan_zoo as kgz

        random = np.random.default_rng(0)
        large = random.random(2_000) < 0.1
        price = random.normal(10 + 50 * large, 3).round(2)
        model = kgz.CTGAN(seed=0)
        model.fit({"large": large, "price": price}, batch_size=100, epochs=20)
        table = model.generate(100, conditions={"large": True}, seed=0)
        ```

    Reference:
        https://arxiv.org/abs/1907.00503
    """

    def __init__(
        self,
        encoding=None,
        latent_dim=128,
        units=(256, 256),
        pack=10,
        dropout=0.5,
        conditional=True,
        **kwargs,
    ):
        check_positive("pack", pack)
        self.units = tuple(units)
        self.pack = pack
        self.dropout = dropout
        self.conditional = conditional
        super().__init__(encoding, latent_dim, **kwargs)

    @property
    def num_classes(self) -> Any:
        """How many categories there are in all columns together."""
        return self.encoding and self.encoding.num_conditions * self.conditional

    @property
    def requires_labels(self) -> bool:  # type: ignore[override]
        """Whether rows are drawn for a category, which needs a column of those."""
        return bool(self.num_classes)

    def build_generator(self) -> keras.Model:
        """Returns the generator of section 4.4."""
        width = self.encoding.width
        return ctgan_generator(width, self.num_classes, self.latent_dim, self.units)

    def build_discriminator(self) -> keras.Model:
        """Returns the critic of section 4.4."""
        return ctgan_critic(
            self.encoding.width, self.num_classes, self.pack, self.units, self.dropout
        )

    def input_shapes(self) -> dict[str, Any]:
        """Rows come in packs to the critic; both networks may see categories."""
        latents, rows = (None, self.latent_dim), (None, self.pack * self.encoding.width)
        if self.requires_labels:
            latents, rows = [latents, (None,)], [rows, (None, self.pack)]
        return {"generator": latents, "discriminator": rows}

    def compile_defaults(self) -> dict[str, Any]:
        """The values of section 4.4; the decay is that of its authors' code."""
        return {
            "generator_optimizer": _adam(weight_decay=1e-6),
            "discriminator_optimizer": _adam(),
            "loss": "wasserstein",
            "loss_weights": {"condition_loss": 1.0},
            "regularizers": "gradient_penalty",
        }

    def fit(self, x=None, y=None, discrete_columns="auto", **kwargs) -> Any:
        """Trains the model, with the paper's choices if it was not compiled.

        Args:
            x: A pandas or polars DataFrame, or a dict of name to array or list; or
                `tables.ConditionalRows`, or with privacy `tables.PoissonRows`.
            y: Not used.
            discrete_columns: Names of columns of numbers that are categories, beside
                those of text, of booleans and of a categorical dtype. `"auto"`: none.
            **kwargs: As in `GAN.fit`. `batch_size` is 500 if not given.

        Returns:
            The Keras `History`: each loss term, by epoch.

        Raises:
            ValueError: If it is no table, has other columns than the one of before, or
                the batch size is no multiple of `pack`.
        """
        rows = self.drawn(x, discrete_columns, kwargs)
        with self.encoding_of(rows):
            return super().fit(rows, y, **kwargs)

    def check_batch_size(self, batch_size) -> None:
        """Raises a `ValueError` unless a batch is of whole packs."""
        if batch_size % self.pack:
            raise ValueError(
                f"batch_size must be a multiple of pack, {self.pack}, since the critic "
                f"judges so many rows together. Received: batch_size={batch_size}"
            )

    def prepare(self, x, y) -> Batch:
        """Packs of rows, and the categories that they were drawn for."""
        batch = super().prepare(x, y)
        rows = ops.reshape(batch.real, (-1, self.pack * self.encoding.width))
        if batch.condition is None:
            return Batch(rows, None)
        return Batch(rows, ops.reshape(batch.condition, (-1, self.pack)))

    def noise(self, num) -> Tensor:
        """Latents for so many packs."""
        return super().noise(num * self.pack)

    def conditioned(self, latents, batch) -> Tensor | list[Tensor]:
        """Latents, and the categories of the batch's first rows."""
        if batch.condition is None:
            return latents
        categories = ops.reshape(batch.condition, (-1,))
        return [latents, categories[: ops.shape(latents)[0]]]

    def sample_like(self, batch) -> tuple[Tensor, ...]:
        """Packs of generated rows, and the generator's scores (rows, width)."""
        inputs = self.conditioned(self.noise(ops.shape(batch.real)[0]), batch)
        scores = ops.cast(self.generator(inputs, training=True), batch.real.dtype)
        rows = activated(self.encoding, scores, self.seed_generator)
        return ops.reshape(rows, (-1, self.pack * self.encoding.width)), scores

    def discriminate(self, images, condition=None) -> Tensor | list[Tensor]:
        """Maps packs of rows and their categories to float32 scores."""
        inputs = images if condition is None else [images, condition]
        return in_float32(self.discriminator(inputs, training=True))

    def discriminator_loss(self, batch, fake) -> dict[str, Tensor]:
        """Those of WGAN-GP, on packs."""
        return super().discriminator_loss(batch, fake[0])

    def generator_loss(self, batch, fake) -> dict[str, Tensor]:
        """The adversarial loss, and whether the category is the one asked for."""
        rows, scores = fake
        terms = super().generator_loss(batch, rows)
        if batch.condition is None:
            return terms
        return {**terms, "condition_loss": self.condition_loss(batch, scores)}

    def condition_loss(self, batch, scores) -> Tensor:
        """Cross-entropy between the category asked for and the scores of its column.

        Args:
            batch: What `prepare` returned.
            scores: The generator's (num, width).
        """
        choices = self.encoding.conditions
        likely = [ops.log_softmax(scores[:, choice.place]) for choice in choices]
        categories = ops.reshape(batch.condition, (-1,))
        asked = ops.one_hot(categories, self.num_classes, dtype=scores.dtype)
        return -ops.mean(ops.sum(asked * ops.concatenate(likely, axis=1), axis=1))

    def generator_inputs(self) -> list[Input]:
        """What an exported generator makes scores of; rows are drawn by them."""
        inputs, below = super().generator_inputs(), self.num_classes
        asked = Input("conditions", (), "int32", below=below)
        return [*inputs, asked] if below else inputs


def _dense(units, **options):
    # As its authors' code starts: uniform, within 1 / sqrt(inputs).
    start = keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
    return layers.Dense(units, kernel_initializer=start, **options)


def _adam(**more):
    return keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.9, **more)
