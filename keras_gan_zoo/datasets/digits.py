"""The handwritten digits that come with scikit-learn."""

import numpy as np

from keras_gan_zoo.datasets.base import Dataset, require


def load() -> Dataset:
    """Read scikit-learn's digits and stretch their 0..16 to 0..255."""
    require("sklearn", "pip install scikit-learn")
    from sklearn import datasets

    digits = datasets.load_digits()
    images = np.round(digits.images * (255 / 16)).astype("uint8")
    return Dataset(images[..., None], digits.target.astype("int32"))
