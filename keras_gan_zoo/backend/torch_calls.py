"""Networks whose layers are called without what Keras does around each call.

PyTorch has no compiler here that takes the whole step, so what Keras does in Python
around a layer (name scopes, conversions, masks, arguments of the call) is paid in every
step, and costs as much as a small layer. For a plain layer of single precision that is
built all of it comes to nothing.

Keras also keeps what every layer has returned until the network returns. Without
gradients nobody needs it any more once all layers that take it have run, and in a deep
network it is most of the memory.
"""

import inspect

import keras
from keras.src.models import functional

PLAIN = ("keras.src.layers.", "keras_gan_zoo.layers.")


def call_directly(network) -> None:
    """Has a network call its plain layers directly, with the same results bit for bit.

    Layers of other packages, of other precisions, with hooks or regularizers of their
    output are called as before, and so is the network itself. Networks within it are
    treated alike.

    Args:
        network: A Functional or Sequential Keras model; others stay as they are.
    """
    network = getattr(network, "_functional", network)  # of a Sequential one
    if "call" in vars(network) or not hasattr(network, "_run_through_graph"):
        return
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            call_directly(layer)
    if any(map(_makes_masks, network.layers)):
        return
    plain = {id(x): _takes_training(x) for x in network.layers if _is_plain(x)}
    nodes = _last_uses(network)
    ordinary = network.call

    def call(inputs, training=None, mask=None):
        # Of several inputs Keras passes a list, of None where there is no mask.
        if any(x is not None for x in keras.tree.flatten(mask)):
            return ordinary(inputs, training=training, mask=mask)
        values = keras.tree.flatten(network._standardize_inputs(inputs))
        known = {id(x): value for x, value in zip(network.inputs, values, strict=True)}
        del values
        for node, last in nodes:
            arguments, options = node.arguments.fill_in(known)
            compute = _caller(node.operation, plain, training)
            values = keras.tree.flatten(compute(*arguments, **options))
            known.update({id(x): y for x, y in zip(node.outputs, values, strict=True)})
            del arguments, options, values  # which hold what is let go of here
            for name in last:
                del known[name]
        outputs = [known[id(x)] for x in network.outputs]
        outputs = keras.tree.pack_sequence_as(network._outputs_struct, outputs)
        return functional.unpack_singleton(outputs)

    network.call = call


def _last_uses(network):
    """Each node in its order, with the ids of the tensors that no later node takes."""
    by_depth = sorted(network._nodes_by_depth.items(), reverse=True)
    nodes = [x for _, nodes in by_depth for x in nodes if not x.is_input]
    seen, found = {id(x) for x in network.outputs}, []
    for node in reversed(nodes):
        taken = {id(x) for x in (*node.input_tensors, *node.outputs)} - seen
        seen |= taken
        found.append((node, taken))
    return found[::-1]


def _caller(operation, plain, training):
    """What a node of the graph is computed by."""
    takes_training = plain.get(id(operation))
    if takes_training is None:
        return functional.operation_fn(operation, training=training)
    if not takes_training or training is None:
        return operation.call
    return lambda *args, **kwargs: operation.call(
        *args, **{**kwargs, "training": training}
    )


def _takes_training(layer):
    return "training" in inspect.signature(layer.call).parameters


def _makes_masks(layer):
    makes = isinstance(layer, keras.layers.Masking | keras.layers.Embedding)
    return makes and getattr(layer, "mask_zero", True)


def _is_plain(layer):
    policy = layer.dtype_policy
    return (
        type(layer).__module__.startswith(PLAIN)
        and type(layer).__call__ is keras.Layer.__call__
        and layer.built
        and policy.compute_dtype == policy.variable_dtype == "float32"
        and layer.activity_regularizer is None
        and not (layer._forward_hooks or layer._forward_pre_hooks)
    )
