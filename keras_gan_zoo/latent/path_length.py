"""Perceptual path length: how far the images move for a small step of the latents."""

import numpy as np
from keras import ops

from keras_gan_zoo.latent.between import slerp
from keras_gan_zoo.metrics.checks import check_finite, feature_arrays


def perceptual_path_length(
    generate,
    distance,
    starts,
    ends,
    interpolate=slerp,
    epsilon=1e-4,
    batch_size=64,
    seed=0,
) -> float:
    """Mean of d(G(z(t)), G(z(t + epsilon))) / epsilon^2 over random places on paths.

    The smaller, the more evenly images change from one latent to another. Of all paths
    those below the 1st and above the 99th percentile are left out.

    The papers measure d by LPIPS on VGG16. Another distance gives another number, so
    there is no default, and a number always names its distance.

    Args:
        generate: Function from latents (num, dimensions) to float images (num, height,
            width, channels). uint8 images would hide so small a step.
        distance: Function from two such batches of images to an array (num,), that
            grows with the square of a small difference, such as the method `distance`
            of a `PerceptualExtractor`.
        starts: Latents at which the paths start, an array (num, dimensions); 10,000 or
            more for a number to be quoted.
        ends: Latents at which they end, an array of the same shape.
        interpolate: Function (start, end, t) to latents: `slerp` for normal latents,
            `lerp` for those of a mapped space, such as StyleGAN's W.
        epsilon: The step, as a share of the path.
        batch_size: How many paths are computed at a time.
        seed: Of the places t, uniform in [0, 1].

    Returns:
        The path length, a float >= 0.

    Raises:
        ValueError: If latents do not fit each other, the images are not float, or the
            distances are not one finite number a pair.

    Example:
        ```python
        import keras_gan_zoo as kgz

        model = kgz.GAN.from_preset("fastgan_emoji_64")
        starts, ends = model.latents(10_000, seed=0), model.latents(10_000, seed=1)
        distance = kgz.metrics.vgg16_hed().distance
        kgz.latent.perceptual_path_length(model, distance, starts, ends)
        ```

    Reference:
        Karras et al. 2019, section 4.1, https://arxiv.org/abs/1812.04948
    """
    starts, ends = feature_arrays("perceptual_path_length", starts, ends, least=1)
    if starts.shape != ends.shape or not epsilon > 0 or batch_size < 1:
        raise ValueError(
            "perceptual_path_length() needs as many starts as ends, epsilon > 0 and "
            f"batch_size >= 1. Received: latents {starts.shape} and {ends.shape}, "
            f"epsilon={epsilon}, batch_size={batch_size}"
        )
    places, lengths = np.random.RandomState(seed).uniform(size=(len(starts), 1)), []
    for first in range(0, len(starts), batch_size):
        rows = slice(first, first + batch_size)
        pair = [
            _float_images(generate, interpolate(starts[rows], ends[rows], t))
            for t in (places[rows], places[rows] + epsilon)
        ]
        lengths.append(_distances(distance, *pair) / epsilon**2)
    return _mean_without_tails(np.concatenate(lengths))


def _float_images(generate, latents):
    images = ops.convert_to_numpy(generate(latents))
    if images.dtype.kind != "f" or len(images) != len(latents):
        raise ValueError(
            f"generate() must give one float image for each of {len(latents)} latents. "
            f"Received: dtype {images.dtype}, shape {images.shape}. Call the model "
            "itself, whose images are float; its generate() rounds them to uint8."
        )
    return images


def _distances(distance, images_a, images_b):
    values = np.asarray(ops.convert_to_numpy(distance(images_a, images_b)), "float64")
    if values.shape != (len(images_a),):
        raise ValueError(
            f"distance() must give one number a pair, an array ({len(images_a)},). "
            f"Received: an array of shape {values.shape}."
        )
    check_finite("perceptual_path_length", values)
    return values


def _mean_without_tails(values):
    low = np.percentile(values, 1, method="lower")
    high = np.percentile(values, 99, method="higher")
    return float(values[(low <= values) & (values <= high)].mean())
