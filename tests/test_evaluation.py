"""Evaluation: bounds on real data, noise and a preset; extractors; protocols."""

import json
import random
import shutil

import keras
import numpy as np
import pytest
from keras import layers

import keras_gan_zoo as kgz
from keras_gan_zoo.metrics import extractors
from keras_gan_zoo.metrics.extractors import Extractor

NUM = 1_000
TEST = kgz.datasets.load("fashion_mnist_mini")
CNN = extractors.SHIPPED / "fashion_mnist_cnn"


@pytest.fixture(scope="module")
def real():
    """The images to compare with, one array, so that its features are kept."""
    return TEST.images[:NUM]


def evaluate(images, real, **kwargs):
    kwargs = {"extractor": extractors.fashion_mnist_cnn(), "num_samples": NUM, **kwargs}
    return kgz.evaluate(images, real, **kwargs)


def noise(num=NUM):
    shape = (num, 28, 28, 1)
    return np.random.RandomState(0).randint(0, 256, shape).astype("uint8")


def counting_extractor():
    calls = []

    def features(images):
        calls.append(len(images))
        return images.reshape(len(images), -1)[:, ::50] / 255

    return Extractor("counting", features), calls


# The numbers.


# Around the five disjoint pairs of 1,000 test images, by about their spread.
PAIR_OF_REAL_SETS = {
    "frechet_distance": (1.2, 2.6),  # 1.61 to 2.12
    "kernel_distance": (-0.07, 0.05),  # -0.034 to 0.008
    "precision": (0.81, 0.95),  # 0.857 to 0.905
    "recall": (0.78, 0.96),  # 0.840 to 0.905
    "density": (0.86, 1.18),  # 0.961 to 1.069
    "coverage": (0.95, 0.99),  # 0.964 to 0.980
}


def test_real_images_look_real(real):
    result = evaluate(TEST.images[NUM : 2 * NUM], real)
    assert result.keys() == PAIR_OF_REAL_SETS.keys()
    for name, (low, high) in PAIR_OF_REAL_SETS.items():
        assert low < result[name] < high, name


def test_equal_images_are_perfect(real):
    result = evaluate(real[::-1], real)
    assert result["frechet_distance"] == pytest.approx(0, abs=1e-6)
    perfect = {"precision": 1, "recall": 1, "density": 1, "coverage": 1}
    assert {name: result[name] for name in perfect} == pytest.approx(perfect, abs=0.01)


def test_noise_is_seen_by_all_metrics_but_precision(real):
    result = evaluate(noise(), real)
    assert result["recall"] == 0 and result["coverage"] < 0.02
    assert 190 < result["frechet_distance"] < 240
    assert 5 < result["kernel_distance"] < 6.1
    # The balls of a few outliers reach far; density tells that they are few.
    assert 0.3 < result["precision"] < 0.44
    assert 0.1 < result["density"] < 0.18


def test_pixels_tell_negatives_from_garments(real):
    negatives = 255 - TEST.images[NUM : 2 * NUM]
    result = evaluate(negatives, real, extractor=extractors.pixels())
    for name in ("precision", "recall", "density", "coverage"):
        assert result[name] == 0


def test_a_preset_is_between_noise_and_real_images(real):
    model = kgz.GAN.from_preset("dcgan_fashion_mnist")
    few = dict(num_samples=500, metrics=["frechet_distance", "density", "coverage"])
    preset, fake, true = (
        evaluate(images, real, **few) for images in (model, noise(), TEST.images[NUM:])
    )
    assert preset.protocol["samples_of"] == "DCGAN"
    assert 2 < true["frechet_distance"] < 4  # 3.0
    assert 11 < preset["frechet_distance"] < 15  # 12.8
    assert fake["frechet_distance"] > 190
    assert fake["density"] + 0.3 < preset["density"] < true["density"]
    assert preset["density"] == pytest.approx(0.83, abs=0.05)
    assert fake["coverage"] + 0.5 < preset["coverage"] < true["coverage"] - 0.05


# The protocol.


def test_the_protocol_says_everything(real):
    result = evaluate(TEST.images, TEST, num_samples=500, seed=3)
    assert result.protocol == {
        "extractor": "fashion_mnist_cnn",
        "extractor_sha256": json.loads((CNN / "extractor.json").read_text())["sha256"],
        "samples_of": "given images",
        "num_generated": 500,
        "num_real": 500,
        "seed": 3,
        "kernel_distance_subsets": 100,
        "kernel_distance_subset_size": 250,
        "precision_recall_k": 3,
        "density_coverage_k": 5,
        "version": f"keras_gan_zoo {kgz.__version__}",
    }
    assert list(result) == list(kgz.evaluation.DEFAULT_METRICS) and len(result) == 6
    assert result.stds.keys() == {"kernel_distance"}
    assert not any("fid" in name.lower() for name in result)
    table = str(result)
    for fact in [*result, *result.protocol, *result.protocol.values()]:
        assert str(fact) in table


def test_the_values_are_those_of_the_metrics(real):
    extractor, _ = counting_extractor()
    fake = noise(400)
    result = evaluate(fake, real[:400], extractor=extractor, num_samples=400, seed=5)
    a, b = extractor.features(real[:400]), extractor.features(fake)
    assert result["frechet_distance"] == kgz.metrics.frechet_distance(a, b)
    mean, std = kgz.metrics.kernel_distance(a, b, 100, 200, seed=5)
    assert result["kernel_distance"] == mean
    assert result.stds == {"kernel_distance": std}
    expected = kgz.metrics.precision_recall(a, b, k=3)
    assert (result["precision"], result["recall"]) == expected
    expected = kgz.metrics.density_coverage(a, b, k=5)
    assert (result["density"], result["coverage"]) == expected


def test_json_round_trip(tmp_path, real):
    extractor, _ = counting_extractor()
    result = evaluate(real, real, extractor=extractor, num_samples=np.int64(50))
    result.save(tmp_path / "evaluation.json")
    loaded = kgz.Evaluation.load(tmp_path / "evaluation.json")
    assert loaded == result and str(loaded) == str(result)
    assert dict(loaded) == result.scores
    for content in ("{}", "[]", "no json", '{"schema": 2}', '{"schema": 1}'):
        (tmp_path / "other.json").write_text(content)
        with pytest.raises(ValueError, match="is no evaluation"):
            kgz.Evaluation.load(tmp_path / "other.json")


def test_a_seed_repeats_its_draws_and_another_does_not(real):
    extractor, _ = counting_extractor()
    options = dict(extractor=extractor, num_samples=50)
    first, again, other = (
        evaluate(real, real[::2], seed=seed, **options) for seed in (0, 0, 1)
    )
    assert first == again and first.scores != other.scores


def test_only_what_is_asked_for_is_returned_and_in_that_order(real):
    extractor, _ = counting_extractor()
    names = ["recall", "frechet_distance"]
    result = evaluate(real, real, metrics=names, extractor=extractor, num_samples=50)
    assert list(result) == names and not result.stds


def test_real_features_are_computed_once_for_an_array(real):
    extractor, calls = counting_extractor()
    options = dict(extractor=extractor, metrics=["precision"])
    for num, data, seed in [(50, real, 0), (50, real, 0), (60, real, 0), (60, real, 1)]:
        evaluate(noise(60), data, num_samples=num, seed=seed, **options)
    assert calls == [50, 50, 50, 60, 60, 60, 60]
    evaluate(noise(60), real.copy(), num_samples=60, seed=1, **options)
    assert calls[7:] == [60, 60]


def test_the_inception_score_names_the_classifier_that_gave_it(real):
    names = ["inception_score", "coverage"]
    result = evaluate(real, real, metrics=names)
    probabilities = extractors.fashion_mnist_cnn().probabilities(real)
    mean, std = kgz.metrics.inception_score(probabilities, 10)
    assert result["inception_score"] == mean and 5 < mean < 10
    assert result.stds == {"inception_score": std}
    assert result.protocol["extractor"] == "fashion_mnist_cnn"
    assert result.protocol["inception_score_splits"] == 10
    assert list(result) == names and "inception_score" in str(result)
    with pytest.raises(ValueError, match="is no classifier"):
        evaluate(real, real, metrics=names, extractor=extractors.pixels())


def test_fid_and_kid_are_names_of_one_extractor(real):
    extractor, _ = counting_extractor()
    extractor.name = "fid_inception"
    extractor.sha256 = extractors.FID_INCEPTION_SHA256_PREFIX + 56 * "0"
    names = ["fid", "kid", "frechet_distance", "kernel_distance"]
    result = evaluate(
        noise(50), real, metrics=names, extractor=extractor, num_samples=50
    )
    assert result["fid"] == result["frechet_distance"] > 0
    assert result["kid"] == result["kernel_distance"] > 0
    assert result.stds["kid"] == result.stds["kernel_distance"]
    assert list(result) == names and str(result).count("lower") == 4


def test_metrics_that_are_asked_for_bring_their_protocol(real):
    pytest.importorskip("sklearn")
    names = ["frechet_infinity", "prd_f_1_8", "coverage"]
    pixels = extractors.pixels(cell=14)
    result = evaluate(real, real, metrics=names, extractor=pixels, num_samples=80)
    features = pixels.features(real)
    features = features[np.random.RandomState(0).choice(len(real), 80, replace=False)]
    expected = kgz.metrics.frechet_infinity(features, features)
    assert list(result) == names and result["frechet_infinity"] == expected
    assert result["prd_f_1_8"] == pytest.approx(1)
    facts = {"frechet_infinity_points": 15, "prd_clusters": 20, "prd_runs": 10}
    assert facts.items() <= result.protocol.items()
    assert "cmmd_sigma" not in result.protocol
    assert str(result).count("higher") == 2


def test_what_was_not_measured_says_so():
    result = kgz.Evaluation({"frechet_distance": 9.0}, {}, {"extractor": "a cnn"})
    with pytest.raises(KeyError, match="'fid' was not .*'a cnn'.*FID Inception"):
        result["fid"]
    with pytest.raises(
        KeyError, match=r"not measured, only \['frechet_distance'\].\"$"
    ):
        result["kid"]
    assert "fid" not in result and result.get("fid", 7) == 7


def as_bright_as(labels):
    return np.full((len(labels), 28, 28, 1), 1, "uint8") * labels.reshape(-1, 1, 1, 1)


def conditional_model_of_brightness():
    latents, labels = keras.Input((100,)), keras.Input((), dtype="int32")
    image = layers.Rescaling(1 / 127.5, -1.0)(layers.Reshape((1, 1, 1))(labels))
    generator = keras.Model([latents, labels], layers.UpSampling2D(28)(image))
    return kgz.ConditionalGAN(generator=generator, base_channels=4)


def test_a_conditional_model_gets_the_labels_of_the_drawn_real_images():
    labels, seen = (np.arange(NUM) % 10).astype("uint8"), []

    def brightness(images):
        seen.append(images[:, 0, 0, 0])
        return images[:, 0, :5, 0]

    options = dict(num_samples=200, seed=4, metrics=["density"])
    options["extractor"] = Extractor("brightness", brightness)
    model = conditional_model_of_brightness()
    result = evaluate(model, (as_bright_as(labels), labels), **options)
    np.testing.assert_array_equal(*seen)
    assert len(set(seen[0])) == 10 and (np.diff(seen[0].astype(int)) < 0).any()
    assert result.protocol["labels"] == "of the real images"
    images = as_bright_as(labels)
    for missing in (images, (images,), (images, labels[1:])):
        with pytest.raises(ValueError, match=r"ConditionalGAN .*\(images, labels\)"):
            evaluate(model, missing, **options)


def test_a_model_of_captions_gets_those_of_the_drawn_real_images():
    texts = ["a dark square", "a bright square"]
    text = kgz.text.WordEncoder(dim=4, word_dim=3).of(texts)
    model = kgz.DFGAN((8, 8, 1), 4, text, base_channels=1, seed=0)
    asked = []
    generate = model.generate

    def listening(num, labels=None, **options):
        asked.extend(labels)
        return generate(num, labels=labels, **options)

    model.generate = listening
    bright = np.arange(NUM) % 2
    images = np.ones((NUM, 8, 8, 1), "uint8") * bright.reshape(-1, 1, 1, 1)
    images = images.astype("uint8")
    captions = [[texts[x], "a square"][: 1 + x] for x in bright]  # some have two
    seen = []

    def brightness(images):
        seen.append(images[:, 0, 0, 0])
        return images[:, 0, :5, 0]

    options = dict(num_samples=200, seed=4, metrics=["density"])
    options["extractor"] = Extractor("brightness", brightness)
    result = evaluate(model, (images, captions), **options)
    assert asked == [texts[x] for x in seen[0]] and len(set(asked)) == 2
    assert result.protocol["captions"] == "of the real images"
    for wrong in (images, (images, bright), (images, captions[1:])):
        with pytest.raises(ValueError, match=r"DFGAN .*\(images, captions\)"):
            evaluate(model, wrong, **options)


# The extractors.


def test_the_shipped_classifier_says_how_it_was_made():
    record = json.loads((CNN / "extractor.json").read_text())
    facts = {"sha256", "license", "data", "command", "steps", "seed", "hardware"}
    assert facts | {"minutes", "test_accuracy", "parameters"} <= record.keys()
    assert sum(path.stat().st_size for path in CNN.iterdir()) < 1_000_000
    assert extractors.fashion_mnist_network().count_params() == record["parameters"]


def test_the_shipped_classifier_is_as_accurate_as_recorded():
    recorded = json.loads((CNN / "extractor.json").read_text())["test_accuracy"]
    probabilities = extractors.fashion_mnist_cnn().probabilities(TEST.images)
    assert probabilities.shape == (10_000, 10) and probabilities.dtype == "float64"
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    accuracy = (probabilities.argmax(axis=1) == TEST.labels).mean()
    assert accuracy == pytest.approx(recorded, abs=0.001)
    assert 0.9 < recorded < 0.95


def convolve(x, kernel, bias):
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    return np.maximum(np.einsum("nhwcij,ijco->nhwo", windows, kernel) + bias, 0)


def pool(x):
    num, height, width, channels = x.shape
    cells = x.reshape(num, height // 2, 2, width // 2, 2, channels)
    return cells.max(axis=(2, 4))


def test_features_are_the_same_on_every_backend():
    # All three are compared with NumPy in float64, so with each other as well.
    network = extractors.fashion_mnist_network()
    network.load_weights(CNN / "network.weights.h5")
    weights = [weight.astype("float64") for weight in network.get_weights()]
    x = TEST.images[:8] / 255
    x = pool(convolve(x, *weights[:2]))
    x = pool(convolve(x, *weights[2:4]))
    expected = np.maximum(x.reshape(8, -1) @ weights[4] + weights[5], 0)
    features = extractors.fashion_mnist_cnn().features(TEST.images[:8])
    assert features.shape == (8, 128) and features.dtype == "float64"
    np.testing.assert_allclose(features, expected, rtol=0, atol=5e-4)
    assert expected.max() > 1


def test_loading_the_classifier_leaves_no_trace():
    random.seed(7)
    state = random.getstate()
    extractors.fashion_mnist_cnn.__wrapped__()
    assert random.getstate() == state
    assert extractors.fashion_mnist_cnn() is extractors.fashion_mnist_cnn()


def test_damaged_weights_are_not_loaded(tmp_path, monkeypatch):
    shutil.copytree(CNN, tmp_path / CNN.name)
    path = tmp_path / CNN.name / "network.weights.h5"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    monkeypatch.setattr(extractors.shipped, "SHIPPED", tmp_path)
    with pytest.raises(ValueError, match="is damaged or was changed: expected"):
        extractors.fashion_mnist.loaded.__wrapped__()


def test_any_keras_model_is_an_extractor(real):
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1), dtype="uint8"),
            keras.layers.Rescaling(1 / 255),
            keras.layers.AveragePooling2D(4),
            keras.layers.Flatten(),
        ]
    )
    wrapped = extractors.from_keras(model, "pooled", batch_size=7)
    pixels = extractors.pixels()
    expected = pixels.features(real[:20])
    np.testing.assert_allclose(wrapped.features(real[:20]), expected, atol=1e-6)
    result = evaluate(real, real, extractor=wrapped, num_samples=100)
    protocol = result.protocol
    assert protocol["extractor"] == "pooled" and protocol["extractor_sha256"] is None
    assert protocol["extractor_input"] == "28x28 by clean, pixels in [0, 255]"
    assert pixels.name == "pooled_pixels(cell=4)" and pixels.sha256 is None
    assert extractors.pixels(cell=7).features(real[:20]).shape == (20, 16)


# The errors.


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"metrics": ["FID"]}, r"names out of .*Received: \['FID'\]"),
        (
            {"metrics": ["fid"]},
            "Received: 'fashion_mnist_cnn'. Ask for frechet_distance",
        ),
        (
            {"metrics": ["kid", "fid"]},
            "fid is the name of .* the FID Inception",
        ),
        ({"metrics": "precision"}, "Received: 'precision'"),
        ({"metrics": []}, "must be a list of names"),
        ({"extractor": "fashion_mnist_cnn"}, "needs an Extractor"),
        ({"num_samples": 9}, "at least 10.*Received: 9"),
        ({"num_samples": 1e3}, "must be an integer.*1000.0"),
        ({"num_samples": 101}, "num_samples=101. Received: 100 real images"),
        ({"images": noise(99)}, "num_samples=100. Received: 99 generated images"),
        ({"images": noise(100)[:, 2:]}, r"differ in shape: \(26, 28, 1\)"),
        ({"real": list(noise(100))}, "real images must be a uint8 NumPy array.*list"),
        ({"real": noise(100)[..., 0]}, r"of shape \(100, 28, 28\)"),
        ({"images": None}, "generated images must be a uint8 NumPy array.*NoneType"),
        ({"images": noise(100) / 255}, "needs a uint8 array.*float64"),
    ],
)
def test_errors(changes, message):
    arguments = {"images": noise(100), "real": noise(100), "num_samples": 100}
    with pytest.raises(ValueError, match=f"(?s){message}"):
        evaluate(**{**arguments, **changes})


def test_errors_of_extractors():
    cnn, images = extractors.fashion_mnist_cnn(), np.zeros((12, 32, 32, 3), "uint8")
    with pytest.raises(ValueError, match="needs images of shape .*28, 28, 1"):
        cnn.features(images)
    with pytest.raises(ValueError, match="is no classifier"):
        extractors.pixels().probabilities(images)
    with pytest.raises(ValueError, match="one row an image"):
        Extractor("identity", lambda images: images).features(images)
