"""What networks files of PyTorch hold, found out from names and shapes.

Each function takes a dict of name to array and returns the model with its weights, or
None if the file holds something else. A network of this kind that is not as it should
be is a `ValueError`.
"""

import math
import re

import keras
import numpy as np
from keras import layers

from keras_gan_zoo.models.esrgan import ESRGAN
from keras_gan_zoo.models.real_esrgan import RealESRGAN, RRDBNet, SRVGGNetCompact
from keras_gan_zoo.models.srgan import SRGAN, srresnet, steps_of
from keras_gan_zoo.ncnn_files import layers_of, shuffled
from keras_gan_zoo.tensor_files import count, renamed

# What the parts of RRDB networks were called, and what they are called today.
RRDB_NAMES = {
    r"RRDB_trunk\.(\d+)\.RDB(\d)\.": r"body.\1.rdb\2.",
    r"model\.1\.sub\.(\d+)\.RDB(\d)\.conv(\d)\.0\.": r"body.\1.rdb\2.conv\3.",
    r"model\.1\.sub\.\d+\.": "conv_body.",
    r"model\.0\.": "conv_first.",
    r"trunk_conv\.": "conv_body.",
    r"upconv(\d)\.": r"conv_up\1.",
    r"HRconv\.": "conv_hr.",
}
# Two namings of SRResNet: that of Lornatang's SRGAN-PyTorch and that of leftthomas'
# SRGAN, which ends in a hyperbolic tangent.
SRRESNET_PARTS = ("conv1", "bn1", "prelu", "conv2", "bn2")
SRRESNET_NAMES = {
    **{
        rf"trunk\.(\d+)\.rcb\.{i}\.": rf"body.\1.{x}."
        for i, x in enumerate(SRRESNET_PARTS)
    },
    r"conv(_block)?1\.0\.": "first.conv.",
    r"conv(_block)?1\.1\.": "first.prelu.",
    r"conv(_block)?2\.0\.": "middle.conv.",
    r"conv(_block)?2\.1\.": "middle.bn.",
    r"upsampling\.(\d+)\.upsample_block\.0\.": r"up.\1.conv.",
    r"upsampling\.(\d+)\.upsample_block\.2\.": r"up.\1.prelu.",
    r"conv(_block)?3\.(?=weight|bias)": "last.conv.",
}

WITH_WEIGHTS = (layers.Conv2D, layers.PReLU, layers.BatchNormalization)
STATISTICS = ("weight", "bias", "running_mean", "running_var")


def rrdb(state) -> keras.Model | None:
    """ESRGAN's generator, by its names of 2018, 2019 or 2020."""
    is_old = any(name.startswith(("model.", "RRDB_trunk.")) for name in state)
    state = _numbered_ends(renamed(state, RRDB_NAMES))
    blocks = count(state, r"body\.(\d+)\.rdb1\.conv1\.weight")
    ups = count(state, r"conv_up(\d+)\.weight") - 1
    if not blocks or not {"conv_first.weight", "conv_last.weight"} <= state.keys():
        return None
    base, taken = _shape(state, "conv_first.weight")[:2]
    channels = _shape(state, "conv_last.weight")[0]
    fold = math.isqrt(taken // channels)
    scale = 2**ups // fold
    _check_scale(scale)
    growth = _shape(state, "body.0.rdb1.conv1.weight")[0]
    network = RRDBNet(scale, channels, base, blocks, growth, fold, name="generator")
    names = _parts_of_rrdb(blocks, ups)
    _set_weights(network, state, names, folded={"conv_first": fold})
    return (ESRGAN if is_old else RealESRGAN)(scale=scale, generator=network)


def _parts_of_rrdb(blocks, ups):
    """Names of its convolutions, in their order."""
    dense = [(i, j, k) for i in range(blocks) for j in (1, 2, 3) for k in range(1, 6)]
    return [
        "conv_first",
        *(f"body.{i}.rdb{j}.conv{k}" for i, j, k in dense),
        "conv_body",
        *(f"conv_up{i + 1}" for i in range(ups)),
        "conv_hr",
        "conv_last",
    ]


def compact(state) -> keras.Model | None:
    """The small generator of Real-ESRGAN, `SRVGGNetCompact`."""
    last = count(state, r"body\.(\d+)\.weight") - 1
    if last < 2 or any(not re.fullmatch(r"body\.\d+\.(weight|bias)", n) for n in state):
        return None
    if last % 2 or any(f"body.{i}.weight" not in state for i in range(1, last, 2)):
        raise ValueError(
            "It is an SRVGGNetCompact whose activations have no weights. Which they "
            "are is not in the file; networks with PReLU can be loaded."
        )
    base, channels = _shape(state, "body.0.weight")[:2]
    scale = math.isqrt(_shape(state, f"body.{last}.weight")[0] // channels)
    _check_scale(scale)
    network = SRVGGNetCompact(scale, channels, base, last // 2 - 1, name="generator")
    names = [f"body.{i}" for i in range(last + 1)]
    _set_weights(network, state, names, enlarging={names[-1]: scale})
    return RealESRGAN(scale=scale, generator=network)


def srresnet_of_pytorch(state) -> keras.Model | None:
    """SRGAN's generator with batch normalization."""
    ends_in_tanh = "block2.bn1.weight" in state
    state = renamed(state, _numbered_blocks(state) if ends_in_tanh else SRRESNET_NAMES)
    blocks = count(state, r"body\.(\d+)\.bn1\.weight")
    if not blocks or not {"first.conv.weight", "last.conv.weight"} <= state.keys():
        return None
    base, channels = _shape(state, "first.conv.weight")[:2]
    ups = [f"up.{i}.conv" for i in range(count(state, r"up\.(\d+)\.conv\.weight"))]
    steps = [math.isqrt(_shape(state, f"{up}.weight")[0] // base) for up in ups]
    scale = math.prod(steps)
    _check_scale(scale)
    if steps != steps_of(scale):
        raise ValueError(f"It enlarges in the steps {steps}, as no SRResNet here does.")
    network = srresnet(scale, channels, base, blocks)
    names = _parts_of_srresnet(blocks, len(ups))
    _set_weights(network, state, names, dict(zip(ups, steps, strict=True)))
    return SRGAN(scale=scale, generator=_of_pixels(network, ends_in_tanh))


def _parts_of_srresnet(blocks, ups):
    """Names of its layers with weights, in their order."""
    return [
        *("first.conv", "first.prelu"),
        *(f"body.{i}.{part}" for i in range(blocks) for part in SRRESNET_PARTS),
        *("middle.conv", "middle.bn"),
        *(f"up.{i}.{part}" for i in range(ups) for part in ("conv", "prelu")),
        "last.conv",
    ]


def _of_pixels(network, ends_in_tanh):
    """Wraps a network that takes pixels in [0, 1], and returns such or a tangent."""
    images = keras.Input(network.input_shape[1:], name="images")
    x = network(layers.Rescaling(0.5, 0.5)(images))
    end = layers.Activation("tanh") if ends_in_tanh else layers.Rescaling(2.0, -1.0)
    return keras.Model(images, end(x), name="generator")


def _numbered_ends(state):
    """The convolutions of 2018 after the blocks, which have numbers and no names."""
    numbers = sorted(
        {int(n[6:].split(".")[0]) for n in state if re.match(r"model\.\d", n)}
    )
    ends = [
        *(f"conv_up{i + 1}" for i in range(len(numbers) - 2)),
        "conv_hr",
        "conv_last",
    ]
    names = zip(numbers, ends[-len(numbers) :], strict=True) if numbers else ()
    return renamed(state, {rf"model\.{n}\.": f"{name}." for n, name in names})


def _numbered_blocks(state):
    """Names of leftthomas' SRGAN: the first block, residual ones, two at the end."""
    last = count(state, r"block(\d+)\.\d+\.(?:conv\.)?weight") - 1
    up = count(state, rf"block{last}\.(\d+)\.conv\.weight")
    blocks = {rf"block{i}\.(?=[a-z])": f"body.{i - 2}." for i in range(2, last - 1)}
    return {
        **blocks,
        r"block1\.0\.": "first.conv.",
        r"block1\.1\.": "first.prelu.",
        rf"block{last - 1}\.0\.": "middle.conv.",
        rf"block{last - 1}\.1\.": "middle.bn.",
        rf"block{last}\.{up}\.": "last.conv.",
        rf"block{last}\.(\d+)\.": r"up.\1.",
    }


def _shape(state, name):
    shape = state[name].shape if name in state else ()
    if len(shape) != 4:
        raise ValueError(f"{name!r} is no kernel: its shape is {shape}.")
    return shape


def _check_scale(scale):
    if scale < 2:
        raise ValueError(
            f"It enlarges {scale} times. Networks can be loaded that enlarge at least "
            "twice."
        )


def _set_weights(network, state, names, enlarging=None, folded=None):
    """Sets the weights of the layers, in their order, to those of the parts so named.

    Args:
        network: A Functional model.
        state: Dict of name to array.
        names: List of the parts' names, one for each layer with weights.
        enlarging: Dict of a part's name to the side of what its pixels become.
        folded: Dict of a part's name to the side of what its pixels were.
    """
    parts = _parts_of(state)
    bias = None
    for layer, name in zip(layers_of(network, WITH_WEIGHTS), names, strict=True):
        part = parts.pop(name, {})
        if isinstance(layer, layers.Conv2D):
            sides = [(sides or {}).get(name, 1) for sides in (enlarging, folded)]
            values, bias = _convolution(layer, name, part, *sides)
        elif isinstance(layer, layers.PReLU):
            slopes = np.broadcast_to(
                _take(part, name, "weight"), layer.alpha.shape[-1:]
            )
            values = [slopes[None, None]]
        else:
            values = [_take(part, name, kind) for kind in STATISTICS]
            values[2] = values[2] if bias is None else values[2] - bias
        _check_shapes(layer, name, values)
        layer.set_weights(values)
    if parts:
        raise ValueError(f"It holds more than such a network needs: {list(parts)[:5]}.")


def _parts_of(state):
    """Dict of a part's name to a dict of kind to array."""
    parts: dict[str, dict[str, np.ndarray]] = {}
    for name, array in state.items():
        part, _, kind = name.rpartition(".")
        if kind != "num_batches_tracked":
            parts.setdefault(part, {})[kind] = array
    return parts


def _convolution(layer, name, part, block, fold):
    """The weights of a convolution, and a bias that only the file has."""
    kernel = _take(part, name, "weight").transpose(2, 3, 1, 0)
    kernel = np.moveaxis(shuffled(np.moveaxis(kernel, 2, -1), fold), -1, 2)
    values = [shuffled(kernel, block)]
    if layer.use_bias:
        return [*values, shuffled(_take(part, name, "bias"), block)], None
    return values, part.get("bias")


def _take(part, name, kind):
    if kind not in part:
        raise ValueError(f"It lacks {name}.{kind}.")
    dimensions = 4 if kind == "weight" and part[kind].ndim > 1 else 1
    if part[kind].ndim != dimensions or part[kind].dtype.kind != "f":
        raise ValueError(
            f"{name}.{kind} has shape {part[kind].shape} and dtype {part[kind].dtype}."
        )
    return part[kind].astype("float32")


def _check_shapes(layer, name, values):
    expected = [tuple(weight.shape) for weight in layer.weights]
    received = [value.shape for value in values]
    if received != expected:
        raise ValueError(f"{name} has the shapes {received}, expected {expected}.")
