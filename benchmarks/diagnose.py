"""Does `Diagnose` name what is broken, and keep quiet where nothing is?

    KERAS_BACKEND=torch python benchmarks/diagnose.py

Trains four runs that are broken on purpose and three healthy ones, with five seeds
each, and prints what was found. Fashion-MNIST must be installed, or pass
`--only` without `dcgan`.
"""

import argparse
import contextlib
import dataclasses
import time

import keras
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.regularizers import R1, GradientPenalty

Adam = keras.optimizers.Adam
# Many steps in one call, where the backend can.
FAST = {} if keras.config.backend() == "torch" else {"steps_per_execution": 100}


@keras.saving.register_keras_serializable("keras_gan_zoo_benchmarks")
class Coin(keras.layers.Layer):
    """Leaves of all latents one sign, so that there are two samples only."""

    def call(self, latents):
        return ops.sign(latents[:, :1])


class FiveCriticSteps(kgz.VanillaGAN):
    """Five steps of the critic for one of the generator."""

    def phases(self):
        critic, generator = super().phases()
        return [dataclasses.replace(critic, repeats=5), generator]


def perceptrons(
    seed, generator_rate, discriminator_rate, cls=kgz.VanillaGAN, **choices
):
    """VanillaGAN for points in the plane, without dropout, and with Adam."""
    network = choices.pop("generator", None)
    model = cls(
        (2,),
        latent_dim=2,
        units=128,
        discriminator_units=64,
        dropout=0.0,
        input_dropout=0.0,
        generator=network,
        seed=seed,
    )
    model.compile(
        generator_optimizer=Adam(generator_rate, beta_1=0.5),
        discriminator_optimizer=Adam(discriminator_rate, beta_1=0.5),
        **{**FAST, **choices},
    )
    return model


def two_images(seed):
    """A generator that can make two images only."""
    latents = keras.Input((2,))
    x = keras.layers.Dense(64, "relu")(Coin()(latents))
    network = keras.Model(latents, keras.layers.Dense(2)(x))
    return perceptrons(seed, 1e-3, 1e-3, generator=network, regularizers=R1(0.1))


def dcgan(seed):
    """The paper's DCGAN, narrower."""
    return kgz.DCGAN((28, 28, 1), base_channels=16, seed=seed)


@dataclasses.dataclass
class Run:
    """A way to train, and what `Diagnose` should say of it."""

    expected: str | None
    make: object
    data: str = "ring"
    batch_size: int = 100
    epochs: int = 8


RUNS = {
    "two images only": Run("mode collapse", two_images),
    "generator too fast": Run(
        "mode collapse", lambda seed: perceptrons(seed, 3e-2, 1e-4)
    ),
    "discriminator too fast": Run(
        "discriminator saturated",
        lambda seed: perceptrons(seed, 1e-5, 1e-2, loss="minimax"),
    ),
    "learning rate too high": Run(
        "non-finite values",
        lambda seed: perceptrons(seed, 1e20, 1e20),
    ),
    "ring": Run(
        None,
        lambda seed: perceptrons(seed, 1e-3, 1e-3, regularizers=R1(0.1), ema=0.999),
    ),
    "grid": Run(
        None,
        lambda seed: perceptrons(
            seed,
            1e-3,
            1e-3,
            FiveCriticSteps,
            loss="wasserstein",
            regularizers=GradientPenalty(1.0),
            ema=0.999,
        ),
        data="grid",
    ),
    "dcgan": Run(None, dcgan, data="fashion_mnist", batch_size=64, epochs=3),
}


def train(run, seed):
    """Returns the callback after the run."""
    keras.utils.set_random_seed(seed)
    images = kgz.datasets.load(run.data).images[:60_000]
    diagnosis = kgz.callbacks.Diagnose(images, seed=seed, verbose=0)
    fit = {"batch_size": run.batch_size, "epochs": run.epochs, "verbose": 0}
    with contextlib.suppress(FloatingPointError):  # how a run that diverges ends
        run.make(seed).fit(images, callbacks=[diagnosis], **fit)
    return diagnosis


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=RUNS, default=list(RUNS))
    options = parser.parse_args()
    print(f"{keras.backend.backend()}, Keras {keras.__version__}")
    for name in options.only:
        expected = RUNS[name].expected
        for seed in range(options.seeds):
            begun = time.perf_counter()
            diagnosis = train(RUNS[name], seed)
            found = [finding.name for finding in diagnosis.findings]
            right = found[:1] == ([expected] if expected else [])
            print(
                f"{name:24} seed {seed}  {'right' if right else 'WRONG'}  {found}  "
                f"{len(diagnosis.history)} looks, {diagnosis.cost:.1%} of "
                f"{time.perf_counter() - begun:.0f} s",
                flush=True,
            )
