"""PATEGAN: the contract, teachers who share nothing, a student that sees no row."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.backend import gradient
from keras_gan_zoo.privacy import PATE
from keras_gan_zoo.tables import PartitionedRows
from tests.contract import TableContract, values_of
from tests.models.test_ctgan import ENCODING, NUM, frame

pytestmark = pytest.mark.compiles_long

TEACHERS = 4
PLENTY = {"privacy": PATE(epsilon=1e6, scale=2.0)}


def value(tensor):
    """A tensor as a NumPy array."""
    return ops.convert_to_numpy(ops.stop_gradient(tensor))


class Failing(keras.callbacks.Callback):
    """Ends a run before its first step."""

    def on_epoch_begin(self, epoch, logs=None):
        raise ZeroDivisionError


class TestPATEGAN(TableContract):
    model_class = kgz.PATEGAN
    table, batch_size = frame(), 5
    arguments = {
        "encoding": ENCODING,
        "units": (8,),
        "latent_dim": 4,
        "num_teachers": TEACHERS,
    }
    image_shape = (ENCODING.width,)
    compiled = {"ema": 0.9, **PLENTY}
    moved = {"teacher_optimizer": "adam", **PLENTY}

    def data(self, num=16):
        """Rows as `fit` makes them, of four parts side by side."""
        rows = ENCODING.table.rows_of(frame())
        return PartitionedRows(ENCODING, rows, num // TEACHERS, 0, parts=TEACHERS)[0][0]

    def step(self, **compiled):
        """A compiled model, a batch, and what is made for it."""
        model = self.make()
        model.compile(**{**PLENTY, **compiled})
        model.begin_votes(1)
        batch = model.prepare(ops.convert_to_tensor(self.data()), None)
        return model, batch, model.sample_like(batch)

    def test_a_row_reaches_its_own_teacher_alone(self):
        model, batch, fake = self.step(teacher_optimizer=keras.optimizers.SGD(1.0))
        for teacher in range(TEACHERS):
            slopes = value(
                gradient(lambda x, t=teacher: model.judged(x)[:, t], batch.real)
            )
            moved = np.abs(slopes).max(axis=(0, 2)) > 0
            np.testing.assert_array_equal(moved, np.arange(TEACHERS) == teacher)
        # Nor does another row of one part change what the others learn.
        kernels = []
        for change in (False, True):
            model, *_ = self.step(teacher_optimizer=keras.optimizers.SGD(1.0))
            rows = self.data()
            if change:
                own = slice(2 * ENCODING.width, 3 * ENCODING.width)
                rows[0, own] = np.roll(rows[0, own], 1)
            model.train_on_batch(rows)
            kernels.append(value(model.teachers.trainable_variables[0]))
        same = [np.array_equal(*pair) for pair in zip(*kernels, strict=True)]
        assert same == [True, True, False, True]

    def test_teachers_are_as_wide_as_students(self):
        model = self.make()
        student, teachers = model.discriminator, model.teachers
        assert teachers.count_params() == TEACHERS * student.count_params()
        kernel, own = teachers.trainable_variables[0], student.trainable_variables[0]
        assert value(kernel).std() == pytest.approx(value(own).std(), rel=0.15)

    def test_the_student_learns_what_was_voted_and_sees_no_row(self):
        model, batch, fake = self.step()
        labels = np.array([1, 0, 0, 1], "float32")
        model.noisy_labels = lambda votes: ops.convert_to_tensor(labels)
        other = batch._replace(real=ops.flip(batch.real, axis=0) * 0.5)
        losses = [model.discriminator_loss(each, fake) for each in (batch, other)]
        logits = value(model.discriminate(fake))[:, 0]
        expected = np.logaddexp(0, np.where(labels == 1, -logits, logits)).mean()
        for loss in losses:  # it is the same whatever rows there are
            assert float(value(loss["discriminator_loss"])) == pytest.approx(
                expected, rel=1e-5
            )

    @pytest.mark.parametrize(
        ("loss", "between"),
        [("minimax", 0.0), ("least_squares", 0.5), ("wasserstein", 0.0)],
    )
    def test_votes_are_counted_by_how_many_agree(self, loss, between):
        model, batch, fake = self.step(loss=loss)
        said = value(model.judged(ops.stop_gradient(fake))) > between
        model.discriminator_loss(batch, fake)
        expected = np.bincount(said.sum(axis=1), minlength=TEACHERS + 1)
        np.testing.assert_array_equal(value(model.votes), expected)
        assert expected.sum() == len(said) == 4

    def test_teachers_learn_as_by_the_first_gan(self):
        model, batch, fake = self.step()
        real, made = value(model.judged(batch.real)), value(model.judged(fake))
        expected = np.logaddexp(0, -real).mean() + np.logaddexp(0, made).mean()
        found = value(model.teacher_loss(batch, fake)["teacher_loss"])
        assert float(found) == pytest.approx(expected, rel=1e-5)

    def test_the_budget_is_kept_and_said(self):
        model = self.make()
        model.compile(privacy=PATE(epsilon=3.0))
        history = model.fit(frame(), batch_size=5, epochs=2, verbose=0).history
        spent = model.privacy_spent
        assert spent["votes"] == 2 * (NUM // (5 * TEACHERS)) * 5
        # The noise was chosen for votes at their worst.
        assert 0 < history["epsilon"][0] < history["epsilon"][1] <= 3.0
        assert history["epsilon"][1] == spent["epsilon"] > 1.5
        before = values_of(model.generator.trainable_variables)
        with pytest.raises(ValueError, match="budget of privacy is spent"):
            model.fit(frame(), batch_size=40, verbose=0)
        after = values_of(model.generator.trainable_variables)
        np.testing.assert_array_equal(before[0], after[0])
        other = {name: column[:50] for name, column in frame().items()}
        with pytest.raises(ValueError, match="60 rows. Received: 50 rows"):
            model.fit(other, batch_size=5, verbose=0)

    def test_a_batch_may_be_trained_on_before_a_table(self):
        model = self.make()
        model.compile(privacy=PATE(epsilon=50.0, scale=20.0))
        model.train_on_batch(self.data())
        model.fit(frame(), batch_size=5, verbose=0)
        assert model.privacy_spent["num_rows"] == NUM
        assert model.privacy_spent["votes"] > 3 * 5

    def test_training_stops_before_the_budget_is_exceeded(self):
        privacy = PATE(epsilon=3.0, scale=20.0)
        model = self.make()
        model.compile(privacy=privacy)
        model.fit(frame(), batch_size=5, epochs=40, verbose=0)
        spent = model.privacy_spent
        assert spent["votes"] % 5 == 0 and spent["votes"] < 40 * 3 * 5
        assert spent["epsilon"] <= 3.0 < model.epsilon_of_votes(more=5)

    def test_steps_of_the_student_are_counted(self):
        model = self.make()
        paper = type(model).phases

        def phases():
            teachers, student, generator = paper(model)
            return [teachers, dataclasses.replace(student, repeats=2), generator]

        model.phases = phases
        model.compile(privacy=PATE(epsilon=3.0))
        model.fit(frame(), batch_size=5, verbose=0)
        spent = model.privacy_spent
        assert spent["votes"] == 2 * 3 * 5 and 1.5 < spent["epsilon"] <= 3.0

    def test_a_run_that_failed_has_spent_nothing(self):
        model = self.make()
        model.compile(privacy=PATE(epsilon=3.0))
        with pytest.raises(ZeroDivisionError):
            model.fit(frame(), verbose=0, callbacks=[Failing()])
        model.fit({n: x[:50] for n, x in frame().items()}, batch_size=2, verbose=0)
        assert model.privacy_spent["num_rows"] == 50
        assert model.privacy_spent["epsilon"] > 1.5  # the noise is that of this run

    def test_presets_leave_the_teachers_out(self, tmp_path):
        model = self.make()
        model.save_to_preset(tmp_path / "preset")
        names = {path.name for path in (tmp_path / "preset").iterdir()}
        assert "generator.weights.h5" in names and "teachers.weights.h5" not in names
        with pytest.raises(ValueError, match="Teachers have seen real rows"):
            model.save_to_preset(tmp_path / "other", networks=["teachers"])

    def test_a_file_knows_what_was_spent(self, fitted, tmp_path):
        fitted[0].save(tmp_path / "model.keras")
        copy = keras.saving.load_model(tmp_path / "model.keras")
        assert copy.privacy_spent == fitted[0].privacy_spent
        assert copy.privacy_spent["votes"] >= 2 * 3 * 5

    def test_rows_may_be_asked_for(self, fitted):
        rows = fitted[0].generate(3, conditions={"size": "L"}, seed=0)
        assert set(rows["size"]) == {"L"} and list(rows) == list(frame())

    @pytest.mark.parametrize(
        ("compiled", "message"),
        [
            ({"regularizers": "r1"}, "student must not see real rows"),
            ({"augment": keras.layers.GaussianNoise(0.1)}, "student must not see"),
            ({"loss": "relativistic_pairing"}, "student must not see real rows"),
            (
                {"teacher_optimizer": keras.optimizers.Adam(global_clipnorm=1.0)},
                "each other's gradients.*Adam, clipnorm=None, global_clipnorm=1.0",
            ),
            ({"teacher_optimizer": "adafactor"}, "weight by itself.*Adafactor"),
            ({"privacy": kgz.privacy.DPSGD(1.0)}, r"PATEGAN keeps.*privacy\.PATE\."),
        ],
    )
    def test_what_tells_more_than_votes_is_refused(self, compiled, message):
        with pytest.raises(ValueError, match=message):
            self.make().compile(**compiled)

    def test_teachers_are_not_given(self):
        teachers = self.make().teachers
        with pytest.raises(ValueError, match=r"Leave teachers=\.\.\. out"):
            self.make(teachers=teachers).compile()

    def test_rows_in_other_parts_are_refused(self):
        model = self.make()
        model.compile(**PLENTY)
        rows = ENCODING.table.rows_of(frame())
        with pytest.raises(ValueError, match="in 4 parts"):
            model.fit(PartitionedRows(ENCODING, rows, 5, parts=5), verbose=0)
        with pytest.raises(ValueError, match="training data"):
            model.train_on_batch(self.data()[:, :-1])

    def test_single_steps_need_a_scale(self):
        with pytest.raises(ValueError, match="How many steps will follow"):
            self.make().train_on_batch(self.data())

    def test_privacy_stays(self, fitted):
        with pytest.raises(ValueError, match="trained already"):
            fitted[0].compile(privacy=PATE(epsilon=1.0))
