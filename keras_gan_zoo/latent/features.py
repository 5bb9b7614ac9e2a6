"""The features in which projection compares images, if the user brings none."""

import keras
from keras import layers

from keras_gan_zoo.layers import AveragePooling2D
from keras_gan_zoo.metrics import extractors
from keras_gan_zoo.settings import making_networks

POOLS = 3  # halvings of the image whose pixels are compared


@making_networks()
def default_features(image_shape) -> keras.Model:
    """Makes a network of features for images of a shape, from what ships.

    All images are compared by their pixels, at their size and at halves of it. Those of
    28x28x1 and 64x64x3 also in the maps of `fashion_mnist_cnn` and `avatar_cnn`, each
    place scaled to length 1 as in LPIPS.

    Args:
        image_shape: (height, width, channels).

    Returns:
        A Keras model, float images (batch, *image_shape) in [-1, 1] to a list of maps.
    """
    images = x = keras.Input(image_shape, dtype="float32")
    maps = [x]
    while len(maps) <= POOLS and min(x.shape[1:3]) >= 4:
        x = AveragePooling2D(2, dtype="float32")(x)
        maps.append(x)
    trained = extractors.shipped_maps(image_shape)
    if trained is not None:
        unit = [layers.UnitNormalization(dtype="float32") for _ in trained.outputs]
        maps += [scale(x) for scale, x in zip(unit, trained(images), strict=True)]
    return keras.Model(images, maps, name="features")
