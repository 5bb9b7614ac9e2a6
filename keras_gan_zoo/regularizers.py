"""What keeps networks smooth: penalties on slopes, paths and weights, weight clipping.

A regularizer of the discriminator is a callable `(discriminate, real, fake, seed) ->
scalar` that is added to the discriminator's loss under its `name`. `discriminate` maps
a batch of images to logits, `real` and `fake` are batches of equal shape, `seed` is a
`keras.random.SeedGenerator`. `WeightClipping` adds no term: it acts after the step. One
of the generator, whose `side` says so, is a callable `(generate, latents, like, seed)`:
`generate` maps latents to images of the shape of `like`. One of weights is a callable
`(variables)`, with the trained variables of the networks that make samples.

Each number of a regularizer may be a schedule, `schedules.Cosine(10.0, 1.0, 1e6)`. With
`every=16` a penalty is computed in each 16th step of the discriminator, where it counts
16 times: the same in the mean, and cheaper (lazy regularization, Karras et al. 2020,
https://arxiv.org/abs/1912.04958).

Every penalty is finite, with finite gradients, where the slope is zero.
"""

import math
from typing import Any, Self

import keras
from keras import ops

from keras_gan_zoo.backend import gradient, sometimes
from keras_gan_zoo.typing import Tensor

_registered = keras.saving.register_keras_serializable("keras_gan_zoo")


class Regularizer:
    """Base of all regularizers. Each argument of a constructor is an attribute.

    Attributes:
        name: The name of the term in the progress bar, or `None` without a term.
        every: In which of its side's steps it is computed, each by default.
        side: `"discriminator"`, `"generator"` or `"weights"`.
    """

    name: str | None = None
    every = 1
    side = "discriminator"

    def on_turn(self, steps, function, one, other, seed) -> Tensor:
        """The term in a step: `every` times the penalty on its turn, 0 otherwise.

        Args:
            steps: The steps of its side so far, an integer scalar.
            function: See above, as what follows: `discriminate` or `generate`.
            one: Real images, or latents.
            other: Generated images, or images of the shape that is generated.
            seed: A `keras.random.SeedGenerator`.

        Returns:
            A scalar.
        """

        def penalty():
            value = self(function, one, other, seed)
            return self.every * ops.cast(value, "float32")

        if self.every == 1:
            return penalty()
        is_turn = ops.equal(ops.mod(steps, self.every), 0)
        return sometimes(is_turn, penalty, [seed.state, *self.state()])

    def __call__(self, *args, **kwargs) -> Tensor:
        """The term that is added to the side's loss, a scalar."""
        raise TypeError(f"{type(self).__name__} must define __call__")

    def build(self, model) -> None:
        """Makes the state that it needs, by `model.add_state`."""

    def state(self) -> list[keras.Variable]:
        """The variables that `build` made."""
        return [v for v in vars(self).values() if isinstance(v, keras.Variable)]

    def after_step(self, variables) -> None:
        """Called with the discriminator's variables after each of its steps."""

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        arguments = {n: v for n, v in vars(self).items() if n[0] != "_"}
        return keras.saving.serialize_keras_object(arguments)

    @classmethod
    def from_config(cls, config) -> Self:
        """Rebuilds the regularizer from `get_config()`."""
        return cls(**keras.saving.deserialize_keras_object(config))


@_registered
class R1(Regularizer):
    """Zero-centred gradient penalty on real images, gamma/2 E |grad D(real)|^2.

    Args:
        gamma: Weight of the penalty, a number or a `schedules.Schedule`.
        every: In which steps it is computed.

    Reference:
        Mescheder et al. 2018, equation 9, https://arxiv.org/abs/1801.04406
    """

    name = "r1"

    def __init__(self, gamma=10.0, every=1):
        self.gamma = gamma
        self.every = _checked(every)

    def __call__(self, discriminate, real, fake, seed) -> Tensor:
        """The penalty gamma/2 E |grad D(real)|^2."""
        return self.gamma / 2 * ops.mean(_squared_slope(discriminate, real))


@_registered
class R2(R1):
    """Zero-centred gradient penalty on generated images, gamma/2 E |grad D(fake)|^2.

    Args:
        gamma: Weight of the penalty, a number or a `schedules.Schedule`.
        every: In which steps it is computed.

    Reference:
        Mescheder et al. 2018, equation 10, https://arxiv.org/abs/1801.04406
    """

    name = "r2"

    def __call__(self, discriminate, real, fake, seed) -> Tensor:
        """The penalty gamma/2 E |grad D(fake)|^2."""
        return super().__call__(discriminate, fake, real, seed)


@_registered
class GradientPenalty(Regularizer):
    """One-centred penalty between real and generated images (WGAN-GP).

    Args:
        weight: Weight of the penalty (lambda in the paper).
        every: In which steps it is computed.

    Reference:
        Gulrajani et al. 2017, equation 3, https://arxiv.org/abs/1704.00028
    """

    name = "gradient_penalty"

    def __init__(self, weight=10.0, every=1):
        self.weight = weight
        self.every = _checked(every)

    def __call__(self, discriminate, real, fake, seed) -> Tensor:
        """The penalty weight E (|grad D(x)| - 1)^2, x = t real + (1 - t) fake."""
        t = _uniform_per_sample(real, seed)
        return self._penalty(discriminate, t * real + (1 - t) * fake)

    def _penalty(self, discriminate, inputs):
        # The square root has no slope at zero; a tiny offset makes its gradient 0.
        slope = ops.sqrt(_squared_slope(discriminate, inputs) + 1e-12)
        return self.weight * ops.mean(ops.square(slope - 1))


@_registered
class DRAGAN(GradientPenalty):
    """One-centred penalty around the real images.

    Args:
        weight: Weight of the penalty (lambda in the paper).
        scale: Size of the perturbation, in standard deviations of the real batch.
        every: In which steps it is computed.

    Reference:
        Kodali et al. 2017, https://arxiv.org/abs/1705.07215
    """

    name = "dragan"

    def __init__(self, weight=10.0, scale=0.5, every=1):
        super().__init__(weight, every)
        self.scale = scale

    def __call__(self, discriminate, real, fake, seed) -> Tensor:
        """The penalty weight E (|grad D(x)| - 1)^2 with x = real + noise."""
        # Paper: noise ~ N(0, cI); here, as in its authors' code, uniform noise in
        # units of the batch's standard deviation, a random share t of it a sample.
        noise = keras.random.uniform(ops.shape(real), dtype=real.dtype, seed=seed)
        t = _uniform_per_sample(real, seed)
        return self._penalty(
            discriminate, real + t * self.scale * ops.std(real) * noise
        )


@_registered
class PathLength(Regularizer):
    """Has each step in the latents move the image equally far (StyleGAN2).

    weight E (|J^T y| - a)^2 for random images y, where J is the generator's Jacobian
    and a the running mean of |J^T y|. Where a latent has several rows, (batch, number,
    dim), such as a style for each layer, the square of its length is their mean.

    Args:
        weight: Weight of the penalty, a number or a `schedules.Schedule`.
        every: In which of the generator's steps it is computed.
        decay: How far the mean moves in a step of the penalty, in (0, 1]. In the first
            1 / decay of them it is the mean of all so far.

    Reference:
        Karras et al. 2020, section 3.2 and appendix B,
        https://arxiv.org/abs/1912.04958
    """

    name = "path_length"
    side = "generator"

    def __init__(self, weight=2.0, every=4, decay=0.01):
        self.weight = weight
        self.every = _checked(every)
        self.decay = decay

    def build(self, model) -> None:
        """Makes the mean, and the count of its steps."""
        self._mean = model.add_state("path_length_mean")
        self._count = model.add_state("path_length_count")

    def __call__(self, generate, latents, like, seed) -> Tensor:
        """The penalty, which moves the mean; there may be fewer latents than images."""
        num, pixels = ops.shape(latents)[0], math.prod(like.shape[1:-1])
        y = keras.random.normal((num, *like.shape[1:]), seed=seed) / math.sqrt(pixels)
        slopes = gradient(lambda x: generate(x) * y, latents)  # J^T y
        squares = ops.reshape(ops.sum(ops.square(slopes), axis=-1), (num, -1))
        lengths = ops.sqrt(ops.mean(squares, axis=1) + 1e-12)
        now = ops.mean(ops.stop_gradient(lengths))
        # A mean that began at 0 would at first pull all lengths to 0.
        self._count.assign(self._count + 1)
        share = ops.maximum(self.decay, 1 / self._count)
        mean = self._mean + share * (now - self._mean)
        self._mean.assign(mean)
        return self.weight * ops.mean(ops.square(lengths - mean))


@_registered
class Orthogonal(Regularizer):
    """Keeps the filters of the networks that make samples orthogonal (BigGAN).

    weight * the sum over all kernels of |W^T W * (1 - I)|^2, where W is a kernel as a
    matrix (all other axes, last axis): the squared products of any two filters. They
    may have any length. Embeddings, biases and normalization are left alone.

    Args:
        weight: Weight of the penalty (beta in the paper), a number or a
            `schedules.Schedule`.

    Reference:
        Brock et al. 2019, equation 3, https://arxiv.org/abs/1809.11096
    """

    name = "orthogonal"
    side = "weights"

    def __init__(self, weight=1e-4):
        self.weight = weight

    def __call__(self, variables) -> Tensor:
        """The penalty of those variables that are kernels."""
        kernels = [v for v in variables if v.name == "kernel"]
        return self.weight * sum(map(_products_of_filters, kernels), ops.zeros(()))


@_registered
class WeightClipping(Regularizer):
    """Clips every weight of the critic to [-limit, limit] after each of its steps.

    Args:
        limit: The bound (c in the paper).

    Reference:
        Arjovsky et al. 2017, algorithm 1, https://arxiv.org/abs/1701.07875
    """

    def __init__(self, limit=0.01):
        self.limit = limit

    def after_step(self, variables) -> None:
        """Clips the variables in place."""
        for variable in variables:
            variable.assign(ops.clip(variable, -self.limit, self.limit))


def _checked(every):
    if not isinstance(every, int) or every < 1:
        raise ValueError(
            "A regularizer is computed in each step of its network, every=1, or in one "
            f"of so many, an integer above 0. Received: every={every!r}"
        )
    return every


def _products_of_filters(kernel):
    """The sum of the squared products of any two different columns."""
    matrix = ops.reshape(ops.cast(kernel, "float32"), (-1, kernel.shape[-1]))
    if matrix.shape[0] < matrix.shape[1]:
        # |W W^T| = |W^T W|; a dense layer has many more columns than rows.
        products = ops.matmul(matrix, ops.transpose(matrix))
    else:
        products = ops.matmul(ops.transpose(matrix), matrix)
    lengths = ops.sum(ops.square(matrix), axis=0)
    return ops.sum(ops.square(products)) - ops.sum(ops.square(lengths))


def _squared_slope(discriminate, inputs):
    """|grad D(x)|^2 of each sample, shape (batch,)."""
    return _squared_norm(gradient(discriminate, inputs))


def _squared_norm(values):
    """|x|^2 of each sample, shape (batch,)."""
    return ops.sum(ops.square(values), axis=tuple(range(1, len(values.shape))))


def _uniform_per_sample(inputs, seed):
    """U[0, 1] of shape (batch, 1, ..., 1)."""
    shape = (ops.shape(inputs)[0], *[1] * (len(inputs.shape) - 1))
    return keras.random.uniform(shape, dtype=inputs.dtype, seed=seed)


BY_NAME = {
    "r1": R1,
    "r2": R2,
    "gradient_penalty": GradientPenalty,
    "dragan": DRAGAN,
    "path_length": PathLength,
    "orthogonal": Orthogonal,
    "weight_clipping": WeightClipping,
}


def get(regularizer) -> Regularizer:
    """Finds a regularizer by name.

    Args:
        regularizer: A name from `BY_NAME`, or a `Regularizer`, returned as it is.

    Returns:
        A regularizer.

    Raises:
        ValueError: If the name is not known or the object is not a regularizer.
    """
    if isinstance(regularizer, str) and regularizer in BY_NAME:
        return BY_NAME[regularizer]()
    if isinstance(regularizer, Regularizer):
        return regularizer
    raise ValueError(
        f"Unknown regularizer. Expected one of {sorted(BY_NAME)} or an instance, such "
        f"as keras_gan_zoo.regularizers.R1(gamma=1.0). Received: {regularizer!r}"
    )
