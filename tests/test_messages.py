"""Beginners' mistakes: each is answered in words, or what was meant is done."""

import os
import pathlib
import re
import subprocess
import sys

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from tests.contract import random_images, small_srgan, values_of

SHAPE = (16, 16, 1)
IMAGES = random_images(8, SHAPE)
ROOT = pathlib.Path(__file__).parent.parent


def dcgan(**arguments):
    return kgz.DCGAN(**{"base_channels": 4, "latent_dim": 8, **arguments})


def conditional_gan(**arguments):
    return kgz.ConditionalGAN(
        **{"image_shape": SHAPE, "base_channels": 4, "latent_dim": 8, **arguments}
    )


# Before Keras is imported.


def importing(code="import keras_gan_zoo", **environment):
    """What is said when this is run with these variables set; None unsets one."""
    changed = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={name: value for name, value in changed.items() if value is not None},
        capture_output=True,
        text=True,
    )
    return run.stderr.strip().splitlines()[-1] if run.returncode else "imported"


@pytest.mark.parametrize(
    ("name", "meant"),
    [("pytorch", "torch"), ("tf", "tensorflow"), ("Jax", "jax"), ("tensorflo", "tens")],
)
def test_a_wrong_backend_is_answered_before_keras_fails(name, meant):
    said = importing(KERAS_BACKEND=name)
    assert said.startswith("ImportError: Keras is set to the backend")
    assert f"Did you mean '{meant}" in said and "export KERAS_BACKEND=" in said
    assert "Expected one of tensorflow, jax, torch" in importing(KERAS_BACKEND="numpy")


@pytest.mark.parametrize("missing", ["tensorflow", "jax", "torch"])
def test_a_backend_that_is_not_installed_is_answered_too(missing, tmp_path):
    code = f"import sys; sys.modules[{missing!r}] = None; import keras_gan_zoo"
    chosen = None if missing == "tensorflow" else missing  # which is Keras' own choice
    said = importing(code, KERAS_BACKEND=chosen, KERAS_HOME=str(tmp_path))
    others = [b for b in ("tensorflow", "jax", "torch") if b != missing]
    assert f"on {missing}" in said or f"to {missing}" in said
    assert f"not installed. Installed here: {', '.join(others)}" in said
    assert f"export KERAS_BACKEND={others[0]}" in said


def test_keras_own_file_is_heeded(tmp_path):
    (tmp_path / "keras.json").write_text('{"backend": "theano"}')
    said = importing(KERAS_BACKEND=None, KERAS_HOME=str(tmp_path))
    assert "set to the backend 'theano'" in said
    (tmp_path / "keras.json").write_text("{")
    assert importing(KERAS_HOME=str(tmp_path)) == "imported"


# Training.

MISTAKES = {
    "compile(optimizer)": (
        lambda: dcgan().compile(optimizer="adam"),
        "an optimizer for each network. Pass compile.generator_optimizer=",
    ),
    "compile('adam')": (lambda: dcgan().compile("adam"), "Received: optimizer='adam'"),
    "fit()": (lambda: dcgan().fit(), "fit.. needs data to train on: fit.images."),
    "fit(None)": (lambda: dcgan().fit(None), "needs data to train on"),
    "fit(list)": (
        lambda: dcgan().fit([IMAGES[0], IMAGES[1]], verbose=0),
        "batches of images of shape",
    ),
    "fit(text)": (
        lambda: dcgan().fit(np.array(["a.png", "b.png"]), verbose=0),
        "batches of images of shape",
    ),
    "fit(objects)": (
        lambda: dcgan().fit(np.full((2, 16, 16, 1), None), verbose=0),
        "uint8 in .0, 255. or float in .-1, 1.. Received images of dtype object",
    ),
    "fit(set, labels)": (
        lambda: dcgan().fit(iter([(IMAGES,)]), np.zeros(8)),
        "takes two arrays. A data set yields the pairs by itself",
    ),
    "batch_size=0": (
        lambda: dcgan().fit(IMAGES, batch_size=0),
        "batch_size: expected a positive integer, received 0",
    ),
    "batch_size=2.5": (
        lambda: dcgan().fit(IMAGES, batch_size=2.5),
        "batch_size: expected a positive integer, received 2.5",
    ),
    "steps_per_epoch=0": (
        lambda: dcgan().fit(IMAGES, steps_per_epoch=0),
        "steps_per_epoch: expected a positive integer, received 0",
    ),
    "channels first": (
        lambda: dcgan().fit(np.zeros((4, 3, 16, 16), "uint8")),
        r"Channels must stand last.*numpy.moveaxis\(images, 1, -1\)",
    ),
    "labels: text": (
        lambda: conditional_gan().fit(IMAGES, np.array(["a", "b"] * 4)),
        "dtype <U1. Names become integers by numpy.unique",
    ),
    "labels: objects": (
        lambda: conditional_gan().fit(IMAGES, np.array(["a", "b"] * 4, object)),
        "dtype object. Names become integers by numpy.unique",
    ),
    "labels: floats": (
        lambda: conditional_gan().fit(IMAGES, np.arange(8.0)),
        r"dtype float64. Whole numbers become integers by labels.astype\('int32'\)",
    ),
    "labels: booleans": (
        lambda: conditional_gan().fit(IMAGES, np.arange(8) > 3),
        r"dtype bool. Whole numbers become integers by labels.astype\('int32'\)",
    ),
    "labels: one-hot": (
        lambda: conditional_gan().fit(IMAGES, np.eye(8)),
        r"shape \(8, 8\).*labels.argmax",
    ),
    "labels: too few": (
        lambda: conditional_gan().fit(IMAGES, np.arange(7)),
        r"shape \(8,\)\. Received: shape \(7,\).* Pass as many labels as",
    ),
    "no labels": (
        lambda: conditional_gan().fit(IMAGES),
        "learns from labels, but the data holds images alone",
    ),
    "generate(labels=3)": (
        lambda: conditional_gan().generate(labels=3),
        r"labels=3\) does not say how many images. Pass num too, generate\(16, lab",
    ),
    "generate()": (lambda: dcgan(image_shape=SHAPE).generate(), "positive number of"),
    "translate nothing": (
        lambda: kgz.Pix2Pix((16, 16, 3), base_channels=4, patch=16).translate(
            np.zeros((0, 16, 16, 3), "uint8")
        ),
        r"needs at least one row. Received: arrays of shape \[\(0, 16, 16, 3\)\]",
    ),
    "generate(batch_size=0)": (
        lambda: dcgan(image_shape=SHAPE).draw(np.zeros((2, 8)), batch_size=0),
        "batch_size: expected a positive integer, received 0",
    ),
    "Unpaired of nothing": (
        lambda: kgz.datasets.Unpaired(IMAGES, IMAGES[:0]),
        "needs images of both kinds. Received: 8 and 0 images",
    ),
    "Unpaired(batch_size=0)": (
        lambda: kgz.datasets.Unpaired(IMAGES, IMAGES, batch_size=0),
        "batch_size: expected a positive integer",
    ),
    "SampleGrid(every=0)": (
        lambda: kgz.callbacks.SampleGrid("x", every=0),
        r"SampleGrid\(every=...\) is a positive integer. Received: 0",
    ),
    "SampleGrid(columns=0)": (
        lambda: kgz.callbacks.SampleGrid("x", columns=0),
        r"SampleGrid\(columns=...\) is a positive integer. Received: 0",
    ),
    "Report(every=0)": (
        lambda: kgz.callbacks.Report(every=0),
        r"Report\(every=...\) is a positive integer. Received: 0",
    ),
    "Evaluate(every=0)": (
        lambda: kgz.callbacks.Evaluate(lambda model: {}, every=0),
        r"Evaluate\(every=...\) is a positive integer. Received: 0",
    ),
    "Diagnose(every=0)": (
        lambda: kgz.callbacks.Diagnose(IMAGES, num=8, every=0),
        r"Diagnose\(every=...\) is a positive integer. Received: 0",
    ),
    "Diagnose(num=1)": (
        lambda: kgz.callbacks.Diagnose(IMAGES, num=1),
        r"Diagnose\(num=...\) is an integer from 8.* Received: 1",
    ),
    "Checkpoint(every=0)": (
        lambda: kgz.callbacks.Checkpoint("x", every=0),
        "every is a positive number of steps. Received: keep=2, every=0",
    ),
    "make_grid(columns=0)": (
        lambda: kgz.images.make_grid(IMAGES, columns=0),
        "a positive number of columns. Received: .*columns=0",
    ),
    "make_grid of nothing": (
        lambda: kgz.images.make_grid(IMAGES[:0]),
        r"at least one of them.* Received: shape \(0, 16, 16, 1\)",
    ),
    "make_grid(image)": (
        lambda: kgz.images.make_grid(IMAGES[0]),
        r"takes uint8 images \(num, height, width, channels\)",
    ),
    "to_pillow(batch)": (
        lambda: kgz.images.to_pillow(IMAGES),
        r"takes one image.* Received: shape \(8, 16, 16, 1\).*make_grid\(images\)",
    ),
    "to_pillow(floats)": (
        lambda: kgz.images.to_pillow(np.zeros((4, 4))),
        r"dtype float64.*to_uint8\(images\)",
    ),
    "an unknown preset class": (
        lambda: kgz.VanillaGAN.from_preset("dcgan_fashion_mnist"),
        "is a DCGAN, not a VanillaGAN. Load it with keras_gan_zoo.GAN.from_preset",
    ),
    "a preset that is not there": (
        lambda: kgz.GAN.from_preset("nowhere/at/all"),
        "No preset or folder is called 'nowhere/at/all'",
    ),
    "load_weights too early": (
        lambda: dcgan().load_weights("x.weights.h5"),
        "DCGAN has no networks yet. What it needs to know: the size of the images",
    ),
    "verbose": (
        lambda: dcgan(image_shape=SHAPE).generate(1, verbose="yes"),
        'verbose must be 0, 1 or "auto"',
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_answered_in_words(mistake):
    make, message = MISTAKES[mistake]
    with pytest.raises(ValueError, match=message):
        make()


def test_a_read_only_folder_shows_before_the_first_step():
    model = dcgan(image_shape=SHAPE)
    before = values_of(model.trainable_variables)
    checkpoint = kgz.callbacks.Checkpoint("/proc/checkpoints")
    with pytest.raises(ValueError, match="Nothing can be written to the folder /proc"):
        model.fit(IMAGES, callbacks=[checkpoint], verbose=0)
    for old, new in zip(before, values_of(model.trainable_variables), strict=True):
        np.testing.assert_array_equal(old, new)


def test_mismatching_weights_are_listed_with_their_file(tmp_path):
    path = tmp_path / "wide.weights.h5"
    dcgan(image_shape=SHAPE, base_channels=5).save_weights(path)
    with pytest.raises(ValueError, match="wide.weights.h5 cannot be loaded") as info:
        dcgan(image_shape=SHAPE).load_weights(path)
    assert "Missing: none. Unexpected: none. Of another shape or dtype: " in str(
        info.value
    )
    assert re.search(r"discriminator/\S+ \(.*\) float32 in place of", str(info.value))


def test_install_hints_name_packages_that_can_be_installed():
    sources = [p.read_text() for p in (ROOT / "keras_gan_zoo").rglob("*.py")]
    assert not [text for text in sources if 'install "keras_gan_zoo' in text]


def test_learning_rates_are_logged_under_whose_they_are():
    model = dcgan(image_shape=SHAPE)
    same = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate)
    logs = model.fit(IMAGES, callbacks=[same], verbose=0).history
    names = {"learning_rate_discriminator", "learning_rate_generator"}
    assert names <= logs.keys() and len(logs) == 4
    own = keras.optimizers.Adam(name="mine")
    model.compile(generator_optimizer=own, discriminator_optimizer="rmsprop")
    logs = model.fit(IMAGES, callbacks=[same], verbose=0).history
    assert {"learning_rate_discriminator", "learning_rate_mine"} <= logs.keys()


# What was meant is done.


def test_one_label_is_that_of_all_images():
    model = conditional_gan()
    np.testing.assert_array_equal(
        model.generate(3, labels=7, seed=0), model.generate(labels=[7] * 3, seed=0)
    )


def test_evaluate_chooses_an_extractor_by_the_kind_of_images():
    garments = random_images(20, (28, 28, 1))
    others = random_images(20, (18, 12, 2))
    found = {}
    for images in (garments, others):
        result = kgz.evaluate(images, images, ["precision"], num_samples=20)
        found[images.shape[1:]] = result.protocol["extractor"]
    assert found[28, 28, 1] == "fashion_mnist_cnn"
    assert found[18, 12, 2] == "pooled_pixels(cell=3)"


PICTURES = {
    "png": lambda Image, array: Image.fromarray(array),
    "palette": lambda Image, array: Image.fromarray(array).quantize(64),
    "grey": lambda Image, array: Image.fromarray(array).convert("L"),
    "cmyk": lambda Image, array: Image.fromarray(array).convert("CMYK"),
    "grey and alpha": lambda Image, array: Image.fromarray(array).convert("LA"),
    "alpha": lambda Image, array: Image.fromarray(array).convert("RGBA"),
    "one bit": lambda Image, array: Image.fromarray(array).convert("1"),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_pictures_and_their_files_are_enlarged(kind, tmp_path):
    Image = pytest.importorskip("PIL.Image")
    model = small_srgan()
    array = np.kron(random_images(1, (4, 3, 3))[0], np.ones((3, 4, 1), "uint8"))
    picture = PICTURES[kind](Image, array)
    large = model.upscale(picture, tile=32)
    assert large.shape[:2] == (24, 24) and large.dtype == np.uint8
    if kind in ("png", "palette"):
        rgb = np.asarray(picture.convert("RGB"))
        np.testing.assert_array_equal(large, model.upscale(rgb, tile=32))
    if "alpha" in kind:
        assert (large[..., 3] == 255).all()
    suffix = "tif" if kind == "cmyk" else "png"
    picture.save(tmp_path / f"picture.{suffix}")
    for path in (tmp_path / f"picture.{suffix}", str(tmp_path / f"picture.{suffix}")):
        np.testing.assert_array_equal(model.upscale(path, tile=32), large)


def test_a_picture_stands_upright_as_its_file_says(tmp_path):
    Image = pytest.importorskip("PIL.Image")
    model = small_srgan()
    array = random_images(1, (8, 14, 3))[0]
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    Image.fromarray(array).save(tmp_path / "turned.png", exif=exif)
    large = model.upscale(tmp_path / "turned.png", tile=32)
    upright = model.upscale(np.rot90(array, -1), tile=32)
    np.testing.assert_array_equal(large, upright)
    with pytest.raises(FileNotFoundError, match="expected the file of an image"):
        model.upscale(tmp_path / "nowhere.jpg")


# Borders and alpha.


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, record in kgz.list_presets().items()
        if record["class"].endswith("SRGAN") and "needs" not in record
    ],
)
def test_one_colour_stays_one_up_to_the_border_with_every_preset(name):
    model = kgz.GAN.from_preset(name)
    scale = model.scale
    for color in ((128, 128, 128), (30, 200, 90)):
        image = np.full((40, 41, 3), color, "uint8")
        large = model.upscale(image).astype(int)
        # As the middle of a large picture: some networks have a pattern of their own.
        middle = large[20 * scale : 21 * scale, 20 * scale : 21 * scale]
        assert np.abs(large - np.tile(middle, (40, 41, 1))).max() <= 1


def test_alpha_depends_on_no_other_image_and_stays_between_its_neighbours():
    model = small_srgan()
    images = random_images(3, (9, 12, 4))
    images[0, ..., 3] = 255
    images[1, ..., 3] = 77
    images[2, :, :6, 3], images[2, :, 6:, 3] = 0, 255
    together = model.upscale(images, tile=32)
    for image, large in zip(images, together, strict=True):
        np.testing.assert_array_equal(model.upscale(image, tile=32), large)
    alpha = together[..., 3]
    assert (alpha[0] == 255).all() and (alpha[1] == 77).all()
    assert (alpha[2, :, :10] == 0).all() and (alpha[2, :, 14:] == 255).all()
