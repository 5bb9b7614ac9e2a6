"""Exports: what a runtime computes is what the model computes, or there is no file."""

import itertools
import sys

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo import exporting, serving
from keras_gan_zoo.backend.formats import FORMATS
from tests import golden
from tests.contract import random_images

onnxruntime = pytest.importorskip("onnxruntime")
BACKEND = keras.backend.backend()
SUFFIXES = [suffix for suffix, form in FORMATS.items() if BACKEND in form.writers]
LABELS = np.array([3, 7], "int32")
TABLES = ("CTGAN", "PATEGAN")
# jax2onnx writes no 3-D convolutions, nor bilinear enlarging of any number of images.
NOT_FROM_JAX = ("FramePredictionGAN", "PrGAN", "VoxelGAN")
# Behind spectral normalization a signal fades.
SPREADS = {"FastGAN": 0.5, **golden.SPREADS}


def small(name, **arguments):
    """A model whose samples have contrast, which fresh weights give to none."""
    model = getattr(kgz, name)(**{**golden.CASES[name], "seed": 0, **arguments})
    random = np.random.RandomState(0)
    for variable in model.trainable_variables:
        scale = 1.0 if variable.path.endswith("gamma") else 0.0
        spread = max(0.2, SPREADS.get(name, 0.0))
        variable.assign(scale + spread * random.standard_normal(variable.shape))
    return model


def use(model):
    """Inputs for two samples by name, and what the model makes of them."""
    if hasattr(model, "inpaint"):
        images = random_images(2, model.image_shape)
        masks = kgz.datasets.masks(2, model.image_shape[:2]).astype("uint8")
        return {"images": images, "masks": masks}, model.inpaint(images, masks)
    if isinstance(model, kgz.SRGAN):
        images = random_images(2, (5, 30, 1))
        return {"images": images}, model.upscale(images)
    if hasattr(model, "translate"):
        images = random_images(2, model.image_shape)
        return {"images": images}, model.translate(images)
    if hasattr(model, "predict_next"):
        past = random_images(2, (4, *model.image_shape))
        return {"clips": past}, model.predict_next(past, num=1)[:, 0]
    if hasattr(model, "vocode"):
        mels = np.random.RandomState(0).normal(-4, 2, (2, 7, 80)).astype("float32")
        return {"mels": mels}, model.vocode(mels)
    latents = model.latents(2, seed=0)
    if hasattr(model, "sentences"):
        sentences = model.sentences(model.text.examples[:2])
        samples = model.generate(sentences, latents=latents)
        return {"latents": latents, "sentences": sentences}, samples
    if model.conditional:
        samples = model.generate(latents=latents, labels=LABELS)
        return {"latents": latents, "labels": LABELS}, samples
    return {"latents": latents}, model.generate(latents=latents)


def check_samples(received, expected):
    """Images and clips to a level of 255, shapes and sounds to 0.0001."""
    if expected.dtype == np.float32:
        assert np.ptp(expected) > 0.1
        np.testing.assert_allclose(received, expected, atol=1e-4)
        return
    assert received.dtype == expected.dtype == np.uint8
    assert received.shape == expected.shape and np.ptp(expected) > 20
    assert np.abs(received.astype(int) - expected).max() <= 1


def run_onnx(path, inputs):
    return onnxruntime.InferenceSession(path).run(None, inputs)[0]


@pytest.mark.parametrize("name", [name for name in golden.CASES if name not in TABLES])
def test_onnx_gives_what_the_model_gives(name, tmp_path):
    model = small(name)
    if keras.backend.backend() == "jax" and name in NOT_FROM_JAX:
        with pytest.raises(ValueError, match="(?s)on the jax backend.*on another"):
            model.export(tmp_path / "model.onnx")
        assert not list(tmp_path.iterdir())
        return
    assert model.export(tmp_path / "model.onnx") <= 1
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]
    inputs, expected = use(model)
    check_samples(run_onnx(tmp_path / "model.onnx", inputs), expected)


@pytest.mark.parametrize("name", TABLES)
def test_onnx_gives_the_scores_of_rows(name, tmp_path):
    model = small(name)
    assert model.export(tmp_path / "model.onnx") <= 1e-4
    inputs = {"latents": model.latents(5, seed=0)}
    if model.requires_labels:
        inputs["conditions"] = np.arange(5, dtype="i4")
    first, *others = inputs.values()
    expected = model.generator.predict([first, *others] if others else first, verbose=0)
    received = run_onnx(tmp_path / "model.onnx", inputs)
    np.testing.assert_allclose(received, expected, atol=1e-4)
    assert np.ptp(expected) > 0.1


# PyTorch's programs are traced with 2x2 pixels, and take no others of upscalers.
@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        (name, suffix)
        for name in ("ConditionalGAN", "SRGAN")
        for suffix in SUFFIXES
        if suffix != ".onnx" and (name, suffix) != ("SRGAN", ".pt2")
    ],
)
def test_other_formats_give_it_too(name, suffix, tmp_path):
    pytest.importorskip(FORMATS[suffix].runtime)
    model = small(name)
    path = tmp_path / f"model{suffix}"
    assert model.export(path, format=FORMATS[suffix].written) <= 1  # as Keras' own
    inputs, expected = use(model)
    check_samples(FORMATS[suffix].load(path)(inputs), expected)


def test_the_average_is_what_is_exported(tmp_path):
    model = small("DCGAN")
    model.compile(ema=0.5)
    model.fit(random_images(16, golden.SHAPE), batch_size=8, verbose=0)
    model.export(tmp_path / "model.onnx")
    inputs, expected = use(model)
    check_samples(run_onnx(tmp_path / "model.onnx", inputs), expected)
    assert np.any(ops.convert_to_numpy(model.generator(inputs["latents"])) != expected)


def test_other_networks_are_exported_by_name(tmp_path):
    model = small("BiGAN")
    images = random_images(2, golden.SHAPE)
    assert model.export(tmp_path / "encoder.onnx", network="encoder") < 1e-4
    codes = run_onnx(tmp_path / "encoder.onnx", {"images": images})
    np.testing.assert_allclose(codes, model.encode(images), atol=1e-4)
    with pytest.raises(ValueError, match=r"no network 'decoder', but \['generator'"):
        model.export(tmp_path / "decoder.onnx", network="decoder")

    model = small("SemiSupervisedGAN")
    model.export(tmp_path / "classifier.onnx", network="discriminator")
    classes = run_onnx(tmp_path / "classifier.onnx", {"images": images})
    np.testing.assert_allclose(classes, model.predict(images), atol=1e-4)

    model = small("CycleGAN")
    model.export(tmp_path / "back.onnx", network="generator_ba")
    back = run_onnx(tmp_path / "back.onnx", {"images": images})
    check_samples(back, model.translate(images, to="A"))


def test_a_raw_network_maps_floats_to_floats(tmp_path):
    model = small("SRGAN")
    assert model.export(tmp_path / "raw.onnx", raw=True) < 1e-3
    images = np.random.RandomState(0).uniform(-1, 1, (2, 9, 12, 1)).astype("float32")
    received = run_onnx(tmp_path / "raw.onnx", {"images": images})
    np.testing.assert_allclose(received, model.predict(images), atol=1e-4)


def test_points_are_exported_as_floats(tmp_path):
    model = kgz.VanillaGAN((2,), latent_dim=4, units=8, discriminator_units=4, seed=0)
    assert model.export(tmp_path / "points.onnx") < 1e-4
    latents = model.latents(5, seed=0)
    points = run_onnx(tmp_path / "points.onnx", {"latents": latents})
    np.testing.assert_allclose(points, model.generate(latents=latents), atol=1e-5)


# Refusals.


def test_a_file_that_computes_something_else_is_not_kept(tmp_path):
    calls = itertools.count()  # what a trace cannot know
    model = small("DCGAN")
    inputs = model.generator_inputs()
    changing = serving.Serving(
        model.generator, inputs, lambda *args: serving.apply(*args) + next(calls)
    )
    with pytest.raises(ValueError, match="something else than the model: the largest"):
        exporting.export(changing, tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())
    assert exporting.export(changing, tmp_path / "model.onnx", check=False) is None


def test_what_is_there_already_is_left_alone(tmp_path):
    (tmp_path / "model.onnx").write_text("mine")
    with pytest.raises(ValueError, match="is there already"):
        small("DCGAN").export(tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").read_text() == "mine"
    (tmp_path / "model.bin").write_text("mine, too")  # of OpenVINO's two files
    with pytest.raises(ValueError, match=r"model\.bin is there already"):
        small("DCGAN").export(tmp_path / "model.xml")


def test_a_missing_package_is_named_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    model = small("DCGAN")
    with pytest.raises(ImportError, match="pip install onnxruntime, or pass check=Fal"):
        model.export(tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match=r"pip install onnx\."):
        model.export(tmp_path / "model.onnx", check=False)


def test_a_format_that_cannot_be_written_is_refused_with_those_who_can(tmp_path):
    model = small("DCGAN")
    for suffix, form in FORMATS.items():
        if BACKEND not in form.writers:
            able = " and ".join(form.writers)
            said = f"{form.title} cannot be written on the {BACKEND} .* but on {able}"
            with pytest.raises(ValueError, match=said):
                model.export(tmp_path / f"model{suffix}")
    with pytest.raises(ValueError, match="ends in .onnx"):
        model.export(tmp_path / "model.exe")
    with pytest.raises(ValueError, match="written as 'onnx'. Received: format='lite"):
        model.export(tmp_path / "model.onnx", format="litert")
    with pytest.raises(ValueError, match="no networks yet"):
        kgz.DCGAN().export(tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())
