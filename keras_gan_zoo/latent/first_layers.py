"""What of a generator sees the latents first, as networks of their own."""

import keras

from keras_gan_zoo.receptive_field import calls_of


def first_layers(network) -> keras.Model:
    """The layers with weights that the latents reach before any other.

    Args:
        network: A Functional or Sequential Keras model; latents are its first input.

    Returns:
        A model of its inputs to a list of what these layers compute, each (batch, ...).
    """
    return keras.Model(network.inputs, _first_outputs(network))


def first_activations(network) -> keras.Model:
    """All that comes before the second layer with a kernel: activations of the first.

    Args:
        network: As in `first_layers`.

    Returns:
        A model of its inputs to what that layer gets, (batch, ...).
    """
    return keras.Model(network.inputs, _first_activations(network))


def _first_outputs(network):
    untouched, found = {id(network.inputs[0])}, []
    for call in calls_of(network):
        operation = call.operation
        if not untouched & set(map(id, call.input_tensors)):
            continue
        if isinstance(operation, keras.Model):
            part = keras.Model(operation.inputs, _first_outputs(operation))
            found += keras.tree.flatten(part(call.input_tensors))
        elif getattr(operation, "weights", None):
            found += call.output_tensors
        else:
            untouched |= set(map(id, call.output_tensors))
    return found


def _first_activations(network):
    untouched, behind = {id(network.inputs[0])}, set()
    for call in calls_of(network):
        operation, inputs = call.operation, call.input_tensors
        outputs = set(map(id, call.output_tensors))
        reached = [x for x in inputs if id(x) in behind]
        if reached and _has_kernel(operation):
            return reached[0]
        if reached:
            behind |= outputs
        elif not untouched & set(map(id, inputs)):
            continue
        elif isinstance(operation, keras.Model):
            return keras.Model(operation.inputs, _first_activations(operation))(inputs)
        elif getattr(operation, "weights", None):
            behind |= outputs
        else:
            untouched |= outputs
    return network.outputs[0]


def _has_kernel(operation):
    return any(len(w.shape) > 1 for w in getattr(operation, "weights", []))
