"""In batches, merged and unpickled: each metric equals its function on the whole."""

import pickle

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import metrics
from keras_gan_zoo.metrics import PerceptualExtractor
from keras_gan_zoo.metrics.extractors import Extractor

RANDOM = np.random.RandomState(0)
REAL = RANDOM.randint(0, 256, (90, 12, 12, 1)).astype("uint8")
FAKE = (REAL[::-1] // 2 + RANDOM.randint(0, 100, REAL.shape)).astype("uint8")
PAIRS = REAL[:40], FAKE[:40]
LARGE = [np.repeat(np.repeat(x[:6], 14, axis=1), 14, axis=2) for x in (REAL, FAKE)]
POINTS = kgz.datasets.load("ring", num_samples=300).images
MODES = kgz.datasets.RING_CENTERS, 0.004


def means(images):
    return images[:, ::3, ::4, 0].reshape(len(images), -1) / 255.0


def shares(images):
    features = means(images)
    return features / features.sum(axis=1, keepdims=True)


CELLS = Extractor("cells", means, shares)
SAME = PerceptualExtractor("same", lambda images: [images + 2, images[:, :3] - 2])

# Metric, inputs by name, and the function on the whole.
CASES = {
    "frechet_distance(cells)": (
        lambda: metrics.FrechetDistance(CELLS),
        {"real": REAL, "fake": FAKE},
        lambda real, fake: metrics.frechet_distance(means(real), means(fake)),
    ),
    "frechet_distance(given features)": (
        metrics.FrechetDistance,
        {"real": means(REAL), "fake": means(FAKE)},
        metrics.frechet_distance,
    ),
    "kernel_distance(cells)": (
        lambda: metrics.KernelDistance(CELLS, 5, 50, seed=1),
        {"real": REAL, "fake": FAKE},
        lambda real, fake: metrics.kernel_distance(means(real), means(fake), 5, 50, 1),
    ),
    "precision_recall(cells)": (
        lambda: metrics.PrecisionRecall(CELLS, k=4),
        {"real": REAL, "fake": FAKE},
        lambda real, fake: metrics.precision_recall(means(real), means(fake), 4),
    ),
    "density_coverage(cells)": (
        lambda: metrics.DensityCoverage(CELLS, k=4),
        {"real": REAL, "fake": FAKE},
        lambda real, fake: metrics.density_coverage(means(real), means(fake), 4),
    ),
    "inception_score(cells)": (
        lambda: metrics.InceptionScore(CELLS, splits=7),
        {"fake": FAKE},
        lambda fake: metrics.inception_score(shares(fake), 7),
    ),
    "psnr": (
        metrics.PSNR,
        {"images_a": PAIRS[0], "images_b": PAIRS[1]},
        lambda a, b: metrics.psnr(a, b).mean(),
    ),
    "ssim": (
        lambda: metrics.SSIM((0, 1)),
        {"images_a": PAIRS[0] / 255, "images_b": PAIRS[1] / 255},
        lambda a, b: metrics.ssim(a, b, (0, 1)).mean(),
    ),
    "ms_ssim": (
        metrics.MSSSIM,
        {"images_a": LARGE[0], "images_b": LARGE[1]},
        lambda a, b: metrics.ms_ssim(a, b).mean(),
    ),
    "perceptual_distance(same)": (
        lambda: metrics.PerceptualDistance(SAME),
        {"images_a": PAIRS[0], "images_b": PAIRS[1]},
        lambda a, b: SAME.distance(a, b).mean(),
    ),
    "mode_coverage(8 modes, std=0.004)": (
        lambda: metrics.ModeCoverage(*MODES),
        {"points": POINTS},
        lambda points: metrics.mode_coverage(points, *MODES),
    ),
}


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


def batches(inputs, seed):
    """Cuts the inputs at random places, the same ones in all inputs."""
    num = len(next(iter(inputs.values())))
    random = np.random.RandomState(seed)
    ends = [0, *sorted(random.choice(np.arange(1, num), 4, replace=False)), num]
    for start, end in zip(ends, ends[1:], strict=False):
        yield {name: array[start:end] for name, array in inputs.items()}


def updated(metric, parts):
    for part in parts:
        metric.update_state(**part)
    return metric


def test_the_cases_are_all_there_is():
    classes = {type(make()) for make, _, _ in CASES.values()}
    exported = {getattr(metrics, name) for name in metrics.__all__}
    streaming = {
        x
        for x in exported
        if isinstance(x, type) and issubclass(x, metrics.streaming.StreamingMetric)
    }
    assert classes == streaming and len(streaming) == 10
    assert [make().name for make, _, _ in CASES.values()] == list(CASES)


def test_batches_of_any_size_give_the_value_of_the_whole(case):
    make, inputs, function = case
    expected = function(*inputs.values())
    assert np.isfinite(expected).all() and np.any(expected)
    for seed in range(3):
        metric = updated(make(), batches(inputs, seed))
        assert metric.result() == pytest.approx(expected, rel=1e-9)
    types = [type(x) for x in np.atleast_1d(metric.result()).tolist()]
    assert set(types) <= {int, float}


def test_what_several_have_seen_adds_up(case):
    make, inputs, function = case
    parts = list(batches(inputs, 3))
    metric, other = updated(make(), parts[:2]), updated(make(), parts[2:])
    sent = pickle.loads(pickle.dumps(other))  # as it comes from another process
    total = make()
    for part in (metric, make(), sent):
        total.merge_state(part)
    assert total.result() == pytest.approx(function(*inputs.values()), rel=1e-9)
    with pytest.raises(ValueError, match="unpickled.*takes no more images"):
        sent.update_state(**parts[0])


def test_merging_leaves_the_other_as_it_is(case):
    make, inputs, function = case
    one, other = updated(make(), [inputs]), updated(make(), [inputs])
    one.merge_state(other)
    one.update_state(**inputs)
    assert other.result() == pytest.approx(function(*inputs.values()), rel=1e-9)


def test_a_reset_forgets_everything(case):
    make, inputs, function = case
    flipped = {name: array[::-1] for name, array in inputs.items()}
    metric = updated(make(), batches(flipped, 0))
    metric.reset_state()
    with pytest.raises(ValueError, match="has seen no .* yet"):
        metric.result()
    metric = updated(metric, [inputs])
    assert metric.result() == pytest.approx(function(*inputs.values()), rel=1e-9)


def test_both_sides_need_not_come_together_nor_be_as_many():
    metric = metrics.PrecisionRecall(CELLS)
    metric.update_state(fake=FAKE[:50])
    with pytest.raises(ValueError, match=r"recall\(cells\) has seen no real yet"):
        metric.result()
    metric.update_state(real=REAL)
    metric.update_state(fake=FAKE[50:80])
    expected = metrics.precision_recall(means(REAL), means(FAKE[:80]))
    assert metric.result() == expected


def test_frechet_distance_keeps_no_features():
    metric = metrics.FrechetDistance()
    metric.update_state(real=means(REAL), fake=means(FAKE))
    size = len(pickle.dumps(metric))
    metric.update_state(real=means(REAL), fake=means(FAKE))
    assert len(pickle.dumps(metric)) == size


def test_other_metrics_or_other_features_do_not_add_up():
    metric = metrics.PrecisionRecall(CELLS)
    for other in (metrics.PrecisionRecall(), metrics.DensityCoverage(CELLS), None):
        with pytest.raises(ValueError, match="equal name.*for 'precision_recall.cells"):
            metric.merge_state(other)
    features = metrics.KernelDistance()
    features.update_state(real=np.ones((5, 3)))
    for batch in (np.ones((5, 2)), np.ones((5, 3, 1)), np.full((5, 3), np.nan)):
        with pytest.raises(ValueError):
            features.update_state(real=batch)
    assert features._seen["real"].num == 5
    with pytest.raises(ValueError, match="needs a uint8 array"):
        metric.update_state(real=REAL / 255)
