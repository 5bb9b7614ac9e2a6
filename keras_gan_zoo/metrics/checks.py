"""What the metrics accept: two sets of features, finite and of equal dimensions."""

import warnings

import numpy as np


def feature_arrays(metric, *sets, least=2) -> list[np.ndarray]:
    """Makes float64 arrays of sets of features, or says why that cannot be.

    Args:
        metric: Name of the metric, for the message.
        *sets: Arrays (num, dimensions) of equal dimensions.
        least: How many rows each needs.

    Returns:
        A list of float64 arrays.

    Raises:
        ValueError: If an array has another rank or fewer rows, if their dimensions
            differ, or if a value is not finite.
    """
    sets = [np.asarray(features, "float64") for features in sets]
    shapes = [features.shape for features in sets]
    are_sets = all(len(shape) == 2 and shape[0] >= least for shape in shapes)
    if not are_sets or len({dimensions for _, dimensions in shapes}) > 1:
        raise ValueError(
            f"{metric}() needs arrays (num, dimensions) of equal dimensions with at "
            f"least {least} rows each. Received: {', '.join(map(str, shapes))}. "
            "Take more samples, or the same features of both sets; images become "
            "features with images.reshape(len(images), -1)."
        )
    for features in sets:
        check_finite(metric, features)
    return sets


def check_finite(metric, values) -> None:
    """Refuses NaN and Inf.

    Args:
        metric: Name of the metric, for the message.
        values: Array (num, ...).

    Raises:
        ValueError: If a value is not finite.
    """
    finite = np.isfinite(values.reshape(len(values), -1)).all(axis=1)
    if not finite.all():
        raise ValueError(
            f"{metric}() received values that are not finite (NaN or Inf) in "
            f"{np.sum(~finite)} of {len(values)} samples, first in sample "
            f"{np.argmin(finite)}. Look there for what the generator or the extractor "
            "did wrong."
        )


def warn_if_singular(metric, num, dimensions) -> None:
    """Warns that a covariance was estimated from fewer rows than it has.

    Args:
        metric: Name of the metric, for the message.
        num: Samples in the smaller set.
        dimensions: Of a sample.
    """
    if num < dimensions:
        warnings.warn(
            f"{metric}() of {num} samples in {dimensions} dimensions: the covariance "
            "is singular, and the value depends more on the number of samples than on "
            f"what they are. Take more than {dimensions} samples of each set.",
            UserWarning,
            stacklevel=3,
        )
