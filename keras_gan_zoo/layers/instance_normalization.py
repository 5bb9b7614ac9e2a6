"""Instance normalization: each channel of each image by itself."""

from keras import layers


def instance_normalization():
    """A layer that gives each channel of each image mean 0 and variance 1.

    Unlike batch normalization it does the same in training and after, and an image
    does not depend on its neighbours in the batch. A map of a single pixel becomes 0.

    Returns:
        A Keras layer without weights.

    Reference:
        Ulyanov et al. 2016, https://arxiv.org/abs/1607.08022
    """
    # One group a channel.
    return layers.GroupNormalization(-1, epsilon=1e-5, center=False, scale=False)
