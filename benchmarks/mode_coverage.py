"""Which losses and regularizers keep all modes? All of them, where modes are known.

    KERAS_BACKEND=jax python benchmarks/mode_coverage.py --out modes

Trains each configuration with ten seeds on four sets: `ring`, 8 Gaussians; `grid` and
`large_grid`, 25 and 100 Gaussians; and `stacked`, three handwritten digits as the
channels of one image, which makes 1,000 modes. The networks are the same small
perceptrons throughout. The runs are appended to `--out`/runs.jsonl; a second call takes
up where the first one stopped. The tables of all runs so far are printed.

Protocol of VEEGAN (https://arxiv.org/abs/1705.07761) and PacGAN
(https://arxiv.org/abs/1712.04086): 100,000 training points, batches of 100 but where
it says otherwise; 2,500 samples of the ring and the grid are judged, 10,000 of the
large grid, 26,000 of the digits.
"""

import argparse
import json
import pathlib
import time

import keras
import numpy as np
from keras import layers

import keras_gan_zoo as kgz
from keras_gan_zoo import datasets
from keras_gan_zoo.regularizers import DRAGAN, R1, R2, GradientPenalty, WeightClipping

POINTS, BLOCK = 100_000, 100  # BLOCK: steps within one compiled call

# What differs from the defaults of `Contestant`. Penalties weigh little: the modes are
# narrow, so a good discriminator is steep.
CONFIGURATIONS = {
    "minimax": {"loss": "minimax"},
    "non_saturating": {},
    "least_squares": {"loss": "least_squares"},
    "hinge": {"loss": "hinge"},
    "relativistic_pairing": {"loss": "relativistic_pairing"},
    "relativistic_average": {"loss": "relativistic_average"},
    "wasserstein + weight_clipping": {
        "loss": "wasserstein",
        "regularizers": [WeightClipping(0.1)],
    },
    "wasserstein + gradient_penalty": {
        "loss": "wasserstein",
        "regularizers": [GradientPenalty(0.1)],
    },
    "non_saturating + dragan": {"regularizers": [DRAGAN(0.1)]},
    "non_saturating + r1": {"regularizers": [R1(0.1)]},
    "non_saturating + r1 + r2": {"regularizers": [R1(0.1), R2(0.1)]},
    "relativistic_pairing + r1 + r2": {
        "loss": "relativistic_pairing",
        "regularizers": [R1(0.1), R2(0.1)],
    },
    "non_saturating, packs of 2": {"pack": 2},
    # Between two modes lie a few samples of a hundred. Weaker penalties let the
    # discriminator be steep there, and larger batches make them fewer. It knows most of
    # the rest. A mode of the grid has 4 % of the samples, so that to reject more could
    # cost a whole one.
    "relativistic_pairing + r1 + r2 of 0.03, 2 x as long, batches of 1,000, "
    "2 % rejected": {
        "loss": "relativistic_pairing",
        "regularizers": [R1(0.03), R2(0.03)],
        "steps": 20_000,
        "batch_size": 1_000,
        "reject": 0.02,
    },
}


class ToyGAN(kgz.LatentGAN):
    """A GAN of two perceptrons of equal size, for points and tiny images."""

    def __init__(self, image_shape, latent_dim, pack=1, **kwargs):
        self.pack = pack
        super().__init__(image_shape, latent_dim, **kwargs)

    def build_generator(self):
        """Latents to points, or to images in [-1, 1]."""
        is_image = len(self.image_shape) == 3
        latents = keras.Input((self.latent_dim,))
        x = perceptron(latents, int(np.prod(self.image_shape)), "relu")
        x = layers.Reshape(self.image_shape)(x)
        x = layers.Activation("tanh")(x) if is_image else x
        return keras.Model(latents, x, name="generator")

    def build_discriminator(self):
        """Points or images, several together where they are packed, to logits."""
        samples = keras.Input(self.image_shape)
        x = layers.Flatten()(kgz.layers.Pack(self.pack)(samples))
        logits = perceptron(x, 1, "leaky_relu")
        return keras.Model(samples, logits, name="discriminator")

    def compile_defaults(self):
        """The loss of a configuration that names none; all bring their optimizers."""
        return {
            "generator_optimizer": "adam",
            "discriminator_optimizer": "adam",
            "loss": "non_saturating",
        }


def perceptron(x, units, activation, width=64, depth=4):
    """Dense layers; the last one is linear."""
    for _ in range(depth):
        # Without biases all kinks would run through the origin at first.
        x = layers.Dense(
            width,
            activation,
            kernel_initializer="he_normal",
            bias_initializer=keras.initializers.RandomNormal(stddev=1.0),
        )(x)
    return layers.Dense(units)(x)


def on_grid(side, judged):
    """The Gaussians of a grid."""
    centers, std = datasets.grid_centers(side), datasets.GRID_STD
    return Gaussians(datasets.grid(POINTS, side=side), centers, std, judged)


class Gaussians:
    """The ring or a grid: its data, and the verdict on samples."""

    latent_dim = 2

    def __init__(self, data, centers, std, judged=2_500):
        self.data = data.images
        self.centers, self.std, self.judged = centers, std, judged

    def judge(self, model, seed, reject):
        """Dict of score to value."""
        points = sample(model, self.judged, seed, reject)
        if not np.isfinite(points).all():
            return {"modes": 0, "quality": 0.0, "reverse_kl": None}
        scores = kgz.metrics.mode_coverage(points, self.centers, self.std)
        return dict(zip(("modes", "quality", "reverse_kl"), scores, strict=True))


class StackedDigits:
    """Three digits of 8x8 pixels, one a channel, read by a small classifier."""

    latent_dim = 32

    def __init__(self):
        images, labels = datasets.load("digits")
        random = np.random.RandomState(0)
        drawn = random.randint(len(images), size=(POINTS, 3))
        self.data = np.moveaxis(images[drawn][..., 0], 1, -1)
        self.classifier, accuracy = digit_classifier(images, labels)
        print(f"The classifier reads {accuracy:.1%} of the digits it has not seen.")

    def judge(self, model, seed, reject):
        """Dict of score to value; a mode counts with three samples."""
        samples = sample(model, 26_000, seed, reject)
        digits = np.moveaxis(samples, -1, 1).reshape(-1, 8, 8, 1)
        read = self.classifier.predict(digits, batch_size=2_000, verbose=0).argmax(1)
        modes = read.reshape(-1, 3) @ [100, 10, 1]
        hits = np.bincount(modes, minlength=1_000)
        shares = hits[hits > 0] / hits.sum()
        reverse_kl = float((shares * np.log(shares * 1_000)).sum())
        return {"modes": int((hits >= 3).sum()), "reverse_kl": reverse_kl}


def sample(model, num, seed, reject=0.0):
    """Generates samples, without the share that the discriminator likes least.

    After Azadi et al. 2018, https://arxiv.org/abs/1810.06758, who reject at random,
    with a probability that depends on the logit.
    """
    drawn = model.generate(round(num / (1 - reject)), seed=seed, batch_size=2_500)
    if not reject:
        return drawn
    inputs = keras.ops.convert_to_numpy(kgz.images.to_unit_range(drawn))
    logits = model.discriminator.predict(inputs, batch_size=2_500, verbose=0)[:, 0]
    return drawn[np.sort(np.argsort(-logits)[:num])]


def digit_classifier(images, labels):
    """A network that reads digits, and its accuracy on every fifth of them."""
    keras.utils.set_random_seed(0)
    network = keras.Sequential(
        [
            keras.Input(images.shape[1:]),
            layers.Rescaling(1 / 255),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, "softmax"),
        ]
    )
    loss = "sparse_categorical_crossentropy"
    network.compile("adam", loss, metrics=["accuracy"])
    held_out = np.arange(len(images)) % 5 == 0
    network.fit(images[~held_out], labels[~held_out], epochs=40, verbose=0)
    _, accuracy = network.evaluate(images[held_out], labels[held_out], verbose=0)
    return network, accuracy


SETS = {
    "ring": lambda: Gaussians(
        datasets.ring(POINTS), datasets.RING_CENTERS, datasets.RING_STD
    ),
    "grid": lambda: on_grid(5, 2_500),
    "large_grid": lambda: on_grid(10, 10_000),
    "stacked": StackedDigits,
}


class Contestant:
    """One configuration on one set, compiled once and trained from any seed."""

    def __init__(self, dataset, steps, pack=1, batch_size=100, reject=0.0, **choices):
        self.dataset, self.steps, self.pack = dataset, steps, pack
        self.batch_size, self.reject = batch_size, reject
        self.model = self.fresh(0)
        execution = {"steps_per_execution": BLOCK}
        if keras.backend.backend() == "torch":
            execution = {}
        self.model.compile(
            generator_optimizer=self.optimizer(),
            discriminator_optimizer=self.optimizer(),
            ema=0.999,
            **execution,
            **choices,
        )
        self.model.on_first_batch(dataset.data[:batch_size])
        self.start = [
            keras.ops.convert_to_numpy(v) for v in self.model.optimizer.variables
        ]

    def fresh(self, seed):
        """The networks with the first weights of a seed."""
        shape = self.dataset.data.shape[1:]
        return ToyGAN(shape, self.dataset.latent_dim, self.pack, seed=seed)

    def optimizer(self):
        """Adam whose rate falls to zero in the course of the run."""
        rate = keras.optimizers.schedules.CosineDecay(3e-3, self.steps)
        return keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99)

    def train(self, seed):
        """Trains from the first weights of a seed; returns the scores."""
        keras.utils.set_random_seed(seed)
        model, fresh = self.model, self.fresh(seed)
        for name in model.networks:
            getattr(model, name).set_weights(getattr(fresh, name).get_weights())
        model.ema_generator.set_weights(fresh.generator.get_weights())
        model.seed_generator.state.assign(fresh.seed_generator.state)
        for variable, value in zip(model.optimizer.variables, self.start, strict=True):
            variable.assign(value)
        begun = time.perf_counter()
        for _ in range(self.steps * self.batch_size // POINTS):
            model.fit(self.dataset.data, batch_size=self.batch_size, verbose=0)
        seconds = round(time.perf_counter() - begun, 1)
        return {**self.dataset.judge(model, seed, self.reject), "seconds": seconds}


def run(options, path):
    """Trains what is not in the file yet, and appends it."""
    done = {(r["set"], r["configuration"], r["seed"]) for r in read(path)}
    for set_name in options.sets:
        dataset = SETS[set_name]()
        for name in options.only or CONFIGURATIONS:
            keys = [(set_name, name, seed) for seed in range(options.seeds)]
            missing = [key for key in keys if key not in done]
            if missing:
                choices = {"steps": options.steps, **CONFIGURATIONS[name]}
                contestant = Contestant(dataset, **choices)
            for key in missing:
                record = dict(zip(("set", "configuration", "seed"), key, strict=True))
                record |= {"steps": choices["steps"], **contestant.train(key[-1])}
                with path.open("a") as file:
                    file.write(json.dumps(record) + "\n")


def read(path):
    """All records of the file."""
    return list(map(json.loads, path.read_text().splitlines())) if path.exists() else []


def print_table(set_name, records):
    """Prints the means over the seeds, the best configuration first."""
    total = {"ring": 8, "grid": 25, "large_grid": 100, "stacked": 1_000}[set_name]
    rows = []
    for name in dict.fromkeys(record["configuration"] for record in records):
        runs = [r for r in records if r["configuration"] == name]
        modes = [r["modes"] for r in runs]
        quality = [r.get("quality", 0.0) for r in runs]
        row = [name, f"{np.mean(modes):.1f}", f"{min(modes)}"]
        if set_name != "stacked":
            row += [f"{100 * np.mean(quality):.1f}", f"{100 * min(quality):.1f}"]
        divergence = [r["reverse_kl"] for r in runs if r["reverse_kl"] is not None]
        row += [f"{np.mean(divergence):.3f}" if divergence else ""]
        rows.append(((np.mean(modes), np.mean(quality)), row))
    head = ["configuration", f"modes of {total:,}", "fewest"]
    head += [] if set_name == "stacked" else ["quality %", "worst %"]
    head += ["reverse KL"]
    seeds = 1 + max((record["seed"] for record in records), default=-1)
    print(f"\n### {set_name}, {seeds} seeds\n")
    for row in [head, ["---"] * len(head), *[r for _, r in sorted(rows)[::-1]]]:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("modes"))
    parser.add_argument("--sets", nargs="+", default=list(SETS))
    parser.add_argument("--only", nargs="+", help="configurations, by name")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--steps", type=int, default=10_000)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    run(options, options.out / "runs.jsonl")
    for name in options.sets:
        records = read(options.out / "runs.jsonl")
        print_table(name, [r for r in records if r["set"] == name])
