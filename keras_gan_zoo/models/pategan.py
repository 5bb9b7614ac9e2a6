"""PATEGAN: private rows of a table, by teachers whose noisy votes teach a student.

Jordon, Yoon and van der Schaar 2019, "PATE-GAN: Generating Synthetic Data with
Differential Privacy Guarantees", https://openreview.net/forum?id=S1zk9iRqF7

Teachers are discriminators, each with rows of its own that no other one sees. A student
is a discriminator that sees generated rows alone: whether one looks real it is told by
the teachers' votes, to which noise is added. The generator learns from the student, so
all that it knows of the table has come through these votes (algorithm 1).
"""

import math
from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo.datasets.base import check_positive
from keras_gan_zoo.phases import Batch, Phase
from keras_gan_zoo.privacy.voting import TrainedByVotes
from keras_gan_zoo.registry import registered
from keras_gan_zoo.table_gan import TableGAN
from keras_gan_zoo.tables.activation import activated
from keras_gan_zoo.typing import Tensor

PAPER = "https://openreview.net/forum?id=S1zk9iRqF7"


def pategan_generator(width, latent_dim=128, units=(64, 64)) -> keras.Model:
    """Latents (batch, latent_dim) to numbers and scores of encoded rows.

    Args:
        width: Length of an encoded row.
        latent_dim: Length of the latents.
        units: Units of the hidden layers.

    Returns:
        A Functional model to (batch, width).
    """
    latents = x = keras.Input((latent_dim,), name="latents")
    for size in units:
        x = layers.Dense(size, "relu")(x)
    return keras.Model(latents, layers.Dense(width)(x), name="generator")


def pategan_student(width, units=(64, 64)) -> keras.Model:
    """Encoded rows (batch, width) to logits (batch, 1).

    Args:
        width: Length of an encoded row.
        units: Units of the hidden layers.

    Returns:
        A Functional model.
    """
    rows = x = keras.Input((width,), name="rows")
    for size in units:
        x = layers.Dense(size, "relu")(x)
    return keras.Model(rows, layers.Dense(1)(x), name="discriminator")


def pategan_teachers(width, num_teachers=10, units=(64, 64)) -> keras.Model:
    """Students side by side, which share nothing, each with a row of its own.

    Args:
        width: Length of an encoded row.
        num_teachers: How many there are.
        units: Units of the hidden layers of each.

    Returns:
        A Functional model of rows (batch, num_teachers, width) to logits (batch,
        num_teachers).
    """
    rows = x = keras.Input((num_teachers, width), name="rows")
    for size in units:
        x = layers.ReLU()(_side_by_side(x, size))
    logits = layers.Flatten()(_side_by_side(x, 1))
    return keras.Model(rows, logits, name="teachers")


@registered("rows of a table", "Jordon et al. 2019", PAPER)
class PATEGAN(TrainedByVotes, TableGAN):  # type: ignore[misc]
    """GAN of tables by private aggregation of teacher ensembles (Jordon et al. 2019).

    It trains on a pandas or polars DataFrame, or a dict of name to array, and makes
    more of the same, within a budget of differential privacy.

    Args:
        encoding: A `tables.TableEncoding`, or the dict that its `to_dict` returns.
            Without it `fit` looks at the table, which is not private.
        latent_dim: Length of the latents.
        num_teachers: How many teachers share the rows among them. More of them bear
            more noise, and each sees fewer rows.
        units: Units of each hidden layer of all networks.
        **kwargs: `generator`, `discriminator` (the student), `seed`, `name`, `dtype`:
            see `LatentGAN`.

    Example:
        ```python
        import numpy as np

        import keras_gan_zoo as kgz

        random = np.random.default_rng(0)
        height = random.normal(170, 10, 4_000).round()
        weight = (0.9 * (height - 100) + random.normal(0, 6, 4_000)).round(1)
        model = kgz.PATEGAN(num_teachers=100, seed=0)
        model.compile(privacy=kgz.privacy.PATE(epsilon=8))
        model.fit({"height": height, "weight": weight}, batch_size=32, epochs=200)
        table = model.generate(100, seed=0)
        print(model.privacy_spent)
        ```

    Reference:
        https://openreview.net/forum?id=S1zk9iRqF7
    """

    networks = ("generator", "discriminator", "teachers")
    usual_batch_size = 64

    def __init__(
        self,
        encoding=None,
        latent_dim=128,
        num_teachers=10,
        units=(64, 64),
        **kwargs,
    ):
        check_positive("num_teachers", num_teachers)
        self.num_teachers = num_teachers
        self.units = tuple(units)
        super().__init__(encoding, latent_dim, **kwargs)

    def build_generator(self) -> keras.Model:
        """Returns a perceptron of latents."""
        return pategan_generator(self.encoding.width, self.latent_dim, self.units)

    def build_discriminator(self) -> keras.Model:
        """Returns the student."""
        return pategan_student(self.encoding.width, self.units)

    def build_teachers(self) -> keras.Model:
        """Returns all teachers as one network."""
        return pategan_teachers(self.encoding.width, self.num_teachers, self.units)

    def input_shapes(self) -> dict[str, Any]:
        """Each teacher sees a row of its own."""
        rows = (None, self.num_teachers, self.encoding.width)
        return {**super().input_shapes(), "teachers": rows}

    def compile_defaults(self) -> dict[str, Any]:
        """Adam for all, the generator slower, since the others are to follow it."""
        return {
            "teacher_optimizer": keras.optimizers.Adam(1e-3, beta_1=0.5),
            "discriminator_optimizer": keras.optimizers.Adam(1e-3, beta_1=0.5),
            "generator_optimizer": keras.optimizers.Adam(3e-4, beta_1=0.5),
            # Paper: minimax; here: as is usual, because its gradient does not vanish
            # while the student is confident.
            "loss": "non_saturating",
        }

    def fit(self, x=None, y=None, discrete_columns="auto", **kwargs) -> Any:
        """Trains the model, with `privacy.PATE(epsilon=1)` if it was not compiled.

        Args:
            x: A pandas or polars DataFrame, or a dict of name to array or list; or
                `tables.PartitionedRows`. Rows must stand in the same order in all runs.
            y: Not used.
            discrete_columns: Names of columns of numbers that are categories, beside
                those of text, of booleans and of a categorical dtype. `"auto"`: none.
            **kwargs: As in `GAN.fit`. `batch_size` counts rows of each teacher, and is
                64 if not given.

        Returns:
            The Keras `History`: each loss term and epsilon, by epoch.

        Raises:
            ValueError: If it is no table, has other columns or another number of rows
                than the one of before, or the budget is spent.
        """
        rows = self.drawn(x, discrete_columns, kwargs)
        with self.encoding_of(rows):
            return super().fit(rows, y, **kwargs)

    def trained_shape(self, shape) -> tuple[int, ...]:
        """The shape of one of the rows that stand side by side, one a teacher."""
        width, rest = divmod(shape[0], self.num_teachers)
        return shape if rest else (width,)

    def prepare(self, x, y) -> Batch:
        """Rows of each teacher, (batch, num_teachers, width)."""
        rows = super().prepare(x, y).real
        return Batch(ops.reshape(rows, (-1, self.num_teachers, self.encoding.width)))

    def sample_like(self, batch) -> Tensor:
        """Generated rows (batch, width)."""
        latents = self.noise(ops.shape(batch.real)[0])
        scores = ops.cast(self.generator(latents, training=True), batch.real.dtype)
        return activated(self.encoding, scores, self.seed_generator)

    def phases(self) -> list[Phase]:
        """Teachers, then the student and the generator as in every GAN."""
        teachers = Phase(
            "teachers", self.teacher_loss, [self.teachers], self.teacher_optimizer
        )
        return [teachers, *super().phases()]

    def judged(self, rows) -> Tensor:
        """The teachers' logits, float32.

        Args:
            rows: (batch, width), each for all teachers; or (batch, num_teachers,
                width), each for its own.

        Returns:
            (batch, num_teachers).
        """
        if len(rows.shape) == 2:
            rows = ops.repeat(rows[:, None], self.num_teachers, axis=1)
        return ops.cast(self.teachers(rows, training=True), "float32")

    def teacher_loss(self, batch, fake) -> dict[str, Tensor]:
        """Equation 3: each teacher tells its own rows from generated ones.

        Args:
            batch: A `Batch`.
            fake: Generated rows (batch, width).

        Returns:
            A dict of one scalar, the mean over teachers.
        """
        real, made = self.judged(batch.real), self.judged(ops.stop_gradient(fake))
        return {"teacher_loss": self.adversarial_loss.discriminator(real, made)}

    def discriminator_loss(self, batch, fake) -> dict[str, Tensor]:
        """Equation 6: - E r log S(u) + (1 - r) log(1 - S(u)), u generated, r voted on.

        Args:
            batch: A `Batch`, which is not looked at.
            fake: Generated rows (batch, width).

        Returns:
            A dict of one scalar.
        """
        rows = ops.stop_gradient(fake)
        # A fixed number: a mean of their logits would tell teachers of each other.
        is_real = self.judged(rows) > self.adversarial_loss.middle
        votes = ops.sum(ops.cast(is_real, "int32"), axis=1)
        labels = self.noisy_labels(votes)
        logits = self.discriminate(rows)[:, 0]
        # -log S = softplus(-logit), -log(1 - S) = softplus(logit).
        loss = ops.where(labels > 0, ops.softplus(-logits), ops.softplus(logits))
        return {"discriminator_loss": ops.mean(loss)}


def _side_by_side(x, units):
    """A dense layer for each teacher: (batch, teachers, any) to (..., units)."""
    _, num_teachers, size = x.shape
    limit = math.sqrt(6 / (size + units))  # Glorot's, of one teacher
    dense = layers.EinsumDense(
        "bti,tiu->btu",
        (num_teachers, units),
        bias_axes="tu",
        kernel_initializer=keras.initializers.RandomUniform(-limit, limit),
    )
    return dense(x)
