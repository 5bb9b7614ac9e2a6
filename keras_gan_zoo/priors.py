"""What latents are drawn from: in training on the device, outside it from a seed.

Outside training NumPy draws (`RandomState`, whose streams are frozen): a seed means the
same latents on every backend and in every later version, and more of them begin with
the same ones.
"""

import copy
import math

import keras
import numpy as np
from keras import ops

from keras_gan_zoo.checks import check_finite
from keras_gan_zoo.typing import Tensor


class Prior:
    """Base of all priors.

    Attributes:
        dim: Length of a latent.
    """

    dim: int

    def draw(self, num, seed) -> Tensor:
        """Draws a float32 tensor (num, dim) within a training step.

        Args:
            num: How many, an integer or a scalar tensor.
            seed: A `keras.random.SeedGenerator`.
        """
        raise TypeError(f"{type(self).__name__} must define draw(num, seed)")

    def sample(self, num, random) -> np.ndarray:
        """Draws a float32 array (num, dim) outside training.

        Args:
            num: How many.
            random: A NumPy `RandomState`.
        """
        raise TypeError(f"{type(self).__name__} must define sample(num, random)")


class Normal(Prior):
    """The standard normal distribution.

    Args:
        dim: Length of a latent.
    """

    def __init__(self, dim):
        self.dim = dim

    def draw(self, num, seed) -> Tensor:
        """Draws within a training step."""
        return keras.random.normal((num, self.dim), seed=seed)

    def sample(self, num, random) -> np.ndarray:
        """Draws outside training."""
        return random.standard_normal((num, self.dim)).astype("float32")


class Sequence(Normal):
    """Vectors of the standard normal distribution, one after the other.

    From a seed a longer sequence begins as a shorter one does.

    Args:
        dim: Length of a vector; that of a latent is `steps` times as much.
        steps: How many vectors there are.
    """

    def __init__(self, dim, steps):
        super().__init__(dim * steps)

    def sample(self, num, random) -> np.ndarray:
        """Draws outside training, each sequence from a stream of its own."""
        streams = random.randint(2**31)
        rows = [np.random.RandomState([streams, number]) for number in range(num)]
        drawn = [row.standard_normal(self.dim) for row in rows]
        return np.reshape(drawn, (num, self.dim)).astype("float32")


class TruncatedNormal(Normal):
    """The standard normal distribution within [-bound, bound].

    From a seed it draws what `Normal` does, but for numbers beyond the bound.

    Args:
        dim: Length of a latent.
        bound: A number above 0.

    Raises:
        ValueError: If the bound is none.
    """

    def __init__(self, dim, bound):
        check_finite("bound", bound)
        if bound <= 0:
            raise ValueError(
                "What is truncated lies within [-bound, bound], bound above 0. "
                f"Received: bound={bound}"
            )
        super().__init__(dim)
        self.bound = bound

    def draw(self, num, seed) -> Tensor:
        """Draws within a training step."""
        # The distribution function of the normal one, inverted.
        most = math.erf(self.bound / math.sqrt(2))
        shares = keras.random.uniform((num, self.dim), -most, most, seed=seed)
        latents = math.sqrt(2) * ops.erfinv(shares)
        return ops.clip(latents, -self.bound, self.bound)

    def sample(self, num, random) -> np.ndarray:
        """Draws outside training; what lies beyond is drawn again, by rejection."""
        # Each latent has a stream for that, so that more of them begin with the same.
        streams = copy.deepcopy(random).randint(2**31)
        latents = super().sample(num, random)
        for number, latent in enumerate(latents):
            again = np.random.RandomState([streams, number])
            while (beyond := np.abs(latent) > self.bound).any():
                drawn = again.uniform(-self.bound, self.bound, beyond.sum())
                stays = again.uniform(size=len(drawn)) < np.exp(-(drawn**2) / 2)
                latent[beyond] = np.where(stays, drawn, np.inf)
        return latents


class Uniform(Prior):
    """The uniform distribution on [-bound, bound].

    Args:
        dim: Length of a latent.
        bound: A number above 0.
    """

    def __init__(self, dim, bound=1.0):
        self.dim, self.bound = dim, bound

    def draw(self, num, seed) -> Tensor:
        """Draws within a training step."""
        shape = (num, self.dim)
        return keras.random.uniform(shape, -self.bound, self.bound, seed=seed)

    def sample(self, num, random) -> np.ndarray:
        """Draws outside training."""
        shape = (num, self.dim)
        return random.uniform(-self.bound, self.bound, shape).astype("float32")


class Sphere(Normal):
    """The uniform distribution on the sphere of radius sqrt(dim) around 0.

    Args:
        dim: Length of a latent.
    """

    def draw(self, num, seed) -> Tensor:
        """Draws within a training step."""
        latents = super().draw(num, seed)
        return latents * ops.rsqrt(ops.mean(latents**2, axis=1, keepdims=True))

    def sample(self, num, random) -> np.ndarray:
        """Draws outside training."""
        latents = super().sample(num, random)
        return latents / np.sqrt(np.mean(latents**2, axis=1, keepdims=True))


class Categorical(Prior):
    """One of so many classes, all as likely, as a one-hot row.

    Args:
        classes: How many there are.
    """

    def __init__(self, classes):
        self.dim = classes

    def draw(self, num, seed) -> Tensor:
        """Draws within a training step."""
        chosen = keras.random.randint((num,), 0, self.dim, seed=seed)
        return ops.one_hot(chosen, self.dim, dtype="float32")

    def sample(self, num, random) -> np.ndarray:
        """Draws outside training."""
        return np.eye(self.dim, dtype="float32")[random.randint(self.dim, size=num)]


class Mixed(Prior):
    """Several priors side by side, each independent of the others.

    Args:
        *parts: Priors.
    """

    def __init__(self, *parts):
        self.parts = parts
        self.dim = sum(part.dim for part in parts)

    def draw(self, num, seed) -> Tensor:
        """Draws within a training step."""
        return ops.concatenate([part.draw(num, seed) for part in self.parts], axis=1)

    def sample(self, num, random) -> np.ndarray:
        """Draws outside training, each part from a stream of its own."""
        seeds = random.randint(2**31, size=len(self.parts))
        drawn = [
            part.sample(num, np.random.RandomState(seed))
            for part, seed in zip(self.parts, seeds, strict=True)
        ]
        return np.concatenate(drawn, axis=1)

    def split(self, latents) -> list[Tensor]:
        """Cuts latents (num, dim) into those of each part, a list."""
        ends = np.cumsum([part.dim for part in self.parts])
        starts = [0, *ends[:-1]]
        return [latents[:, a:b] for a, b in zip(starts, ends, strict=True)]
