"""What keeps networks smooth or steady: penalties, weight clipping.

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

from keras_gan_zoo.regularizers.base import Regularizer
from keras_gan_zoo.regularizers.consistency import ConsistencyRegularization
from keras_gan_zoo.regularizers.gradient_penalty import DRAGAN, GradientPenalty
from keras_gan_zoo.regularizers.lecam import LeCam
from keras_gan_zoo.regularizers.orthogonal import Orthogonal
from keras_gan_zoo.regularizers.path_length import PathLength
from keras_gan_zoo.regularizers.weight_clipping import WeightClipping
from keras_gan_zoo.regularizers.zero_centred import R1, R2

BY_NAME = {
    "r1": R1,
    "r2": R2,
    "gradient_penalty": GradientPenalty,
    "dragan": DRAGAN,
    "lecam": LeCam,
    "consistency": ConsistencyRegularization,
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


__all__ = [
    "BY_NAME",
    "ConsistencyRegularization",
    "DRAGAN",
    "GradientPenalty",
    "LeCam",
    "Orthogonal",
    "PathLength",
    "R1",
    "R2",
    "Regularizer",
    "WeightClipping",
    "get",
]
