"""The metrics of two sets of features by name, as `evaluate` measures them."""

from collections.abc import Callable, Iterable
from typing import Any

from keras_gan_zoo.metrics.clip_mmd import cmmd
from keras_gan_zoo.metrics.extractors import Extractor
from keras_gan_zoo.metrics.frechet import frechet_distance
from keras_gan_zoo.metrics.frechet_extrapolated import frechet_infinity
from keras_gan_zoo.metrics.kid import kernel_distance
from keras_gan_zoo.metrics.manifold import density_coverage, precision_recall
from keras_gan_zoo.metrics.prd_curve import prd

# Each metric, and which way is better. These are measured unless asked otherwise,
DEFAULT_METRICS = {
    "frechet_distance": "lower",
    "kernel_distance": "lower",
    "precision": "higher",
    "recall": "higher",
    "density": "higher",
    "coverage": "higher",
}
# and the others only if they are asked for, some of them of one extractor.
METRICS = DEFAULT_METRICS | {
    "frechet_infinity": "lower",
    "prd_f_8": "higher",
    "prd_f_1_8": "higher",
    "inception_score": "higher",
    "fid": "lower",
    "kid": "lower",
    "fd_dinov2": "lower",
    "cmmd": "lower",
}

# Names that belong to the features of one network, and the same formulas on any.
FORMULAS = {
    "fid": "frechet_distance",
    "kid": "kernel_distance",
    "fd_dinov2": "frechet_distance",
}
OWNERS: dict[str, tuple[str, Callable[[Extractor], bool]]] = {
    "fid": ("the FID Inception", lambda extractor: extractor.is_fid_inception),
    "kid": ("the FID Inception", lambda extractor: extractor.is_fid_inception),
    "fd_dinov2": ("DINOv2", lambda extractor: extractor.name.startswith("dinov2")),
    "cmmd": ("CLIP", lambda extractor: extractor.name.startswith("clip")),
}

# What these depend on, which goes into the protocol with them.
FACTS: dict[str, dict[str, Any]] = {
    "frechet_infinity": {"frechet_infinity_points": 15},
    "prd_f_8": {"prd_clusters": 20, "prd_angles": 1001, "prd_runs": 10},
    "prd_f_1_8": {"prd_clusters": 20, "prd_angles": 1001, "prd_runs": 10},
    "cmmd": {"cmmd_sigma": 10.0, "cmmd_scale": 1000.0},
}


def check_names(names, extractor) -> None:
    """Raises a `ValueError` if a name belongs to the features of another network.

    Args:
        names: Keys of `METRICS`.
        extractor: An `Extractor`.
    """
    for name in sorted(OWNERS.keys() & set(names)):
        network, owns = OWNERS[name]
        if owns(extractor):
            continue
        advice = "Take its extractor."
        if name in FORMULAS:
            advice = f"Ask for {FORMULAS[name]}, the same on any features."
        raise ValueError(
            f"{name} is the name of a number on the features of {network}, expected as "
            f"the extractor. Received: {extractor.name!r}. {advice}"
        )


def facts_of(names) -> dict[str, Any]:
    """What the metrics of these names depend on, for the protocol."""
    return {k: v for name in names for k, v in FACTS.get(name, {}).items()}


def measure(names, real, fake, protocol) -> dict[str, tuple[float, ...]]:
    """Compares features.

    Args:
        names: Keys of `METRICS`.
        real: Array (num, dimensions).
        fake: Array (num, dimensions).
        protocol: Dict of what the numbers depend on.

    Returns:
        A dict of metric to (value,) or (value, std), of all names that these features
        suffice for, and of some more.
    """
    found: dict[str, tuple[float, ...]] = {}
    wanted = {FORMULAS.get(name, name) for name in names}
    for group, compute in GROUPS.items():
        if wanted & set(group):
            found |= zip(group, compute(real, fake, protocol), strict=True)
    aliases = {name: found[own] for name, own in FORMULAS.items() if own in found}
    return found | aliases


def _frechet(real, fake, protocol) -> Iterable[tuple[float, ...]]:
    return [(frechet_distance(real, fake),)]


def _kernel(real, fake, protocol):
    subsets = protocol["kernel_distance_subsets"]
    size = protocol["kernel_distance_subset_size"]
    return [kernel_distance(real, fake, subsets, size, protocol["seed"])]


def _precision_recall(real, fake, protocol):
    return _alone(precision_recall(real, fake, protocol["precision_recall_k"]))


def _density_coverage(real, fake, protocol):
    return _alone(density_coverage(real, fake, protocol["density_coverage_k"]))


def _infinity(real, fake, protocol):
    points = protocol["frechet_infinity_points"]
    return [(frechet_infinity(real, fake, points, seed=protocol["seed"]),)]


def _prd(real, fake, protocol):
    clusters, angles, runs = (
        protocol[f"prd_{name}"] for name in ("clusters", "angles", "runs")
    )
    curve = prd(real, fake, clusters, angles, runs, protocol["seed"])
    return _alone([curve.f_8, curve.f_1_8])


def _cmmd(real, fake, protocol):
    return [(cmmd(real, fake, protocol["cmmd_sigma"], protocol["cmmd_scale"]),)]


def _alone(values):
    return [(value,) for value in values]


GROUPS = {
    ("frechet_distance",): _frechet,
    ("kernel_distance",): _kernel,
    ("precision", "recall"): _precision_recall,
    ("density", "coverage"): _density_coverage,
    ("frechet_infinity",): _infinity,
    ("prd_f_8", "prd_f_1_8"): _prd,
    ("cmmd",): _cmmd,
}
