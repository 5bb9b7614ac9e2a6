"""Extractors from models and files: Keras, ONNX, and PyTorch's vision transformers."""

import importlib.util
import sys

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan_zoo import evaluate, presets
from keras_gan_zoo.metrics import extractors
from keras_gan_zoo.metrics.extractors import onnx_files, preparing
from keras_gan_zoo.metrics.extractors.preparing import Preparation
from tests import golden_inception
from tests import golden_transformers as golden

IMAGES = golden.IMAGES


def photos(num=3, height=40, width=56, channels=3):
    """Smooth images, in which resizing makes a difference."""
    random = np.random.RandomState(0)
    smooth = random.standard_normal((num, height, width, channels)).cumsum(1).cumsum(2)
    return (255 * (smooth - smooth.min()) / np.ptp(smooth)).astype("uint8")


def as_array(tensor):
    return ops.convert_to_numpy(tensor)


# Vision transformers.


@pytest.mark.parametrize("case", golden.CASES)
def test_features_equal_those_of_other_packages(case, tmp_path):
    state, expected = golden.recorded(case)
    path = golden.save_safetensors(state, tmp_path / "weights.safetensors")
    size = {} if "clip" in case else {"size": (56, 56)}
    extractor = extractors.from_torch(path, heads=golden.HEADS, batch_size=2, **size)
    assert extractor.sha256 == presets.sha256_of(path)
    assert expected.std() > 0.3
    np.testing.assert_allclose(extractor.features(IMAGES), expected, rtol=0, atol=1e-4)


def test_files_of_pytorch_and_prefixes_are_read(tmp_path):
    pytest.importorskip("torch")
    state, expected = golden.recorded("dinov2_of_timm")
    state = {f"teacher.backbone.{name}": array for name, array in state.items()}
    state["teacher.backbone.mask_token"] = np.zeros((1, golden.WIDTH), "float32")
    golden_inception.save_pth(state, tmp_path / "dinov2.pth")
    extractor = extractors.from_file(
        tmp_path / "dinov2.pth", "mine", size=(56, 56), heads=golden.HEADS
    )
    assert extractor.name == "mine"
    np.testing.assert_allclose(extractor.features(IMAGES), expected, rtol=0, atol=1e-4)


def test_names_and_images_are_those_of_the_papers(tmp_path):
    shapes = {"cls_token": (1, 1, 384), "pos_embed": (1, 37 * 37 + 1, 384)}
    shapes |= {"patch_embed.proj.weight": (384, 3, 14, 14), "norm.weight": (384,)}
    shapes |= {"patch_embed.proj.bias": (384,), "norm.bias": (384,)}
    for name, shape in {
        "attn.qkv": (3 * 384, 384),
        "attn.proj": (384, 384),
        "mlp.fc1": (128, 384),
        "mlp.fc2": (384, 128),
        "norm1": (384,),
        "norm2": (384,),
    }.items():
        shapes[f"blocks.0.{name}.weight"] = shape
        shapes[f"blocks.0.{name}.bias"] = shape[:1]
    path = golden.save_safetensors(golden.draw(shapes), tmp_path / "vits.safetensors")
    extractor = extractors.from_torch(path)
    assert extractor.name == "dinov2_vits14"
    assert extractor.preparation == "224x224 by clean, normalized by imagenet"
    assert extractor.features(IMAGES[:1, :, :, :1]).shape == (1, 384)
    state, _ = golden.recorded("clip_of_openai")
    state |= {"logit_scale": np.float32([4.6]), "token_embedding.weight": np.eye(3)}
    state = {name: array.astype("float32") for name, array in state.items()}
    path = golden.save_safetensors(state, tmp_path / "clip.safetensors")
    extractor = extractors.from_torch(path, heads=3)
    assert extractor.name == "clip_vit_48x2_14_56"
    assert extractor.preparation == "56x56 by bicubic, normalized by clip"
    gelu = extractors.from_torch(path, heads=3, activation="gelu")
    assert abs(gelu.features(IMAGES) - extractor.features(IMAGES)).max() > 0.01


@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        ({"norm.bias": None}, {}, "Missing: norm.bias"),
        ({"blocks.1.mlp.w12.weight": (4, 4)}, {}, "Unexpected: blocks.1.w12.weight"),
        ({"blocks.1.mlp.fc2.weight": (48, 7)}, {}, r"fc2.weight \(48, 7\) in place of"),
        ({"pos_embed": (1, 18, 48)}, {}, r"positions \(18, 48\) in place of \(17, 48"),
        ({"cls_token": None}, {}, r"(?s)holds 3. arrays.*Known are DINOv2"),
        ({}, {"heads": 5}, "no multiple of heads=5"),
        ({}, {"size": (56, 60)}, r"have 14 pixels.*size=\(56, 60\)"),
        ({}, {"activation": "relu"}, "activation must be one of .*'relu'"),
        ({}, {"resize": "nearest"}, "resize must be one of .*'nearest'"),
    ],
)
def test_files_of_other_networks_are_refused(changes, options, message, tmp_path):
    state, _ = golden.recorded("dinov2_of_timm")
    for name, shape in changes.items():
        state.pop(name, None)
        state |= {name: np.zeros(shape, "float32")} if shape else {}
    path = golden.save_safetensors(state, tmp_path / "a.safetensors")
    with pytest.raises(ValueError, match=message):
        extractors.from_torch(path, **{"size": (56, 56), "heads": 3, **options})


def test_weights_must_be_finite(tmp_path):
    state, _ = golden.recorded("clip_of_openai")
    state["visual.proj"][0, 0] = np.nan
    path = golden.save_safetensors(state, tmp_path / "a.safetensors")
    with pytest.raises(ValueError, match="a.safetensors holds weights .* not finite"):
        extractors.from_torch(path, heads=3)


# Keras models.


def network():
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((24, 24, 3)),
            keras.layers.Conv2D(5, 3, strides=2, name="maps"),
            keras.layers.Flatten(),
            keras.layers.Dense(7),
        ],
        name="small",
    )


def test_a_keras_model_gets_images_as_it_wants_them(tmp_path):
    model, images = network(), photos()
    model.save(tmp_path / "small.keras")
    mean, std = (0.1, 0.2, 0.3), (0.5, 0.6, 0.7)
    resized = preparing.resize_clean(ops.cast(images, "float32"), 24, 24)
    inputs = (as_array(resized) / 255 - np.float32(mean)) / np.float32(std)
    expected = as_array(model(inputs))
    given = extractors.from_keras(model, normalization=(mean, std))
    read = extractors.from_file(tmp_path / "small.keras", normalization=(mean, std))
    for extractor in (given, read):
        received = extractor.features(images)
        np.testing.assert_allclose(received, expected, rtol=1e-4, atol=1e-5)
        assert extractor.name == "small"
        assert "24x24 by clean, normalized by mean (0.1, " in extractor.preparation
    assert read.sha256 == presets.sha256_of(tmp_path / "small.keras")
    other = network()
    assert extractors.from_keras(other).sha256 == given.sha256 and given.sha256
    other.layers[0].bias.assign(np.ones(5))
    assert extractors.from_keras(other).sha256 != given.sha256


def test_features_may_be_those_of_a_layer():
    model, images = network(), photos(height=24, width=24)
    maps = as_array(model.get_layer("maps")(images.astype("float32")))
    options = {"output": "maps", "pool": "mean", "batch_size": 2}
    received = extractors.from_keras(model, **options).features(images)
    np.testing.assert_allclose(received, maps.mean(axis=(1, 2)), rtol=1e-4)
    with pytest.raises(ValueError, match="Pass pool='mean' or 'token'"):
        extractors.from_keras(model, output="maps").features(images)
    with pytest.raises(ValueError, match="no such output.*'maps'.*output='map'"):
        extractors.from_keras(model, output="map")
    with pytest.raises(ValueError, match="pool='token' needs values"):
        extractors.from_keras(model, output="maps", pool="token").features(images)
    with pytest.raises(ValueError, match="pool must be one of"):
        extractors.from_keras(model, pool="max")
    for make in (extractors.from_keras, extractors.from_onnx, extractors.from_torch):
        with pytest.raises(ValueError, match="a pair .height, width.*received 224"):
            make(model, size=224)


def test_a_model_of_several_outputs_needs_to_be_told_which():
    inputs = keras.Input((8, 8, 1))
    rows = keras.layers.Flatten()(inputs)
    model = keras.Model(inputs, [rows, 2 * rows])
    images = photos(height=8, width=8, channels=1)
    with pytest.raises(ValueError, match="returns 2 values. Say which"):
        extractors.from_keras(model).features(images)
    received = extractors.from_keras(model, output=1).features(images)
    np.testing.assert_array_equal(received, 2.0 * images.reshape(3, -1))
    with pytest.raises(ValueError, match="needs images with 1. Received: 3 channels"):
        extractors.from_keras(model, output=1).features(photos())


def test_whole_numbers_are_rounded_for_models_of_them():
    model = keras.Sequential([keras.Input((16, 16, 3), dtype="uint8")])
    model.add(keras.layers.Flatten())
    images = photos()
    resized = preparing.resize_clean(ops.cast(images, "float32"), 16, 16)
    expected = np.rint(as_array(resized)).reshape(3, -1)
    received = extractors.from_keras(model).features(images)
    np.testing.assert_allclose(received, expected, atol=1)
    assert (received == expected).mean() > 0.99


def test_files_that_are_no_extractors(tmp_path):
    with pytest.raises(ValueError, match="no file .*a.keras"):
        extractors.from_file(tmp_path / "a.keras")
    (tmp_path / "a.keras").write_bytes(b"no archive")
    with pytest.raises(ValueError, match="a.keras holds no Keras model"):
        extractors.from_file(tmp_path / "a.keras")
    with pytest.raises(ValueError, match="end in .keras, .onnx.*Received: a.h5"):
        extractors.from_file("a.h5")
    with pytest.raises(ValueError, match="needs a model of images"):
        extractors.from_keras(
            keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        )


# ONNX.


def write_onnx(path, shape, layout="first", dtype="FLOAT", batch="num"):
    """A network of means over rows, flattened, and the maps themselves."""
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    node, value = onnx.helper.make_node, onnx.helper.make_tensor_value_info
    kind, floats = getattr(onnx.TensorProto, dtype), onnx.TensorProto.FLOAT
    shape = [batch, 3, *shape] if layout == "first" else [batch, *shape, 3]
    nodes = [
        node("Cast", ["images"], ["maps"], to=floats),
        node("ReduceMean", ["maps"], ["means"], axes=[2], keepdims=0),
        node("Flatten", ["means"], ["rows"]),
    ]
    outputs = [value("maps", floats, shape), value("rows", floats, [batch, None])]
    graph = onnx.helper.make_graph(
        nodes, "means", [value("images", kind, shape)], outputs
    )
    opsets = [onnx.helper.make_opsetid("", 13)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path


@pytest.mark.parametrize("layout", ["first", "last"])
@pytest.mark.parametrize("batch", ["num", 2])
def test_layout_size_and_batch_are_found_in_an_onnx_file(tmp_path, layout, batch):
    path = write_onnx(tmp_path / "means.onnx", (20, 12), layout, batch=batch)
    images = photos()
    extractor = extractors.from_onnx(path, normalization="minus_one_to_one")
    assert (extractor.name, extractor.sha256) == ("means", presets.sha256_of(path))
    assert extractor.preparation == "20x12 by clean, normalized by minus_one_to_one"
    resized = as_array(preparing.resize_clean(ops.cast(images, "float32"), 20, 12))
    expected = np.moveaxis(resized, -1, 1) if layout == "first" else resized
    expected = (expected / 127.5 - 1).mean(axis=2).reshape(3, -1)
    np.testing.assert_allclose(extractor.features(images), expected, atol=1e-5)
    maps = extractors.from_onnx(path, output="maps", pool="mean").features(images)
    np.testing.assert_allclose(maps, resized.mean(axis=(1, 2)), rtol=1e-4)


def test_onnx_files_that_leave_things_open(tmp_path):
    path = write_onnx(tmp_path / "a.onnx", (None, None), dtype="UINT8")
    images = photos(height=9, width=9)
    received = extractors.from_file(path).features(images)
    expected = np.moveaxis(images, -1, 1).mean(axis=2).reshape(3, -1)
    np.testing.assert_allclose(received, expected, rtol=1e-5)
    assert extractors.from_onnx(path, size=(4, 4)).features(images).shape == (3, 12)
    with pytest.raises(ValueError, match="Name one of them. Received: output='x'"):
        extractors.from_onnx(path, output="x")
    with pytest.raises(ValueError, match="leaves open where.*Pass layout"):
        onnx_files._layout(["num", 3, 9, 3], None)
    with pytest.raises(ValueError, match="no file .*b.onnx"):
        extractors.from_onnx(tmp_path / "b.onnx")
    (tmp_path / "b.onnx").write_bytes(b"other")
    with pytest.raises(ValueError, match="b.onnx is no ONNX file"):
        extractors.from_onnx(tmp_path / "b.onnx")


def test_without_onnxruntime_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ImportError, match="pip install onnxruntime"):
        extractors.from_onnx("a.onnx")


# Resizing.


def of_pillow(image, height, width):
    """Bicubic by Pillow, each channel by itself in floats, as in Clean-FID."""
    pil = pytest.importorskip("PIL.Image")
    channels = [
        pil.fromarray(np.ascontiguousarray(image[..., i], "float32"), mode="F").resize(
            (width, height), pil.Resampling.BICUBIC
        )
        for i in range(image.shape[-1])
    ]
    return np.stack(channels, axis=-1).clip(0, 255)


@pytest.mark.filterwarnings("ignore:.*mode.*:DeprecationWarning")
@pytest.mark.parametrize("height, width", [(299, 299), (24, 17), (40, 100)])
@pytest.mark.parametrize("kind", ["smooth", "noise"])
def test_clean_resizing_equals_that_of_pillow(height, width, kind):
    images = photos(1) if kind == "smooth" else golden_inception.IMAGES[:1]
    received = preparing.resize_clean(ops.cast(images, "float32"), height, width)
    expected = of_pillow(images[0], height, width)
    np.testing.assert_allclose(as_array(received)[0], expected, rtol=0, atol=1e-3)


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore")
def test_clean_resizing_equals_that_of_clean_fid():
    path = importlib.util.find_spec("cleanfid")
    module = pytest.importorskip("cleanfid.resize", exc_type=ImportError)
    assert path is not None
    image = golden_inception.IMAGES[0]
    expected = module.make_resizer("PIL", False, "bicubic", (299, 299))(image)
    received = preparing.resize_clean(ops.cast(image[None], "float32"), 299, 299)
    np.testing.assert_allclose(as_array(received)[0], expected, rtol=0, atol=1e-3)


def test_normalization_must_be_known():
    for wrong in ("imagnet", (0.5,), ((0.1, 0.2), 1.0), (0.5, 0.0), 3):
        with pytest.raises(ValueError, match="normalization must be one of"):
            Preparation(normalization=wrong)


def test_a_normalization_may_be_of_lists_and_arrays(tmp_path):
    network = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten()])
    images, expected = photos(2, 8, 8), None
    for as_given in (tuple, list, np.array):
        pair = as_given([0.5, 0.4, 0.3]), as_given([0.2, 0.2, 0.1])
        found = extractors.from_keras(network, normalization=list(pair))
        features = found.features(images)
        expected = features if expected is None else expected
        np.testing.assert_array_equal(features, expected)


# In evaluations.


def test_names_of_numbers_belong_to_their_networks(tmp_path):
    images = photos(40, 16, 16)
    extractor = extractors.Extractor("dinov2_vitl14", lambda x: x.mean(axis=(1, 2)))
    names = ["fd_dinov2", "frechet_distance"]
    options = {"num_samples": 20, "extractor": extractor}
    result = evaluate(images[:20], images[20:], names, **options)
    assert result["fd_dinov2"] == result["frechet_distance"] > 0
    with pytest.raises(ValueError, match="cmmd is the name .* of CLIP.*'dinov2_vitl14"):
        evaluate(images[:20], images[20:], ["cmmd"], **options)
    extractor.name = "clip_vitl14_336"
    result = evaluate(images[:20], images[20:], ["cmmd"], **options)
    assert result["cmmd"] > 0 and result.protocol["cmmd_sigma"] == 10
    with pytest.raises(ValueError, match="Ask for frechet_distance, the same on any"):
        evaluate(images[:20], images[20:], ["fd_dinov2"], **options)
