"""Golden runs: ten steps from given weights and draws, which every backend repeats.

KERAS_BACKEND=torch python -m tests.golden         # writes tests/golden/*.npz anew
KERAS_BACKEND=torch python -m tests.golden DCGAN   # that of one model
"""

import itertools
import pathlib
import sys
from unittest import mock

import keras
import numpy as np
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.tables import ConditionalRows, PartitionedRows, TableEncoding

FOLDER = pathlib.Path(__file__).parent / "golden"
STEPS = 10
BATCH = 8
SHAPE = (16, 16, 1)
TINY = {"image_shape": SHAPE, "base_channels": 2}
LATENT = {**TINY, "latent_dim": 8}
DENSE = {
    "image_shape": SHAPE,
    "scale": 2,
    "base_channels": 4,
    "blocks": 1,
    "growth": 2,
    "discriminator_base_channels": 2,
}

STYLES = {"image_shape": SHAPE, "base_channels": 2, "latent_dim": 4, "depth": 2}

TABLE = {
    "size": ["S", "M", "L", "M"] * 20,
    "price": [10.0, 500.0, 20.0, 480.0, 530.0] * 16,
    "new": [True, False] * 40,
}
ENCODING = TableEncoding.of(TABLE)

CAPTIONS = ["a red ring", "a blue ring", "one big red dot", "a small blue dot"]
CAPTIONED = {**LATENT, "text": kgz.text.WordEncoder(dim=4, word_dim=4).of(CAPTIONS)}

# The models' arguments. Dropout is off: Keras draws its masks from the backend.
CASES = {
    "ACGAN": LATENT,
    "CycleGAN": {**TINY, "blocks": 1, "patch": 16, "pool_size": 5},
    "BiGAN": LATENT,
    "BigGAN": {**LATENT, "num_classes": 10, "discriminator_base_channels": 4},
    "CTGAN": {"encoding": ENCODING, "units": (8,), "latent_dim": 4, "pack": 2},
    "ConditionalGAN": LATENT,
    "ConditionalStyleGAN2": STYLES,
    "ContextEncoder": {**TINY, "bottleneck": 8},
    "DCGAN": LATENT,
    "DFGAN": CAPTIONED,
    "ESRGAN": DENSE,
    "FastGAN": {**LATENT, "image_shape": (32, 32, 1)},
    "FramePredictionGAN": {**TINY, "discriminator_base_channels": 2},
    "GANCLS": CAPTIONED,
    "HiFiGAN": {
        "image_shape": (512, 1),
        "variant": "v3",
        "base_channels": 8,
        "discriminator_base_channels": 1,
        "periods": (3,),
        "scales": 1,
    },
    "InfoGAN": LATENT,
    "LSGAN": LATENT,
    "LaMa": {
        **TINY,
        "blocks": 1,
        "discriminator_base_channels": 2,
        "patch": 16,
    },
    "MoCoGAN": {
        "image_shape": (5, *SHAPE),
        "base_channels": 2,
        "latent_dim": 6,
        "motion_dim": 3,
    },
    "PATEGAN": {
        "encoding": ENCODING,
        "units": (8,),
        "latent_dim": 4,
        "num_teachers": 4,
    },
    "Pix2Pix": {**TINY, "source_shape": SHAPE, "patch": 16},
    "PrGAN": {
        **LATENT,
        "image_shape": (8, 8, 8, 1),
        "discriminator_base_channels": 4,
    },
    "ProGAN": {**LATENT, "fading": STEPS * BATCH // 2},
    "R3DCGAN": LATENT,
    "R3GAN": {**TINY, "base_channels": 8, "blocks": 1, "latent_dim": 8},
    "RealESRGAN": DENSE,
    "SAGAN": {**LATENT, "num_classes": 10, "discriminator_base_channels": 4},
    "SNGAN": {**LATENT, "num_classes": 10, "discriminator_base_channels": 4},
    "SRGAN": {
        "image_shape": SHAPE,
        "scale": 4,
        "base_channels": 4,
        "blocks": 1,
        "discriminator_base_channels": 2,
    },
    "SemiSupervisedGAN": {**LATENT, "discriminator_base_channels": 2},
    "StyleGAN2": STYLES,
    "VanillaGAN": {
        "image_shape": SHAPE,
        "latent_dim": 8,
        "units": 8,
        "discriminator_units": 4,
    },
    "VoxelGAN": {**LATENT, "image_shape": (8, 8, 8, 1)},
    "WGAN": LATENT,
    "WGANGP": LATENT,
    "WaveGAN": {**LATENT, "image_shape": (256, 1), "num_classes": 10},
}
# The papers' weights are so small that some terms would hardly move in ten steps.
LOSS_WEIGHTS = {
    "DFGAN": {"matching_penalty": 0.02},  # a sixth power
    "ESRGAN": {"content_loss": 1.0, "generator_loss": 1.0, "pixel_loss": 1.0},
    "HiFiGAN": {"generator_loss": 1.0, "matching_loss": 1.0, "mel_loss": 0.1},
    # A loss of 30 is not exact to 1e-5.
    "LaMa": dict.fromkeys(
        ["generator_loss", "matching_loss", "content_loss", "l1_loss"], 1.0
    ),
    "RealESRGAN": {"content_loss": 1.0, "generator_loss": 1.0, "pixel_loss": 1.0},
    "SRGAN": {"content_loss": 1.0, "generator_loss": 1.0},
}
# Without momentum Adam takes a whole step along a gradient that is mere rounding, and
# the hinge loss has such: within its margins real and generated images cancel.
SGD = {"generator_optimizer": "sgd", "discriminator_optimizer": "sgd"}
# FastGAN normalizes over few images, and large steps send apart what rounding changes.
SMALL = {"class_name": "SGD", "config": {"learning_rate": 1e-3}}
SMALL_STEPS = {"generator_optimizer": SMALL, "discriminator_optimizer": SMALL}
OPTIMIZERS = {
    "BigGAN": SGD,
    "CTGAN": SGD,
    "DFGAN": SGD,
    "FastGAN": SMALL_STEPS,
    # Normalization takes biases away where a unit is active for the whole batch.
    "GANCLS": SGD,
    "SAGAN": SGD,
    "SNGAN": SGD,
    "WaveGAN": SMALL_STEPS,  # by Adam losses part by 5e-3
}
# In some draws a pixel falls on the kink of an |x| on one backend and beside it on
# another, and Adam then sends ten steps apart by 1e-3. In these nothing of the kind
# happens, with one thread or two.
SEEDS = {"CycleGAN": 5, "ESRGAN": 2, "FastGAN": 2, "Pix2Pix": 2}
# Without normalization small weights let a signal fade from layer to layer.
# Divided by their norm, small ones take large steps.
SPREADS = {
    "BigGAN": 0.5,
    "ConditionalStyleGAN2": 0.6,
    "DFGAN": 0.11,
    "FramePredictionGAN": 0.3,
    "HiFiGAN": 0.12,
    "ProGAN": 1.0,
    "R3GAN": 0.18,
    "StyleGAN2": 0.7,
    "WaveGAN": 0.15,
}
DTYPES = {"normal": "float32", "uniform": "float32", "randint": "int32"}


def draw(kind):
    """Stands in for a function of `keras.random`: the same numbers on each backend."""

    def drawn(shape, *args, seed=None, dtype=DTYPES[kind], **kwargs):
        shape = [size if isinstance(size, int) else BATCH for size in shape]
        numbers = getattr(np.random.RandomState(0), kind)(*args, **kwargs, size=shape)
        return ops.convert_to_tensor(
            numbers.astype(keras.backend.standardize_dtype(dtype))
        )

    return drawn


def idle_biases(network):
    """Biases that normalization takes away: Adam follows mere rounding there."""
    for layer, after in itertools.pairwise(network.layers):
        if isinstance(after, keras.layers.BatchNormalization):
            yield getattr(layer, "bias", None)


def moving_numbers(model):
    """A penalty and an average with schedules, where the paper has none of its own."""
    images, paper = STEPS * BATCH, model.compile_defaults()
    chosen = {"ema": kgz.EMA(kgz.schedules.Linear(0, images / 2, images))}
    if hasattr(model, "teachers"):  # no penalty: the student sees no real rows
        chosen["privacy"] = kgz.privacy.PATE(epsilon=1e6, scale=2.0)
    elif not paper.get("regularizers"):
        gamma = kgz.schedules.Cosine(0.1, 0.01, images)
        chosen["regularizers"] = [kgz.regularizers.R1(gamma, every=2)]
    return chosen


def run(name):
    """Trains a case, with a penalty, schedules and an averaged generator.

    Returns:
        A dict of float32 arrays: `losses` (steps, terms), the final `weights` of all
        networks in one row, and those of the `average`.
    """
    model_class = getattr(kgz, name)
    model = model_class(**CASES[name])
    networks = [getattr(model, network) for network in model.networks]
    for layer in [layer for network in networks for layer in network.layers]:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0
        if isinstance(layer, keras.layers.GaussianNoise):
            layer.stddev = 0.0
    for repeats in ("critic_steps", "discriminator_steps"):
        if hasattr(model, repeats):  # as 5 would, and traced in half the time
            setattr(model, repeats, min(getattr(model, repeats), 2))
    random = np.random.RandomState(SEEDS.get(name, 0))
    for variable in model.trainable_variables:
        scale = 1.0 if variable.path.endswith("gamma") else 0.0
        spread = SPREADS.get(name, 0.05)
        variable.assign(scale + spread * random.standard_normal(variable.shape))
    rows = {"CTGAN": _rows, "PATEGAN": _parts}.get(name)
    batches = rows() if rows else _images(model, random)
    model.compile(
        loss_weights=LOSS_WEIGHTS.get(name),
        **OPTIMIZERS.get(name, {}),
        **moving_numbers(model),
    )
    with mock.patch.multiple(keras.random, **{kind: draw(kind) for kind in DTYPES}):
        losses = [model.train_on_batch(*b, return_dict=True) for b in batches]
    terms = sorted(losses[0])
    idle = [id(bias) for network in networks for bias in idle_biases(network)]
    weights = [
        ops.convert_to_numpy(variable).ravel()
        for variable in model.trainable_variables
        if id(variable) not in idle
    ]
    return {
        "losses": np.array([[step[term] for term in terms] for step in losses], "f4"),
        "weights": np.concatenate(weights),
        "average": _averaged(model),
    }


def _rows():
    rows = ENCODING.table.rows_of(TABLE)
    data = ConditionalRows(ENCODING, rows, BATCH, seed=0)
    return [data[index] for index in range(STEPS)]


def _parts():
    rows = ENCODING.table.rows_of(TABLE)
    data = PartitionedRows(ENCODING, rows, BATCH, seed=0, parts=4)
    return [data[index] for index in range(STEPS)]


def _images(model, random):
    name = type(model).__name__
    seen = {"FramePredictionGAN": (6, *SHAPE), "PrGAN": (8, 8, 1)}
    size = (2, STEPS, BATCH, *seen.get(name, model.image_shape))
    images, others = random.randint(0, 256, size).astype("uint8")
    labels = random.randint(0, 10, (STEPS, BATCH))
    if name == "VoxelGAN":
        images %= 2
    if name in ("HiFiGAN", "WaveGAN"):
        images = (images / 127.5 - 1).astype("float32")
    second = {"CycleGAN": others, "Pix2Pix": others}.get(name)
    if model.requires_labels or name == "SemiSupervisedGAN":
        second = labels
    if hasattr(model, "text"):  # two captions an image, of which one is drawn
        pairs = np.stack([labels % 4, (labels + 1) % 4], axis=-1)
        second = np.array(CAPTIONS)[pairs]
    return zip(images) if second is None else zip(images, second, strict=True)


def _averaged(model):
    averages = [model.averaged(name) for name in model.samplers]
    idle = [id(bias) for average in averages for bias in idle_biases(average)]
    variables = [v for average in averages for v in average.variables]
    kept = [v for v in variables if id(v) not in idle and v.dtype == "float32"]
    return np.concatenate([ops.convert_to_numpy(v).ravel() for v in kept])


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for case in sys.argv[1:] or CASES:
        np.savez_compressed(FOLDER / f"{case}.npz", **run(case))
        print(case, "recorded on", keras.backend.backend())
