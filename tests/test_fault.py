"""What is not finite ends the run before a weight moves."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from tests.contract import random_images, values_of

IMAGES = random_images(12, (16, 16, 1))
FINE = np.zeros(12, "int32")
POISONED = np.arange(12) // 8  # one label is enough
# What is added to a loss, by a switch that is 0 or 1.
WAYS = {
    "nan": lambda switch, x: ops.sum(x) * ops.where(switch > 0, np.nan, 0.0),
    "infinity": lambda switch, x: ops.sum(x) * ops.where(switch > 0, np.inf, 0.0),
    # The root of zero is zero, but it has no slope there.
    "gradient": lambda switch, x: ops.sqrt(1 - switch + 0.0 * ops.sum(x)),
}


@keras.saving.register_keras_serializable("tests")
class Poisonable(kgz.DCGAN):
    """A batch with a label above zero breaks the loss of one phase, in one way."""

    requires_labels = True
    phase, way = "discriminator", "nan"

    def _broken(self, batch, phase, terms, images):
        if phase != self.phase:
            return terms
        switch = ops.cast(ops.max(batch.condition) > 0, "float32")
        extra = WAYS[self.way](switch, images)
        return {name: value + extra for name, value in terms.items()}

    def discriminator_loss(self, batch, fake):
        logits = self.discriminate(batch.real)
        terms = super().discriminator_loss(batch, fake)
        return self._broken(batch, "discriminator", terms, logits)

    def generator_loss(self, batch, fake):
        terms = super().generator_loss(batch, fake)
        return self._broken(batch, "generator", terms, fake)


def make(phase="discriminator", way="nan", **compiled):
    model = Poisonable((16, 16, 1), latent_dim=8, base_channels=4, seed=0)
    model.phase, model.way = phase, way
    model.compile(ema=0.9, **compiled)
    return model


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("phase", ["discriminator", "generator"])
def test_nothing_moves_and_the_error_names_the_culprit(phase, way):
    model = make(phase, way)
    model.train_on_batch(IMAGES, FINE)
    variables = [*model.variables, *model.optimizer.variables]
    if phase == "generator":  # before it the discriminator takes its part of the step
        variables = [
            *model.generator.trainable_variables,
            *model.generator_optimizer.variables,
            *model.ema_generator.trainable_variables,
        ]
    variables = [v for v in variables if v.dtype == "float32"]
    before = values_of(variables)
    culprit = "gradient of" if way == "gradient" else "loss"
    match = f"{culprit} {phase}_loss is not finite .phase '{phase}'"
    with pytest.raises(FloatingPointError, match=match):
        model.train_on_batch(IMAGES, POISONED)
    for variable, old, new in zip(variables, before, values_of(variables), strict=True):
        np.testing.assert_array_equal(old, new, err_msg=variable.path)
    model.train_on_batch(IMAGES, FINE)  # one can go on


def test_fit_ends_and_the_last_checkpoint_is_that_before(tmp_path):
    model = make()
    folder = tmp_path / "checkpoints"
    checkpoint = kgz.callbacks.Checkpoint(folder)
    ended = keras.callbacks.LambdaCallback(on_train_end=lambda logs: marks.append(1))
    marks = []
    fit = {"batch_size": 4, "verbose": 0, "callbacks": [checkpoint, ended]}
    model.fit(IMAGES, FINE, epochs=1, **fit)
    with pytest.raises(FloatingPointError, match="in epoch 2. The loss disc"):
        model.fit(IMAGES, POISONED + 1, epochs=5, **fit)
    assert len(marks) == 2  # the other callbacks came to their end
    assert [path.name for path in folder.glob("*.json")] == ["step_000000003.json"]
    assert all(np.isfinite(weight).all() for weight in values_of(model.weights))
    # It goes on from where it was.
    model.fit(IMAGES, FINE, epochs=2, **fit)
    assert checkpoint.path.name == "step_000000006.keras"


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_half_precision_trains(policy):
    model = kgz.DCGAN((16, 16, 1), latent_dim=8, base_channels=4, seed=0, dtype=policy)
    model.compile(loss="wasserstein", regularizers="gradient_penalty", ema=0.9)
    model.fit(random_images(400, (16, 16, 1)), batch_size=4, epochs=2, verbose=0)
    for variable in model.weights:
        assert np.isfinite(values_of([variable])[0]).all(), variable.path
    steps = int(model.discriminator_optimizer.iterations)
    if policy == "mixed_bfloat16":
        assert steps == 200
    else:  # a step that overflows is left out and halves the scale
        scale = float(model.discriminator_optimizer.dynamic_scale)
        assert 180 < steps <= 200 and scale == 2.0 ** (15 - (200 - steps))


def test_an_overflow_in_half_precision_is_left_out_and_lowers_the_scale():
    model = Poisonable((16, 16, 1), 8, 4, seed=0, dtype="mixed_float16")
    model.way = "gradient"
    model.compile()
    model.train_on_batch(IMAGES, FINE)
    optimizer = model.discriminator_optimizer
    scale, steps = float(optimizer.dynamic_scale), int(optimizer.iterations)
    before = values_of(model.discriminator.trainable_variables)
    model.train_on_batch(IMAGES, POISONED)
    assert float(optimizer.dynamic_scale) == scale / 2
    assert int(optimizer.iterations) == steps
    after = values_of(model.discriminator.trainable_variables)
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old, new)
    model.train_on_batch(IMAGES, FINE)
    assert int(optimizer.iterations) == steps + 1
