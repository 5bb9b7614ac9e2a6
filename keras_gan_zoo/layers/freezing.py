"""Layers that training leaves as they are, for fine-tuning."""

import keras


def freeze(network, first=None) -> list[str]:
    """Has the first layers of a network stand still in training.

    Fine-tuning on few images forgets less, and overfits later, where the layers of the
    discriminator that stand next to the images keep what they have learned (FreezeD).
    It may be called at any time: the next `fit` heeds it, and optimizers keep what they
    remember of the layers. Batch normalization that is frozen normalizes by its moving
    statistics, and keeps them.

    Args:
        network: A Keras model, such as `model.discriminator`.
        first: How many of the layers that have weights, from the input on; a network
            within it counts by its layers. All of them if not given.

    Returns:
        The names of the layers that now stand still.

    Raises:
        ValueError: If the network is not made yet, or has fewer layers with weights.

    Example:
        ```python
        import keras_gan_zoo as kgz

        model = kgz.GAN.from_preset("dcgan_fashion_mnist")
        kgz.layers.freeze(model.discriminator, first=2)
        ```

    Reference:
        Mo et al. 2020, https://arxiv.org/abs/2002.10964
    """
    parts = _with_weights(network)
    first = len(parts) if first is None else first
    if not isinstance(first, int) or not 0 < first <= len(parts):
        raise ValueError(
            f"The network {network.name!r} has {len(parts)} layers with weights. "
            f"Expected to freeze between 1 and as many. Received: first={first!r}"
        )
    for layer in parts[:first]:
        layer.trainable = False
    return [layer.name for layer in parts[:first]]


def unfreeze(network) -> None:
    """Has all layers of a network move again, from the next `fit` on.

    Args:
        network: A Keras model.

    Raises:
        ValueError: If the network is not made yet.
    """
    _with_weights(network)
    # A network that is said to move already would, on TensorFlow, not tell its layers.
    network.trainable = False
    network.trainable = True


def _with_weights(network):
    """The layers that have weights, those of networks within it in their place."""
    if not isinstance(network, keras.Model):
        raise ValueError(
            "Expected a network, a Keras model whose layers are made. Received: "
            f"{network!r}. A GAN makes its networks when it is given an image_shape, "
            "or by fit()."
        )
    found = []
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            found += _with_weights(layer)
        elif layer.weights:
            found.append(layer)
    return found
