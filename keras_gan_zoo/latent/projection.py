"""Projection: the latents whose samples come nearest to given images."""

import math

import numpy as np
from keras import ops

from keras_gan_zoo.checks import as_array, check_finite, check_shape, shape_of
from keras_gan_zoo.datasets.base import check_positive
from keras_gan_zoo.domains.images import as_bytes
from keras_gan_zoo.inference import Progress, check_weights
from keras_gan_zoo.latent.features import default_features
from keras_gan_zoo.latent.results import Strip
from keras_gan_zoo.latent.search import Search
from keras_gan_zoo.latent.spaces import space_of

RAMP_UP, RAMP_DOWN = 0.05, 0.25  # shares of the steps, of the learning rate
NOISE_ENDS = 0.75  # share of the steps with noise
MOMENTA = (0.9, 0.999)  # Adam's


class Projection(Strip):
    """Images, and below each the sample that came nearest to it.

    Attributes:
        latents: float32 array (num, dim), which `generate(latents=)` takes, or
            `synthesize` those of w.
        samples: uint8 array (num, height, width, channels), what they give.
        targets: Array of that shape, the images as they were given.
        distances: float64 array (num,), of samples and images in the features.
        nearest_distances: The same of the nearest of the random samples.
    """

    def __init__(self, latents, samples, domain, targets, distances, nearest_distances):
        titles = list(map(str, range(len(samples))))
        super().__init__(latents, samples, domain, titles)
        self.targets = targets
        self.distances = distances
        self.nearest_distances = nearest_distances

    def cells(self) -> np.ndarray:
        """Pictures (2, num, height, width, channels)."""
        pairs = np.stack([as_bytes(self.targets), self.samples])
        return Strip(None, pairs, self.domain).cells()


def project(
    model,
    images,
    steps=1_000,
    features=None,
    labels=None,
    space="z",
    samples=1_000,
    starts=1,
    learning_rate=0.1,
    noise=0.05,
    seed=0,
    batch_size=16,
    verbose="auto",
) -> Projection:
    """Finds latents whose samples look like given images.

    Of random samples the nearest are the starts. From there Adam goes down; noise on
    the latents keeps it from the first local minimum. The learning rate rises in the
    first 5 % of the steps and falls in the last 25 %, the noise ends after 75 %.
    Neither weights nor random state of the model change. In w one style serves all
    places, and the noise maps stay.

    Args:
        model: A `LatentGAN` of images.
        images: (num, height, width, channels), uint8 or float in [-1, 1]; or one image.
        steps: How many, from 1. The paper has 1,000.
        features: A Keras model, float images in [-1, 1] to a feature map or a list of
            them, such as `metrics.vgg16_hed_features()`. By default pixels at several
            sizes, and for images of 28x28x1 and 64x64x3 the maps of the classifier that
            ships. The squared differences are summed over channels and maps, and are
            means over the places of a map.
        labels: Of a conditional model: one an image, or one for all.
        space: `"z"`, or `"w"` of StyleGAN2, which comes nearer.
        samples: Of how many random samples the nearest are starts.
        starts: From how many of them to go on; the best result counts.
        learning_rate: The highest.
        noise: Its deviation at first, in units of the root of the mean squared distance
            of latents to their mean.
        seed: Of samples and noise.
        batch_size: How many images are computed at a time.
        verbose: Whether to show a progress bar: 0, 1, or `"auto"` for long work.

    Returns:
        A `Projection`. No image is further away than the nearest random sample.

    Raises:
        ValueError: If the model makes no images, or an argument does not fit.

    Example:
        ```python
        import keras_gan_zoo as kgz

        model = kgz.GAN.from_preset("dcgan_fashion_mnist")
        images = kgz.datasets.load("fashion_mnist_mini").images[:2]
        projection = kgz.latent.project(model, images, steps=50, samples=100)
        projection.save("projection.png")
        again = model.generate(latents=projection.latents)
        ```

    Reference:
        Karras et al. 2020, appendix D, https://arxiv.org/abs/1912.04958
    """
    place = space_of(model, space, labels)
    targets = _checked(model, images)
    _check_numbers(steps, samples, starts, learning_rate, noise)
    check_weights(place.network)
    features = features or default_features(model.image_shape)
    expected = (None, *model.image_shape)
    check_shape("features' input", shape_of(features, "input"), expected)
    floats = ops.convert_to_numpy(model.domain.encode(targets))
    search = Search(place, features, floats, batch_size)
    begin, deviation = search.nearest(samples, starts, seed)
    scales = learning_rate, noise * deviation
    descended = _descend(begin, search.slopes(starts), steps, *scales, seed, verbose)
    # Descent may end higher than it began; then the start counts.
    points = np.concatenate([descended, begin], axis=1)
    distances = search.distances(points)
    rows, best = np.arange(len(points)), distances.argmin(axis=1)
    latents = points[rows, best]
    options = {"batch_size": batch_size, "verbose": 0}
    made = place.samples(latents, place.labels_of(len(latents)), **options)
    nearest = distances[:, starts:].min(axis=1)
    found = distances[rows, best]
    return Projection(latents, made, model.domain, targets, found, nearest)


def _descend(points, slopes, steps, learning_rate, deviation, seed, verbose):
    """Adam's steps from points, an array, along the slopes of what is near them."""
    random, progress = np.random.RandomState(seed), Progress(steps, verbose, "step")
    first = second = np.zeros_like(points)  # Adam's moments
    one, two = MOMENTA
    for step in range(1, steps + 1):
        done = (step - 1) / steps
        fading = max(0.0, 1 - done / NOISE_ENDS) ** 2
        noise = deviation * fading * random.standard_normal(points.shape)
        slope = slopes((points + noise).astype("float32"))
        first = one * first + (1 - one) * slope
        second = two * second + (1 - two) * slope**2
        size = np.sqrt(second / (1 - two**step)) + 1e-8
        moved = first / (1 - one**step) / size
        points = points - learning_rate * _ramp(done) * moved
        progress.add()
    return points.astype("float32")


def _ramp(done):
    """The share of the learning rate when so much is done, both in [0, 1]."""
    down = 0.5 - 0.5 * math.cos(math.pi * min(1.0, (1 - done) / RAMP_DOWN))
    return down * min(1.0, (done + 1e-3) / RAMP_UP)


def _checked(model, images):
    """The images as an array (num, height, width, channels)."""
    if len(model.image_shape) != 3:
        raise ValueError(
            f"project() compares images. Received: a {type(model).__name__} that makes "
            f"{model.domain.name}."
        )
    images = as_array(images)
    images = images[None] if images.ndim == 3 else images
    model.domain.check(images)
    check_shape("images' shape", images.shape, (None, *model.image_shape))
    return images


def _check_numbers(steps, samples, starts, learning_rate, noise):
    check_positive("steps", steps)
    check_positive("starts", starts)
    check_positive("samples", samples)
    check_finite("learning_rate", learning_rate)
    check_finite("noise", noise)
    if starts > samples or learning_rate <= 0 or noise < 0:
        raise ValueError(
            "project() needs at least as many samples as starts, a learning rate above "
            f"0 and noise from 0. Received: samples={samples}, starts={starts}, "
            f"learning_rate={learning_rate}, noise={noise}"
        )
