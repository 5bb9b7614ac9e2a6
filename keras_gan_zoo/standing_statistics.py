"""Standing statistics: what batch normalization goes by at inference, measured anew."""

import keras

from keras_gan_zoo.backend import layers_within


def measure(network, batches) -> None:
    """Replaces the moving statistics of batch normalization by those of some batches.

    They become the means of what the batches have, each by itself, with the weights as
    they are now. Nothing else of the network changes, and it changes at the end alone.

    Args:
        network: A Functional or Sequential Keras model.
        batches: An iterable of what it takes: arrays, or lists of them.

    Reference:
        Brock et al. 2019, https://arxiv.org/abs/1809.11096
    """
    measured = keras.models.clone_model(network)
    measured.set_weights(network.get_weights())
    moving = _normalizations(measured)
    for layer in moving:
        layer.trainable = True  # statistics of frozen layers would stay as they are
    for count, batch in enumerate(batches):
        for layer in moving:
            layer.momentum = count / (count + 1)  # then the moving mean is the mean
        measured(batch, training=True)
    for layer, other in zip(_normalizations(network), moving, strict=True):
        layer.moving_mean.assign(other.moving_mean)
        layer.moving_variance.assign(other.moving_variance)


def _normalizations(network):
    kind = keras.layers.BatchNormalization
    return [layer for layer in layers_within(network) if isinstance(layer, kind)]
