"""A network cut in two where it begins to enlarge, since memory differs so much there.

What a network that enlarges four times keeps of a pixel takes sixteen times as much
memory behind the first enlarged layer as before it. The layers before it see far, so
that they need large tiles; those behind it see a pixel or two, and get on with small
ones.
"""

import weakref

import keras

from keras_gan_zoo import receptive_field

ENLARGING = ("Conv2DTranspose", "DepthToSpace", "UpSampling2D", "Upsample2D")

# Network to its parts, which live as long as it does.
_PARTS: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def split(network) -> tuple[keras.Model, keras.Model] | None:
    """Cuts a network before the first layer that enlarges.

    Args:
        network: A Functional Keras model from images to larger ones.

    Returns:
        Two models that share its layers, so that they always have its weights: images
        to features of the same height and width, and these to the large images. None
        where something leads past that layer, or the features are not of that size.
    """
    if network not in _PARTS:
        parts = _cut(network)
        if parts and receptive_field.enlargement(parts[0]) != 1:
            parts = None
        _PARTS[network] = parts
    return _PARTS[network]


def _cut(network):
    """The two parts, whatever their sizes, or None."""
    for call in receptive_field.calls_of(network):
        if isinstance(call.operation, keras.Model):
            parts = _cut(call.operation)
            if parts:
                return _around(network, call, *parts)
        elif type(call.operation).__name__ in ENLARGING:
            features = call.input_tensors[0]
            return _parts(network, features, features)
    return None


def _around(network, call, before, after):
    """The parts of a network within which another one is called that has been cut."""
    features = before(call.input_tensors[0])
    parts = _parts(network, features, call.output_tensors[0])
    if parts is None:
        return None
    start, end = parts
    features = keras.Input(features.shape[1:], name="features")
    return start, keras.Model(features, end(after(features)))


def _parts(network, features, behind):
    """Its images to some features, and what lies behind a tensor to its results."""
    try:
        return (
            keras.Model(network.inputs[0], features),
            keras.Model(behind, network.outputs[0]),
        )
    except ValueError:  # of Keras': something else leads to the results, too
        return None
