"""Models whose discriminator learns labels that teachers have voted on."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import backend
from keras_gan_zoo.privacy.budget import Budget, KeepsBudget, number, planned_steps
from keras_gan_zoo.privacy.pate import PATE
from keras_gan_zoo.privacy.votes import epsilon_of_votes
from keras_gan_zoo.tables.sampling import PartitionedRows, TableRows
from keras_gan_zoo.typing import Tensor

ELEMENTWISE = (
    keras.optimizers.SGD,
    keras.optimizers.RMSprop,
    keras.optimizers.Adagrad,
    keras.optimizers.Adadelta,
    keras.optimizers.Adam,
    keras.optimizers.Adamax,
    keras.optimizers.Nadam,
    keras.optimizers.Lion,
)


class TrainedByVotes(KeepsBudget):
    """The part of a `GAN` of a table's rows that keeps a budget by noisy votes.

    A batch is of rows (num, num_teachers * width), side by side, each of one part of
    the table and for one teacher.

    Attributes:
        privacy: A `privacy.PATE`.
        num_teachers: How many teachers vote.
    """

    privacy_class = PATE
    num_teachers: int

    def compile(self, *args, privacy=None, **kwargs) -> None:
        """As in `GAN.compile`, and privacy.

        Args:
            *args: As in `GAN.compile`.
            privacy: A `privacy.PATE`; `PATE(epsilon=1.0)` if not given.
            **kwargs: As in `GAN.compile`.

        Raises:
            ValueError: If the model has been trained with another privacy, or one row
                could reach more than one teacher.
        """
        super().compile(*args, privacy=privacy or PATE(epsilon=1.0), **kwargs)
        self.check_private()
        self.add_state("votes", "int32", (self.num_teachers + 1,))
        self.add_state("vote_scale")
        self.add_state("num_rows", "int32")

    def check_private(self) -> None:
        """Raises a `ValueError` if more is told of rows than teachers' noisy votes."""
        optimizer = self.teacher_optimizer
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        clips = optimizer.clipnorm, optimizer.global_clipnorm
        if not isinstance(optimizer, ELEMENTWISE) or any(clips):
            kinds = sorted(kind.__name__ for kind in ELEMENTWISE)
            raise ValueError(
                "Teachers must not know of each other's gradients. Their optimizer is "
                f"to be one of {kinds}, which treat each weight by itself, without "
                f"clipnorm and global_clipnorm. Received: {type(optimizer).__name__}, "
                f"clipnorm={clips[0]}, global_clipnorm={clips[1]}"
            )
        if "teachers" in self.custom_networks:
            raise ValueError(
                "Teachers must not see each other's rows, which cannot be told of "
                "networks of other kinds. Leave teachers=... out."
            )
        if self.regularizers or self.augment or self.adversarial_loss.relativistic:
            raise ValueError(
                "The student must not see real rows, as regularizers, augmentation and "
                f"relativistic losses do. Received: {self.regularizers}, "
                f"augment={self.augment}, loss={self.adversarial_loss}. Leave them out."
            )

    def batches(self, table, encoding, batch_size) -> TableRows:
        """Batches of rows of each teacher's part of a table.

        Args:
            table: As `fit` takes it.
            encoding: Its `TableEncoding`.
            batch_size: Rows of each part in a batch.
        """
        rows = encoding.rows_of(table)
        return PartitionedRows(encoding, rows, batch_size, parts=self.num_teachers)

    def fit(self, x=None, y=None, **kwargs) -> Any:
        """As in `GAN.fit`, on `tables.PartitionedRows`, within the budget.

        Args:
            x: As in `GAN.fit`.
            y: As in `GAN.fit`.
            **kwargs: As in `GAN.fit`.

        Raises:
            ValueError: If rows are not in parts as teachers need it, or the budget is
                spent.
        """
        if backend.process()[1] > 1:
            raise ValueError(
                f"{type(self).__name__} counts votes in one process. Received: "
                f"{backend.process()[1]} processes. Train in one of them."
            )
        if getattr(x, "parts", None) != self.num_teachers:
            raise ValueError(
                "Teachers need a table, or tables.PartitionedRows of one, in "
                f"{self.num_teachers} parts. Received: {type(x).__name__}"
            )
        budget = VoteBudget(len(x.rows), x.batch_size, planned_steps(x, kwargs))
        return self.fit_within(budget, x, y, kwargs)

    def train_on_batch(self, x, y=None, **kwargs) -> Any:
        """Runs one training step on one batch, within the budget.

        Args:
            x: What `tables.PartitionedRows` yields. That each teacher sees rows of its
                own part alone is yours to see to.
            y: Not used.
            **kwargs: As in `GAN.train_on_batch`.

        Raises:
            ValueError: If the privacy has no scale, or the budget is spent.
        """
        if not (self.compiled and (self.privacy.scale or self.num_votes)):
            raise ValueError(
                "How many steps will follow is not known, hence no noise can be chosen "
                "for them. Call fit(), or compile(privacy=PATE(..., scale=...))."
            )
        votes = len(x) * self.student_steps
        self.begin_votes(votes)
        if self.is_spent_by(votes):
            raise ValueError(self.spent_in_words())
        return super().train_on_batch(x, y, **kwargs)

    def begin_votes(self, votes) -> None:
        """Chooses the noise, unless teachers have voted before.

        Args:
            votes: On how many rows they will.
        """
        if not self.num_votes:
            scale = np.float32(self.privacy.scale_for(votes))
            self.vote_scale.assign(np.nextafter(scale, np.float32(np.inf)))

    @property
    def num_votes(self) -> int:
        """On how many rows teachers have voted."""
        return int(ops.convert_to_numpy(self.votes).sum())

    @property
    def student_steps(self) -> int:
        """How often the student moves in a training step."""
        own = [p for p in self.phases() if self.discriminator in p.networks]
        return sum(phase.repeats for phase in own)

    def is_spent_by(self, votes) -> bool:
        """Whether votes on so many more rows could spend more than the budget."""
        return self.epsilon_of_votes(votes) > self.privacy.epsilon

    def epsilon_of_votes(self, more=0) -> float:
        """What is spent, and what so many more votes could spend at worst."""
        if not self.num_votes + more:
            return 0.0
        votes, scale = ops.convert_to_numpy(self.votes), number(self.vote_scale)
        return epsilon_of_votes(votes, scale, self.privacy.delta, more)

    def spent_in_words(self) -> str:
        """What an error says when nothing is left."""
        return (
            "The budget of privacy is spent: a further step could take more than the "
            f"{self.privacy.epsilon - self.epsilon_of_votes():.3g} that are left of "
            f"epsilon={self.privacy.epsilon} at delta={self.privacy.delta}. Nothing "
            "has been trained."
        )

    @property
    def privacy_spent(self) -> dict[str, Any] | None:
        """What training has spent, for records: None before `compile`."""
        if self.privacy is None:
            return None
        return {
            "epsilon": self.epsilon_of_votes(),
            "delta": self.privacy.delta,
            "budget": self.privacy.epsilon,
            "scale": number(self.vote_scale),
            "teachers": self.num_teachers,
            "num_rows": number(self.num_rows),
            "votes": self.num_votes,
        }

    def noisy_labels(self, votes) -> Tensor:
        """What teachers tell of rows; it is counted.

        Args:
            votes: Integers (rows,), how many teachers take a row for a real one.

        Returns:
            Floats (rows,), 1 for real.
        """
        places = ops.one_hot(votes, self.num_teachers + 1, dtype="int32")
        self.votes.assign(self.votes + backend.whole(ops.sum(places, axis=0)))
        return self.privacy.labels(
            ops.cast(votes, "float32"),
            self.num_teachers,
            self.vote_scale,
            self.seed_generator,
        )

    def save_to_preset(
        self, folder, record=None, dtype="float32", networks=None, **kwargs
    ) -> None:
        """As in `GAN.save_to_preset`, without the teachers, who have seen the rows.

        Args:
            folder: As in `GAN.save_to_preset`.
            record: As in `GAN.save_to_preset`.
            dtype: As in `GAN.save_to_preset`.
            networks: Names of those to write; without them all but the teachers.
            **kwargs: As in `GAN.save_to_preset`.

        Raises:
            ValueError: If teachers are among them, or as in `GAN.save_to_preset`.
        """
        others = [name for name in self.networks if name != "teachers"]
        if "teachers" in (networks or ()):
            raise ValueError(
                "Teachers have seen real rows and are not private. Write others of the "
                f"networks, {others}."
            )
        super().save_to_preset(folder, record, dtype, networks or others, **kwargs)


class VoteBudget(Budget):
    """The budget of PATE, which is spent vote by vote.

    Args:
        num_rows: How many rows the table has.
        batch_size: On how many rows teachers vote when the student moves.
        steps: How many steps the run has.
    """

    def __init__(self, num_rows, batch_size, steps):
        super().__init__()
        self.num_rows, self.batch_size, self.planned = num_rows, batch_size, steps

    def on_train_begin(self, logs=None) -> None:
        """Chooses the noise, unless that was done before, and looks what is left."""
        model = self.model
        before = number(model.num_rows) if model.num_votes else 0
        if before not in (0, self.num_rows):  # 0: votes of train_on_batch alone
            raise ValueError(
                "Parts of a table are the same in all runs, so the table must be the "
                f"one of before, with {before:,} rows. Received: {self.num_rows:,} rows"
            )
        model.num_rows.assign(self.num_rows)
        self.votes = self.batch_size * model.student_steps
        model.begin_votes(self.votes * self.planned)
        if self.is_spent():
            raise ValueError(model.spent_in_words())

    def is_spent(self) -> bool:
        """Whether a further step would spend too much."""
        return self.model.is_spent_by(self.votes * self.model.steps_per_execution)

    def epsilon(self) -> float:
        """What is spent."""
        return self.model.epsilon_of_votes()
