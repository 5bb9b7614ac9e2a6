"""How good are a model's samples? Numbers that carry their whole protocol."""

import collections.abc
import dataclasses
import json
import pathlib
import weakref
from typing import Self

import numpy as np

from keras_gan_zoo import markup
from keras_gan_zoo.datasets.lazy import is_lazy
from keras_gan_zoo.datasets.mapped import take
from keras_gan_zoo.datasets.streamed import StreamedDataset
from keras_gan_zoo.domains import Images
from keras_gan_zoo.metrics import inception_score
from keras_gan_zoo.metrics.by_name import (
    DEFAULT_METRICS,
    FORMULAS,
    METRICS,
    OWNERS,
    check_names,
    facts_of,
    measure,
)
from keras_gan_zoo.metrics.extractors import Extractor, default
from keras_gan_zoo.text.captions import is_text, listed
from keras_gan_zoo.version import __version__

SCHEMA = 1

PIECE = 1_024  # real images that are in memory at a time

# The real features last computed with an extractor, and of which images they are.
_CACHE: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


@dataclasses.dataclass
class Evaluation(collections.abc.Mapping):
    """Numbers by name, as in a dict, with the protocol that gives them a meaning.

    Two evaluations compare if their protocols are equal.

    Attributes:
        scores: Dict of metric to value, a float.
        stds: Dict of metric to standard deviation, of those metrics that have one.
        protocol: Dict of everything that the numbers depend on.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("fashion_mnist_mini").images
        model = kgz.GAN.from_preset("dcgan_fashion_mnist")
        result = kgz.evaluate(model, images, num_samples=1_000)
        print(result)
        result["precision"]
        result.save("evaluation.json")
        ```
    """

    scores: dict
    stds: dict
    protocol: dict

    def __getitem__(self, metric) -> float:
        if metric not in self.scores:
            raise KeyError(self._why_missing(metric))
        return self.scores[metric]

    def __iter__(self) -> collections.abc.Iterator[str]:
        return iter(self.scores)

    def __len__(self) -> int:
        return len(self.scores)

    def __str__(self) -> str:
        lines = [f"{'metric':18}{'value':>12}{'std':>12}  better"]
        for metric, value in self.items():
            std = self.stds.get(metric)
            std = "" if std is None else f"{std:.4f}"
            lines.append(f"{metric:18}{value:12.4f}{std:>12}  {METRICS[metric]}")
        width = max(map(len, self.protocol))
        facts = [f"{name:{width}}  {fact}" for name, fact in self.protocol.items()]
        return "\n".join([*lines, "", *facts])

    def _repr_html_(self):
        """Numbers and protocol in a notebook."""
        rows = [["metric", "value", "std", "better"]]
        for metric, value in self.items():
            std = f"{self.stds[metric]:.4f}" if metric in self.stds else ""
            rows.append([metric, f"{value:.4f}", std, METRICS.get(metric, "")])
        protocol = [["protocol", ""], *self.protocol.items()]
        return markup.table(rows) + markup.table(protocol)

    def _why_missing(self, metric):
        message = f"{metric!r} was not measured, only {list(self)}."
        formula = FORMULAS.get(metric)
        if formula in self.scores:
            message += (
                f" {formula!r} is the same formula, here on the features of the "
                f"extractor {self.protocol.get('extractor')!r}. Only that of "
                f"{OWNERS[metric][0]} is called {metric}: the two do not compare."
            )
        return message

    def save(self, path) -> None:
        """Writes a JSON file.

        Args:
            path: Of the file, which is overwritten.
        """
        content = {"schema": SCHEMA, **dataclasses.asdict(self)}
        pathlib.Path(path).write_text(json.dumps(content, indent=2) + "\n")

    @classmethod
    def load(cls, path) -> Self:
        """Reads what `save` wrote.

        Args:
            path: Of the file.

        Returns:
            An `Evaluation`, equal to the one that was saved.

        Raises:
            ValueError: If the file holds something else.
        """
        try:
            content = json.loads(pathlib.Path(path).read_text())
            if content.pop("schema") != SCHEMA:
                raise TypeError(f"its schema is not {SCHEMA}")
            return cls(**content)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"The file {path} is no evaluation that this version of keras_gan_zoo "
                f"reads: {error!r}. Expected what Evaluation.save(path) writes."
            ) from error


def evaluate(
    model_or_images,
    data,
    metrics=tuple(DEFAULT_METRICS),
    *,
    extractor=None,
    num_samples=10_000,
    seed=0,
) -> Evaluation:
    """Compares generated with real images, equally many of both.

    The real features are kept until the same extractor meets other data, so a second
    model costs less. They are known by the array, not by its content: pass a copy if
    you have changed it in place.

    Args:
        model_or_images: A model, which generates `num_samples` images from `seed`, of
            the labels, or first captions, of the real ones if it needs them; or a uint8
            array (num, height, width, channels).
        data: Real images that the extractor accepts, a uint8 array (num, height,
            width, channels), or samples of its domain, alone or as a tuple (images,
            labels); or a `StreamedDataset`. Test images, where there are any. Arrays
            that are mapped from disk or lazy are read in pieces, and only their
            features are kept.
        metrics: Names. Beside those in the default there are "frechet_infinity", for
            few samples; "prd_f_8" and "prd_f_1_8", of `metrics.prd`; and of certain
            extractors "inception_score", of a classifier, "fid" and "kid", of the FID
            Inception, "fd_dinov2", of DINOv2, and "cmmd", of CLIP.
        extractor: An `Extractor`; one of sounds compares sounds. Numbers of different
            extractors do not compare. By default that of
            `metrics.extractors.default(images)`, which the protocol names.
        num_samples: Images on each side. Where there are more, so many are drawn with
            `seed`, without replacement.
        seed: Of the samples and of all draws.

    Returns:
        An `Evaluation`.

    Raises:
        ValueError: If there are fewer images than `num_samples`, their shapes differ,
            or an argument does not fit.

    Example:
        ```python
        import keras_gan_zoo as kgz

        model = kgz.GAN.from_preset("dcgan_fashion_mnist")
        images = kgz.datasets.load("fashion_mnist_mini").images
        print(kgz.evaluate(model, images))
        ```
    """
    _check_arguments(metrics, extractor, num_samples)
    if isinstance(data, StreamedDataset):
        data = (data.images, data.labels)
    domain = Images() if extractor is None else extractor.domain
    real = _enough_images(data, "real", num_samples, domain)
    extractor = default(real) if extractor is None else extractor
    check_names(metrics, extractor)
    labels = _labels(model_or_images, data, real, num_samples, seed)
    real_features = _real_features(extractor, real, num_samples, seed)
    fake = _generated(model_or_images, num_samples, seed, domain, **labels)
    if fake.shape[1:] != real.shape[1:]:
        raise ValueError(
            f"Generated and real {domain.name} differ in shape: {fake.shape[1:]} and "
            f"{real.shape[1:]}. Resize the real ones to what the model generates."
        )
    protocol = _protocol(model_or_images, extractor, num_samples, seed)
    if labels:
        protocol[_kind_of_labels(model_or_images)] = "of the real images"
    protocol |= facts_of(metrics)
    found = measure(metrics, real_features, extractor.features(fake), protocol)
    if "inception_score" in metrics:
        protocol["inception_score_splits"] = 10
        found["inception_score"] = inception_score(extractor.probabilities(fake), 10)
    scores = {name: found[name][0] for name in metrics}
    stds = {name: found[name][1] for name in metrics if len(found[name]) > 1}
    return Evaluation(scores, stds, protocol)


def _check_arguments(metrics, extractor, num_samples):
    unknown = [name for name in metrics if name not in METRICS]
    if isinstance(metrics, str) or unknown or not metrics:
        raise ValueError(
            f"metrics must be a list of names out of {list(METRICS)}. Received: "
            f"{metrics!r}"
        )
    if extractor is not None and not isinstance(extractor, Extractor):
        raise ValueError(
            "evaluate() needs an Extractor, such as metrics.extractors."
            "fashion_mnist_cnn(); from_keras(model) and from_file(path) there make one "
            f"of a network. Received: {extractor!r}"
        )
    if not isinstance(num_samples, int | np.integer) or num_samples < 10:
        raise ValueError(
            "num_samples must be an integer of at least 10; numbers that one would "
            f"quote need thousands. Received: {num_samples!r}"
        )


def _enough_images(images, kind, num_samples, domain):
    """The images, or samples of another domain, out of what was passed, or an error."""
    images = images[0] if isinstance(images, tuple) and images else images
    is_array = isinstance(images, np.ndarray) or is_lazy(images)
    if not is_array or not domain.fits(images.shape[1:]):
        shape = getattr(images, "shape", None)
        numbers = "uint8" if type(domain) is Images else domain.numbers
        raise ValueError(
            f"The {kind} {domain.name} must be a {numbers} NumPy array "
            f"{domain.shape_in_words.replace('batch', 'num')}. Received: "
            f"{type(images).__name__} of shape {shape}"
        )
    if len(images) < num_samples:
        raise ValueError(
            f"evaluate() compares equally many images of both sides, expected at least "
            f"num_samples={num_samples}. Received: {len(images)} {kind} {domain.name}. "
            f"Take more of them, or pass num_samples={len(images)} and compare with "
            "numbers of that size only."
        )
    return images


def _drawn(array, num_samples, seed):
    if len(array) == num_samples:
        return array
    return array[_drawn_rows(len(array), num_samples, seed)]


def _drawn_rows(num, num_samples, seed):
    if num == num_samples:
        return np.arange(num)
    random = np.random.RandomState(seed)
    return random.choice(num, num_samples, replace=False)


def _labels(model_or_images, data, real, num_samples, seed):
    """The labels of the drawn real images as an argument, if the model needs them."""
    if not getattr(model_or_images, "conditional", False):
        return {}
    labels = data[1] if isinstance(data, tuple) and len(data) > 1 else ()
    kind = _kind_of_labels(model_or_images)
    if kind == "captions":  # the first of each image; numbers would be other captions
        found = listed(labels) if len(labels) and is_text(labels) else ()
        labels = [captions[0] for captions in found]
    labels = np.asarray(labels)
    if labels.shape[:1] != real.shape[:1]:
        raise ValueError(
            f"{type(model_or_images).__name__} generates images of given {kind}, so "
            f"evaluate() needs the real data as (images, {kind}), one an image. "
            f"Received: {len(real)} images and {kind} of shape {labels.shape}"
        )
    return {"labels": _drawn(labels, num_samples, seed)}


def _kind_of_labels(model):
    return "captions" if hasattr(model, "text") else "labels"


def _generated(model_or_images, num_samples, seed, domain, **labels):
    if hasattr(model_or_images, "generate"):
        return model_or_images.generate(num_samples, seed=seed, **labels)
    images = _enough_images(model_or_images, "generated", num_samples, domain)
    return _drawn(images, num_samples, seed)


def _real_features(extractor, images, num_samples, seed):
    """Features of the real images, computed once for each extractor and data."""
    known, drawn, features = _CACHE.get(extractor, (lambda: None, None, None))
    if known() is not images or drawn != (num_samples, seed):
        rows = _drawn_rows(len(images), num_samples, seed)
        pieces = np.array_split(rows, -(-num_samples // PIECE))
        features = np.concatenate(
            [extractor.features(take(images, piece)) for piece in pieces]
        )
        _CACHE[extractor] = weakref.ref(images), (num_samples, seed), features
    return features


def _protocol(model_or_images, extractor, num_samples, seed):
    is_model = hasattr(model_or_images, "generate")
    prepared = extractor.preparation
    return {
        "extractor": extractor.name,
        "extractor_sha256": extractor.sha256,
        **({} if prepared is None else {"extractor_input": prepared}),
        "samples_of": type(model_or_images).__name__ if is_model else "given images",
        "num_generated": int(num_samples),
        "num_real": int(num_samples),
        "seed": int(seed),
        "kernel_distance_subsets": 100,
        # Subsets as large as the set would all be the same one.
        "kernel_distance_subset_size": min(1_000, int(num_samples) // 2),
        "precision_recall_k": 3,
        "density_coverage_k": 5,
        "version": f"keras_gan_zoo {__version__}",
    }
