"""Directions from labels: the normal of a plane between latents (InterFaceGAN)."""

from typing import NamedTuple

import numpy as np

from keras_gan_zoo.checks import as_array

HELD_OUT = 0.3  # of the latents, as in the paper


class Direction(NamedTuple):
    """A direction in which an attribute becomes more likely.

    Attributes:
        vector: float32 array (dim,), a unit vector.
        accuracy: The share of latents held out that lie on the right side of the plane,
            in [0, 1], before other directions are taken out of its normal.
    """

    vector: np.ndarray
    accuracy: float


def find_direction(latents, labels, conditions=(), seed=0) -> Direction:
    """Separates latents whose images have an attribute from those that have not.

    A logistic regression finds the plane; the direction is its normal. Where several
    attributes come together, `conditions` keeps the others: n - (n . m) m.

    Args:
        latents: Floats (num, dim).
        labels: Booleans, or integers 0 and 1, (num,): whether the image of each has the
            attribute. At least 10 of each.
        conditions: Directions of other attributes, a list of arrays (dim,).
        seed: Of the choice which latents are held out.

    Returns:
        A `Direction`.

    Raises:
        ImportError: If scikit-learn is not installed.
        ValueError: If an argument does not fit, or nothing is left of the direction.

    Example:
        ```python
        import keras_gan_zoo as kgz

        model = kgz.GAN.from_preset("r3gan_fashion_mnist")
        latents = model.latents(500, seed=0)
        images = model.generate(latents=latents)
        bright = images.mean(axis=(1, 2, 3)) > 70
        direction = kgz.latent.find_direction(latents, bright)
        kgz.latent.edit(model, [0, 1, 2], direction.vector).save("brighter.png")
        ```

    Reference:
        Shen et al. 2020, section 3, https://arxiv.org/abs/1907.10786
    """
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import train_test_split
    except ImportError as error:
        raise ImportError(
            "find_direction() takes its regression from scikit-learn: pip install "
            "scikit-learn"
        ) from error
    latents, labels = as_array(latents), as_array(labels)
    _check(latents, labels)
    train, test, of_train, of_test = train_test_split(
        latents, labels, test_size=HELD_OUT, random_state=seed, stratify=labels
    )
    plane = LogisticRegression(max_iter=1_000).fit(train, of_train)
    normal = _without(plane.coef_[0], conditions)
    return Direction(normal.astype("float32"), float(plane.score(test, of_test)))


def _without(normal, conditions):
    """The unit vector of what a normal has apart from other directions."""
    normal = normal / np.linalg.norm(normal)
    if len(conditions):
        others = np.stack([as_array(x) for x in conditions]).astype("float64")
        if others.shape[1:] != normal.shape or not np.isfinite(others).all():
            raise ValueError(
                f"conditions is a list of finite directions ({len(normal)},). "
                f"Received: an array {others.shape}."
            )
        shares = np.linalg.lstsq(others.T, normal, rcond=None)[0]
        normal = normal - shares @ others
    length = np.linalg.norm(normal)
    if length < 1e-3:
        raise ValueError(
            "Nothing is left of the direction: the conditions say the same as the "
            "labels. Leave some of them out."
        )
    return normal / length


def _check(latents, labels):
    if latents.ndim != 2 or labels.shape != (len(latents),):
        raise ValueError(
            "find_direction() needs latents (num, dim) and a label for each. Received: "
            f"latents {latents.shape} and labels {labels.shape}."
        )
    if not np.isfinite(latents).all():
        raise ValueError("Latents must be finite. Received: NaN or Inf among them.")
    counts = [int((labels == value).sum()) for value in (0, 1)]
    if sum(counts) != len(labels) or min(counts) < 10:
        raise ValueError(
            "Labels are 0 or 1, at least 10 of each. Received: "
            f"{counts[0]} times 0, {counts[1]} times 1, others "
            f"{len(labels) - sum(counts)} times."
        )
