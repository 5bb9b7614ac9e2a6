"""Models of rows whose discriminator is trained with differential privacy."""

from typing import Any

from keras import layers, ops

from keras_gan_zoo import backend
from keras_gan_zoo.phases import Batch
from keras_gan_zoo.privacy import accounting
from keras_gan_zoo.privacy.budget import Budget, KeepsBudget, number, planned_steps
from keras_gan_zoo.privacy.dp_sgd import DPSGD
from keras_gan_zoo.tables.sampling import ConditionalRows, PoissonRows, TableRows
from keras_gan_zoo.typing import Tensor


class PrivateTraining(KeepsBudget):
    """The part of a `GAN` of a table's rows that keeps a budget of privacy.

    Rows of `batch.real` that are all 0 are no rows: a batch in which each row of the
    table takes part by chance is of another size each time.

    Attributes:
        privacy: A `privacy.DPSGD`, or None.
        pack: Rows that are judged together.
        conditional: Whether rows are drawn for categories.
    """

    privacy_class = DPSGD
    pack: int
    conditional: bool

    def compile(self, *args, privacy=None, **kwargs) -> None:
        """As in `GAN.compile`, and privacy.

        Args:
            *args: As in `GAN.compile`.
            privacy: A `privacy.DPSGD`, or None. With it the paper's loss is the
                non-saturating one without a penalty, unless others are given.
            **kwargs: As in `GAN.compile`.

        Raises:
            ValueError: If the model has been trained with another privacy, or cannot be
                trained with any.
        """
        if privacy is not None:
            chosen = {"loss": "non_saturating", "regularizers": []}
            kwargs = {**chosen, **{k: v for k, v in kwargs.items() if v is not None}}
        super().compile(*args, privacy=privacy, **kwargs)
        if privacy is not None:
            self.check_private()
            self.add_state("private_steps", "int32")
            self.add_state("private_rows", "int32", (2,))  # of a batch, of the table
            self.add_state("private_noise")  # its multiplier

    def batches(self, table, encoding, batch_size) -> TableRows:
        """Batches of a table's rows, drawn as privacy or the paper has it.

        Args:
            table: As `fit` takes it.
            encoding: Its `TableEncoding`.
            batch_size: Rows in a batch.
        """
        rows = encoding.rows_of(table)
        if self.privacy is not None:
            return PoissonRows(encoding, rows, batch_size)
        return ConditionalRows(encoding, rows, batch_size, conditional=self.conditional)

    def check_private(self) -> None:
        """Raises a `ValueError` if rows of a batch meet before they are judged."""
        penalties = [r.name for r in self.regularizers_now("discriminator") if r.name]
        network = self.discriminator
        met = [] if network is None else backend.layers_within(network)
        met = [layer.name for layer in met if _is_of_batches(layer)]
        if penalties or met or self.augment is not None:
            raise ValueError(
                "Privacy needs a discriminator that judges each row by itself, with no "
                f"other term than the adversarial loss. Received: penalties {penalties}"
                f", layers {met}, augment={self.augment}. Leave them out."
            )
        if self.pack != 1 or self.conditional:
            raise ValueError(
                "With privacy rows are judged one by one, and drawn for no category. "
                f"Make {type(self).__name__}(pack=1, conditional=False, dropout=0.0). "
                f"Received: pack={self.pack}, conditional={self.conditional}"
            )

    def build_training_state(self) -> None:
        """Looks at the networks once they are made."""
        super().build_training_state()
        if self.privacy is not None:
            self.check_private()

    def fit(self, x=None, y=None, **kwargs) -> Any:
        """As in `GAN.fit`; with privacy on `tables.PoissonRows`, within the budget.

        Args:
            x: As in `GAN.fit`.
            y: As in `GAN.fit`.
            **kwargs: As in `GAN.fit`.

        Raises:
            ValueError: If rows are not drawn as privacy needs it, or the budget is
                spent.
        """
        if self.privacy is None:
            return super().fit(x, y, **kwargs)
        if not isinstance(x, PoissonRows):
            raise ValueError(
                "Privacy needs a table, or tables.PoissonRows of one, whose rows take "
                f"part in a step by chance. Received: {type(x).__name__}"
            )
        if x.batch_size > len(x.rows):
            raise ValueError(
                f"A batch of {x.batch_size:,} rows is larger than the table, which has "
                f"{len(x.rows):,}. Pass a smaller batch_size to fit()."
            )
        budget = StepBudget(x.batch_size, len(x.rows), planned_steps(x, kwargs))
        return self.fit_within(budget, x, y, kwargs)

    def train_on_batch(self, x, y=None, **kwargs) -> Any:
        """Runs one training step on one batch; with privacy it is refused."""
        if self.privacy is not None:
            raise ValueError(
                "Privacy is counted for batches that fit() draws by chance. Call "
                "fit(table) in place of train_on_batch()."
            )
        return super().train_on_batch(x, y, **kwargs)

    @property
    def privacy_spent(self) -> dict[str, Any] | None:
        """What training has spent, for records: None without privacy."""
        if self.privacy is None:
            return None
        batch_size, num_rows = map(int, ops.convert_to_numpy(self.private_rows))
        steps = number(self.private_steps)
        return {
            "epsilon": self.epsilon_of(steps),
            "delta": self.privacy.delta,
            "budget": self.privacy.epsilon,
            "clip": self.privacy.clip,
            "noise_multiplier": number(self.private_noise),
            "batch_size": batch_size,
            "num_rows": num_rows,
            "steps": steps,
        }

    def epsilon_of(self, steps) -> float:
        """What so many steps of this run spend."""
        if not steps:
            return 0.0
        rate, noise = self._run()
        return accounting.epsilon_spent(rate, noise, steps, self.privacy.delta)

    def most_steps(self) -> int:
        """How many steps of this run the budget allows for in all."""
        (rate, noise), privacy = self._run(), self.privacy
        return accounting.steps_within(rate, noise, privacy.epsilon, privacy.delta)

    def _run(self):
        batch_size, num_rows = ops.convert_to_numpy(self.private_rows)
        return float(batch_size / num_rows), number(self.private_noise)

    def discriminator_terms(self, batch, fake) -> dict[str, Tensor]:
        """The paper's terms; with privacy one whose gradient is the private one."""
        if self.privacy is None:
            return super().discriminator_terms(batch, fake)

        def loss(real, fake):
            pair = Batch(real[None], None), fake[None]
            return sum(super(PrivateTraining, self).discriminator_terms(*pair).values())

        self.private_steps.assign(self.private_steps + 1)
        real = batch.real
        takes_part = ops.cast(ops.any(ops.not_equal(real, 0), axis=1), "float32")
        variables = self.discriminator.trainable_variables
        mean, slopes = self.privacy.private_gradients(
            loss,
            variables,
            (real, fake),
            takes_part,
            ops.cast(self.private_rows[0], "float32"),
            self.private_noise,
            self.seed_generator,
        )
        values = map(ops.convert_to_tensor, variables)
        # A sum with these slopes, whatever it is of: value 0.
        linear = sum(
            ops.sum(ops.stop_gradient(slope) * (x - ops.stop_gradient(x)))
            for x, slope in zip(values, slopes, strict=True)
        )
        return {"discriminator_loss": ops.stop_gradient(mean) + linear}


class StepBudget(Budget):
    """The budget of DP-SGD, which is spent step by step.

    Args:
        batch_size: Rows that take part in a step on average.
        num_rows: How many there are.
        steps: How many steps the run has.
    """

    def __init__(self, batch_size, num_rows, steps):
        super().__init__()
        self.rows, self.planned = (batch_size, num_rows), steps

    def on_train_begin(self, logs=None) -> None:
        """Chooses the noise, unless that was done before, and looks what is left."""
        model = self.model
        self.steps = number(model.private_steps)
        if not self.steps:
            batch_size, num_rows = self.rows
            noise = model.privacy.noise_for(batch_size / num_rows, self.planned)
            model.private_rows.assign(self.rows)
            model.private_noise.assign(noise)
        before = tuple(map(int, ops.convert_to_numpy(model.private_rows)))
        if before != self.rows:
            raise ValueError(
                "Privacy is counted for one table in batches of one size. Received: "
                f"batches of {self.rows[0]:,} of {self.rows[1]:,} rows, and "
                f"{before[0]:,} of {before[1]:,} in an earlier run."
            )
        self.most = model.most_steps()
        if self.is_spent():
            raise ValueError(
                f"The budget of privacy is spent: {self.steps:,} steps were taken of "
                f"the {self.most:,} that epsilon={self.model.privacy.epsilon} allows "
                f"for at delta={self.model.privacy.delta}. Nothing has been trained."
            )

    def on_train_batch_end(self, batch, logs=None) -> None:
        """Counts the steps."""
        self.steps += self.model.steps_per_execution
        super().on_train_batch_end(batch, logs)

    def is_spent(self) -> bool:
        """Whether a further step would spend too much."""
        return self.steps + self.model.steps_per_execution > self.most

    def epsilon(self) -> float:
        """What is spent."""
        return self.model.epsilon_of(self.steps)


def _is_of_batches(layer):
    """Whether rows of a batch meet in it, or draw the same random numbers."""
    return isinstance(layer, layers.BatchNormalization) or getattr(layer, "rate", 0) > 0
