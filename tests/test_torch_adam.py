"""PyTorch: Adam that moves all weights together moves them as Keras' own does."""

import keras
import numpy as np
import pytest

from keras_gan_zoo import schedules
from tests.contract import values_of

if keras.backend.backend() != "torch":
    pytest.skip("is a part of the PyTorch backend", allow_module_level=True)

from keras_gan_zoo.backend.torch_adam import move_together

SHAPES = ((3, 3, 4, 8), (8,), (5, 2))


class Halved(keras.optimizers.Adam):
    """An Adam with a step of its own."""

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(gradient / 2, variable, learning_rate)


def moving_numbers():
    optimizer = schedules.ScheduledAdam(
        schedules.Linear(1e-2, 1e-3, 4), 0.5, schedules.Cosine(0.9, 0.99, 4)
    )
    seen = iter(range(100))
    optimizer.seen = lambda: next(seen) // 2
    return optimizer


ADAMS = {
    "Adam": lambda: keras.optimizers.Adam(1e-2, beta_1=0.5),
    "without momentum": lambda: keras.optimizers.Adam(1e-2, 0.0, 0.99, 1e-3),
    "AdamW": lambda: keras.optimizers.AdamW(1e-2, weight_decay=0.1),
    "clipped": lambda: keras.optimizers.Adam(1e-2, global_clipnorm=0.1),
    "averaged": lambda: keras.optimizers.Adam(1e-2, use_ema=True, ema_momentum=0.5),
    "accumulated": lambda: keras.optimizers.Adam(1e-2, gradient_accumulation_steps=2),
    "scheduled": moving_numbers,
    "scaled": lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(1e-2)),
}
OTHERS = {
    "amsgrad": lambda: keras.optimizers.Adam(1e-2, amsgrad=True),
    "with a step of its own": lambda: Halved(1e-2),
    "SGD": lambda: keras.optimizers.SGD(1e-2),
}


def moved(optimizer, steps=6):
    """Weights and slots after some steps of one optimizer on random gradients."""
    random = np.random.RandomState(0)
    first = [random.randn(*shape) for shape in SHAPES]
    variables = [keras.Variable(value, dtype="float32") for value in first]
    optimizer.build(variables)
    for _ in range(steps):
        gradients = [
            keras.ops.convert_to_tensor(random.randn(*shape).astype("float32"))
            for shape in SHAPES
        ]
        optimizer.apply(gradients, variables)
    return values_of([*variables, *optimizer.variables])


@pytest.mark.parametrize("name", [*ADAMS, *OTHERS])
def test_it_moves_weights_and_slots_as_keras_does(name):
    make = {**ADAMS, **OTHERS}[name]
    together = make()
    move_together(together)
    for ours, theirs in zip(moved(together), moved(make()), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-7)


@pytest.mark.parametrize("name", [*ADAMS, *OTHERS])
def test_only_what_it_knows_is_moved_together(name):
    optimizer = {**ADAMS, **OTHERS}[name]()
    move_together(optimizer)
    bare = getattr(optimizer, "inner_optimizer", optimizer)
    assert ("_backend_update_step" in vars(bare)) == (name in ADAMS)
