"""What users did and the library did not expect, each as one of its kind.

Interrupts are in `test_interrupted.py`, checkpoints in `test_checkpoint.py`, presets
from outside in `test_presets.py`, and messages in `test_messages.py`.
"""

import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from tests.contract import random_images, values_of

SHAPE = (16, 16, 1)
IMAGES = random_images(16, SHAPE)
ROOT = pathlib.Path(__file__).parent.parent
BACKEND = keras.backend.backend()


def dcgan(**arguments):
    return kgz.DCGAN(**{"base_channels": 4, "latent_dim": 8, "seed": 0, **arguments})


def vanilla_gan(**arguments):
    small = {"units": 8, "discriminator_units": 4, "latent_dim": 4, "seed": 0}
    return kgz.VanillaGAN(**{**small, **arguments})


# The averaged generator.


@pytest.mark.parametrize("name", ["model.keras", "model.weights.h5"])
def test_loaded_weights_hold_the_averaged_generator(name, tmp_path):
    one, other = dcgan(), dcgan(image_shape=SHAPE, seed=1)
    for model in (one, other):
        model.compile(ema=0.5)
    one.fit(IMAGES, batch_size=4, epochs=2, verbose=0)
    one.save(tmp_path / name) if name.endswith("keras") else one.save_weights(
        tmp_path / name
    )
    other.load_weights(tmp_path / name)
    assert other.sampler is other.ema_generator
    np.testing.assert_array_equal(one.generate(4, seed=0), other.generate(4, seed=0))
    raw = keras.ops.convert_to_numpy(one.generator(one.latents(4, seed=0)))
    averaged = keras.ops.convert_to_numpy(one(one.latents(4, seed=0)))
    assert np.abs(raw - averaged).max() > 0


def test_weights_without_an_average_begin_a_fresh_one(tmp_path):
    plain = dcgan()
    plain.fit(IMAGES, batch_size=4, verbose=0)
    plain.save_weights(tmp_path / "plain.weights.h5")
    averaging = dcgan(seed=1)
    averaging.compile(ema=0.9)
    averaging.fit(IMAGES, batch_size=4, verbose=0)
    averaging.load_weights(tmp_path / "plain.weights.h5")
    pairs = zip(
        values_of(averaging.ema_generator.weights),
        values_of(plain.generator.weights),
        strict=True,
    )
    for average, weight in pairs:
        np.testing.assert_array_equal(average, weight)


# Weights and files that are not finite, or do not fit.


def poison(network, value):
    weight = network.trainable_variables[0]
    numbers = values_of([weight])[0]
    numbers.flat[0] = value
    weight.assign(numbers)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_are_named_and_refused(value, tmp_path):
    model = dcgan(image_shape=SHAPE)
    model.fit(IMAGES, batch_size=8, verbose=0)
    model.save(tmp_path / "model.keras")
    before = (tmp_path / "model.keras").read_bytes()
    poison(model.generator, value)
    message = "holds weights that are not finite, in .*kernel"
    extractor = kgz.metrics.extractors.pixels()
    for use in (
        lambda: model.generate(2),
        lambda: model.predict(model.latents(2)),
        lambda: kgz.evaluate(model, IMAGES, extractor=extractor, num_samples=16),
        lambda: model.save(tmp_path / "model.keras"),
        lambda: model.save_weights(tmp_path / "model.weights.h5"),
        lambda: keras.saving.save_model(model, tmp_path / "other.keras"),
        lambda: model.save_to_preset(tmp_path / "preset"),
        lambda: model.export(tmp_path / "exported.onnx"),
    ):
        with pytest.raises(ValueError, match=message):
            use()
    assert (tmp_path / "model.keras").read_bytes() == before
    assert not (tmp_path / "model.weights.h5").exists()
    model.load_weights(tmp_path / "model.keras")  # from where it can go on
    model.generate(2)


@pytest.mark.parametrize(
    ("make", "use"),
    [
        (
            lambda: kgz.SRGAN(
                (16, 16, 3),
                scale=2,
                base_channels=4,
                blocks=1,
                discriminator_base_channels=4,
            ),
            lambda model: model.upscale(random_images(1, (9, 9, 3))[0], tile=24),
        ),
        (
            lambda: kgz.Pix2Pix((16, 16, 3), base_channels=4, patch=16),
            lambda model: model.translate(random_images(2, (16, 16, 3))),
        ),
        (
            lambda: kgz.ContextEncoder((16, 16, 3), base_channels=4, bottleneck=8),
            lambda model: model.inpaint(
                random_images(2, (16, 16, 3)), np.ones((2, 16, 16, 1), bool)
            ),
        ),
    ],
    ids=["upscale", "translate", "inpaint"],
)
def test_all_that_maps_images_refuses_such_weights(make, use):
    model = make()
    use(model)
    poison(model.generator, np.nan)
    with pytest.raises(ValueError, match="holds weights that are not finite"):
        use(model)


def test_values_that_overflow_within_the_network_are_refused():
    model = dcgan(image_shape=SHAPE)
    signs = np.random.RandomState(0).choice
    for weight in model.generator.trainable_variables:
        weight.assign(signs([-1e30, 1e30], weight.shape))
    with pytest.raises(ValueError, match="computes values that are not finite"):
        model.generate(2)


def test_a_file_that_is_not_finite_or_of_another_model_changes_nothing(tmp_path):
    model = dcgan(image_shape=SHAPE)
    before = values_of(model.variables)
    other = dcgan(image_shape=SHAPE, base_channels=5)
    keras.Model.save_weights(other, tmp_path / "other.weights.h5")
    poison(other.generator, np.nan)
    damaged = dcgan(image_shape=SHAPE)
    poison(damaged.discriminator, np.nan)
    keras.Model.save_weights(damaged.generator, tmp_path / "part.weights.h5")
    (tmp_path / "text.weights.h5").write_text("no weights")
    for name, message in {
        "other": r"other.weights.h5 cannot be loaded .*Of another shape or dtype: .*"
        r"\(.*\) float32 in place of",
        "part": "part.weights.h5 cannot be loaded .*Missing: discriminator",
    }.items():
        with pytest.raises(ValueError, match=message):
            model.load_weights(tmp_path / f"{name}.weights.h5")
    with pytest.raises((ValueError, OSError), match="text.weights.h5|file signature"):
        model.load_weights(tmp_path / "text.weights.h5")
    for old, new in zip(before, values_of(model.variables), strict=True):
        np.testing.assert_array_equal(old, new)


# Steps that are not finite.


def test_image_pools_are_put_back_after_a_fault():
    @keras.saving.register_keras_serializable("tests")
    class Poisoned(kgz.CycleGAN):
        def discriminator_loss(self, batch, fake):
            terms = super().discriminator_loss(batch, fake)
            return {name: value * np.nan for name, value in terms.items()}

    images = random_images(4, (16, 16, 3))
    model = Poisoned(base_channels=4, blocks=1, patch=16, pool_size=3, seed=0)
    with pytest.raises(FloatingPointError, match="loss discriminator_loss is not"):
        model.fit(images, images, batch_size=2, verbose=0)
    for pool in (model.pool_a, model.pool_b):
        filled, stored = int(pool.filled), ops.convert_to_numpy(pool.images)
        assert filled == 0 and (stored == 0).all()


@pytest.mark.parametrize("phase", ["discriminator", "generator"])
def test_half_precision_ends_with_the_name_of_a_gradient_that_stays_infinite(phase):
    def added(terms, images):
        slope = ops.sqrt(0.0 * ops.sum(ops.cast(images, "float32")))
        return {name: value + slope for name, value in terms.items()}

    class Endless(kgz.DCGAN):
        """The root has no slope at zero, however the loss is scaled."""

        def discriminator_loss(self, batch, fake):
            terms = super().discriminator_loss(batch, fake)
            of_own = self.discriminate(batch.real)
            return added(terms, of_own) if phase == "discriminator" else terms

        def generator_loss(self, batch, fake):
            terms = super().generator_loss(batch, fake)
            return added(terms, fake) if phase == "generator" else terms

    model = Endless(SHAPE, latent_dim=8, base_channels=4, seed=0, dtype="mixed_float16")
    message = f"The gradient of {phase}_loss is not finite .phase '{phase}'"
    with pytest.raises(FloatingPointError, match=message):
        model.fit(IMAGES, batch_size=4, epochs=20, verbose=0)
    optimizer = getattr(model, f"{phase}_optimizer")
    assert float(optimizer.dynamic_scale) == 1.0
    assert int(optimizer.iterations) == 0


# Batches after the first one.


def stream(*batches):
    """A data set of these batches, in this order."""

    class Stream(keras.utils.PyDataset):
        def __len__(self):
            return len(batches)

        def __getitem__(self, index):
            return batches[index]

    return Stream()


FLOATS = (IMAGES[:4] / np.float32(127.5) - 1,)
LABELS = np.array([0, 1, 2, 1])


@pytest.mark.parametrize(
    ("later", "message"),
    [
        ((FLOATS[0] * 127.5 + 127.5,), r"holds images from -1 to 25\d.*expected -1 to"),
        ((np.full_like(FLOATS[0], np.nan),), "images from nan to nan|is not finite"),
        # TensorFlow makes floats of the bytes before anyone sees them.
        ((IMAGES[:4],), "of another kind.* float .* uint8|holds images from -1 to 255"),
        ((FLOATS[0][:, :12],), "of another kind than the first one"),
    ],
    ids=["range", "nan", "dtype", "shape"],
)
def test_later_batches_are_validated(later, message):
    model = dcgan()
    data = stream(FLOATS, later, FLOATS, FLOATS)
    with pytest.raises((ValueError, FloatingPointError), match=message):
        model.fit(data, shuffle=False, verbose=0)
    # One good step, and none since.
    assert [int(o.iterations) for o in model.optimizer.optimizers] == [1, 1]
    for variable in model.variables:
        assert np.isfinite(values_of([variable])[0]).all()
    model.fit(stream(FLOATS), shuffle=False, verbose=0)  # one can go on
    assert [int(o.iterations) for o in model.optimizer.optimizers] == [2, 2]


def test_a_later_batch_of_another_shape_is_named_wherever_it_comes():
    other = (FLOATS[0][:, :12],)
    for data in ([FLOATS, FLOATS, other, FLOATS], [FLOATS, other, FLOATS]):
        message = r"of another kind than the first one.*16, ?12, ?1|12, ?16, ?1"
        with pytest.raises(ValueError, match=message):
            dcgan().fit(stream(*data), shuffle=False, verbose=0)


def test_a_first_black_batch_hides_nothing():
    model = dcgan()
    black = (np.zeros((4, *SHAPE), "float32"),)
    with pytest.raises(ValueError, match=r"holds images from 0 to 25\d"):
        data = stream(black, (IMAGES[:4].astype("float32"),), black)
        model.fit(data, shuffle=False, verbose=0)


@pytest.mark.parametrize("model_class", [kgz.ConditionalGAN, kgz.ACGAN])
@pytest.mark.parametrize("wrong", [7, -1])
def test_labels_of_later_batches_are_validated(model_class, wrong):
    model = model_class(base_channels=4, latent_dim=8, num_classes=3, seed=0)
    bad = np.where(LABELS == 2, wrong, LABELS)
    data = stream((IMAGES[:4], LABELS), (IMAGES[:4], bad), (IMAGES[:4], LABELS))
    low, high = min(0, wrong), max(1, wrong, 2)
    message = f"holds labels from {low} to {high}, expected 0 to 2"
    with pytest.raises(ValueError, match=message):
        model.fit(data, shuffle=False, verbose=0)
    for variable in model.trainable_variables:
        assert np.isfinite(values_of([variable])[0]).all()
    assert int(model.generator_optimizer.iterations) == 1


def test_both_images_of_a_pair_and_masks_are_validated():
    good = random_images(2, (16, 16, 3)) / np.float32(127.5) - 1
    for bad in ((good * 9, good), (good, good * 9)):
        model = kgz.Pix2Pix(base_channels=4, patch=16, seed=0)
        with pytest.raises(ValueError, match="holds images from -9"):
            model.fit(stream((good, good), bad, bad), shuffle=False, verbose=0)
    masks = np.ones((2, 16, 16, 1), "float32")
    model = kgz.ContextEncoder(base_channels=4, bottleneck=8, seed=0)
    data = stream((good, masks), (good, 255 * masks), (good, masks))
    with pytest.raises(ValueError, match="holds masks from 1 to 255, expected 0 to 1"):
        model.fit(data, shuffle=False, verbose=0)


# The first batch.


def test_images_in_the_unit_interval_are_pointed_out_once():
    images = (IMAGES / 255).astype("float32")
    model = vanilla_gan()
    with pytest.warns(UserWarning, match=r"looks like \[0, 1\]. Expected \[-1, 1\]"):
        model.fit(images, batch_size=4, verbose=0)
    model.fit(0.9 * images, batch_size=4, verbose=0)
    vanilla_gan().fit(IMAGES / np.float32(127.5) - 1, batch_size=4, verbose=0)


@pytest.mark.parametrize("shape", [(4, 1, 16, 16), (4, 3, 16, 12), (4, 4, 64, 64)])
def test_channels_that_stand_first_are_refused(shape):
    with pytest.raises(ValueError, match="Channels must stand last.*moveaxis"):
        vanilla_gan().fit(np.zeros(shape, "uint8"), verbose=0)


def discriminator_ending_in(*last):
    flat = [keras.Input(SHAPE), layers.Flatten()]
    return keras.Sequential([*flat, *last])


@pytest.mark.parametrize(
    ("networks", "message"),
    [
        (
            {"discriminator": [layers.Dense(1, "sigmoid")]},
            "ends in a sigmoid. Exp",
        ),
        (
            {"discriminator": [layers.Dense(1), layers.Activation("hard_sigmoid")]},
            "discriminator ends in a hard_sigmoid. Expected logits",
        ),
        ({"discriminator": [layers.Dense(2), layers.Softmax()]}, "ends in a softmax"),
        (
            {"generator": [layers.Dense(256, "sigmoid"), layers.Reshape(SHAPE)]},
            r"generator ends in a sigmoid, so its images lie in \[0, 1\]",
        ),
    ],
    ids=["dense", "activation", "softmax", "generator"],
)
def test_networks_that_end_in_a_bounded_function_are_pointed_out(networks, message):
    [(name, last)] = networks.items()
    start = keras.Input(SHAPE if name == "discriminator" else (4,))
    network = keras.Sequential([start, layers.Flatten(), *last])
    with pytest.warns(UserWarning, match=message):
        vanilla_gan(image_shape=SHAPE, **{name: network})


def test_the_same_within_another_network_is_found_and_the_papers_own_is_not():
    inner = discriminator_ending_in(layers.Dense(1, "sigmoid"))
    images = keras.Input(SHAPE)
    network = keras.Model(images, layers.Reshape((1,))(inner(images)))
    with pytest.warns(UserWarning, match="discriminator ends in a sigmoid"):
        vanilla_gan(image_shape=SHAPE, discriminator=network)
    vanilla_gan(image_shape=SHAPE)  # its sigmoid is rescaled to [-1, 1]


def test_labels_that_mean_nothing_are_pointed_out_once_whatever_they_are():
    names = np.array(["shirt", "bag"] * 8)
    for labels in (names, np.arange(16), np.eye(16)):
        model = vanilla_gan()
        with pytest.warns(UserWarning, match="ignores the labels.*ConditionalGAN"):
            model.fit(IMAGES, labels, batch_size=8, verbose=0)
        model.fit(IMAGES, labels, batch_size=8, verbose=0)
    # What `datasets.load` returns is known to be a pair.
    dataset = kgz.datasets.Dataset(IMAGES, np.zeros(16, "int32"))
    vanilla_gan().fit(dataset, batch_size=8, verbose=0)


def test_conditional_models_count_the_classes_of_an_array():
    labels = np.arange(16) % 3
    for model_class in (kgz.ConditionalGAN, kgz.ACGAN, kgz.SemiSupervisedGAN):
        model = model_class(base_channels=4, latent_dim=8, seed=0)
        model.fit(IMAGES, labels, batch_size=8, verbose=0)
        assert model.num_classes == 3
        if model.conditional:
            assert model.generate(4, labels=2).shape == (4, *SHAPE)
            with pytest.raises(ValueError, match=r"lie in \[0, 3\)"):
                model.generate(labels=[3])
        with pytest.raises(ValueError, match=r"lie in \[-?\d, 3\).*0 to 4"):
            model.fit(IMAGES, np.arange(16) % 5, batch_size=8, verbose=0)


def test_a_data_set_does_not_tell_how_many_classes_there_are():
    model = kgz.ConditionalGAN(base_channels=4, latent_dim=8, seed=0)
    with pytest.warns(UserWarning, match="made for 10 classes.*Pass num_classes"):
        model.fit(stream((IMAGES[:4], LABELS)), verbose=0)


# Memory, and files that are none.

COPIES = """
import resource, sys
import numpy as np, keras_gan_zoo as kgz
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
model = kgz.VanillaGAN(units=8, discriminator_units=4, latent_dim=4)
model.fit(np.zeros((64, 16, 16, 3), sys.argv[2]), batch_size=32, verbose=0)
images = np.load(sys.argv[1], mmap_mode=sys.argv[3] or None)
before = peak()
model.fit(images, batch_size=32, steps_per_epoch=3, verbose=0)
print(peak() - before)
"""


@pytest.mark.parametrize(
    ("dtype", "mode"), [("uint8", "r"), ("float32", "r"), ("float32", "")]
)
def test_fit_copies_no_arrays(dtype, mode, tmp_path):
    path = tmp_path / "images.npy"
    megabytes = 300
    shape = (megabytes * 2**20 // (16 * 16 * 3 * np.dtype(dtype).itemsize), 16, 16, 3)
    np.lib.format.open_memmap(path, "w+", dtype, shape).flush()
    run = subprocess.run(
        [sys.executable, "-c", COPIES, str(path), dtype, mode],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(run.stdout.split()[-1]) < megabytes / 4


def test_special_files_are_no_images(tmp_path):
    image = pytest.importorskip("PIL.Image")
    image.fromarray(IMAGES[0, ..., 0]).save(tmp_path / "one.png")
    os.mkfifo(tmp_path / "two.png")
    (tmp_path / "three.png").mkdir()
    assert kgz.datasets.load_folder(tmp_path).images.shape == (1, *SHAPE)


# Freezing.


@pytest.mark.parametrize("name", ["generator", "discriminator"])
@pytest.mark.parametrize("first", [False, True], ids=["at once", "after a fit"])
def test_a_frozen_network_stands_still_until_it_is_free_again(name, first):
    model = vanilla_gan(image_shape=SHAPE)
    network = getattr(model, name)
    if first:
        model.fit(IMAGES, batch_size=8, verbose=0)
    before = values_of(network.weights)
    network.trainable = False
    model.fit(IMAGES, batch_size=8, verbose=0)
    for old, new in zip(before, values_of(network.weights), strict=True):
        np.testing.assert_array_equal(old, new)
    network.trainable = True
    model.fit(IMAGES, batch_size=8, verbose=0)
    moved = zip(before, values_of(network.trainable_variables), strict=True)
    assert any((old != new).any() for old, new in moved)


def test_a_part_of_a_network_can_be_frozen_and_everything_at_once():
    model = vanilla_gan(image_shape=SHAPE)
    model.fit(IMAGES, batch_size=8, verbose=0)
    first, *others = [x for x in model.discriminator.layers if x.weights]
    first.trainable = False
    before, rest = values_of(first.weights), values_of(others[-1].weights)
    model.fit(IMAGES, batch_size=8, verbose=0)
    np.testing.assert_array_equal(before[0], values_of(first.weights)[0])
    assert (rest[0] != values_of(others[-1].weights)[0]).any()
    model.generator.trainable = model.discriminator.trainable = False
    weights = values_of(model.weights[:4])
    history = model.fit(IMAGES, batch_size=8, verbose=0).history
    assert np.isfinite(list(history.values())).all()
    for old, new in zip(weights[1:], values_of(model.weights[1:4]), strict=True):
        np.testing.assert_array_equal(old, new)


def test_an_optimizers_average_of_frozen_weights_is_refused():
    model = vanilla_gan(image_shape=SHAPE)
    model.compile(discriminator_optimizer=keras.optimizers.Adam(use_ema=True))
    model.discriminator.layers[-1].trainable = False
    with pytest.raises(ValueError, match="use_ema=True averages all of its weights"):
        model.fit(IMAGES, batch_size=8, verbose=0)


# Keras' global settings.

PHOTOS = random_images(4, (16, 16, 3))
MODELS = {
    "dcgan": (lambda **k: kgz.DCGAN(base_channels=4, latent_dim=8, **k), PHOTOS),
    "vanilla_gan": (
        lambda **k: kgz.VanillaGAN(units=8, discriminator_units=4, latent_dim=4, **k),
        PHOTOS,
    ),
    "wgan_gp": (lambda **k: kgz.WGANGP(base_channels=4, latent_dim=8, **k), PHOTOS),
    "acgan": (
        lambda **k: kgz.ACGAN(base_channels=4, latent_dim=8, **k),
        (PHOTOS, LABELS),
    ),
    "semi_supervised_gan": (
        lambda **k: kgz.SemiSupervisedGAN(
            base_channels=4, latent_dim=8, discriminator_base_channels=4, **k
        ),
        (PHOTOS, LABELS),
    ),
    "pix2pix": (
        lambda **k: kgz.Pix2Pix(base_channels=4, patch=16, **k),
        (PHOTOS, PHOTOS),
    ),
    "cyclegan": (
        lambda **k: kgz.CycleGAN(base_channels=4, blocks=1, patch=16, pool_size=3, **k),
        (PHOTOS, PHOTOS),
    ),
    "context_encoder": (
        lambda **k: kgz.ContextEncoder(base_channels=4, bottleneck=8, **k),
        PHOTOS,
    ),
    "esrgan": (
        lambda **k: kgz.ESRGAN(
            scale=2,
            base_channels=4,
            blocks=1,
            growth=2,
            discriminator_base_channels=4,
            **k,
        ),
        PHOTOS,
    ),
}


def use(model):
    """Images that the model makes."""
    if hasattr(model, "generate"):
        return model.generate(3, seed=0)
    if hasattr(model, "upscale"):
        return model.upscale(PHOTOS[0], tile=32)
    if hasattr(model, "translate"):
        return model.translate(PHOTOS)
    return model.inpaint(PHOTOS, np.ones((4, 16, 16, 1), bool))


@pytest.mark.parametrize("name", MODELS)
def test_channels_are_last_whatever_keras_is_configured_to(name):
    make, data = MODELS[name]
    model = make(seed=0)
    model.fit(data, batch_size=2, shuffle=False, verbose=0)
    keras.config.set_image_data_format("channels_first")
    try:
        other = make(seed=0)
        other.fit(data, batch_size=2, shuffle=False, verbose=0)
        images = use(other)
    finally:
        keras.config.set_image_data_format("channels_last")
    assert np.abs(images.astype(int) - use(model)).max() <= 1


@pytest.mark.filterwarnings("ignore:Explicitly requested dtype float64")  # of JAX
@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        *[(name, "float16") for name in MODELS],
        *[(n, d) for n in ("dcgan", "pix2pix") for d in ("float64", "bfloat16")],
    ],
)
def test_every_precision_trains_and_samples(name, dtype):
    make, data = MODELS[name]
    model = make(seed=0, dtype=dtype)
    history = model.fit(data, batch_size=2, verbose=0).history
    assert np.isfinite(list(history.values())).all()
    assert use(model).dtype == np.uint8


# Callbacks.


def test_real_images_that_are_all_alike_can_be_diagnosed():
    images = np.full((64, *SHAPE), 40, "uint8")
    diagnose = kgz.callbacks.Diagnose(images, num=16, every=1, budget=9, verbose=0)
    vanilla_gan().fit(images, batch_size=16, epochs=4, callbacks=[diagnose], verbose=0)
    assert len(diagnose.history) == 4
    assert "mode collapse" not in diagnose.summary()


def test_a_diagnosis_looks_as_often_as_a_short_run_needs(tmp_path):
    images = random_images(300, (8, 8, 1))
    for epochs, steps in ((240, 5), (1, 1_200)):
        diagnose = kgz.callbacks.Diagnose(images, num=64, verbose=0)
        diagnose.set_params({"epochs": epochs, "steps": steps})
        assert epochs * steps // diagnose._pace_of_run() >= 4 * diagnose.patience


def test_few_looks_are_no_acquittal(tmp_path):
    diagnose = kgz.callbacks.Diagnose(IMAGES, num=8, every=1_000, verbose=0)
    report = kgz.callbacks.Report(tmp_path / "report.html", num=4, diagnose=diagnose)
    vanilla_gan().fit(IMAGES, batch_size=8, callbacks=[diagnose, report], verbose=0)
    page = (tmp_path / "report.html").read_text()
    assert diagnose.summary().startswith("Too early to judge: 0 looks over 2 steps")
    assert "Too early to judge" in page and "<dd>too early</dd>" in page
    assert "Watched, and no alarm" not in page


def test_shares_are_drawn_from_zero_to_one(tmp_path):
    def score(model):
        return {"recall": 0.0, "coverage": 0.98, "frechet_distance": 3.0}

    evaluate = kgz.callbacks.Evaluate(score)
    report = kgz.callbacks.Report(tmp_path / "r.html", num=4, evaluate=evaluate)
    fit = {"batch_size": 8, "epochs": 2, "verbose": 0}
    vanilla_gan().fit(IMAGES, callbacks=[evaluate, report], **fit)
    page = (tmp_path / "r.html").read_text()
    labels = page[page.index("recall") :].split("coverage")[0]
    assert 'style="top:0.00%">1</span>' in labels
    assert 'style="top:100.00%">0</span>' in labels and ">-1</span>" not in labels


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: kgz.callbacks.Checkpoint(folder),
        lambda folder: kgz.callbacks.SampleGrid(folder),
        lambda folder: kgz.callbacks.Report(folder / "report.html"),
        lambda folder: kgz.callbacks.Evaluate(
            lambda model: {"recall": 1.0}, best=folder / "best.keras"
        ),
    ],
    ids=["checkpoint", "grid", "report", "evaluate"],
)
def test_a_folder_that_cannot_be_written_shows_before_the_first_step(make, tmp_path):
    model = vanilla_gan(image_shape=SHAPE)
    before = values_of(model.trainable_variables)
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file" / "folder", pathlib.Path("/proc/kgz")):
        with pytest.raises(ValueError, match="Nothing can be written to the folder"):
            model.fit(IMAGES, callbacks=[make(folder)], verbose=0)
    for old, new in zip(before, values_of(model.trainable_variables), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize(
    ("package", "make"),
    [
        ("PIL", lambda: kgz.callbacks.SampleGrid("x")),
        ("tensorboard", lambda: kgz.callbacks.SampleGrid("x", tensorboard="logs")),
        (
            "tensorboard",
            lambda: kgz.callbacks.Evaluate(lambda model: {}, tensorboard="logs"),
        ),
        (
            "tensorboard",
            lambda: kgz.callbacks.Diagnose(IMAGES, num=8, tensorboard="logs"),
        ),
    ],
)
def test_a_missing_package_shows_when_the_callback_is_made(package, make, monkeypatch):
    for name in [n for n in sys.modules if n.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match="pip install"):
        make()


# Orders, and paths between latents.


@pytest.mark.parametrize(
    "make",
    [
        lambda: kgz.datasets.Unpaired(IMAGES, IMAGES[:5], batch_size=4),
        lambda: kgz.datasets.PartlyLabelled(
            IMAGES, np.where(np.arange(16) < 4, 1, -1), 8, seed=None
        ),
    ],
    ids=["unpaired", "partly labelled"],
)
def test_without_a_seed_the_model_decides_the_order(make):
    orders = []
    for _ in range(2):
        data = make()
        data.reorder(3, 4)
        orders.append([data[i] for i in range(len(data))])
    for one, two in zip(*orders, strict=True):
        np.testing.assert_array_equal(one[0], two[0])


def test_slerp_takes_single_vectors():
    start, end = np.array([3.0, 0.0]), np.array([0.0, 3.0])
    middle = kgz.latent.slerp(start, end, 0.5)
    np.testing.assert_allclose(middle, np.array([1.0, 1.0]) * 3 / np.sqrt(2))
    many = kgz.latent.slerp(start[None], end[None], np.array([[0.5]]))
    np.testing.assert_allclose(many[0], middle)
    np.testing.assert_allclose(kgz.latent.slerp([1.0, 0.0], [1.0, 0.0], 0.3), [1, 0])


# A first run.

FIRST_RUN = """
import numpy as np, keras_gan_zoo as kgz
images = np.zeros((8, 16, 16, 3), "uint8")
kgz.DCGAN(base_channels=4, latent_dim=8).fit(images, batch_size=4)
kgz.WGANGP(base_channels=4, latent_dim=8).fit(images, batch_size=4)
kgz.Pix2Pix(base_channels=4, patch=16).fit(images, images, batch_size=4)
"""


def test_the_first_steps_log_no_errors():
    run = subprocess.run(
        [sys.executable, "-c", FIRST_RUN],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "2"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "generator_loss" in run.stdout
    assert "remapper" not in run.stderr and "Error" not in run.stderr.replace(
        "CUDA error: Failed call to cuInit: UNKNOWN ERROR", ""
    )
