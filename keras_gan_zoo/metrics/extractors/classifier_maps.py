"""Feature maps of the classifiers that ship, for images in [-1, 1] and with slopes."""

import keras
from keras import layers

from keras_gan_zoo.metrics.extractors import avatars, fashion_mnist
from keras_gan_zoo.settings import making_networks


@making_networks()
def shipped_maps(image_shape) -> keras.Model | None:
    """Makes a network of the feature maps of the classifier for images of a shape.

    Extractors take uint8 images, through which no gradient leads. This network has
    their trained layers, and takes floats.

    Args:
        image_shape: (height, width, channels); (28, 28, 1) for `fashion_mnist_cnn`,
            (64, 64, 3) for `avatar_cnn`.

    Returns:
        A Keras model, float images (batch, *image_shape) in [-1, 1] to a list of maps,
        one for each convolution; None for all other shapes.
    """
    loaders = {(28, 28, 1): fashion_mnist.loaded, (64, 64, 3): avatars.loaded}
    if tuple(image_shape) not in loaders:
        return None
    network, _ = loaders[tuple(image_shape)]()
    rescaling, *others = [x for x in network.layers if not _is_input(x)]
    images = keras.Input(image_shape, dtype="float32")
    x = rescaling(layers.Rescaling(127.5, 127.5, dtype="float32")(images))
    maps = []
    for layer in others:
        if isinstance(layer, layers.Flatten):
            break
        x = layer(x)
        if isinstance(layer, layers.ReLU) or getattr(layer, "activation", None):
            maps.append(x)
    return keras.Model(images, maps, name="shipped_maps")


def _is_input(layer):
    return isinstance(layer, layers.InputLayer)
