"""Golden runs: ten steps from given weights and noise, which every backend repeats.

KERAS_BACKEND=torch python -m tests.golden    # writes tests/golden/*.npz anew
"""

import pathlib

import keras
import numpy as np
from keras import ops

import keras_gan_zoo as kgz

FOLDER = pathlib.Path(__file__).parent / "golden"
STEPS = 10
BATCH = 8
SHAPE = (16, 16, 1)

# Without dropout and penalties, whose random numbers differ between the backends.
CASES = {
    "dcgan": lambda: kgz.DCGAN(SHAPE, latent_dim=8, width=4),
    "esrgan": lambda: kgz.ESRGAN(
        SHAPE, scale=2, filters=4, blocks=1, growth=2, discriminator_filters=2
    ),
    "srgan": lambda: kgz.SRGAN(
        SHAPE, scale=4, filters=4, blocks=1, discriminator_filters=2
    ),
    "vanilla_gan": lambda: kgz.VanillaGAN(
        SHAPE, latent_dim=8, width=16, discriminator_width=8, dropout=0, input_dropout=0
    ),
}
# The papers' weights are so small that some terms would hardly move in ten steps.
LOSS_WEIGHTS = {
    "esrgan": {"content": 1.0, "adversarial": 1.0, "pixel": 1.0},
    "srgan": {"content": 1.0, "adversarial": 1.0},
}


def run(name):
    """Trains a case.

    Returns:
        A dict of float32 arrays: `losses` (steps, terms), and the final `weights` of
        both networks in one row.
    """
    model = CASES[name]()
    random = np.random.RandomState(0)
    for variable in model.trainable_variables:
        scale = 1.0 if variable.path.endswith("gamma") else 0.0
        variable.assign(scale + 0.05 * random.standard_normal(variable.shape))
    noise = ops.convert_to_tensor(random.standard_normal((STEPS, BATCH, 8)), "float32")
    images = random.randint(0, 256, (STEPS, BATCH, *SHAPE)).astype("uint8")
    model.compile(loss_weights=LOSS_WEIGHTS.get(name))
    model.noise = lambda num: ops.take(
        noise, ops.cast(model.generator_optimizer.iterations, "int32"), axis=0
    )
    losses = [model.train_on_batch(batch, return_dict=True) for batch in images]
    terms = sorted(losses[0])
    weights = [ops.convert_to_numpy(v).ravel() for v in model.trainable_variables]
    return {
        "losses": np.array([[step[term] for term in terms] for step in losses], "f4"),
        "weights": np.concatenate(weights),
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for case in CASES:
        np.savez_compressed(FOLDER / f"{case}.npz", **run(case))
        print(case, "recorded on", keras.backend.backend())
