"""Vision transformers as Keras models: an image as a sequence of patches.

Reference:
    Dosovitskiy et al., "An Image is Worth 16x16 Words", 2020,
    https://arxiv.org/abs/2010.11929
"""

import dataclasses
import math

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.metrics.extractors import converted
from keras_gan_zoo.resampling import bicubic_matrix, torch_bicubic_matrix
from keras_gan_zoo.settings import making_networks
from keras_gan_zoo.typing import Tensor

ACTIVATIONS = {
    "gelu": lambda x: ops.gelu(x, approximate=False),
    "quick_gelu": lambda x: x * ops.sigmoid(1.702 * x),
}


@dataclasses.dataclass(frozen=True)
class Architecture:
    """What a vision transformer consists of.

    Attributes:
        name: Of the network.
        image_size: (height, width) in pixels.
        patch: Side of a patch in pixels.
        grid: Side of the grid that the position embedding was made for, in patches.
        width: Values of a token.
        depth: Number of blocks.
        heads: Of the attention in each block.
        hidden: Units between the two dense layers of a block.
        registers: Tokens beside the class token that stand for no patch.
        activation: A key of `ACTIVATIONS`.
        epsilon: Of the layer normalizations.
        is_scaled: Whether the branches of a block have factors ("layer scale").
        has_patch_bias: Whether the embedding of patches has a bias.
        is_normalized_first: Whether tokens are normalized before the first block.
        projection: Values of the result, where it is not the class token itself.
        offset: See `torch_bicubic_matrix`, of the position embedding.
    """

    name: str
    image_size: tuple[int, int]
    patch: int
    grid: int
    width: int
    depth: int
    heads: int
    hidden: int
    activation: str
    epsilon: float
    registers: int = 0
    is_scaled: bool = False
    has_patch_bias: bool = True
    is_normalized_first: bool = False
    projection: int | None = None
    offset: float = 0.0

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of each array, as in PyTorch: outputs before inputs."""
        width, tokens = self.width, self.grid**2 + 1
        shapes = {
            "patch.weight": (width, 3, self.patch, self.patch),
            "class_token": (width,),
            "positions": (tokens, width),
            **_of_normalization("norm", width),
        }
        if self.has_patch_bias:
            shapes["patch.bias"] = (width,)
        if self.registers:
            shapes["registers"] = (self.registers, width)
        if self.is_normalized_first:
            shapes |= _of_normalization("first_norm", width)
        if self.projection:
            shapes["projection.weight"] = (self.projection, width)
        for i in range(self.depth):
            shapes |= {f"blocks.{i}.{k}": v for k, v in self._of_block().items()}
        return shapes

    def _of_block(self):
        width, hidden = self.width, self.hidden
        return {
            **_of_normalization("norm1", width),
            **_of_dense("qkv", 3 * width, width),
            **_of_dense("out", width, width),
            **_of_normalization("norm2", width),
            **_of_dense("fc1", hidden, width),
            **_of_dense("fc2", width, hidden),
            **({"scale1": (width,), "scale2": (width,)} if self.is_scaled else {}),
        }


def vision_transformer(architecture, state) -> keras.Model:
    """Builds a network with its weights.

    Args:
        architecture: An `Architecture`.
        state: Dict of name to array, those of `architecture.shapes()`.

    Returns:
        A Keras model, float32 images (num, height, width, 3) that were normalized to
        features (num, width or projection) of the class token.

    Raises:
        ValueError: If names or shapes differ from those of the architecture.
    """
    converted.check_names(architecture.name, state, architecture.shapes())
    state = {name: array.astype("float32", copy=False) for name, array in state.items()}
    network = _network(architecture)
    network.get_layer("tokens").set_weights(_tokens(architecture, state))
    for layer in network.layers:
        if layer.weights and layer.name != "tokens":
            layer.set_weights(_weights_of(layer, state))
    return network


@making_networks()
def _network(a):
    """Builds the network with zeros in place of weights."""
    images = keras.Input((*a.image_size, 3), dtype="float32")
    patches = layers.Conv2D(
        a.width,
        a.patch,
        a.patch,
        use_bias=a.has_patch_bias,
        name="patch",
        data_format="channels_last",
        **converted.COMMON,
    )(images)
    x = layers.Reshape((-1, a.width), dtype="float32")(patches)
    x = Tokens(1 + a.registers, name="tokens", dtype="float32")(x)
    if a.is_normalized_first:
        x = _normalized(x, "first_norm", a)
    for i in range(a.depth):
        x = x + _attention(_normalized(x, f"blocks-{i}-norm1", a), f"blocks-{i}-", a)
        x = x + _perceptron(_normalized(x, f"blocks-{i}-norm2", a), f"blocks-{i}-", a)
    x = _normalized(x[:, 0], "norm", a)
    if a.projection:
        x = _dense(x, "projection", a.projection, use_bias=False)
    return keras.Model(images, x, name=a.name)


def _attention(x, name, a):
    num, head = x.shape[1], a.width // a.heads
    x = ops.reshape(_dense(x, f"{name}qkv", 3 * a.width), (-1, num, 3, a.heads, head))
    x = ops.nn.dot_product_attention(x[:, :, 0], x[:, :, 1], x[:, :, 2])
    return _dense(ops.reshape(x, (-1, num, a.width)), f"{name}out", a.width)


def _perceptron(x, name, a):
    x = ACTIVATIONS[a.activation](_dense(x, f"{name}fc1", a.hidden))
    return _dense(x, f"{name}fc2", a.width)


def _dense(x, name, units, **options):
    return layers.Dense(units, name=name, **options, **converted.COMMON)(x)


def _normalized(x, name, a):
    return layers.LayerNormalization(epsilon=a.epsilon, name=name, dtype="float32")(x)


@keras.saving.register_keras_serializable("keras_gan_zoo")
class Tokens(layers.Layer):
    """Puts tokens of their own before those of the patches, and adds positions.

    Args:
        num: How many tokens.
    """

    def __init__(self, num, **kwargs):
        super().__init__(**kwargs)
        self.num = num

    def build(self, input_shape) -> None:
        """Makes the tokens and the positions of the patches."""
        (_, patches, width), zeros = input_shape, {"initializer": "zeros"}
        self.tokens = self.add_weight((self.num, width), name="tokens", **zeros)
        self.positions = self.add_weight((patches, width), name="positions", **zeros)

    def call(self, patches) -> Tensor:
        """Maps (num, patches, width) to (num, tokens + patches, width)."""
        patches = patches + self.positions
        num, width = ops.shape(patches)[0], patches.shape[2]
        tokens = ops.broadcast_to(self.tokens, (num, self.num, width))
        return ops.concatenate([tokens, patches], axis=1)

    def compute_output_shape(self, input_shape) -> tuple:
        """Returns the shape of what `call` returns."""
        num, patches, width = input_shape
        return num, self.num + patches, width

    def get_config(self) -> dict:
        """Returns the arguments."""
        return {**super().get_config(), "num": self.num}


def _tokens(a, state):
    """The weights of `Tokens`: positions that are added to tokens become part of them.

    Registers have no position.
    """
    positions = state["positions"]
    tokens = [(state["class_token"] + positions[0])[None]]
    if a.registers:
        tokens.append(state["registers"])
    return [np.concatenate(tokens), _resized_positions(a, positions[1:])]


def _resized_positions(a, positions):
    """The position embedding (patches, width) for images of this size."""
    new = [side // a.patch for side in a.image_size]
    if new == [a.grid, a.grid]:
        return positions
    # The networks with registers average where they shrink, the others do not.
    rows, columns = (
        bicubic_matrix(a.grid, side)
        if a.registers
        else torch_bicubic_matrix(a.grid, side, a.offset)
        for side in new
    )
    grid = positions.reshape(a.grid, a.grid, a.width)
    resized = np.einsum("ih,jw,hwc->ijc", rows, columns, grid, optimize=True)
    return resized.reshape(math.prod(new), a.width)


def _weights_of(layer, state):
    """What Keras' layer takes of the arrays that are called as it is."""
    name = layer.name.replace("-", ".")
    kinds = [k for k in ("weight", "bias") if f"{name}.{k}" in state]
    weights = [state[f"{name}.{kind}"] for kind in kinds]
    if type(layer) in converted.AXES:
        weights[0] = weights[0].transpose(converted.AXES[type(layer)])
    block, _, part = name.rpartition(".")
    scale = state.get(f"{block}.scale{1 if part == 'out' else 2}")
    if part in ("out", "fc2") and scale is not None:
        weights = [weight * scale for weight in weights]
    return weights


def _of_normalization(name, width):
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def _of_dense(name, units, width):
    return {f"{name}.weight": (units, width), f"{name}.bias": (units,)}
